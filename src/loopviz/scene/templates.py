"""Caption templates: the user's sentences over values, rendered in a sandbox with limits.

Templates are the user's; answers are strangers' text. An answer is put in as a value and never read as a template, and
is cleaned of control and direction-override characters first. A value that is not known is a
:class:`MissingValueError` inside the template: the caption leaves the part out, and never prints the word None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.filters import do_int, do_round
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loopviz.errors import ConfigError, shown_plain
from loopviz.paths import IGNORABLE
from loopviz.scene.caption_values import GROUPS
from loopviz.validation import LISTED

MAX_ANSWER = 4000  # characters: more than any panel has room for
MAX_TEMPLATE = 4000
MAX_TEXT = 20_000  # characters, of a value that a filter works on
MAX_NUMBER = 1e15  # as many seconds are thirty million years
MAX_PLACES = 15
# Soft hyphens, zero width spaces, joiners and word joiners decide about lines and shapes, implicit marks of direction
# about the order of signs, variation selectors about shapes. All else that is not seen (overrides of direction!) goes,
# and so do the anchors of annotations between the lines.
_WORKING = "\u00ad\u061c\u180b-\u180d\u180f\u200b-\u200f\u2060\ufe00-\ufe0f\U000e0100-\U000e01ef"
_UNSEEN = re.compile(f"(?![{_WORKING}]){IGNORABLE.pattern}|[\ufff9-\ufffb]")
MARKS = "\u200e\u200f\u061c"  # of direction, implicit
_BLANK = {"Cc", "Cs", "Co", "Cn"}


class MissingValueError(Exception):
    """A template asked for something that is not known of this person or this work."""


def clean(text: str) -> str:
    """Return a stranger's text as one line that is safe to set: composed, and cut with an ellipsis if it is a book.

    What nobody sees (Unicode's default ignorables) is left out, but for what breaks lines or shapes letters; control
    characters, and those that no font can have, are blanks.
    """
    text = text[: 4 * MAX_ANSWER]
    line = " ".join(text.split()) if text.isascii() and text.isprintable() else _seen(text)
    return line if len(line) <= MAX_ANSWER else line[: MAX_ANSWER - 1].rstrip() + "…"


def _seen(text: str) -> str:
    """Return what is seen of a text in which there may be more than plain letters, as one line."""
    seen = _UNSEEN.sub("", text)
    if not any(unicodedata.bidirectional(c) in {"R", "AL"} for c in seen if c not in MARKS):
        seen = seen.translate(dict.fromkeys(map(ord, MARKS)))  # where all runs from the left they could only disturb
    kept = (" " if unicodedata.category(c) in _BLANK else c for c in unicodedata.normalize("NFC", seen))
    return " ".join(word for word in "".join(kept).split() if IGNORABLE.sub("", word))


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


def askable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by name for a template, which may ask whether one is known: None is not."""
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


@lru_cache(maxsize=256)
def names_in(source: str) -> frozenset[str]:
    """Return the names that a template asks for, as ``worker`` or ``pay``; asked for each frame, looked for once."""
    return frozenset(node.name for node in _parsed(source).find_all(nodes.Name))


def fill(source: str, context: Mapping[str, Any]) -> str | None:
    """Render a template; None if it needs something that is not known.

    Raises:
        ConfigError: If the template names something that captions do not have, or goes wrong.
    """
    template = compiled(source)
    try:
        # Not ``render``, which makes a traceback of the template's own lines: of what is not known, nobody reads it.
        parts = template.root_render_func(template.new_context(dict(context)))
        return clean(template.environment.concat(parts))
    except MissingValueError:
        return None
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        frame = context.get("frame")
        raise ConfigError(
            f"a caption template cannot be filled: {error}",
            at=f"caption of frame {frame['index']}" if frame else "caption",
            found=source,
            expected=f"{', '.join((*GROUPS, 'answers', 'taught_by'))} or headings",
        ) from error
