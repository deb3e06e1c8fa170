"""The makers of videos: plans, segments, and frames composed in the picture's own colour space."""

from loopviz.render.plan import RenderOptions, RenderPlan, Segment, plan_render
from loopviz.render.video import RenderResult, render_segment, render_still, render_video

__all__ = [
    "RenderOptions",
    "RenderPlan",
    "RenderResult",
    "Segment",
    "plan_render",
    "render_segment",
    "render_still",
    "render_video",
]
