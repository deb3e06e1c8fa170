"""The manifest of a folder of frames: each picture's place in time, and where the sound is.

``manifest.json`` is written by ``split_frames`` and read when the folder is opened again, so that a clip comes back
with its own times. Fractions are text, as ``"1/12800"``; ``pts`` and ``end_pts`` count in ``time_base`` on the clock of
the file that was split, which is also the sound's.
"""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, model_validator

from loopviz.errors import InputError
from loopviz.media.types import ColorTags

MANIFEST = "manifest.json"
SOUND = "sound.mka"
REMEDY = "Split the video again, or remove manifest.json to take the images as they are."


def _positive_fraction(value: object) -> Fraction:
    try:
        fraction = Fraction(value) if isinstance(value, str | Fraction) else None
    except (ValueError, ZeroDivisionError):
        fraction = None
    if fraction is None or fraction <= 0:
        raise ValueError("not a positive fraction as text, like '30000/1001'")
    return fraction


def _plain_name(value: object) -> str:
    """Accept the name of a file in the folder itself: nothing that leads out of it."""
    if not isinstance(value, str) or not value or value.startswith(".") or any(c in value for c in "/\\\0:"):
        raise ValueError("not a plain file name")
    return value


Ratio = Annotated[Fraction, BeforeValidator(_positive_fraction), PlainSerializer(str)]
Name = Annotated[str, BeforeValidator(_plain_name)]
Pts64 = Annotated[int, Field(strict=True, ge=-(2**62), le=2**62)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ManifestFrame(_Model):
    """One picture: its index in the source, its time, its file and that file's SHA-256 when it was written."""

    index: int = Field(ge=0)
    pts: Pts64
    file: Name
    sha256: str


class ManifestColor(_Model):
    """The source's colour tags, see ``ColorTags``."""

    matrix: Literal["bt601", "bt709", "bt2020"]
    full_range: bool
    colorspace: Literal[1, 4, 5, 6, 7, 9]
    primaries: int = Field(ge=0, le=255)
    transfer: int = Field(ge=0, le=255)

    @classmethod
    def of(cls, color: ColorTags) -> ManifestColor:
        """Return what is said of the images: they are of 8 bits, and what HDR says of its light is not theirs."""
        return cls(**{name: getattr(color, name) for name in cls.model_fields})


class Manifest(_Model):
    """What ``manifest.json`` holds."""

    version: Literal[1]
    time_base: Ratio
    frame_rate: Ratio
    end_pts: Pts64
    sound: Name | None
    color: ManifestColor
    notes: tuple[str, ...] = ()  # what became of the sound
    frames: tuple[ManifestFrame, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Manifest:
        for before, after in pairwise(self.frames):
            if after.pts <= before.pts or after.index <= before.index:
                raise ValueError(f"frame {after.index} is not later than the one before it")
        if self.end_pts <= self.frames[-1].pts:
            raise ValueError("end_pts is not after the last frame")
        if len({frame.file for frame in self.frames}) < len(self.frames):
            raise ValueError("a file stands for two frames")
        return self

    @property
    def color_tags(self) -> ColorTags:
        """The colour tags."""
        return ColorTags(**self.color.model_dump())


def read_manifest(folder: Path) -> Manifest | None:
    """Read a folder's manifest; None when there is none, or when another program uses that name for its own.

    Raises:
        InputError: If it is one of ours and damaged.
    """
    file = folder / MANIFEST
    if not file.is_file():
        return None
    if not file.resolve().is_relative_to(folder.resolve()):
        raise InputError("the manifest is a link that leads out of the folder", file=file, remedy=REMEDY)
    try:
        content = json.loads(file.read_text("utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        found = "too deep a nesting" if isinstance(error, RecursionError) else str(error)
        raise InputError("the manifest cannot be read", file=file, found=found, remedy=REMEDY) from error
    if not isinstance(content, dict) or not {"time_base", "frames"} <= content.keys():
        return None
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"the manifest is damaged: {first['msg']}",
            file=file,
            at=place or None,
            found=first["input"] if place else None,
            remedy=REMEDY,
        ) from error


def manifest_text(manifest: Manifest) -> str:
    """Return a manifest as it is written."""
    return manifest.model_dump_json(indent=1) + "\n"
