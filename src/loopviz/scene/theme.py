"""Themes: compositions in YAML files, with every size, colour and sentence that decides how a frame looks.

Sizes are fractions of the *unit*; see ``loopviz.scene.areas``. A theme may say ``extends:`` and give only what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, SerializeAsAny, ValidationError, model_validator

from loopviz.errors import ConfigError
from loopviz.named_files import NamedFiles
from loopviz.scene.areas import Areas, Canvas, names_of, upgraded
from loopviz.scene.style import FONT_FILES, IS_TYPE, CaptionText, Colors, Fonts, Part, Placed
from loopviz.scene.templates import compiled
from loopviz.scene.widgets.picture import Picture
from loopviz.scene.widgets.registry import widget_named, widget_names
from loopviz.validation import config_error, nearest

Style = TypeVar("Style", bound=Placed)
NOBODYS = ("nobody_line", "carried_line", "model_line")  # templates of what is said of no person
EXAMPLE = "at least 'extends: margin' and what differs"
THEMES = NamedFiles("theme", "themes", EXAMPLE)


class Theme(Part):
    """A whole theme; see those that come with loopviz: ``margin``, ``house`` and ``versus``.

    Attributes:
        name: What it is called.
        description: What it shows, in a line.
        min_height: A picture that is less high in pixels is enlarged, by a whole number, where its canvas is as large.
        type_scale: How much larger all type is than its widgets say; the areas stay as they are.
        canvas: How large the canvas is.
        areas: What stands where on it.
        colors: Its colours.
        widgets: What is drawn, in this order, by what each is called here.
        caption: What is said of people.
        fonts: What text is set in.
    """

    name: str
    description: str = ""
    min_height: int = Field(default=640, ge=0, le=8192)
    type_scale: float = Field(default=1.0, ge=0.25, le=4.0)
    canvas: Canvas
    areas: Areas
    colors: Colors
    widgets: Mapping[str, SerializeAsAny[Placed]]
    caption: CaptionText
    fonts: Fonts = Fonts()

    @model_validator(mode="after")
    def _has_its_areas(self) -> Self:
        known = ("canvas", *names_of(self.areas))
        for key, style in self.widgets.items():
            if style.area not in known:
                raise ValueError(f"an area for 'widgets.{key}': one of {', '.join(known)}, not {style.area!r}")
        if self.canvas.size == "around" and any(track.needs_side for tracks in self.areas.tracks for track in tracks):
            raise ValueError("a canvas with a size where 'areas' says '%' or 'fr': 'canvas: {size: 16:9}'")
        return self

    def parts(self, style_type: type[Style]) -> Iterator[Style]:
        """Yield what is said of the widgets of a kind."""
        yield from (style for style in self.widgets.values() if isinstance(style, style_type))


def on_canvas(theme: Theme, size: str | None, fit: Literal["contain", "cover"] | None = None) -> Theme:
    """Return a theme with another canvas; where it is given in pixels the picture may be larger than it is.

    Args:
        theme: The theme.
        size: As ``Canvas.size``; None: its own.
        fit: As ``Picture.fit``; None: its own.
    """
    changes: dict[str, Any] = {} if fit is None else {"fit": fit}
    if size is not None and "x" in size:
        changes["upscale"] = True
    widgets = {
        key: style.model_copy(update=changes) if isinstance(style, Picture) else style
        for key, style in theme.widgets.items()
    }
    canvas = theme.canvas if size is None else theme.canvas.model_copy(update={"size": size})
    return theme.model_copy(update={"canvas": canvas, "widgets": widgets})


def theme_names() -> tuple[str, ...]:
    """Return the names of the themes that come with loopviz."""
    return THEMES.names


def load_theme(name_or_path: str | Path) -> Theme:
    """Read a theme that comes with loopviz, by name, or a YAML file.

    Raises:
        ConfigError: If there is no such theme, or its file says something that a theme cannot.
    """
    file, data = THEMES.read(name_or_path, _with_places)
    if remedy := upgraded(data):
        raise ConfigError("the theme is of an older kind", file=file, remedy=remedy)
    widgets = data.get("widgets")
    if isinstance(widgets, Mapping):
        data = {**data, "widgets": dict(_styles(widgets, file))}
    try:
        theme = Theme.model_validate(data)
    except ValidationError as error:
        raise config_error(error, Theme, file, missing=f"Add it, or say {EXAMPLE}.") from None
    check_templates(theme.caption.model_dump(), file)
    return theme.model_copy(update={"widgets": {key: _larger(style, theme) for key, style in theme.widgets.items()}})


def _larger(style: Placed, theme: Theme) -> Placed:
    """Return what is said of a widget with its type as large as the theme's ``type_scale`` makes it."""
    fields = type(style).model_fields.items()
    sizes = {key: getattr(style, key) * theme.type_scale for key, field in fields if IS_TYPE in field.metadata}
    return style.model_copy(update=sizes)


