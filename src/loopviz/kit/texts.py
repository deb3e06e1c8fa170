"""Texts that go into a page: which are refused, and how the others are made harmless and set.

Three readers see a task page: a browser, Mechanical Turk, which replaces ``${column}`` before that, and on sister
platforms Liquid (``{{ … }}``, ``{% … %}``). A text must not be able to speak to any of them.
"""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape

from loopviz.errors import ConfigError

# Overrides and isolates can turn the words around them: the Trojan Source characters.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
TEMPLATE_SIGNS = {"$": "&#36;", "{": "&#123;", "}": "&#125;", "%": "&#37;"}


def problem_of(text: str, longest: int, *, lines: bool = False) -> str | None:
    """Return what is wrong with a text for a page, None if nothing is; ``lines``: it may have several."""
    if not text.strip():
        return "it is empty"
    if not lines and text != text.strip():
        return "it begins or ends with a blank"
    if len(text) > longest:
        return f"it is longer than {longest} characters"
    kept = text.replace("\r\n", "").replace("\n", "") if lines else text
    if any(c in BIDI or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in kept):
        return "it holds a character that cannot be seen, such as a line break"
    return None


def checked(text: str, name: str, longest: int, *, lines: bool = False) -> str:
    """Return a text that may stand on a page.

    Raises:
        ConfigError: If it is empty, too long, or holds characters that cannot be seen.
    """
    problem = problem_of(text, longest, lines=lines)
    if problem is not None:
        raise ConfigError(f"not a text for a page: {problem}", at=name, found=text)
    return text


def inert(value: object) -> Markup:
    """Return a value as HTML that no template language reads anything into; HTML of our own stays as it is."""
    if isinstance(value, Markup):
        return value
    html = str(escape(value))
    return Markup("".join(TEMPLATE_SIGNS.get(c, c) for c in html))  # noqa: S704  (escaped just before)


def label_list(categories: tuple[str, ...]) -> Markup:
    r"""Return names as a JSON list for an attribute in apostrophes.

    Whatever a quote, a tag or a template could be made of is written as ``\u0027``: the widget's own parser may be
    looser than JSON's.
    """
    names = (re.sub(r"[\x21-\x7e]", _written_out, name) for name in categories)
    return Markup("[" + ", ".join(f'"{name}"' for name in names) + "]")  # noqa: S704  (nothing is left to escape)


def _written_out(match: re.Match[str]) -> str:
    sign = match[0]
    return sign if sign.isalnum() or sign in "_.,()-" else f"\\u{ord(sign):04x}"


def typeset(text: str) -> str:
    """Return a text as it is shown: a range has its dash (25–34), a word its apostrophe. The original is sent."""
    text = re.sub(r"(?<=\d) ?- ?(?=\d)", "–", text)
    return re.sub(r"(?<=\w)'(?=\w)", "’", text).replace(" - ", " – ")


def markdown(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|&~$-])", r"\\\1", text)
