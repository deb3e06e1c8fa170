"""A project's files become a source, a Dataset and a scene."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import polars as pl
import pydantic

from loopviz.consent import consented
from loopviz.crowd import apply_identity
from loopviz.crowd.consent.counts import check_consent
from loopviz.dataset import Dataset
from loopviz.errors import DamagedError
from loopviz.formats.types import LabelSet
from loopviz.media import ReadOptions, Source, open_source
from loopviz.notes import Note, note, warning
from loopviz.project.agreement import with_agreement
from loopviz.project.assemble import Strict, assemble_dataset
from loopviz.project.carried import with_carried
from loopviz.project.config import ClipConfig, ProjectConfig, default_output
from loopviz.project.detections import with_detections
from loopviz.project.film import Film, cards_of, film_of
from loopviz.project.profile import Profile
from loopviz.project.salt import read_salt
from loopviz.project.taught_names import taught_counts, taught_names
from loopviz.scene import Scene, SceneOptions, Theme, build_scene, load_theme
from loopviz.scene.caption import NO_ACCOUNTS, Accounts, shows_accounts, shows_taught_by
from loopviz.scene.extra_fonts import missing_extras
from loopviz.scene.style import CaptionText
from loopviz.scene.theme import on_canvas
from loopviz.scene.versus.outcomes import Detections, frames_of_several
from loopviz.scene.versus.places import Split
from loopviz.validation import config_error, nearest

if TYPE_CHECKING:
    from loopviz.project.crowd.run import CrowdWork

T = TypeVar("T")
# What a project says of how it looks and what is written, and nothing that is read depends on.
LOOK = frozenset(
    {"theme", "size", "fit", "categories", "caption", "missing", "rejected", "timeline"}
    | {"edit", "sidecars", "screen", "training", "errors", "encoder", "profile", "sound"}
)


@dataclass(frozen=True)
class ProjectInputs:
    """What a project's files hold, before anything is laid out.

    Attributes:
        source: The open video or folder of frames.
        labels: The labels as they were read, on the source's frames.
        everything: All labels and people, with the names that outputs may show.
        dataset: What of it is shown.
        detections: A model's, beside that.
        crowd: The crowd's work, where the labels are its.
        salt: What the aliases were made with.
    """

    source: Source
    labels: LabelSet
    everything: Dataset
    dataset: Dataset
    detections: Detections | None
    crowd: CrowdWork | None
    salt: bytes = field(repr=False)


@dataclass(frozen=True)
class LoadedProject:
    """A project with its source open: everything that a maker needs.

    Attributes:
        config: What the project file, the folder or the options said.
        source: The video or the folder of frames.
        dataset: The labels, aligned to the source's frames, with the people and their aliases.
        scene: What is drawn where.
        notes: What was tolerated, assumed or left out on the way.
        crowd: The crowd's work, where the labels are its; ``dataset`` is what is shown of it.
        salt: What the aliases were made with.
        film: What the film shows where it has a time of its own; None: the source as it plays.
        profile: What the output is for, where that was said; ``config`` says all that it says.
    """

    config: ProjectConfig
    source: Source
    dataset: Dataset
    scene: Scene
    notes: tuple[Note, ...]
    crowd: CrowdWork | None = None
    salt: bytes = field(default=b"", repr=False)
    film: Film | None = None
    profile: Profile | None = None

    @property
    def everything(self) -> Dataset:
        """All work on the source's frames, whatever of it is shown; of a crowd with the platform's ids."""
        return self.crowd.data.dataset if self.crowd else self.dataset

    @property
    def output(self) -> Path:
        """The video that the project makes."""
        return self.config.output or default_output(Path(), self.config.source.stem)


@contextlib.contextmanager
def load(config: ProjectConfig, *, dry_run: bool = False, mend: bool = False) -> Iterator[LoadedProject]:
    """Open a project's source, read and align its labels, join its people, and build its scene.

    Args:
        config: The project.
        dry_run: Write nothing, not even the user's salt: where there is none yet, the aliases are of this run alone.
        mend: Decode the whole source first, and show the frame before where one is damaged.

    Raises:
        InputError: If a file is missing or malformed, or the labels do not fit the source.
        ConfigError: If the theme, the salt or an option says something impossible.
    """
    config, profile = config.profiled()
    theme = project_theme(config)
    with open_inputs(config, theme.colors.paper, dry_run=dry_run, mend=mend) as inputs:
        project = laid_out(config, theme, inputs, profile)
        yield replace(project, notes=notes_of(project, inputs.labels))


@contextlib.contextmanager
def open_inputs(
    config: ProjectConfig, paper: str, *, dry_run: bool = False, mend: bool = False
) -> Iterator[ProjectInputs]:
    """Open a project's source, read and align its labels, and join its people: what does not depend on ``LOOK``.

    Args:
        config: The project, with all that its profile says.
        paper: The theme's, on which images of several sizes lie.
        dry_run: As ``load``.
        mend: As ``load``.

    Raises:
        InputError: As ``load``.
        ConfigError: As ``load``.
    """
    options = read_options(config, mend=mend, paper=paper)
    with open_source(config.source, frame_rate=config.frame_rate, options=options) as source:
        crowd = _crowd(config, source, remember=not dry_run)
        labels = LabelSet("mturk", crowd.folder, crowd.data.dataset) if crowd else _read(config, source)
        salt = read_salt(config.salt_file, make=not dry_run) if config.identity == "alias" else b""
        everything = apply_identity(labels.dataset, config.identity, salt)
        picked = crowd.picked(everything) if crowd else everything
        carried = with_carried(config.carry, picked, source, remember=not dry_run)
        dataset, detections = with_detections(config.model, carried)
        yield ProjectInputs(source, labels, everything, dataset, detections, crowd, salt)


def laid_out(config: ProjectConfig, theme: Theme, inputs: ProjectInputs, profile: Profile | None) -> LoadedProject:
    """Return a project as it is rendered, of what was read; its notes are left to ``load``.

    Args:
        config: The project, with all that its profile says.
        theme: Its theme.
        inputs: What was read, of a config that differs in nothing but ``LOOK``.
        profile: What the output is for.

    Raises:
        ConfigError: If the theme or the film says something impossible.
    """
    source, dataset = inputs.source, inputs.dataset
    scene, film = scene_and_film(config, theme, dataset, inputs.everything, source, inputs.detections)
    return LoadedProject(config, source, dataset, scene, (), inputs.crowd, inputs.salt, film, profile)


def notes_of(project: LoadedProject, labels: LabelSet) -> tuple[Note, ...]:
    """Return what a person should know of a project, each thing once."""
    config, source, dataset = project.config, project.source, project.dataset
    scene, crowd = project.scene, project.crowd
    facts = (*facts_of(source), *(crowd.notes() if crowd else ()), *check_consent(labels.dataset).worth_saying())
    more = (
        *headed(config, labels),
        *unmatched(config, dataset),
        *unprintable(scene),
        *left_out(scene),
        *several_shown(scene, dataset),
    )
    return tuple({each.line: each for each in (*facts, *labels.problems, *more)}.values())


def scene_and_film(
    config: ProjectConfig,
    theme: Theme,
    dataset: Dataset,
    everything: Dataset,
    source: Source,
    detections: Detections | None = None,
) -> tuple[Scene, Film | None]:
    """Return what is drawn where, and what the film shows where it has a time of its own.

    Args:
        config: The project.
        theme: Its theme.
        dataset: What is shown, with the people's names.
        everything: All labels and people, of whom accounts and credits speak.
        source: The pictures.
        detections: A model's, beside what is shown.

    Raises:
        ConfigError: If the theme or the film says something impossible.
    """
    options, film = scene_options(config, theme, everything, detections), None
    options = with_agreement(options, theme, dataset)
    if not config.timeline.is_the_sources:
        film = film_of(config.timeline, consented(dataset), source)
        options = film.scene_options(
            options, cards_of(config.timeline, consented(everything), theme, _taught(config, everything))
        )
    return build_scene(dataset, theme, (source.info.width, source.info.height), options), film


def _taught(config: ProjectConfig, everything: Dataset) -> dict[str, int]:
    """Return how many detections resemble most what somebody drew, by id, where credits ask for it."""
    for place in ("start", "end"):
        card = getattr(config.timeline, place)
        if card is not None and card.order == "taught_by":
            return taught_counts(config, everything, f"timeline.{place}.order")
    return {}


def read_options(config: ClipConfig, *, mend: bool = False, paper: str = ReadOptions.paper) -> ReadOptions:
    """Return how a clip's source is to be read."""
    damage: Literal["refuse", "notice", "mend"] = "mend" if mend else "notice"
    return ReadOptions(config.depth, paper, "refuse" if config.strict else damage, config.skip_bad)


