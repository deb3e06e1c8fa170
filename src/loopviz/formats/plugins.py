"""Label formats of other packages: the entry point ``loopviz.formats``.

An entry's name is the format's, and it leads to a ``loopviz.formats.format.Format``. Packages are looked through only
where a name is none of ours, where no format of ours fits, or where ``loopviz doctor`` lists them. Whatever one of them
raises that is no error of loopviz becomes one that names it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

from loopviz.errors import InputError, LoopvizError
from loopviz.formats.format import Confidence, Evidence, Format, use
from loopviz.formats.registry import BY_NAME, EXPORTS
from loopviz.plugins import Plugin, error_words, plugin_named, plugins_of

GROUP = "loopviz.formats"
FUNCTIONS = ("detect", "read", "write", "files", "losses")


@functools.cache
def plugins() -> tuple[Plugin[Format], ...]:
    """Return the formats of other packages, in the order of their names; those that cannot be used say why."""
    return plugins_of(GROUP, "a format", {*BY_NAME, *EXPORTS}, _usable)


def plugin(name: str) -> Format | None:
    """Return the format of another package, None where no package has one of this name.

    Raises:
        MissingPartError: If it cannot be used.
    """
    return plugin_named(name, plugins(), "label format")


def plugin_names(*, writing: bool = False) -> tuple[str, ...]:
    """Return the names of other packages' formats that can be used: those that are read, or written."""
    forms = (each.part for each in plugins() if each.part)
    return tuple(form.name for form in forms if (form.write if writing else form.read))


def _usable(form: object, name: str, package: str) -> Format:
    return _guarded(_checked(form, name), package)


def _checked(form: object, name: str) -> Format:
    """Refuse what is no usable row of the table."""
    if not isinstance(form, Format):
        raise TypeError(f"the entry leads to {type(form).__name__}, not to a loopviz.formats.format.Format")
    if form.name != name:
        raise ValueError(f"the format is called {form.name!r}")
    if form.read is None and form.write is None:
        raise ValueError("it neither reads nor writes")
    return form


def _guarded(form: Format, package: str) -> Format:
    """Return a format whose functions, imported now, raise nothing but errors of loopviz."""
    given = {name: use(getattr(form, name)) for name in FUNCTIONS if getattr(form, name) is not None}
    if "read" in given:
        given["read"] = _named(given["read"], form.name)
    if "detect" in given:
        given["detect"] = _plain(given["detect"])
    safe: dict[str, Any] = {name: _safe(function, form.name, package) for name, function in given.items()}
    return replace(form, export=form.name if form.write else None, traceable=None, **safe)


def _named(read: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return a reader whose label sets are of its format, and whose notes have words."""

    @functools.wraps(read)
    def call(*arguments: Any) -> Any:
        labels = replace(read(*arguments), format=name)
        list(map(str, labels.problems))
        return labels

    return call


def _plain(detect: Callable[..., Any]) -> Callable[..., Any]:
    """Return a detector that answers as ours do."""

    @functools.wraps(detect)
    def call(*arguments: Any) -> Any:
        said = detect(*arguments)
        if not isinstance(said, Evidence) or said.confidence not in get_args(Confidence):
            raise TypeError(f"{said!r} is no Evidence")
        return replace(said, name=None)

    return call


def _safe(function: Callable[..., Any], name: str, package: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (LoopvizError, MemoryError):
            raise
        except Exception as error:
            what = f"the label format {name!r} of {package} failed: {error_words(error)}"
            raise InputError(what, remedy="Tell those who made it.") from error

    return call
