"""Settings as models: a part of a file of settings, and how a field of it is given on the command line.

``crf: Annotated[StrictInt, Field(ge=0, le=63), Option("--crf", "Quality: …")] = 18`` is all that an option needs: the
type, the help, the completion and the setting follow from it, see ``loopviz.cli.parameters``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pydantic

from loopviz.validation import config_error


@dataclass(frozen=True)
class Option:
    """The option of a field.

    Attributes:
        flags: What is written: ``"--crf"``, ``"--output -o"``.
        help: What it says of itself.
        metavar: What stands for its value in the help.
        parser: Reads its value, where the field's type does not say how.
        completes: Returns what a beginning can become in the shell.
        repeated: Whether each value of several is given by its own; else they are written as ``A,B,C``.
        default_shown: Whether the help names the field's default.
    """

    flags: str
    help: str
    metavar: str | None = None
    parser: Callable[[str], object] | None = None
    completes: Callable[[str], list[str]] | None = None
    repeated: bool = False
    default_shown: bool = False


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
                if place.get(section) is None:  # not there, or there without anything in it
                    place[section] = {}
                place = place[section]
            place[key] = value
        return type(self).checked(data)
