"""What the panel says on each frame: templates over the Dataset, filled with what is known of a frame's worker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.scene.caption_values import ACCOUNTS, SO_FAR, Moment, values_of
from loopviz.scene.so_far import Totals, running_totals
from loopviz.scene.style import CaptionText, FigureText
from loopviz.scene.templates import askable, clean, compiled, fill, names_in, questions_in
from loopviz.scene.view import Words
from loopviz.work import IS_CARRIED

REMEMBERED = 4096  # frames, and people
RANGE = re.compile(r"(?<=\d) [–-] (?=\d)")  # a line does not end within one
ENDS = ("!", "?", "…", ".")
UNKNOWN = "–"  # stands for a figure
FRAME = "frame"  # all that is known where nobody worked
NOT_SHOWN = -1  # of a frame that a film leaves out counters say nothing
OWN_WORDS = "own_words"  # a person's longest answer
TAUGHT_BY = "taught_by"  # and whose labels a model's detections there resemble


@dataclass(frozen=True)
class Figure:
    """A large number, or None where this person's is not known, its label, and whether that is emphasised."""

    value: str | None
    label: str
    emphasised: bool = False

    @property
    def shown(self) -> str:
        """Its value, or a dash."""
        return self.value or UNKNOWN


@dataclass(frozen=True)
class Accounts:
    """What is known of all the work, beyond a frame's: numbers by name, None or left out where they are not known.

    Args:
        people: By worker id, the values of ``account``.
        everyone: The values of ``everyone``.
    """

    people: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    everyone: Mapping[str, float | None] = field(default_factory=dict)


NO_ACCOUNTS = Accounts()


@dataclass(frozen=True)
class Row:
    """A question's heading and the answer, or what stands for one that was not given."""

    heading: str
    answer: str
    given: bool


@dataclass(frozen=True)
class Caption:
    """Everything that is said on one frame: all that is known of a person, or one sentence; and of a model.

    Attributes:
        kicker: A line above the name.
        name: Who it is.
        line: What stands under the name.
        figures: Large numbers.
        rows: The answers.
        note: What is said of invented people.
        sentence: The person in one sentence.
        model: What stands beside a model's name.
        others: What further templates say, by name: counters and the like, which nobody reads again on every frame.
    """

    kicker: str
    name: str
    line: str
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    note: str
    sentence: str = ""
    model: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is set of it, in the order in which it is read; without the note, which is the same all through."""
        figures = (text for figure in self.figures for text in (figure.shown, figure.label))
        rows = (text for row in self.rows for text in (row.heading, row.answer))
        return tuple(filter(None, (self.kicker.upper(), self.name, self.line, self.sentence, *figures, *rows)))

    @property
    def lines(self) -> tuple[str, ...]:
        """The same as lines that can be read without the picture: who it is, a number with its label, ``Age: 31``."""
        who = " ".join(filter(None, (self.kicker, self.name)))
        figures = (f"{figure.value} {figure.label}" for figure in self.figures if figure.value)
        rows = (f"{row.heading}: {row.answer}" for row in self.rows if row.answer)
        return tuple(filter(None, (who, self.line, self.sentence, *figures, *rows, self.note)))


SILENT = Caption("", "", "", (), (), "")


def shows_accounts(text: CaptionText) -> bool:
    """Say whether a template of a caption shows anything of all the work: ``account`` or ``everyone``."""
    return any(_shows(text, group) for group in ACCOUNTS)


def shows_taught_by(text: CaptionText) -> bool:
    """Say whether a template of a caption names those whose labels a model's detections resemble most."""
    return _shows(text, TAUGHT_BY)


def _shows(text: CaptionText, group: str) -> bool:
    figures = (part for figure in text.figures for part in (figure.value, figure.label, figure.emphasis))
    lines = text.line, text.nobody_line, text.carried_line, text.model_line
    sources = (text.name, *lines, *parts_of(text.sentence), *text.texts.values(), *figures)
    return any(group in names_in(source) for source in sources)


