"""What other packages bring: found by their entry points, checked when it is first asked for, and named if unusable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from loopviz.errors import MissingPartError

T = TypeVar("T")


@dataclass(frozen=True)
class Plugin(Generic[T]):
    """A part of another package.

    Attributes:
        name: The entry's name.
        package: The package and its version, as far as it says them.
        part: What it brings; None where it cannot be used.
        trouble: Why not.
    """

    name: str
    package: str
    part: T | None = None
    trouble: str | None = None


def plugins_of(
    group: str, kind: str, ours: Collection[str], usable: Callable[[Any, str, str], T]
) -> tuple[Plugin[T], ...]:
    """Return what other packages bring, in the order of the names; what cannot be used says why.

    Args:
        group: The group of entry points, as ``loopviz.formats``.
        kind: What such a thing is called in a message, as ``a format``.
        ours: The names that loopviz itself has.
        usable: Returns what is to be used of what an entry leads to, of its name and of its package; raises if it is
            not as it should be.
    """
    entries = sorted(entry_points(group=group), key=lambda entry: (entry.name, package_of(entry)))
    names = [entry.name for entry in entries]

    def load(entry: EntryPoint) -> Plugin[T]:
        name, package = entry.name, package_of(entry)
        if name in ours:
            return Plugin(name, package, trouble=f"cannot be used: loopviz has {kind} of this name")
        if names.count(name) > 1:
            return Plugin(name, package, trouble=f"cannot be used: another package has {kind} of this name")
        try:
            return Plugin(name, package, usable(entry.load(), name, package))
        except (Exception, SystemExit) as error:  # whatever stands in the way is the answer
            return Plugin(name, package, trouble=f"cannot be loaded: {error_words(error)}")

    return tuple(map(load, entries))


def plugin_named(name: str, plugins: Sequence[Plugin[T]], kind: str) -> T | None:
    """Return what a package brings under a name, None where none brings anything.

    Raises:
        MissingPartError: If it cannot be used.
    """
    found = next((each for each in plugins if each.name == name), None)
    if found is None or found.part is not None:
        return found.part if found else None
    remedy = f"Install {found.package.split()[0]} again, or ask those who made it."
    raise MissingPartError(f"the {kind} {name!r} of {found.package} {found.trouble}", remedy=remedy)


def package_of(entry: EntryPoint) -> str:
    """Return the package of an entry point and its version, as far as it says them."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown package"


def error_words(error: BaseException) -> str:
    """Return what another package's error says, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
