"""Profiles: what a file is for, as settings of how it is made.

A profile is a YAML file. Those that come with loopviz lie in ``loopviz/profiles``. What is said closest wins: options
of the command line, a profile named there, the project file, a profile named in it, and then what is usual.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import Field, StrictBool, StrictInt

from loopviz.canvas_size import CanvasSize
from loopviz.errors import ConfigError
from loopviz.named_files import NamedFiles
from loopviz.project.encoder_config import Depth, EncoderConfig, Sidecar
from loopviz.project.option import ENDINGS
from loopviz.settings import Section

PROFILES = NamedFiles("profile", "profiles", "at least 'description: …' and 'container: mp4'")
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
    return PROFILES.names


def load_profile(name_or_path: str) -> Profile:
    """Read a profile that comes with loopviz, by name, or a YAML file.

    Raises:
        ConfigError: If there is no such profile, or its file says something that a profile cannot.
    """
    file, said = PROFILES.read(name_or_path)
    return Profile.checked(said, file=file)


def profile_file(name_or_path: str) -> Path:
    """Return the file of a profile.

    Raises:
        ConfigError: If there is none.
    """
    return PROFILES.find(name_or_path)