def parts_of(sentence: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the templates of a sentence."""
    return (sentence,) if isinstance(sentence, str) else sentence


class CaptionWriter:
    """Writes the caption of each frame of a Dataset.

    Figures that nobody has a value for are left out of the whole clip, and so are questions that a figure shows, so
    that the panel keeps its shape from frame to frame.
    """

    def __init__(
        self,
        dataset: Dataset,
        text: CaptionText,
        headings: Mapping[str, str],
        accounts: Accounts = NO_ACCOUNTS,
        order: Sequence[int] = (),
        taught_by: Mapping[int, str] | None = None,
    ) -> None:
        labels = (part for figure in text.figures for part in (figure.label, figure.emphasis))
        lines = text.line, text.nobody_line, text.carried_line, text.model_line
        for source in (text.name, *lines, *parts_of(text.sentence), *text.texts.values(), *labels):
            compiled(source)  # a template that cannot be one is refused now, not on the first frame that needs it
        self._text = text
        self._totals = running_totals(dataset, order) if _shows(text, SO_FAR) else []
        self._places = {frame: place for place, frame in enumerate(order, 1)} if self._totals else {}
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._write)
        self._rows_of = lru_cache(maxsize=REMEMBERED)(self._set_rows)  # one set for all frames of a person
        self._frames = dataset.frames.height
        self._headings = {
            row["question_id"]: clean(
                headings.get(row["question_id"]) or row["heading"] or row["text"] or row["question_id"]
            )
            for row in dataset.questions.iter_rows(named=True)
        }
        self._answers = _answers_by_worker(dataset)
        self._work = _work_by_frame(dataset)
        self._carried = carried_from(dataset)
        self._accounts, self._taught_by = accounts, taught_by or {}
        note = bool(dataset.workers["simulated"].fill_null(False).any())
        self._note = clean(text.simulated) if note else ""
        self._kicker, self._nobody = clean(text.kicker), clean(text.nobody)
        # A theme may ask about questions that this Dataset does not have: not an error, only not known.
        self._asked = set().union(*(questions_in(f.value) for f in text.figures))
        self._figures = tuple(f for f in text.figures if self._anyone_has(f.value))
        shown = set().union(*(questions_in(f.value) for f in self._figures))
        self._rows = tuple(q for q in self._headings if q not in shown and self._row_is_kept(q)) if text.rows else ()

    @property
    def figures(self) -> int:
        """How many figures a person's caption has."""
        return len(self._figures)

    def place_of(self, figure: int) -> int | None:
        """Return where in captions one of the theme's figures stands, None where nobody has a value for it."""
        wanted = self._text.figures[figure] if figure < len(self._text.figures) else None
        return self._figures.index(wanted) if wanted in self._figures else None

    @property
    def has_rows(self) -> bool:
        """Whether a person's caption has rows."""
        return bool(self._rows)

    def write(self, frame: int, words: Words = "full", so_far: int | None = None) -> Caption:
        """Return what the panel says on a frame: asked for its characters, its segment's key and its drawing.

        Args:
            frame: The frame.
            words: Whether all is said, or one sentence.
            so_far: How many frames the film has shown by now; None: as many as when this one is first shown.
        """
        words = "full" if self._text.sentence_too else words
        place = self._places.get(frame, NOT_SHOWN) if so_far is None else so_far
        return self._remembered(frame, words, place if self._totals else 0)

    def _write(self, frame: int, words: Words, so_far: int) -> Caption:
        work, model = self._work.get(frame, []), self._of_nobody(self._text.model_line, frame, so_far)
        if not work:
            line = self._of_nobody(
                self._text.carried_line if frame in self._carried else self._text.nobody_line, frame, so_far
            )
            others = self._others(self._known_of_nobody(frame, so_far))
            return Caption(self._kicker, self._nobody, line, (), (), self._note, model=model, others=others)
        context = self._context(frame, work, so_far)
        others = self._others(context)
        name, line = (fill(source, context) or "" for source in (self._text.name, self._text.line))
        if words == "sentence":
            return Caption(self._kicker, name, "", (), (), self._note, self._sentence(context), model, others)
        figures = tuple(_figure(text, context) for text in self._figures)
        rows = self._rows_of(work[0]["worker_id"])
        said = self._sentence(context) if self._text.sentence_too else ""
        return Caption(self._kicker, name, line, figures, rows, self._note, said, model, others)

    def of_model(self, frame: int) -> Caption:
        """Return what is said of a frame's model alone, where there is nobody to speak of."""
        return replace(SILENT, model=self._of_nobody(self._text.model_line, frame, self._places.get(frame, NOT_SHOWN)))

    def _of_nobody(self, template: str, frame: int, so_far: int) -> str:
        """Return what is said of no person."""
        return (fill(template, self._known_of_nobody(frame, so_far)) or "") if template else ""

    def _known_of_nobody(self, frame: int, so_far: int) -> dict[str, Any]:
        return {**values_of(self._moment(frame, [], so_far), (FRAME, SO_FAR)), **self._similar(frame)}

    def _others(self, context: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What further templates say of what is known; what is known of nobody is not said of them."""
        asked = ((key, source) for key, source in self._text.texts.items() if names_in(source) <= context.keys())
        return tuple((key, said) for key, source in asked if (said := fill(source, context)))

    def _sentence(self, context: Mapping[str, Any]) -> str:
        """The parts that are known, as a sentence; who said nothing is said to have given no answer."""
        parts = (fill(part, context) for part in parts_of(self._text.sentence))
        said = ", ".join(part.rstrip(".") for part in parts if part) or clean(self._text.no_answer)
        said = RANGE.sub("\u00a0–\u2060\u00a0", said[:1].upper() + said[1:])
        return said if said.endswith(ENDS) else f"{said}."

    def _set_rows(self, worker_id: str) -> tuple[Row, ...]:
        """Silence is shown, not filled: who answered nothing at all has an empty form."""
        answers = self._answers.get(worker_id, {})
        blank = clean(self._text.no_answer) if self._text.missing == "say so" and answers else ""
        return tuple(Row(self._headings[q], answers.get(q) or blank, q in answers) for q in self._rows)

    def _anyone_has(self, source: str) -> bool:
        frames = (frame for frame, work in self._work.items() if work)
        shown = len(self._totals)  # a counter is known by the film's end, if ever
        return any(fill(source, self._context(frame, self._work[frame], shown)) is not None for frame in frames)

    def _row_is_kept(self, question: str) -> bool:
        return self._text.missing == "say so" or any(a.get(question) for a in self._answers.values())

    def _moment(self, frame: int, work: list[dict[str, Any]], so_far: int) -> Moment:
        who: Any = work[0]["worker_id"] if work else None
        account = self._accounts.people.get(who, {})
        totals = self._totals_after(so_far)
        answers = self._answers.get(who, {})
        carried = self._carried.get(frame)
        return Moment(frame, self._frames, work, answers, account, self._accounts.everyone, totals, carried)

    def _totals_after(self, so_far: int) -> Totals:
        """Return what counters count when so many frames have been shown."""
        if not self._totals or so_far == NOT_SHOWN:
            return {}
        return self._totals[min(so_far, len(self._totals)) - 1] if so_far else dict.fromkeys(self._totals[0], 0)

    def _context(self, frame: int, work: list[dict[str, Any]], so_far: int) -> dict[str, Any]:
        moment = self._moment(frame, work, so_far)
        answers = {question: moment.answers.get(question) for question in [*self._headings, *self._asked]}
        known = {**values_of(moment), "answers": answers}
        groups = {group: askable(values) for group, values in known.items()}
        own = askable(self._own_words(moment.answers))
        return {**groups, **self._similar(frame), "headings": self._headings, OWN_WORDS: own}

    def _own_words(self, answers: Mapping[str, str]) -> dict[str, Any]:
        """What a person said at most length, to which question, and which question they left empty first."""
        asked = [question for question in self._headings if answers.get(question)]
        longest = max(asked, key=lambda question: len(answers[question]), default=None)
        silent = next((question for question in self._headings if asked and not answers.get(question)), None)
        return {
            "answer": None if longest is None else answers[longest],
            "heading": None if longest is None else self._headings[longest],
            "silence": None if silent is None else self._headings[silent],
        }

    def _similar(self, frame: int) -> dict[str, Any]:
        return askable({TAUGHT_BY: self._taught_by.get(frame)})


def carried_from(dataset: Dataset) -> dict[int, int]:
    """Return, for each frame with labels that were carried over, the nearest frame that somebody labelled."""
    carried = dataset.annotations.filter(IS_CARRIED)["frame"].unique().sort().to_numpy()
    labelled = dataset.annotations.filter(~IS_CARRIED)["frame"].unique().sort().to_numpy()
    if not len(carried) or not len(labelled):
        return {}
    after = np.searchsorted(labelled, carried)
    before = labelled[np.maximum(after - 1, 0)]
    after = labelled[np.minimum(after, len(labelled) - 1)]
    nearest = np.where(np.abs(carried - before) <= np.abs(after - carried), before, after)
    return dict(zip(carried.tolist(), nearest.tolist(), strict=True))


def _figure(text: FigureText, context: Mapping[str, Any]) -> Figure:
    value, label, emphasis = (fill(source, context) for source in (text.value, text.label, text.emphasis))
    return Figure(value, label or "", emphasised=bool(emphasis))


def _answers_by_worker(dataset: Dataset) -> dict[str, dict[str, str]]:
    people: dict[str, dict[str, str]] = {}
    for row in dataset.answers.filter(pl.col("answer").is_not_null()).iter_rows(named=True):
        answer = clean(row["answer"])
        if answer:
            people.setdefault(row["worker_id"], {})[row["question_id"]] = answer
    return people


def _work_by_frame(dataset: Dataset) -> dict[int, list[dict[str, Any]]]:
    labels = dataset.annotations.group_by("assignment_id").agg(pl.len().alias("labels"))
    rows = dataset.work().join(labels, on="assignment_id", how="left", maintain_order="left")
    known = pl.col("labels_read").fill_null(value=True)  # else nobody knows how many there are
    rows = rows.with_columns(
        pl.when(known).then(pl.col("labels").fill_null(0)),
        pl.col("alias", "batch", "reason").map_elements(clean, return_dtype=pl.String),
    )
    work: dict[int, list[dict[str, Any]]] = {}
    for row in rows.filter(pl.col("frame").is_not_null()).iter_rows(named=True):
        work.setdefault(row["frame"], []).append(row)
    return work
