"""The project file, ``loopviz.yaml``: what is shown, by whom it was made, and how the result looks.

Every path in it counts from the folder that the file lies in. Unknown keys are refused with the nearest known one.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from loopviz.canvas_size import CanvasSize
from loopviz.durations import parse_duration
from loopviz.formats.registry import READABLE
from loopviz.project.base_model import GivenPath, parse_frame_rate
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.edit_config import EditConfig
from loopviz.project.encoder_config import Depth, EncoderConfig, Sidecar
from loopviz.project.model_config import ModelConfig
from loopviz.project.option import choices, format_parser, one_of, profiles, themes
from loopviz.project.profile import Profile, load_profile
from loopviz.project.timeline_config import Duration, TimelineConfig
from loopviz.settings import Option, Section
from loopviz.train.job_options import TrainingOptions
from loopviz.viewing import Viewing
from loopviz.yamlfile import merged

Identity = Literal["alias", "full", "hidden"]
LONGEST_CARRIED = 60  # seconds


Rate = Annotated[Fraction, BeforeValidator(parse_frame_rate)]


def _at_most_a_minute(value: object) -> object:
    if parse_duration(str(value)) > LONGEST_CARRIED:
        raise ValueError("a time of at most a minute: what was seen longer ago says little of a frame")
    return value


class CategoryConfig(Section):
    """How one category is shown.

    Attributes:
        name: What stands on screen instead of the labels' own name.
        color: ``"#rrggbb"``; the theme's palette decides where there is none.
    """

    name: str | None = None
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None

    @pydantic.field_validator("color", mode="before")
    @classmethod
    def _quoted(cls, value: object) -> object:
        if value is None:  # YAML reads an unquoted #e69f00 as a comment
            raise ValueError("a colour in quotes, as '#e69f00': an unquoted # begins a comment")
        return value


class AlignConfig(Section):
    """How labels find their frames.

    Attributes:
        how: By file ``name``, by the ``number`` in it, in ``order``; ``auto`` takes the first that fits.
        first_number: The number that the first frame's file has; found from the names where not said.
        rescale: Whether labels drawn at another picture size are mapped to the source's.
        drop_extra: Whether labels of frames that the source does not have are left out.
    """

    how: Annotated[
        Literal["auto", "name", "number", "order"],
        Option("--align", "How labels find their frames: by file name, by the number in it, or in order."),
    ] = "auto"
    first_number: Annotated[
        Annotated[StrictInt, Field(ge=0)] | None,
        Option("--first-number", "The number that labels give the source's first frame."),
    ] = None
    rescale: Annotated[StrictBool, Option("--rescale", "Map labels drawn at another picture size.")] = False
    drop_extra: Annotated[StrictBool, Option("--drop-extra", "Leave out labels of frames that are not there.")] = False


class CarryConfig(Section):
    """What frames show that nobody labelled: labels of the frames around, which nobody drew there.

    Attributes:
        how: Not at all; along a ``track``, between two frames with labels of it; or by optical ``flow``.
        within: How long a gap between two labelled frames may be for a track, and how long the flow carries a label.
    """

    how: Annotated[
        Literal["none", "track", "flow"],
        Option(
            "--carry",
            "Show labels on frames that nobody labelled, dashed: between two labelled ones (track), or as the pictures "
            "move (flow).",
        ),
    ] = "none"
    within: Annotated[Duration, BeforeValidator(_at_most_a_minute)] = "1s"


class ScreenConfig(Section):
    """Where the film is watched: what is checked depends on it.

    Attributes:
        inches: The diagonal of a screen of 16 to 9.
        metres: How far from it people stand.
    """

    inches: Annotated[float, Field(gt=0, le=10_000)] = 55
    metres: Annotated[float, Field(gt=0, le=1_000)] = 2.5

    @property
    def viewing(self) -> Viewing:
        """How large a picture is there."""
        return Viewing(self.inches, self.metres)


class ClipConfig(Section):
    """A source and how it is encoded again; paths are absolute or counted from the working folder.

    Attributes:
        source: A video or a folder of frames.
        output: The video that is written.
        frame_rate: Frames a second of a folder of images without a manifest.
        profile: What the output is for: a profile's name or its YAML file. What is said beside it wins over it.
        depth: 8: the video has 8 bits, and HDR is mapped to a standard screen, so that it plays everywhere. ``keep``: a
            source of more bits stays one of 10, and HDR stays HDR.
        strict: Whether a damaged source is refused, instead of rendered as far as it can be read.
        skip_bad: Whether an image that cannot be read shows the one before it, and malformed rows are left
            out, instead of refused.
        encoder: How the video is encoded.
        sound: Whether the source's sound is kept.
    """

    source: GivenPath
    output: Annotated[
        GivenPath | None,
        Option(
            "--output -o", "The file to write; its ending (.mp4 .m4v .mov .mkv .webm .gif .webp) decides the container."
        ),
    ] = None
    frame_rate: Annotated[
        Rate | None,
        Option("--frame-rate", "Of a folder of images without a manifest: 25, 30000/1001.", metavar="RATE"),
    ] = None
    profile: Annotated[
        str | None,
        Option(
            "--profile",
            "What the output is for: web, master, overlay (the drawing alone), frames, gif and others, see loopviz "
            "profile list; or a YAML file. Other options given here win over it.",
            metavar="NAME|FILE",
            completes=profiles,
        ),
    ] = None
    depth: Annotated[
        Depth,
        Option(
            "--depth",
            "8 plays everywhere, HDR is mapped to a standard screen; keep leaves 10 bits and HDR as they are.",
        ),
    ] = 8
    strict: Annotated[
        StrictBool, Option("--strict", "Refuse a damaged source, instead of rendering what can be read of it.")
    ] = False
    skip_bad: Annotated[
        StrictBool, Option("--skip-bad", "Show the image before one that cannot be read, and say which.")
    ] = False
    encoder: EncoderConfig = EncoderConfig()
    sound: Annotated[StrictBool, Option("--no-sound", "Leave the sound out.")] = True

    def changed(self, changes: Mapping[str, object]) -> Self:
        """Return the config with some values exchanged; see ``Section.changed``.

        A profile among them wins over what was said before, and lends its name to the output that was named before.
        """
        name = changes.get("profile")
        if not isinstance(name, str):
            return super().changed(changes)
        said = load_profile(name).settings
        data = {key: value for key, value in self.model_dump(exclude_unset=True).items() if key not in said}
        if self.profile is not None and self.output is not None:  # that profile's name goes
            plain = self.output.stem.removesuffix(f"_{Path(self.profile).stem}")
            data["output"] = self.output.with_name(plain + self.output.suffix)
        before = type(self).checked({**data, "profile": name})
        return super(ClipConfig, before.named_by_profile()).changed(changes)

    def named_by_profile(self) -> Self:
        """Return the config with its output called after its profile as well: ``clip_web.mp4``."""
        if self.profile is None or self.output is None:
            return self
        renamed = load_profile(self.profile).renamed(self.output, self.profile)
        return super().changed({**self._kept_places(), "output": renamed})

    def _kept_places(self) -> dict[str, object]:
        """Return what stays where it is though the output gets another name."""
        return {}

    def profiled(self) -> tuple[Self, Profile | None]:
        """Return the config with all that its profile says, and the profile.

        Raises:
            ConfigError: If there is no such profile, or what is said beside it contradicts it.
        """
        if self.profile is None:
            return self, None
        profile = load_profile(self.profile)
        output = self.output
        if output is None:
            output = profile.renamed(default_output(Path(), self.source.resolve().stem), self.profile)
        profile.check_output(output, self.profile)
        said = {key: value for key, value in profile.settings.items() if key in type(self).model_fields}
        whole = merged(said, {**self.model_dump(exclude_unset=True), "output": output})
        return type(self).checked(whole), profile


class ProjectConfig(ClipConfig):
    """What a project file says, beyond its source and its encoder.

    Attributes:
        labels: A label file or folder. Either this or ``crowd`` is needed.
        crowd: The results of Mechanical Turk batches, their survey, and what becomes of them.
        labels_format: The labels' format where it cannot be told from the files.
        task: What rows of YOLO labels are where they could be several things: boxes (``detect``), polygons
            (``segment``), rotated boxes (``obb``) or keypoints (``pose``).
        people: Survey answers by worker id or by image: ``metadata.json``.
        assignments: Who did what, for what pay and in what time: ``assignments.csv``.
        names: Category names in the order of their class ids, for labels that hold only numbers.
        identity: What may name a worker: a stable ``alias``, the ``full`` id, or nothing (``hidden``).
        salt_file: The secret behind the aliases; the user's own where none is named.
        theme: A theme's name or its YAML file.
        size: The canvas: pixels as ``1920x1080`` or an aspect as ``16:9``; the theme decides where none is given.
        fit: Whether all of the picture is in its place, or it fills it and is cut off about the labels.
        questions: A short heading for each question id.
        categories: How categories are shown, by the labels' own names.
        caption: What the theme's ``caption`` section says, in the same words, where the project wants it otherwise.
        missing: Whether an unanswered question is said to be one; the theme decides where the project doesn't.
        rejected: How labels are drawn of work that was rejected, or does not count.
        missing_glyphs: What is done where no font has a character that is drawn.
        align: How labels find their frames.
        carry: What frames show that nobody labelled.
        model: A model's detections beside the labels, for the theme ``versus``.
        timeline: The film's own time; the source's, where it says nothing.
        edit: The film is one of several clips in a row; None: it is this project's alone.
        sidecars: What is written beside the film, or into it (``chapters``).
        screen: Where the film is watched.
        training: How a detector is trained on the labels.
        errors: Codes of findings that are errors here, whatever they are elsewhere.
    """

    labels: Annotated[GivenPath | None, Option("--labels", "The label file or folder.")] = None
    crowd: CrowdConfig | None = None
    labels_format: Annotated[
        str | None,
        Option(
            "--labels-format",
            "The labels' format, if it is not seen from the files.",
            metavar=choices(READABLE),
            parser=format_parser(READABLE),
            completes=one_of(*READABLE),
        ),
    ] = None
    task: Annotated[
        Literal["detect", "segment", "obb", "pose"] | None,
        Option("--task", "What rows of YOLO labels are where they could be several things."),
    ] = None
    people: Annotated[GivenPath | None, Option("--people", "Survey answers by worker or by image: metadata.json.")] = (
        None
    )
    assignments: Annotated[GivenPath | None, Option("--assignments", "Pay, time and status of the work: a CSV.")] = None
    names: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...] | None,
        Option("--names", "Category names in the order of the labels' numbers.", metavar="A,B,C"),
    ] = None
    identity: Annotated[
        Identity,
        Option("--identity", "What names a worker: a stable alias, the full id (if they agreed), or nothing (hidden)."),
    ] = "alias"
    salt_file: GivenPath | None = None
    theme: Annotated[
        str,
        Option(
            "--theme",
            "The composition: a name (loopviz theme list), or a YAML file.",
            metavar="NAME|FILE",
            completes=themes,
        ),
    ] = "margin"
    size: Annotated[
        CanvasSize | None,
        Option(
            "--size",
            "The finished picture: pixels as 1920x1080, or an aspect as 16:9; as the theme says, if not given.",
            metavar="WxH|W:H",
        ),
    ] = None
    fit: Annotated[
        Literal["contain", "cover"] | None,
        Option(
            "--fit",
            "Of a canvas with a size: all of the source's picture (contain, if not given), or as much as fills its "
            "place, about the labels (cover).",
        ),
    ] = None
    skip_bad: Annotated[
        StrictBool,
        Option(
            "--skip-bad",
            "Leave malformed labels out, show the image before one that cannot be read, and say which.",
        ),
    ] = False
    questions: dict[str, str] = Field(default_factory=dict)
    categories: dict[str, CategoryConfig] = Field(default_factory=dict)
    caption: dict[str, Any] = Field(default_factory=dict)
    missing: Literal["leave out", "say so"] | None = None
    rejected: Annotated[
        Literal["show", "ghost", "hide"],
        Option(
            "--rejected",
            "Labels of work that was rejected or does not count: dashed and half as coloured (show), hatched and quiet "
            "(ghost), or not at all (hide).",
        ),
    ] = "show"
    missing_glyphs: Annotated[
        Literal["stop", "draw"],
        Option(
            "--missing-glyphs",
            "Where no font has a character: nothing is rendered (stop), or an empty box stands for it (draw).",
        ),
    ] = "stop"
    align: AlignConfig = AlignConfig()
    carry: CarryConfig = CarryConfig()
    model: ModelConfig = ModelConfig()
    timeline: TimelineConfig = TimelineConfig()
    edit: EditConfig | None = None
    sidecars: Annotated[
        tuple[Sidecar, ...],
        Option(
            "--sidecars",
            "Files beside the film: srt, vtt (subtitles), txt (a transcript), json (what is drawn where), otio, edl "
            "(cuts for an editing program); and chapters in it.",
            metavar="A,B",
        ),
    ] = ()
    screen: ScreenConfig = ScreenConfig()
    training: TrainingOptions | None = None
    errors: tuple[str, ...] = ()

    def _kept_places(self) -> dict[str, object]:
        """Return where a crowd's files lie: who was forgotten there must not come back under another name."""
        if self.crowd is None or self.crowd.folder is not None or self.output is None:
            return {}
        return {"crowd.folder": self.output.with_suffix("")}

    @pydantic.field_validator("errors")
    @classmethod
    def _known(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        from loopviz.project.check.finding_codes import CODES  # here: few projects name any

        unknown = [code for code in codes if code not in CODES]
        if unknown:
            raise ValueError(f"codes of findings, as unreadable or small-text; not {unknown[0]!r}")
        return codes

    @pydantic.model_validator(mode="after")
    def _has_labels(self) -> Self:
        if (self.labels is None) == (self.crowd is None):
            raise ValueError("either 'labels: labels/' or a section 'crowd'")
        if self.crowd is not None and (self.people is not None or self.assignments is not None):
            raise ValueError("no 'people' and no 'assignments' beside 'crowd', which brings its own")
        return self


def default_output(folder: Path, name: str) -> Path:
    """Return where a video goes when nobody said: ``out/<name>.mp4`` in a folder."""
    return folder / "out" / f"{name or 'loopviz'}.mp4"
