"""A project file to begin with: what a folder holds, as YAML that says in comments what else could stand there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from loopviz.atomic import new_file, write_text
from loopviz.dataset import Dataset
from loopviz.errors import InputError, LoopvizError, OutputError
from loopviz.formats.mturk.rows import is_batch
from loopviz.formats.survey.read import is_survey, read_survey
from loopviz.media.manifest import MANIFEST
from loopviz.notes import Note, told, warning
from loopviz.project.config import ProjectConfig, default_output
from loopviz.project.config_file import load_config
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.discover import PROJECT_FILES, TABLE_SUFFIXES, discover, find_source
from loopviz.project.load import load
from loopviz.scene.style import OKABE_ITO

LISTED = 40  # questions or categories
HEAD = """# A project of loopviz. Paths count from the folder that this file lies in.
#   loopviz run {folder} --preview 0     one frame, to look at
#   loopviz run {folder}                 the video
# Lines that begin with # and no space say nothing yet: take the # away to use one.
"""
LOOK = """
# How it looks: margin (the people stand beside the picture), house (on it), or a theme's YAML file.
theme: margin
# What names a worker: a stable alias, nothing (hidden), or the platform's id (full: only if they agreed).
identity: alias
# What stands for a question that somebody did not answer: "say so", or "leave out". The theme decides otherwise.
#missing: say so
"""
TIME = """
# How long each person stands. Without it a frame lasts as long as in the video, where nobody can be read. To see it:
#   loopviz plan {folder}
#timeline:
#  pace: reading                # as long as the words need; or person:1.5s, 2s a frame, by-length 3m for the film
#  show: labelled               # or all, accepted, everyone (a frame of each), 24 people (chosen fairly)
#  rhythm: {{beat: sentence, portrait: full, every: 12}}    # a sentence of most people, all of every twelfth
#  between: dissolve 12 frames  # or fade 6 frames, cut
#  draw_on: 1.2s                # labels are drawn while they stand
#  loop: cross-fade 1s          # or natural, ping-pong, hold 2s, none
#  end: {{credits: pages, for: 20s}}
"""
ENCODER = """
# How the video is made. A lower crf is better and larger; preset is the encoder's effort, ultrafast to placebo.
#encoder: {codec: libx264, crf: 18, preset: medium}
#sound: false      # leaves the source's sound out
"""
ALIGN = """
# Which frame is which: labels find their frames by name, by the number in it, or in order.
#align: {how: number, first_number: 1}
"""
RULE = """  # What work must keep for its labels to count. Without a rule there is no review. Look at its cost first:
  #   loopviz crowd review DATASET --rule "categories >= 3 and seconds >= 30"
  #rule: categories >= 3
  #pay_all: true               # everyone is paid, the rule only says whose labels count
  #wage_usd_per_hour: 15       # what pay is compared with
  #show: accepted first        # or accepted, or all: whose labels the video shows
  #export: [coco]              # the dataset for others, by alias: coco, yolo, … (loopviz export --help lists them)
