"""What the panel says on each frame: templates over the Dataset, rendered in a sandbox.

Templates are the user's; answers are strangers' text. An answer is put in as a value and never read as a template, and
is cleaned of control and direction-override characters first. A value that is not known is a
:class:`MissingValueError` inside the template: the caption leaves the part out, and never prints the word None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jinja2
import polars as pl
from jinja2 import nodes
from jinja2.filters import do_int, do_round
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, shown_plain
from loopviz.paths import IGNORABLE
from loopviz.scene.theme import CaptionText
from loopviz.validation import LISTED

MAX_ANSWER = 4000  # characters: more than any panel has room for
MAX_TEMPLATE = 4000
MAX_TEXT = 20_000  # characters, of a value that a filter works on
MAX_NUMBER = 1e15  # as many seconds are thirty million years
MAX_PLACES = 15
REMEMBERED = 4096  # frames, and people
# Soft hyphens, zero width spaces, joiners and word joiners decide about lines and shapes, implicit marks of direction
# about the order of signs, variation selectors about shapes. All else that is not seen (overrides of direction!) goes,
# and so do the anchors of annotations between the lines.
_WORKING = "\u00ad\u061c\u180b-\u180d\u180f\u200b-\u200f\u2060\ufe00-\ufe0f\U000e0100-\U000e01ef"
_UNSEEN = re.compile(f"(?![{_WORKING}]){IGNORABLE.pattern}|[\ufff9-\ufffb]")
MARKS = "\u200e\u200f\u061c"  # of direction, implicit
_BLANK = {"Cc", "Cs", "Co", "Cn"}

# What an account says of all the work of a person; of everybody it says besides how many people they are.
ACCOUNT = (
    "tasks", "approved", "rejected", "seconds", "paid_usd", "unpaid_usd", "usd_per_hour", "usd_per_hour_with_search",
    "search_at_least",
)  # fmt: skip
EVERYONE = ("people", *ACCOUNT)


class MissingValueError(Exception):
    """A template asked for something that is not known of this person or this work."""


@dataclass(frozen=True)
class Figure:
    """A large number, or None where this person's is not known, and its label."""

    value: str | None
    label: str


