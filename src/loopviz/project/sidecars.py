"""Files beside a project's film, from the same plan, under the same rules of who may be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loopviz.atomic import writing
from loopviz.media.mux import Chapter
from loopviz.outputs import Origin, check_file, own_files
from loopviz.project.load import LoadedProject
from loopviz.project.plan import Plan
from loopviz.project.render_options import origin_of
from loopviz.project.stands import Stand
from loopviz.report.sidecars import WRITERS, Beside, Passage


def chapters_of(plan: Plan) -> tuple[Chapter, ...]:
    """Return a chapter for each stand, if the project asks for them: a player jumps from person to person."""
    return tuple(Chapter(each.start_seconds, each.start_seconds + each.seconds, each.who) for each in plan.stands)


@dataclass(frozen=True)
class Sidecars:
    """The files beside a film, as they will be written once it is there.

    Attributes:
        texts: What stands in each, by its kind.
        film: The film.
        origins: What each is made of.
        overwrite: Whether files that are not ours give way.
    """

    texts: Mapping[str, str]
    film: Path
    origins: Mapping[str, Origin]
    overwrite: bool

    def __post_init__(self) -> None:
        for kind in self.texts:
            check_file(self._file(kind), self.origins[kind], overwrite=self.overwrite)

    def write(self) -> tuple[Path, ...]:
        """Write the files, each whole or not at all; return them.

        Raises:
            OutputError: If one exists and may not be replaced, or cannot be written.
        """
        for kind, text in self.texts.items():
            file = self._file(kind)
            with own_files(file, origin=self.origins[kind], overwrite=self.overwrite) as (part,), writing(file):
                part.write_text(text, "utf-8")
        return tuple(map(self._file, self.texts))

    def _file(self, kind: str) -> Path:
        return self.film.with_suffix(f".{kind}")


def sidecars_of(project: LoadedProject, plan: Plan, *, overwrite: bool, times: int = 1) -> Sidecars:
    """Return the files that a project wants beside its film: of the film's name, with another ending.

    Raises:
        ConfigError: If one cannot say what the film is, as an EDL at an odd rate.
        MissingPartError: If a package is missing that writes one.
        OutputError: If a file exists and may not be replaced.
    """
    beside = Beside(project.output.name, plan.timeline, tuple(map(_passage, plan.stands)), project.scene, times)
    kinds: list[str] = [kind for kind in project.config.sidecars if kind != "chapters"]
    origins = {kind: origin_of(project.config, f"sidecar {kind}") for kind in kinds}
    return Sidecars({kind: WRITERS[kind](beside) for kind in kinds}, project.output, origins, overwrite)


def _passage(stand: Stand) -> Passage:
    end = stand.start_seconds + stand.seconds
    return Passage(stand.start_seconds, end, stand.first, stand.frames, stand.who, stand.lines, stand.names)
