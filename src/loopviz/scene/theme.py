"""Themes: every size, colour and sentence that decides how a frame looks, in a YAML file.

Sizes are fractions of the *unit*: the picture's height or, in an overlay on an upright picture, 1.15 of its width, so
that a theme looks the same at every resolution. A theme may say ``extends:`` and give only what differs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from loopviz.errors import ConfigError, check_is_file, did_you_mean
from loopviz.scene.templates import compiled
from loopviz.validation import config_error
from loopviz.yamlfile import read_mapping

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Size = Annotated[float, Field(ge=0.0, le=2.0)]
Length = Annotated[float, Field(ge=0.001, le=2.0)]
THEME_FOLDERS = (".", "themes", "configs", "configs/themes")  # where a theme of one's own usually lies
SENTENCE = (
    "{{ work.seconds | duration }} of work",
    "{% if work.status == 'rejected' %}rejected and not paid{% else %}paid {{ pay.usd | money }}{% endif %}",
)
NOBODYS = ("nobody_line", "carried_line")  # templates of what is said where nobody worked
EXAMPLE = "at least 'extends: margin' and what differs"
OKABE_ITO = ("#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Colors(_Part):
    """The paper (or scrim) that text stands on, the ink, two quieter tones, the marker, and the categories' colours.

    The default palette is Okabe and Ito's, told apart by colour-blind eyes (https://jfly.uni-koeln.de/color/).
    """

    paper: Color
    ink: Color
    quiet: Color
    hairline: Color
    accent: Color
    palette: tuple[Color, ...] = Field(default=OKABE_ITO, min_length=1)


class Marks(_Part):
    """How annotations are drawn. ``auto`` draws outlines where there is a shape and a box elsewhere; ``both`` both."""

    draw: Literal["auto", "boxes", "both"] = "auto"
    line: Size = 0.0021
    bracket: Size = 0.0046
    bracket_length: Size = 0.032
    outline: Size = 0.0025
    fill_opacity: float = Field(default=0.22, ge=0.0, le=1.0)


class Plates(_Part):
    """Category names beside their boxes."""

    show: bool
    size: Size = 0.0175


class Panel(_Part):
    """The person's panel: its width, its type sizes, and whether figures stand in a row or a column."""

    width: Length
    figures: Literal["row", "column"]
    kicker: Length = 0.0134
    name: Length
    line: Length
    figure: Length
    figure_label: Length
    row: Length
    row_pitch: Length
    sentence: Length = 0.046


class Margins(_Part):
    """Empty space around the picture and between picture and panel (``margin``), or around the text (``overlay``)."""

    left: Size
    right: Size
    top: Size
    bottom: Size
    gap: Size = 0.0625


class FigureText(_Part):
    """A large number and what it is: two caption templates."""

    value: str
    label: str


class CaptionText(_Part):
    """What the panel says.

    ``name``, ``line``, the parts of ``sentence`` (said where a film's rhythm has one sentence a person; a part that is
    not known is left out) and the figures are caption templates (Jinja2, sandboxed); they see ``worker``, ``work``,
    ``pay``, ``account``, ``everyone``, ``so_far``, ``frame``, ``answers`` and ``headings``. ``nobody_line`` is one that
    sees ``frame`` and ``so_far``, and so is ``carried_line``, which stands instead where labels are carried over. The
    others are plain words. ``missing`` says what stands for an answer that was not given: the words of ``no_answer``,
    or nothing (``leave out`` drops the row for the whole clip only where nobody answered it).
    """

    kicker: str = ""
    name: str = "{{ worker.alias or 'Somebody' }}"
    line: str
    sentence: str | tuple[str, ...] = SENTENCE
    figures: tuple[FigureText, ...] = ()
    rows: bool = True
    missing: Literal["say so", "leave out"] = "say so"
    no_answer: str = "no answer"
    nobody: str = "Nobody"
    nobody_line: str = "labelled frame {{ frame.number }} of {{ frame.count }}"
    carried_line: str = "labels carried over from frame {{ frame.carried_from }}"
    carried: str = "carried over, not drawn by a person"
    ghosts: str = "rejected, or does not count"
    simulated: str = "Simulated data"


class Fonts(_Part):
    """Font files that text is set in before the package's own; paths are relative to the theme file."""

    files: tuple[Path, ...] = ()


