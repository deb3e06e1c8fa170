"""Profiles: what a file is for, as settings of how it is made.

A profile is a YAML file. Those that come with loopviz lie in ``loopviz/profiles``. What is said closest wins: options
of the command line, a profile named there, the project file, a profile named in it, and then what is usual.
"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import Field, StrictBool, StrictInt

from loopviz.canvas_size import CanvasSize
from loopviz.errors import ConfigError, check_is_file, did_you_mean
from loopviz.project.base_model import expanded
from loopviz.project.encoder_config import Depth, EncoderConfig, Sidecar
from loopviz.project.option import ENDINGS
from loopviz.settings import Section
from loopviz.yamlfile import merged, read_mapping

EXAMPLE = "at least 'description: …' and 'container: mp4'"
FOLDERS = ("profiles", "configs/profiles")  # where a profile of one's own usually lies
IMAGES = "images"
Container = Literal["mp4", "mov", "mkv", "webm", "gif", "webp", "images"]
SAME = {".m4v": ".mp4"}  # other endings of the same container
_SETTINGS = ("depth", "sound", "encoder", "sidecars", "size", "fit")


class Profile(Section):
    """How a file is made for some purpose.

    Attributes:
        version: Of what a profile may say.
        description: What it is for, in a line.
        container: What the output is: a video of that ending, an image that moves (``gif``, ``webp``), or a folder of
            ``images``.
        folder: What a folder of images is called where nobody says.
        encoder: As in the project file.
        depth: As in the project file.
        sound: As in the project file.
        sidecars: As in the project file.
        size: As in the project file.
        fit: As in the project file.
        alpha: The drawing alone, on transparency.
        time: ``source``: every frame of the source at its own time, whatever time the film has.
        images: How many frames are shown at most, spread evenly over those with labels.
        max_width: Pixels; wider pictures are scaled down after they were drawn.
        max_frame_rate: Frames a second; of more some are left out.
    """

    version: Literal[1] = 1
    description: Annotated[str, Field(min_length=1, max_length=200)]
    container: Container
    folder: Annotated[str, Field(pattern=r"^[\w-]+$")] | None = None
    encoder: EncoderConfig = EncoderConfig()
    depth: Depth = 8
    sound: StrictBool = True
    sidecars: tuple[Sidecar, ...] = ()
    size: CanvasSize | None = None
    fit: Literal["contain", "cover"] | None = None
    alpha: StrictBool = False
    time: Literal["film", "source"] = "film"
    images: Annotated[StrictInt, Field(ge=1, le=1000)] | None = None
    max_width: Annotated[StrictInt, Field(ge=16, le=16384)] | None = None
    max_frame_rate: Annotated[StrictInt, Field(ge=1, le=1000)] | None = None

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> Self:
        from loopviz.media.delivery import codecs_for  # here: help needs no codecs

        codec, fitting = self.encoder.codec, codecs_for(self.container, alpha=self.alpha)
        names = " or ".join(fitting)
        if self.alpha and not fitting:
            raise ValueError("for transparency (alpha) a container that holds it: mov, mkv, webm or images")
        if codec is not None and not fitting:
            raise ValueError(f"no encoder.codec beside the container {self.container}, which has its own")
        if fitting and codec not in fitting and (codec is not None or self.alpha or self.container == IMAGES):
            seen = " and transparency" if self.alpha else ""
            raise ValueError(f"for the container {self.container}{seen} an encoder.codec that fits: {names}")
        return self

    @property
    def ending(self) -> str:
        """The ending of the output's name; none of a folder's."""
        return "" if self.container == IMAGES else f".{self.container}"

    @property
    def settings(self) -> dict[str, Any]:
        """What it says of what a project file may say as well."""
        said = {key: value for key, value in self.model_dump(exclude_unset=True).items() if key in _SETTINGS}
        return said | ({"timeline": {}} if self.time == "source" else {})

    def renamed(self, output: Path, name: str) -> Path:
        """Return where its output goes, beside another output of the same project."""
        return output.with_name(self.folder or f"{output.stem}_{Path(name).stem}{self.ending}")

    def check_output(self, output: Path, name: str) -> None:
        """Refuse a name that is not one of what it makes.

        Raises:
            ConfigError: If it is not.
        """
        ending = output.suffix.lower()
        ending = SAME.get(ending, ending)
        if ending != self.ending and (self.ending or ending in ENDINGS):
            what = f"a {self.ending} file" if self.ending else "a folder of images"
            raise ConfigError(
                f"the profile {Path(name).stem!r} makes {what}",
                file=output,
                found=output.suffix,
                expected=f"a name that ends in {self.ending}" if self.ending else "the name of a folder",
                remedy="Give such a name, or choose another profile: loopviz profile list",
            )


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with loopviz."""
    return tuple(sorted(f.name.removesuffix(".yaml") for f in _package().iterdir() if f.name.endswith(".yaml")))


def load_profile(name_or_path: str) -> Profile:
    """Read a profile that comes with loopviz, by name, or a YAML file.

    Raises:
        ConfigError: If there is no such profile, or its file says something that a profile cannot.
    """
    file = profile_file(name_or_path)
    return Profile.checked(_read(file), file=file)


def profile_file(name_or_path: str) -> Path:
    """Return the file of a profile.

    Raises:
        ConfigError: If there is none.
    """
    if name_or_path in profile_names():
        return Path(str(_package() / f"{name_or_path}.yaml"))
    file, known = expanded(name_or_path), f"{', '.join(profile_names())}, or a YAML file"
    if name_or_path and os.path.isdir(file):  # noqa: PTH112 - of a name that cannot be it says no
        check_is_file(file, f"a profile: {known}", ConfigError)
    if not os.path.isfile(file):  # noqa: PTH113 - as above
        remedy = _lying_near(name_or_path) or did_you_mean(name_or_path, profile_names())
        raise ConfigError("there is no such profile", found=name_or_path, expected=known, remedy=remedy)
    return file


def _read(file: Path, depth: int = 0) -> dict[str, Any]:
    data = read_mapping(file, "profile", EXAMPLE)
    base = data.pop("extends", None)
    if base is None:
        return data
    if depth > 4:
        raise ConfigError("profiles extend each other in a circle", file=file, found=base)
    known, beside = base in profile_names(), file.parent / str(base)
    if not known and not os.path.isfile(beside):  # noqa: PTH113 - as above
        expected = f"{', '.join(profile_names())}, or a YAML file beside this one"
        near = did_you_mean(base, profile_names()) if isinstance(base, str) else None
        what = "there is no such profile"
        raise ConfigError(what, file=file, at="extends", found=base, expected=expected, remedy=near)
    return merged(_read(profile_file(base) if known else beside, depth + 1), data)


def _lying_near(name: str) -> str | None:
    """Return what to do where a profile's file of that name lies in a folder for such files."""
    near = [f"{folder}/{name}{suffix}" for folder in FOLDERS for suffix in ("", ".yaml", ".yml")]
    there = filter(os.path.isfile, near if name == Path(name).name else ())
    return next((f"Did you mean the file {path!r}?" for path in there), None)


def _package() -> Any:
    return resources.files("loopviz") / "profiles"
