"""The section ``crowd`` of the project file: what was downloaded after a batch was closed, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, model_validator

from loopviz.errors import LoopvizError
from loopviz.formats.registry import EXPORTS, exported
from loopviz.project.base_model import GivenPath
from loopviz.settings import Option, Section

Show = Literal["accepted first", "accepted", "all"]
PATHS = ("survey", "images", "gold", "folder")


def _exported(word: object) -> object:
    try:
        exported(str(word))
    except LoopvizError:
        listed = [repr(each) for each in EXPORTS]
        raise ValueError(f"{', '.join(listed[:-1])} or {listed[-1]}") from None
    return word


ExportFormat = Annotated[str, BeforeValidator(_exported)]


class ConsentConfig(Section):
    """Which questions of the survey and of the batches are consent: also written as a name, or a list of names, alone.

    Attributes:
        question: The columns, in all of which it must be a yes; ``none`` where nobody was asked; found by their words
            if none is named.
        yes: The answers that are a yes, every other one then is a no; found by their words if not named.
        no: The answers that are a no, such as a tick.
        empty: What an empty answer means where every other one is named as a no.
    """

    question: Annotated[
        tuple[str, ...],
        Option(
            "--consent",
            "A question in which people agree, each of which must be a yes; none: nobody was asked. May be repeated.",
            metavar="COLUMN",
            repeated=True,
        ),
    ] = ()
    yes: Annotated[
        tuple[str, ...],
        Option(
            "--consent-yes",
            "An answer that is a yes; all others are a no. May be repeated.",
            metavar="TEXT",
            repeated=True,
        ),
    ] = ()
    no: Annotated[
        tuple[str, ...],
        Option(
            "--consent-no", "An answer that is a no, such as a tick. May be repeated.", metavar="TEXT", repeated=True
        ),
    ] = ()
    empty: Annotated[
        Literal["yes", "no"] | None, Option("--consent-empty", "What an empty answer means, where a tick is a no.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        if isinstance(value, str | list | tuple) or value is None:
            value = {"question": value}
        if not isinstance(value, Mapping):
            return value
        # To YAML 1.1 a bare yes is true and a bare no is false, as keys too.
        known = {_WORD.get(key, key) if isinstance(key, bool) else key: given for key, given in value.items()}
        for key in ("yes", "no"):
            known[key] = tuple(text for word in _listed(known.get(key)) for text in _words(word))
        empty = known.get("empty")
        return known | {
            "question": _listed(known.get("question")),
            "empty": _WORD[empty] if isinstance(empty, bool) else empty,
        }


_WORD = {True: "yes", False: "no"}


def _listed(given: object) -> tuple[object, ...]:
    return () if given is None else tuple(given) if isinstance(given, list | tuple) else (given,)


def _words(word: object) -> tuple[object, ...]:
    """Return the words that YAML takes for true or for false."""
    if isinstance(word, bool):
        return ("yes", "true", "on") if word else ("no", "false", "off")
    return (str(word),) if isinstance(word, int) else (word,)


class SearchConfig(Section):
    """Which question of the survey asks how long people search for tasks: also written as its name alone.

    Attributes:
        question: The question's id; ``none`` leaves the search out; found by its words and answers if not named.
        unit: What an answer that is only a number counts.
        per: What the answers are taken to be for: each ``task``, or each ``day`` of work.
    """

    question: Annotated[
        str | None, Option("--search-question", "The question that asks how long people search for tasks.")
    ] = None
    unit: Annotated[
        Literal["seconds", "minutes", "hours"] | None,
        Option("--search-unit", "What its answers count where they are only numbers."),
    ] = None
    per: Annotated[Literal["task", "day"], Option("--search-per", "What its answers are taken to be for: day.")] = "day"

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"question": value} if isinstance(value, str) or value is None else value


class CrowdConfig(Section):
    """Batches, their survey, the review and the account.

    Attributes:
        batches: The results as they were downloaded, in the order in which the batches ran.
        survey: The answers of the people, from Qualtrics or as a plain table.
        key: The survey's column that says who answered; it is found where it is not named.
        consent: The survey's question in which a person agrees that the answers are used, and which answers are a yes.
        keep: Columns of the survey that are left out otherwise, to protect people.
        images: A CSV table with the columns ``url`` and ``file``, where the addresses do not end in the frames' names.
        label_columns: The batches' columns in which a page of the requester's own wrote labels in pixels; they are
            found where they are not named. Other columns then hold none.
        image_column: The batches' column ``Input.*`` that names the labelled image, where several name images.
        tolerance: The largest distance of a pixel to a label's colour, in levels of 255.
        min_area: Pixels below which a category does not count as used.
        rule: What work must keep for its labels to count: ``categories >= 3 and seconds >= 30``. None: no review.
        gold: Labels of frames with known answers, for rules about ``gold``.
        pay_all: Whether everyone is to be paid, whatever the rule says.
        wage_usd_per_hour: A wage that pay is compared with.
        search: The question that asks how long people search for tasks, and how its answers are read.
        show: Whose labels the video shows where several people worked on a frame: those that count and, where there
            are none, the others (``accepted first``); only those that count (``accepted``); or ``all``.
        export: In which formats the dataset is written beside the video.
        write: Whether the dataset, the review, the account and the exports are written beside the video.
        folder: Where they go; the output's name if not named.
    """

    batches: Annotated[tuple[GivenPath, ...], Field(min_length=1)]
    survey: Annotated[GivenPath | None, Option("--survey", "The survey's answers: Qualtrics, or a plain table.")] = None
    key: Annotated[str | None, Option("--key", "The survey's column that says who answered.")] = None
    consent: ConsentConfig = ConsentConfig()
    keep: Annotated[
        tuple[str, ...], Option("--keep", "Columns that are left out otherwise, to protect people.", metavar="A,B")
    ] = ()
    images: Annotated[GivenPath | None, Option("--images", "A table of addresses and images: url, file.")] = None
    label_columns: Annotated[
        tuple[str, ...] | None,
        Option(
            "--label-columns", "The batches' columns of a page's own labels in pixels, if not found.", metavar="A,B"
        ),
    ] = None
    image_column: Annotated[
        str | None, Option("--image-column", "The batches' column that names the labelled image, if several do.")
    ] = None
    tolerance: Annotated[
        StrictInt,
        Field(ge=0, le=255),
        Option("--tolerance", "Largest distance of a pixel to a label's colour.", default_shown=True),
    ] = 40
    min_area: Annotated[
        StrictInt,
        Field(ge=0),
        Option("--min-area", "Pixels below which a category does not count as used.", default_shown=True),
    ] = 25
    rule: str | None = None
    gold: GivenPath | None = None
    pay_all: StrictBool = False
    wage_usd_per_hour: Annotated[float, Field(gt=0, le=10_000)] | None = None
    search: SearchConfig = SearchConfig()
    show: Show = "accepted first"
    export: tuple[ExportFormat, ...] = ()
    write: StrictBool = True
    folder: GivenPath | None = None

    @model_validator(mode="before")
    @classmethod
    def _older_names(cls, value: object) -> object:
        """Read ``search_question`` and ``search_per`` as what they are called now: ``search``."""
        older = {"search_question": "question", "search_per": "per"}
        if not isinstance(value, Mapping) or not older.keys() & value.keys() or "search" in value:
            return value
        search = {new: value[old] for old, new in older.items() if old in value}
        return {key: given for key, given in value.items() if key not in older} | {"search": search}

    @model_validator(mode="after")
    def _writes_what_is_asked_for(self) -> Self:
        if self.export and not self.write:
            raise ValueError("'export' without 'write: false', which writes the video alone")
        return self

    def below(self, move: Callable[[Path], Path]) -> Self:
        """Return the section with every path moved."""
        moved: dict[str, object] = {"batches": tuple(move(path) for path in self.batches)}
        moved |= {name: move(path) for name in PATHS if (path := getattr(self, name)) is not None}
        return self.model_copy(update=moved)