class Theme(_Part):
    """A whole theme; see those that come with loopviz: ``margin``, ``house`` and ``versus``."""

    name: str
    layout: Literal["margin", "overlay", "versus"]
    min_height: int = Field(default=640, ge=0, le=8192)
    colors: Colors
    marks: Marks = Marks()
    plates: Plates
    legend: bool
    timeline: bool
    panel: Panel
    margins: Margins
    caption: CaptionText
    fonts: Fonts = Fonts()

    @model_validator(mode="after")
    def _has_what_its_layout_can(self) -> Self:
        if self.legend and self.layout != "margin":
            raise ValueError("'legend: false': a legend stands under the picture, where only 'layout: margin' has room")
        if self.timeline and self.layout != "overlay":
            raise ValueError("'timeline: false': a time line stands on the picture, as only 'layout: overlay' does")
        return self


def theme_names() -> tuple[str, ...]:
    """Return the names of the themes that come with loopviz."""
    return tuple(sorted(f.name.removesuffix(".yaml") for f in _package_themes().iterdir() if f.name.endswith(".yaml")))


def load_theme(name_or_path: str | Path) -> Theme:
    """Read a theme that comes with loopviz, by name, or a YAML file.

    Raises:
        ConfigError: If there is no such theme, or its file says something that a theme cannot.
    """
    file, data = _read(name_or_path)
    try:
        theme = Theme.model_validate(data)
    except ValidationError as error:
        raise config_error(error, Theme, file, missing=f"Add it, or say {EXAMPLE}.") from None
    check_templates(theme.caption.model_dump(), file)
    return theme


def check_templates(caption: Mapping[str, Any], file: Path) -> None:
    """Look at the templates of a section ``caption``, so that a bad one is refused where it stands.

    Raises:
        ConfigError: If one is none; it names the file and the key.
    """
    sources = {f"caption.{key}": caption.get(key) for key in ("name", "line", "sentence", *NOBODYS)}
    parts_of_it = caption.get("sentence")
    for place, part in enumerate(parts_of_it if isinstance(parts_of_it, list | tuple) else ()):
        sources[f"caption.sentence.{place}"] = part
    figures = caption.get("figures")
    for place, figure in enumerate(figures if isinstance(figures, list | tuple) else ()):
        parts = figure if isinstance(figure, Mapping) else {}
        sources |= {f"caption.figures.{place}.{key}": parts.get(key) for key in ("value", "label")}
    for key, source in sources.items():
        try:
            if isinstance(source, str):
                compiled(source)
        except ConfigError as error:
            error.file, error.at = str(file), key
            raise


def _read(name_or_path: str | Path, depth: int = 0) -> tuple[Path, dict[str, Any]]:
    file = _find(name_or_path)
    data = _with_font_places(read_mapping(file, "theme", EXAMPLE), file.parent)
    base = data.pop("extends", None)
    if base is None:
        return file, data
    if depth > 4:
        raise ConfigError("themes extend each other in a circle", file=file, found=base)
    parent = base if base in theme_names() else file.parent / str(base)
    if base not in theme_names() and not Path(parent).is_file():
        expected = f"{', '.join(theme_names())}, or a YAML file beside this one"
        raise ConfigError("there is no such theme", file=file, at="extends", found=str(base), expected=expected)
    return file, _merged(_read(parent, depth + 1)[1], data)


def _find(name_or_path: str | Path) -> Path:
    if str(name_or_path) in theme_names():
        return Path(str(_package_themes() / f"{name_or_path}.yaml"))
    file = Path(name_or_path)
    known = f"{', '.join(theme_names())}, or a YAML file"
    if str(name_or_path) and os.path.isdir(file):  # noqa: PTH112 - of a name that cannot be it says no
        check_is_file(file, f"a theme: {known}", ConfigError)
    if not file.is_file():
        remedy = _lying_near(file) or did_you_mean(str(name_or_path), theme_names())
        raise ConfigError("there is no such theme", found=str(name_or_path), expected=known, remedy=remedy)
    return file


def _lying_near(file: Path) -> str | None:
    """Return what to do where a theme's file of that name lies in a folder for such files."""
    folders = THEME_FOLDERS if file.name == str(file) else (str(file.parent),)
    near = (Path(folder) / f"{file.name}{suffix}" for folder in folders for suffix in ("", ".yaml", ".yml"))
    found = next((path for path in near if path.is_file() and path.suffix in (".yaml", ".yml")), None)
    return None if found is None else f"Did you mean the file {str(found)!r}?"


def _with_font_places(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Font files are beside the theme that names them, whichever theme extends it."""
    fonts = data.get("fonts")
    if not isinstance(fonts, dict) or not isinstance(fonts.get("files"), list):
        return data
    return {**data, "fonts": {**fonts, "files": [str(folder / str(name)) for name in fonts["files"]]}}


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {k: _merged(base[k], v) for k, v in over.items() if isinstance(v, dict) and isinstance(base.get(k), dict)}
    return {**base, **over, **both}


def _package_themes() -> Any:
    return resources.files("loopviz") / "themes"