def mended_if_damaged(made: Callable[[bool], T], *, strict: bool) -> T:
    """Return what is made of a source; where that turns out to be damaged, of what can be read of it.

    Args:
        made: Opens the source, mended or not, and makes it: whole or not at all.
        strict: Whether a damaged source is refused.

    Raises:
        DamagedError: If it is damaged, and ``strict``.
    """
    try:
        return made(False)
    except DamagedError:
        if strict:
            raise
    return made(True)


def mended_source(config: ProjectConfig) -> Source:
    """Open a project's source as it is rendered where it is damaged: with the frame before in place of each."""
    options = read_options(config, mend=True, paper=project_theme(config).colors.paper)
    return open_source(config.source, frame_rate=config.frame_rate, options=options)


def facts_of(source: Source) -> tuple[Note, ...]:
    """Return what there is to know of a source."""
    return tuple(each.about(source.info.path) for each in source.info.notes)


def _crowd(config: ProjectConfig, source: Source, *, remember: bool) -> CrowdWork | None:
    if config.crowd is None:
        return None
    from loopviz.project.crowd.run import crowd_work  # here: most projects have no use for what it loads

    return crowd_work(config, config.crowd, source, remember=remember)


def _read(config: ProjectConfig, source: Source) -> LabelSet:
    labels = assemble_dataset(config, source.table(), Strict(skip_bad=config.skip_bad)).labels
    assert labels is not None  # noqa: S101 - the config was checked: these, or a crowd
    return labels


