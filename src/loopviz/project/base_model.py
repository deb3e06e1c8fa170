"""What the parts of the project file share: no unknown key, and paths as people write them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Self

import pydantic
from pydantic import BeforeValidator

from loopviz.validation import config_error

LONGEST_PATH = 4096  # characters, as Linux has it


def _path(value: object) -> object:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip() or "\0" in value or len(value) > LONGEST_PATH:
        raise ValueError("a path")
    return expanded(value)


def expanded(path: str) -> Path:
    """Return a path with ``~`` as the shell reads it: the home of somebody who does not exist is just a name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  (the one of pathlib raises RuntimeError then)


GivenPath = Annotated[Path, BeforeValidator(_path)]


def parse_frame_rate(value: object) -> Fraction:
    """Return a frame rate given as ``25`` or ``"30000/1001"``, exactly.

    Raises:
        ValueError: If it is anything else, a decimal included: 29.97 is a rounded 30000/1001.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Fraction):
        raise ValueError("a whole number or a fraction such as 30000/1001")
    try:
        rate = Fraction(value)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000 or (isinstance(value, str) and not value.replace("/", "").isdecimal()):
        raise ValueError("a whole number or a fraction such as 30000/1001, above 0 and at most 1000")
    return rate


class Section(pydantic.BaseModel):
    """A part of the project file: no unknown key, nothing changed once it is read."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def checked(cls, data: Mapping[str, object], *, file: Path | None = None) -> Self:
        """Return the config that plain data describes.

        Raises:
            ConfigError: If a key is unknown or missing, or a value is not what it should be; ``file`` is named.
        """
        try:
            return cls.model_validate(data)
        except pydantic.ValidationError as error:
            raise config_error(error, cls, file) from None

    def changed(self, changes: Mapping[str, object]) -> Self:
        """Return the config with some values exchanged, by dotted name (``"encoder.crf"``); None changes nothing.

        Raises:
            ConfigError: If a value is not what the project file could say there.
        """
        data: dict[str, Any] = self.model_dump(exclude_unset=True)
        for name, value in changes.items():
            if value is None:
                continue
            *sections, key = name.split(".")
            place = data
            for section in sections:
                place = place.setdefault(section, {})
            place[key] = value
        return type(self).checked(data)
