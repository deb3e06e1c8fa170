"""The makers of videos: plans, segments, and frames composed in the picture's own colour space."""

from loopviz.outputs import cache_folder
from loopviz.render.cache import CacheEntry, SegmentCache
from loopviz.render.compositor import compositor_of
from loopviz.render.plan import RenderOptions, RenderPlan, Segment, plan_render
from loopviz.render.row import RowRenderer, plan_row
from loopviz.render.segment import SegmentRenderer, begin_render
from loopviz.render.stills import Still, render_still, render_stills
from loopviz.render.video import RenderResult, render_video, rendering, rendering_with

__all__ = [
    "CacheEntry",
    "RenderOptions",
    "RenderPlan",
    "RenderResult",
    "RowRenderer",
    "Segment",
    "SegmentCache",
    "SegmentRenderer",
    "Still",
    "begin_render",
    "cache_folder",
    "compositor_of",
    "plan_render",
    "plan_row",
    "render_still",
    "render_stills",
    "render_video",
    "rendering",
    "rendering_with",
]
