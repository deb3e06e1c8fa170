"""What a segment shows, as one number: equal keys, equal bytes.

A key is the SHA-256 of everything that a segment's bytes depend on: the source's own bytes, the frames taken from it,
all that is drawn on them and when they are shown, the encoder and its settings, and the versions of the programs that
draw and encode.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import av

from loopviz.media.encoders import encoder_options
from loopviz.render.plan import RenderPlan, Segment, view_of
from loopviz.scene import Scene

DRAWING = 5  # counts up whenever the same marks and captions come to be drawn as other pixels


def segment_key(fingerprint: str, scene: Scene | None, plan: RenderPlan, segment: Segment) -> str:
    """Return a segment's key.

    Args:
        fingerprint: The source's.
        scene: What is drawn, or None.
        plan: The plan that the segment belongs to.
        segment: The segment.
    """
    runs = [
        (shown.source_frame, shown.mix_frame, shown.mix_weight, scene.key(view_of(shown)) if scene else "", pts)
        for shown, pts in plan.part(segment).runs()
    ]
    ground = [scene.theme.colors.paper, scene.typesetter.fingerprint] if scene else None
    encoder = repr(plan.spec), encoder_options(plan.spec)
    parts = [programs(), fingerprint, encoder, ground, runs]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def programs() -> dict[str, object]:
    """Return the versions that a segment's bytes depend on."""
    packages = {name: _version(name) for name in ("loopviz", "av", "skia-python", "opencv-python-headless", "numpy")}
    return {"drawing": DRAWING, "ffmpeg": str(av.library_versions), **packages}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
