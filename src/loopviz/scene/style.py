"""What themes are made of: colours, lengths and the words of captions, and what every widget has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Size = Annotated[float, Field(ge=0.0, le=2.0)]
Length = Annotated[float, Field(ge=0.001, le=2.0)]
IS_TYPE = "type"
LEAST_TYPE = 0.019  # units: type is not made smaller than this to fit, unless a theme says a smaller size
Type = Annotated[Length, IS_TYPE]  # a size of type, or what goes with it: a theme's ``type_scale`` makes it larger
SENTENCE = (
    "{{ work.seconds | duration }} of work",
    "{% if work.status == 'rejected' %}rejected and not paid{% else %}paid {{ pay.usd | money }}{% endif %}",
)
OKABE_ITO = ("#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#4d4d4d")


class Part(BaseModel):
    """A section of a theme."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Placed(Part):
    """What a theme says of a widget.

    Attributes:
        widget: Which widget it is; as it is called in the theme, if not given.
        area: Where it stands: an area of the composition, or ``canvas`` for all of it.
    """

    widget: str = ""
    area: str = "canvas"


class Colors(Part):
    """The paper (or scrim) that text stands on, the ink, two quieter tones, the marker, and the categories' colours.

    The default palette is Okabe and Ito's, told apart by colour-blind eyes (https://jfly.uni-koeln.de/color/).
    """

    paper: Color
    ink: Color
    quiet: Color
    hairline: Color
    accent: Color
    palette: tuple[Color, ...] = Field(default=OKABE_ITO, min_length=1)


class FigureText(Part):
    """A large number and what it is, as caption templates; where ``emphasis`` says anything, its label is in ink."""

    value: str
    label: str
    emphasis: str = ""


class CaptionText(Part):
    """What the panel says.

    ``name``, ``line``, the parts of ``sentence`` (said where a film's rhythm has one sentence a person; a part that is
    not known is left out) and the figures are caption templates (Jinja2, sandboxed); they see ``worker``, ``work``,
    ``pay``, ``account``, ``everyone``, ``so_far``, ``frame``, ``answers`` and ``headings``. ``nobody_line`` is one that
    sees ``frame``, ``so_far`` and ``taught_by``, and so are ``carried_line``, which stands instead where labels are
    carried over, and ``model_line``, which stands beside a model's name. ``texts`` are further templates, by names that
    widgets call them by; nothing is said of one that is not known. With ``sentence_too`` the sentence is said where all
    is said, and all where it is. The others are plain words. ``missing`` says what stands for an answer that was not
    given: the words of ``no_answer``, or nothing (``leave out`` drops the row for the whole clip only where nobody
    answered it).
    """

    kicker: str = ""
    name: str = "{{ worker.alias or 'Somebody' }}"
    line: str
    sentence: str | tuple[str, ...] = SENTENCE
    sentence_too: bool = False
    texts: Mapping[str, str] = Field(default_factory=dict)
    figures: tuple[FigureText, ...] = ()
    rows: bool = True
    missing: Literal["say so", "leave out"] = "say so"
    no_answer: str = "no answer"
    nobody: str = "Nobody"
    nobody_line: str = "labelled frame {{ frame.number }} of {{ frame.count }}"
    carried_line: str = "labels carried over from frame {{ frame.carried_from }}"
    model_line: str = ""
    carried: str = "carried over, not drawn by a person"
    ghosts: str = "rejected, or does not count"
    behind: str = "labels of everybody else on the frame"
    hidden: str = "hidden from view"
    simulated: str = "Simulated data"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Path) else value


Files = Annotated[tuple[Path, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]


FONT_FILES = ("files", "sans", "mono")  # what names files among the keys of ``fonts``


class Fonts(Part):
    """Font files that text is set in before the package's own; paths are relative to the theme file.

    Attributes:
        files: For all text.
        sans: For all but names.
        mono: For names.
        language: Whose form Han characters take where a text does not say it itself (BCP 47).
    """

    files: Files = ()
    sans: Files = ()
    mono: Files = ()
    language: Literal["zh-Hans", "zh-Hant", "zh-HK", "ja", "ko"] | None = None
