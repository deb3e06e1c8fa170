"""Pictures and sound, in and out: any video or folder of images as one stream of frames, and a stream as a video."""

from loopviz.media.encode import Finish, begin_segment, encode_segment
from loopviz.media.encoders import EncoderSettings, VideoSpec
from loopviz.media.mux import join_segments
from loopviz.media.probe import open_source, probe
from loopviz.media.stills import png_of, save_png, to_rgb
from loopviz.media.types import ColorTags, Frame, ReadOptions, Source, VideoInfo
from loopviz.media.verify import verify_video

__all__ = [
    "ColorTags",
    "EncoderSettings",
    "Finish",
    "Frame",
    "ReadOptions",
    "Source",
    "VideoInfo",
    "VideoSpec",
    "begin_segment",
    "encode_segment",
    "join_segments",
    "open_source",
    "png_of",
    "probe",
    "save_png",
    "to_rgb",
    "verify_video",
]