"""


@dataclass(frozen=True)
class Begun:
    """What was written.

    Attributes:
        path: The project file.
        findings: What was taken for what, and what is still in the way of a render.
    """

    path: Path
    findings: tuple[Note, ...]


def init(folder: str | Path, given: Mapping[str, object] | None = None) -> Begun:
    """Write ``loopviz.yaml`` into a folder, from what is found there; one that exists is never touched.

    Args:
        folder: A folder with a video or frames, and labels or the batches of a crowd.
        given: ``source`` and ``labels``, where they need not be looked for.

    Raises:
        InputError: If the parts are missing, or two things could be meant.
        OutputError: If there is a project file, or it cannot be written.
    """
    place = Path(folder)
    _check(place)
    config, findings = _found(place, dict(given or {}))
    target = place / PROJECT_FILES[0]
    text, notes = _text(config, place)
    with new_file(target) as part:
        write_text(part, text)
    load_config(target)  # what we wrote is what we read
    return Begun(target, (*findings, *notes))


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError("a folder is expected here", file=folder, remedy="Give the folder that holds the video.")
    taken = next((folder / name for name in PROJECT_FILES if os.path.lexists(folder / name)), None)
    if taken is not None:
        raise OutputError("there is a project file already, and it was kept", file=taken, remedy="Edit it.")


def _found(folder: Path, given: dict[str, object]) -> tuple[ProjectConfig, tuple[Note, ...]]:
    """Return what the folder describes: batches of a crowd where there are any and no labels were named."""
    tables = sorted(path for path in folder.iterdir() if path.suffix.lower() in TABLE_SUFFIXES and path.is_file())
    batches = [path for path in tables if is_batch(path)]
    if not batches or given.get("labels"):
        return discover(folder, given)
    findings: list[Note] = []
    source = given.get("source") or find_source(folder, findings)
    findings += [told("part-found", part="batch", name=path.name) for path in batches]
    others = [path for path in tables if path not in batches and path.name != "assignments.csv"]
    surveys = [path for path in others if is_survey(path)] or [p for p in others if "survey" in p.stem.lower()]
    if len(surveys) > 1:
        findings.append(warning("several-surveys", names=[path.name for path in surveys]))
    crowd: dict[str, object] = {"batches": batches}
    if surveys:
        findings.append(told("part-found", part="survey", name=surveys[0].name))
        crowd["survey"] = surveys[0]
    findings += [warning("table-left-aside", name=path.name) for path in others if path not in surveys]
    output = default_output(folder, folder.resolve().name)
    return ProjectConfig.checked({"source": source, "crowd": crowd, "output": output}), tuple(findings)


def _text(config: ProjectConfig, folder: Path) -> tuple[str, tuple[Note, ...]]:
    """Return the file, and what is in the way of using it."""
    questions, categories, notes = _words(config)
    name = "." if folder == Path() else str(folder)
    output = config.output or default_output(folder, folder.resolve().name)
    parts = [
        HEAD.format(folder=name),
        f"\n# The video, or the folder of frames.\nsource: {_path(config.source, folder)}\n",
        _frame_rate(config.source),
        _crowd(config.crowd, folder) if config.crowd else _labels(config, folder),
        f"\n# Where the video goes; .mp4, .mov, .mkv or .webm.\noutput: {_path(output, folder)}\n",
        LOOK,
        TIME.format(folder=name),
        _listed("How categories are called and coloured on screen.", "categories", categories),
        _listed("Short headings of the questions, for the caption.", "questions", questions),
        ALIGN,
        ENCODER,
    ]
    return "".join(parts), notes


def _labels(config: ProjectConfig, folder: Path) -> str:
    assert config.labels is not None  # noqa: S101 - else there is a crowd
    lines = ["\n# Who labelled what: a file or a folder of labels.\n", f"labels: {_path(config.labels, folder)}\n"]
    lines.append("#names: [Body, Cable]      # the categories in their order, if the labels hold only numbers\n")
    for key, what in (("people", "survey answers"), ("assignments", "pay, time and status of the work")):
        path = getattr(config, key)
        file = "metadata.json" if key == "people" else "assignments.csv"
        lines.append(f"{key}: {_path(path, folder)}    # {what}\n" if path else f"#{key}: {file}    # {what}\n")
    return "".join(lines)


def _crowd(crowd: CrowdConfig, folder: Path) -> str:
    batches = "".join(f"    - {_path(path, folder)}\n" for path in crowd.batches)
    survey = f"  survey: {_path(crowd.survey, folder)}\n" if crowd.survey else "  #survey: survey.csv\n"
    return (
        "\n# The work of a crowd: results as downloaded, in the order in which the batches ran, and the survey.\n"
        f"crowd:\n  batches:\n{batches}{survey}{RULE}"
    )


def _frame_rate(source: Path) -> str:
    if not source.is_dir() or (source / MANIFEST).exists():
        return ""
    return "# Frames a second: images have no times of their own. Also as a fraction, 30000/1001.\nframe_rate: 24\n"


def _words(config: ProjectConfig) -> tuple[dict[str, str], dict[str, str], tuple[Note, ...]]:
    """Return headings by question, and how categories may be shown; and what keeps them from being read."""
    try:
        if config.crowd:
            survey = read_survey(config.crowd.survey) if config.crowd.survey else None
            return (_headings(survey.questions.iter_rows(named=True)) if survey else {}), {}, ()
        with load(config, dry_run=True) as project:
            return _headings(project.dataset.questions.iter_rows(named=True)), _shown(project.dataset), ()
    except LoopvizError as error:
        return {}, {}, (warning("not-ready", trouble=str(error)),)


def _headings(questions: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    return {str(row["question_id"]): row["heading"] or row["text"] or str(row["question_id"]) for row in questions}


def _shown(dataset: Dataset) -> dict[str, str]:
    names = dataset.categories["name"].to_list()
    colors = [OKABE_ITO[number % len(OKABE_ITO)] for number in range(len(names))]
    pairs = zip(names, colors, strict=True)
    return {name: f"{{name: {_scalar(name.replace('_', ' '))}, color: {_quoted(color)}}}" for name, color in pairs}


def _listed(what: str, key: str, entries: Mapping[str, str]) -> str:
    """Return a section that says nothing until somebody takes the # away."""
    if not entries:
        return ""
    shown = list(entries.items())[:LISTED]
    values = ((name, text if text.startswith("{") else _scalar(text)) for name, text in shown)
    return f"\n# {what}\n#{key}:\n" + "".join(f"#  {_scalar(name)}: {value}\n" for name, value in values)


def _path(path: Path, folder: Path) -> str:
    return _scalar(Path(os.path.relpath(path, folder)).as_posix())


def _quoted(text: object) -> str:
    return '"' + str(text) + '"'


def _scalar(text: str) -> str:
    """Return a text on one line as YAML reads it back."""
    plain = yaml.safe_dump(" ".join(text.split()), allow_unicode=True, width=10**6, default_flow_style=True)
    return plain.removesuffix("\n").removesuffix("...").rstrip("\n")
