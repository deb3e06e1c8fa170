"""How a project's video is rendered: its encoder, its time, its sound, and what stands where it goes."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from loopviz.durations import parse_duration
from loopviz.errors import ConfigError, OutputError
from loopviz.media import EncoderSettings, Source
from loopviz.media.animate import ANIMATIONS
from loopviz.media.delivery import check_ending, fitting_encoder, is_animation
from loopviz.media.encoders import ENCODERS
from loopviz.media.repeat import Repetition
from loopviz.media.soundtrack import Soundtrack, check_soundtrack
from loopviz.note_words.project import glyph_remedy
from loopviz.outputs import Origin, check_file, check_no_folder
from loopviz.project.config import ClipConfig, ProjectConfig
from loopviz.project.film_time import moves, timeline_of
from loopviz.project.frame_ranges import frames_of
from loopviz.project.load import LoadedProject
from loopviz.project.profile import Profile
from loopviz.render import RenderOptions, SegmentCache, cache_folder
from loopviz.render.finish import check_place
from loopviz.scene.extra_fonts import missing_extras
from loopviz.timeline import Timeline, at_most, identity_timeline, part, picked


@dataclass(frozen=True)
class Effort:
    """What a machine may spend on a render; the result is the same.

    Attributes:
        jobs: How many processes render; None: as many as help on this machine.
        cache: Whether segments are kept, so that a killed render goes on and a corrected one renders what differs.
    """

    jobs: int | None = 1
    cache: bool = True

    def segments(self) -> SegmentCache | None:
        """Return where segments are kept, if they are."""
        return SegmentCache(cache_folder()) if self.cache else None


def repetition_of(repeat: int | str | None) -> Repetition | None:
    """Return how often a film is to play: so many times, or for a length of time.

    Raises:
        ConfigError: If it is neither.
    """
    if repeat is None:
        return None
    try:
        if isinstance(repeat, str):
            return Repetition(seconds=parse_duration(repeat))
    except ValueError as error:
        raise ConfigError(
            "not a length of time to repeat the film for", at="repeat", found=repeat, expected=str(error)
        ) from error
    if repeat < 1:
        raise ConfigError("a film plays at least once", at="repeat", found=repeat, expected="1 or more")
    return Repetition(repeat)


def check_output(output: Path, source: Source, options: RenderOptions) -> None:
    """Refuse an output that cannot be written, or may not be replaced.

    Raises:
        ConfigError: If its suffix is not known.
        OutputError: If it is the source itself, or something stands there.
    """
    check_ending(output, options.settings.codec)
    check_apart(output, source)
    check_place(output, options)


def clip_options(
    config: ClipConfig,
    source: Source,
    output: Path,
    frames: str | range | None,
    overwrite: bool = False,
    jobs: int | None = 1,
) -> RenderOptions:
    """Return how a clip is encoded again.

    Raises:
        ConfigError: If it has no such frames.
    """
    part = frames_of(source, frames)
    whole = part is None or len(part) == source.info.frames
    return RenderOptions(
        settings=encoder_settings(config, output),
        frames=part,
        sound=config.sound,
        overwrite=overwrite,
        origin=origin_of(config, "film", frames=None if whole else part),
        jobs=jobs,
    )


def encoder_settings(config: ClipConfig, output: Path) -> EncoderSettings:
    """Return how a clip is compressed.

    Raises:
        ConfigError: If something is said that its encoder has no use for, or nothing fits the output.
    """
    given = config.encoder
    codec = given.codec or fitting_encoder(output, config.depth)
    encoder = ENCODERS.get(codec)
    if encoder is not None and encoder.crf_max is None and given.codec and "crf" in given.model_fields_set:
        what = "the encoder has no such choice"
        raise ConfigError(what, at="encoder.crf", found=f"crf {given.crf} for {codec}", remedy="Leave the crf out.")
    return EncoderSettings(codec, given.crf, given.preset)


def profile_options(
    options: RenderOptions, profile: Profile | None, source: Source, output: Path, labelled: Collection[int] = ()
) -> RenderOptions:
    """Return how a profile has an output rendered.

    Args:
        options: How it would be rendered without it.
        profile: The profile, or None.
        source: The source.
        output: The output.
        labelled: The source's frames with labels, among which a few are chosen.
    """
    rates = [profile.max_frame_rate] if profile and profile.max_frame_rate else []
    if is_animation(output):
        rates.append(ANIMATIONS[output.suffix.lower()].fastest)
    if profile is not None:
        options = dataclasses.replace(options, alpha=profile.alpha, max_width=profile.max_width)
    timeline = options.timeline or identity_timeline(source)
    if options.timeline is None and options.frames is not None:
        timeline = part(timeline, options.frames)
    chosen = at_most(timeline, Fraction(min(rates))) if rates else timeline
    if profile is not None and profile.images is not None:
        chosen = _spread(chosen, profile.images, labelled)
    return options if chosen is timeline else dataclasses.replace(options, timeline=chosen, frames=None)


def _spread(timeline: Timeline, most: int, labelled: Collection[int]) -> Timeline:
    """Return a few frames of a timeline, spread evenly over those with labels, or over all where there are none."""
    shown = timeline.frames["label_frame"].to_list()
    places = [place for place, frame in enumerate(shown) if frame in labelled] or list(range(len(shown)))
    count = min(most, len(places))
    return picked(timeline, [places[(2 * each + 1) * len(places) // (2 * count)] for each in range(count)])


def film_options(
    project: LoadedProject, frames: str | range | None, overwrite: bool = False, jobs: int | None = 1
) -> RenderOptions:
    """Return how a project's film is rendered: a range is one of the source's frames, whatever time the film has."""
    check_glyphs(project)
    labelled = set(project.dataset.annotations["frame"])
    options = _film_options(project, frames, overwrite, jobs)
    return profile_options(options, project.profile, project.source, project.output, labelled)


def check_glyphs(project: LoadedProject) -> None:
    """Refuse a film in which characters would be empty boxes, unless the project wants them.

    Raises:
        ConfigError: With the characters.
    """
    for values in (note.values for note in project.notes if note.code == "no-glyphs"):
        if project.config.missing_glyphs == "stop":
            found = str(values["characters"])
            remedy = f"You can {glyph_remedy(missing_extras(found))}."
            raise ConfigError("no font here has some characters that are drawn", found=found, remedy=remedy)


def _film_options(
    project: LoadedProject, frames: str | range | None, overwrite: bool, jobs: int | None
) -> RenderOptions:
    options = clip_options(project.config, project.source, project.output, frames, overwrite, jobs)
    config, soundtrack = project.config.timeline, None
    if config.soundtrack is not None and options.sound:
        check_soundtrack(config.soundtrack)
        soundtrack = Soundtrack(config.soundtrack, config.fade_seconds, config.fade_seconds)
    sound = options.sound and config.sound == "source"
    options = dataclasses.replace(options, sound=sound, soundtrack=soundtrack)
    if project.film is None and not moves(project):
        return options
    return dataclasses.replace(options, timeline=timeline_of(project, options.frames), frames=None)


def origin_of(config: ClipConfig, kind: str, *, frames: range | None = None) -> Origin:
    """Return what a clip's film or still is made of: the pictures, and the labels on them."""
    if not isinstance(config, ProjectConfig):
        return Origin.of(kind, config.source, frames=frames)
    batches = config.crowd.batches if config.crowd else ()
    return Origin.of(kind, config.source, config.labels, *batches, frames=frames)


def check_still(still: Path, origin: Origin, *, overwrite: bool) -> None:
    """Refuse a still that cannot be written, or may not be replaced.

    Raises:
        ConfigError: If it is not called as a PNG.
        OutputError: If something stands there.
    """
    check_no_folder(still, "still.png")
    if still.suffix.lower() != ".png":
        raise ConfigError("a preview is a PNG", file=still, expected="a name that ends in .png")
    check_file(still, origin, overwrite=overwrite)


def check_apart(output: Path, source: Source) -> None:
    """Refuse to write over what is read.

    Raises:
        OutputError: If the output is the source itself.
    """
    with contextlib.suppress(OSError):  # one of them is not there, or cannot be: that is said elsewhere
        if output.samefile(source.info.path):
            raise OutputError("the output is the source itself", file=output, remedy="Choose another name.")