def _styles(widgets: Mapping[str, Any], file: Path) -> Iterator[tuple[str, Placed]]:
    """Yield what is said of each widget; one that is ``null`` is left out, as of a theme that this one extends."""
    for key, said in widgets.items():
        if said is None:
            continue
        place = f"widgets.{key}"
        if not isinstance(said, Mapping):
            raise ConfigError("not a value that fits here", file=file, at=place, found=said, expected="keys and values")
        named = str(said.get("widget", key))
        widget = widget_named(named)
        if widget is None:
            raise ConfigError(
                "there is no such widget", file=file, at=place, found=named, remedy=nearest(named, widget_names())
            )
        try:
            yield str(key), widget.style_type.model_validate({**said, "widget": named})
        except ValidationError as error:
            raise config_error(error, widget.style_type, file, within=place) from None


def check_templates(caption: Mapping[str, Any], file: Path) -> None:
    """Look at the templates of a section ``caption``, so that a bad one is refused where it stands.

    Raises:
        ConfigError: If one is none; it names the file and the key.
    """
    sources = {f"caption.{key}": caption.get(key) for key in ("name", "line", "sentence", *NOBODYS)}
    texts = caption.get("texts")
    sources |= {f"caption.texts.{key}": said for key, said in (texts.items() if isinstance(texts, Mapping) else ())}
    parts_of_it = caption.get("sentence")
    for place, part in enumerate(parts_of_it if isinstance(parts_of_it, list | tuple) else ()):
        sources[f"caption.sentence.{place}"] = part
    figures = caption.get("figures")
    for place, figure in enumerate(figures if isinstance(figures, list | tuple) else ()):
        parts = figure if isinstance(figure, Mapping) else {}
        sources |= {f"caption.figures.{place}.{key}": parts.get(key) for key in ("value", "label")}
    for key, source in sources.items():
        if isinstance(source, str):
            check_template(source, key, file)


def check_template(source: str, at: str, file: Path) -> None:
    """Refuse what is no template.

    Raises:
        ConfigError: If it is none; it names the file and the key.
    """
    try:
        compiled(source)
    except ConfigError as error:
        error.file, error.at = str(file), at
        raise


def _with_places(data: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return a theme whose fonts and images are beside the file that names them."""
    return _with_image_places(_with_font_places(data, file.parent), file)


def _with_font_places(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Font files are beside the theme that names them, whichever theme extends it."""
    fonts = data.get("fonts")
    if not isinstance(fonts, dict):
        return data
    placed = {key: [str(folder / name) for name in names] for key, names in font_names(data).items()}
    return {**data, "fonts": {**fonts, **placed}}


def font_names(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the font files that a theme's YAML names, by the keys of ``fonts``."""
    fonts = data.get("fonts")
    said = fonts if isinstance(fonts, Mapping) else {}
    named = {key: [said[key]] if isinstance(said[key], str) else said[key] for key in FONT_FILES if key in said}
    return {key: [str(name) for name in names] for key, names in named.items() if isinstance(names, list)}


def _with_image_places(data: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return a theme whose widgets' files are beside the theme that names them, or in a folder there.

    Raises:
        ConfigError: If one is elsewhere: a theme that somebody else wrote shows nothing of this machine.
    """
    widgets = data.get("widgets")
    if not isinstance(widgets, Mapping):
        return data
    placed = dict(widgets)
    for key, said in widgets.items():
        name = said.get("file") if isinstance(said, Mapping) else None
        if isinstance(name, str):
            image = file.parent / name
            if not image.resolve().is_relative_to(file.parent.resolve()):
                what, expected = "the file is not beside the theme", "a file beside it, or in a folder there"
                raise ConfigError(what, file=file, at=f"widgets.{key}.file", found=name, expected=expected)
            placed[key] = {**said, "file": str(image)}
    return {**data, "widgets": placed}