def project_theme(config: ProjectConfig) -> Theme:
    """Return the theme with the project's own words put into its caption."""
    theme = load_theme(config.theme)
    words = {**config.caption, **({} if config.missing is None else {"missing": config.missing})}
    words |= {"model_line": config.model.line} if config.model.line else {}
    try:
        caption = CaptionText.model_validate({**theme.caption.model_dump(), **words})
    except pydantic.ValidationError as error:
        raise config_error(error, CaptionText, None, within="caption") from None
    return on_canvas(theme.model_copy(update={"caption": caption}), config.size, config.fit)


def scene_options(
    config: ProjectConfig, theme: Theme, dataset: Dataset, detections: Detections | None = None
) -> SceneOptions:
    """Return what the project file says of the scene, beyond the theme, and what the captions ask for beyond a frame.

    Raises:
        ConfigError: If the captions name those whose labels taught a model, and nobody looked who they are.
        InputError: If that cannot be read.
    """
    shown, accounts = config.categories.items(), NO_ACCOUNTS
    if shows_accounts(theme.caption):
        from loopviz.crowd.ledger.account import ledger  # here: most captions have no use for it

        accounts = Accounts(*ledger(dataset).by_name())
    return SceneOptions(
        headings=config.questions,
        display_names={name: category.name for name, category in shown if category.name is not None},
        colors={name: category.color for name, category in shown if category.color is not None},
        accounts=accounts,
        rejected=config.rejected,
        detections=detections,
        taught_by=taught_names(config, detections, dataset) if shows_taught_by(theme.caption) else {},
    )


def headed(config: ProjectConfig, labels: LabelSet) -> Iterator[Note]:
    """Say which headings the project did not give: those of the thesis' survey, and ids that tell a person nothing."""
    asked = labels.dataset.questions.filter(~pl.col("question_id").is_in(list(config.questions)))
    own = asked.filter(pl.col("heading") != pl.col("question_id")) if labels.form.own_headings else asked.clear()
    if own.height:
        headings = dict(own.select("question_id", "heading").iter_rows())
        yield note("thesis-headings", headings=headings).about(labels.path)
    plain = asked.filter(pl.col("text").is_null(), pl.col("heading") == pl.col("question_id"))["question_id"].to_list()
    ids = [question for question in plain if re.fullmatch(r"[A-Za-z]{1,3}\d+", question)]
    if ids:
        yield note("plain-ids", questions=ids)


def unmatched(config: ProjectConfig, dataset: Dataset) -> Iterator[Note]:
    """Say what the project names that its labels and people do not have: often a slip of the pen."""
    for key, named, known in (
        ("categories", config.categories, dataset.categories["name"].to_list()),
        ("questions", config.questions, dataset.questions["question_id"].to_list()),
    ):
        for name in named:
            if name not in known:
                yield warning("unknown-name", key=key, name=name, remedy=nearest(name, known))


def unprintable(scene: Scene) -> Iterator[Note]:
    """Say which characters no font has."""
    lacking = scene.unprintable()
    if lacking:
        yield warning("no-glyphs", characters=lacking, extras=missing_extras(lacking))


def several_shown(scene: Scene, dataset: Dataset) -> Iterator[Note]:
    """Say that of several people on a frame one is shown beside a model."""
    frames = frames_of_several(dataset) if any(scene.theme.parts(Split)) else 0
    if frames:
        yield note("several-shown", frames=frames)


def left_out(scene: Scene) -> Iterator[Note]:
    """Say what of the captions the panel has no room for."""
    left, frames, whole = scene.left_out()
    if left.texts or left.answers:
        yield warning("no-room", **asdict(left), some=not whole, captions=len(frames), frame=frames[0])