@dataclass(frozen=True)
class Accounts:
    """What is known of all the work, beyond a frame's: numbers by name, None or left out where they are not known.

    Args:
        people: By worker id, the values of ``ACCOUNT``.
        everyone: The values of ``EVERYONE``.
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
    """Everything that the panel says on one frame."""

    kicker: str
    name: str
    line: str
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    note: str


def clean(text: str) -> str:
    """Return a stranger's text as one line that is safe to set: composed, and cut with an ellipsis if it is a book.

    What nobody sees (Unicode's default ignorables) is left out, but for what breaks lines or shapes letters; control
    characters, and those that no font can have, are blanks.
    """
    seen = _UNSEEN.sub("", text[: 4 * MAX_ANSWER])
    if not any(unicodedata.bidirectional(c) in {"R", "AL"} for c in seen if c not in MARKS):
        seen = seen.translate(dict.fromkeys(map(ord, MARKS)))  # where all runs from the left they could only disturb
    kept = (" " if unicodedata.category(c) in _BLANK else c for c in unicodedata.normalize("NFC", seen))
    line = " ".join(word for word in "".join(kept).split() if IGNORABLE.sub("", word))
    return line if len(line) <= MAX_ANSWER else line[: MAX_ANSWER - 1].rstrip() + "…"


def money(value: float) -> str:
    """Return dollars as ``$2.14``, ``$1,200.00``."""
    value = _number(value)
    return f"${value:,.2f}" if value >= 0 else f"−${-value:,.2f}"


def duration(seconds: float) -> str:
    """Return seconds in words: ``52 s``, ``4 min 12 s``, ``2 h 5 min``."""
    if _number(seconds) < 0:
        return f"−{duration(-seconds)}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return " ".join([*([f"{minutes} min"] if minutes else []), *([f"{rest} s"] if rest or not minutes else [])])


def clock(seconds: float) -> str:
    """Return seconds as ``4:12``, ``1:02:09``."""
    if _number(seconds) < 0:
        return f"−{clock(-seconds)}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _rounded(value: float, precision: int = 0, method: str = "common") -> float:
    """Jinja's ``round``, which makes a power of ten of the precision, with a bound to it."""
    if not isinstance(precision, int) or abs(precision) > MAX_PLACES:
        raise ValueError(f"'round' to {precision!r} places, but at most {MAX_PLACES}")
    return do_round(_number(value), precision, method)  # type: ignore[arg-type]  # it refuses other methods itself


def _whole(value: str | float, default: int = 0) -> int:
    """Jinja's ``int``, of what may be a number."""
    return int(_number(do_int(_text(value) if isinstance(value, str) else _number(value), default)))


def _of_text(change: Callable[..., str]) -> Callable[..., str]:
    """A filter of Jinja's for texts that a caption can show."""
    return lambda value, *args: change(_text(str(value)), *args)


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise ValueError(f"a text of {len(value):,} characters, but at most {MAX_TEXT:,} are worked on")
    return value


def _number(value: Any) -> Any:
    """Return a number that a caption can show; infinity, what is not a number, and the absurd are none."""
    if not isinstance(value, int | float):
        raise TypeError(f"a number is needed, not {type(value).__name__}")
    if not abs(value) < MAX_NUMBER:
        raise ValueError(f"a number is not finite, or not below {MAX_NUMBER:.0e}")
    return value


class _NotKnown(jinja2.Undefined):
    """Stands in a template for a value that is not known: false when asked, missing when shown or reckoned with."""

    __slots__ = ()
    __str__ = __len__ = __iter__ = jinja2.Undefined._fail_with_undefined_error


class _NoSuchName(jinja2.StrictUndefined):
    """Stands for what captions do not have, and says what they do have there."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        there = self._undefined_obj
        if not isinstance(there, Mapping):
            return super()._undefined_message
        return f"no {self._undefined_name!r} among {', '.join(map(shown_plain, list(there)[:LISTED])) or 'none'}"


NOT_KNOWN = _NotKnown(exc=MissingValueError)  # type: ignore[arg-type]  # any exception will do


def _askable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: NOT_KNOWN if value is None else value for key, value in values.items()}


def _known(value: Any) -> Any:
    if value is None or isinstance(value, _NotKnown):
        raise MissingValueError
    return value


def _shown(value: Any) -> Any:
    """What a template may put into text: words and finite numbers, and nothing that only Python understands."""
    if isinstance(_known(value), float):
        return _number(value)
    if not isinstance(value, str | int | jinja2.Undefined):
        raise TypeError("a part of a caption is neither a word nor a number")
    return value


class _Environment(ImmutableSandboxedEnvironment):
    """Knows items of mappings, and no attribute of anything: no method, no class, no address in memory."""

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item; undefined where there is none."""
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an item: ``answers.items`` is the answer to a question of that name."""
        return self.getitem(obj, attribute)


def _environment() -> _Environment:
    # Not optimized: what Jinja reckons beforehand it writes as Python, where infinity is no number but a name.
    environment = _Environment(
        undefined=_NoSuchName, finalize=_shown, autoescape=False, trim_blocks=True, optimized=False
    )
    environment.globals.clear()  # no range(10**9), no lipsum, no namespace
    texts = {name: _of_text(environment.filters[name]) for name in ("upper", "lower", "capitalize", "title", "trim")}
    filters = {"money": money, "duration": duration, "clock": clock, "round": _rounded, "int": _whole, **texts}
    environment.filters = {
        name: lambda value, *args, f=f, **options: f(_known(value), *args, **options) for name, f in filters.items()
    }
    return environment


# What a caption needs. All else (loops, calls, products, assignments, …) is a way to make much out of little.
_PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat,
    nodes.Add, nodes.Sub, nodes.Div, nodes.Neg, nodes.Tuple, nodes.List, nodes.Keyword,
)  # fmt: skip


ENVIRONMENT = _environment()


@lru_cache(maxsize=256)
def compiled(source: str) -> jinja2.Template:
    """Compile a caption template.

    Raises:
        ConfigError: If it is not a template, is absurdly long, or does more than put values into text.
    """
    _parsed(source)
    try:
        return ENVIRONMENT.from_string(source)
    except jinja2.TemplateAssertionError as error:  # an unknown filter or test
        expected = f"the filters {', '.join(ENVIRONMENT.filters)}" if "filter" in str(error) else None
        raise ConfigError(f"not a caption template: {error}", found=source, at="caption", expected=expected) from error
    except (jinja2.TemplateError, RecursionError, SyntaxError, MemoryError) as error:
        raise ConfigError(f"not a caption template: {error}", found=source, at="caption") from error


def _parsed(source: str) -> nodes.Template:
    if len(source) > MAX_TEMPLATE:
        expected = f"at most {MAX_TEMPLATE} characters"
        raise ConfigError("a caption template is too long", at="caption", found=source, expected=expected)
    try:
        tree = ENVIRONMENT.parse(source)
        other = next((node for node in tree.find_all(nodes.Node) if not isinstance(node, _PLAIN)), None)
        for number in (node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, int | float)):
            _number(number)
    except (jinja2.TemplateError, RecursionError, ValueError) as error:
        raise ConfigError(f"not a caption template: {error}", found=source, at="caption") from error
    if other is not None:
        raise ConfigError(
            f"a caption template may not do this: {type(other).__name__}",
            at="caption",
            found=source,
            expected="values, conditions and filters: no loops, calls, products, assignments or macros",
        )
    return tree


def questions_in(source: str) -> set[str]:
    """Return the ids of the questions whose answers a template shows, as ``answers.Q1`` or ``answers['Q 1']``."""
    asked = set()
    for node in _parsed(source).find_all(nodes.Expr):
        match node:
            case nodes.Getattr(node=nodes.Name(name="answers"), attr=str(question)):
                asked.add(question)
            case nodes.Getitem(node=nodes.Name(name="answers"), arg=nodes.Const(value=str(question))):
                asked.add(question)
    return asked


def shows_accounts(text: CaptionText) -> bool:
    """Say whether a template of a caption shows anything of all the work: ``account`` or ``everyone``."""
    sources = (text.name, text.line, *(part for figure in text.figures for part in (figure.value, figure.label)))
    names = (node.name for source in sources for node in _parsed(source).find_all(nodes.Name))
    return not {"account", "everyone"}.isdisjoint(names)


def fill(source: str, context: Mapping[str, Any]) -> str | None:
    """Render a template; None if it needs something that is not known.

    Raises:
        ConfigError: If the template names something that captions do not have, or goes wrong.
    """
    try:
        return clean(compiled(source).render(context))
    except MissingValueError:
        return None
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        frame = context.get("frame")
        raise ConfigError(
            f"a caption template cannot be filled: {error}",
            at=f"caption of frame {frame['index']}" if frame else "caption",
            found=source,
            expected="worker, work, pay, account, everyone, frame, answers or headings",
        ) from error


class CaptionWriter:
    """Writes the caption of each frame of a Dataset.

    Figures that nobody has a value for are left out of the whole clip, and so are questions that a figure shows, so
    that the panel keeps its shape from frame to frame.
    """

    def __init__(
        self, dataset: Dataset, text: CaptionText, headings: Mapping[str, str], accounts: Accounts = NO_ACCOUNTS
    ) -> None:
        for source in (text.name, text.line, text.nobody_line, *(figure.label for figure in text.figures)):
            compiled(source)  # a template that cannot be one is refused now, not on the first frame that needs it
        self._text = text
        self.write = lru_cache(maxsize=REMEMBERED)(self._write)
        self._rows_of = lru_cache(maxsize=REMEMBERED)(self._set_rows)  # one set for all frames of a person
        self._frames = dataset.frames["frame"].to_list()
        self._headings = {
            row["question_id"]: clean(
                headings.get(row["question_id"]) or row["heading"] or row["text"] or row["question_id"]
            )
            for row in dataset.questions.iter_rows(named=True)
        }
        self._answers = _answers_by_worker(dataset)
        self._work = _work_by_frame(dataset)
        self._accounts = accounts
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

    @property
    def has_rows(self) -> bool:
        """Whether a person's caption has rows."""
        return bool(self._rows)

    def _write(self, frame: int) -> Caption:
        """Return what the panel says on a frame: asked for its characters, its segment's key and its drawing."""
        work = self._work.get(frame, [])
        if not work:
            line = fill(self._text.nobody_line, {"frame": self._frame(frame, work)}) or ""
            return Caption(self._kicker, self._nobody, line, (), (), self._note)
        context = self._context(frame, work)
        figures = tuple(Figure(fill(f.value, context), fill(f.label, context) or "") for f in self._figures)
        rows = self._rows_of(work[0]["worker_id"])
        line = fill(self._text.line, context) or ""
        return Caption(self._kicker, fill(self._text.name, context) or "", line, figures, rows, self._note)

    def _set_rows(self, worker_id: str) -> tuple[Row, ...]:
        """Silence is shown, not filled: who answered nothing at all has an empty form."""
        answers = self._answers.get(worker_id, {})
        blank = clean(self._text.no_answer) if self._text.missing == "say so" and answers else ""
        return tuple(Row(self._headings[q], answers.get(q) or blank, q in answers) for q in self._rows)

    def _anyone_has(self, source: str) -> bool:
        frames = (frame for frame, work in self._work.items() if work)
        return any(fill(source, self._context(frame, self._work[frame])) is not None for frame in frames)

    def _row_is_kept(self, question: str) -> bool:
        return self._text.missing == "say so" or any(a.get(question) for a in self._answers.values())

    def _frame(self, frame: int, work: list[dict[str, Any]]) -> dict[str, Any]:
        return {"index": frame, "number": frame + 1, "count": len(self._frames), "others": len(work) - 1}

    def _context(self, frame: int, work: list[dict[str, Any]]) -> dict[str, Any]:
        mine = work[0]
        given = self._answers.get(mine["worker_id"], {})
        same = ("status", "reward_usd", "labels", "accepted", "batch")
        done = {key: mine[key] for key in same} | {"seconds": mine["work_seconds"]}
        questions = [*self._headings, *self._asked]
        silent = mine["worker_id"] is not None and not given  # of somebody unknown it is not known
        account, everyone = self._accounts.people.get(mine["worker_id"], {}), self._accounts.everyone
        return {
            "frame": self._frame(frame, work),
            "worker": _askable({"alias": mine["alias"], "simulated": bool(mine["simulated"]), "silent": silent}),
            "work": _askable(done),
            "pay": _askable(_pay(mine)),
            "account": _askable({key: account.get(key) for key in ACCOUNT}),
            "everyone": _askable({key: everyone.get(key) for key in EVERYONE}),
            "answers": _askable({question: given.get(question) for question in questions}),
            "headings": self._headings,
        }


def _pay(work: Mapping[str, Any]) -> dict[str, float | None]:
    """What this work paid: nothing if it was rejected, not known before that is decided; and that an hour."""
    reward, seconds = work["reward_usd"], work["work_seconds"]
    usd = None if reward is None else {"rejected": 0.0, "approved": float(reward)}.get(work["status"])
    return {"usd": usd, "usd_per_hour": None if usd is None or not seconds else usd / seconds * 3600}


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
        pl.col("alias", "batch").map_elements(clean, return_dtype=pl.String),
    )
    work: dict[int, list[dict[str, Any]]] = {}
    for row in rows.filter(pl.col("frame").is_not_null()).iter_rows(named=True):
        work.setdefault(row["frame"], []).append(row)
    return work
