"""A model's detections on a stream of frames: batches in, boxes in each frame's own pixels out; no frame is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.geometry import Boxes, box_areas, fit_within
from loopviz.media import Frame, to_rgb
from loopviz.predict.features import pooled
from loopviz.predict.heads import Candidates, Floats
from loopviz.predict.letterbox import InputFit, Rgb, Size
from loopviz.predict.model import Detector
from loopviz.predict.options import DEFAULTS, PredictOptions

MOST = 300  # detections in a frame; the surest


class FrameDetections(NamedTuple):
    """What a model found in one frame, the surest first.

    Attributes:
        boxes: ``(N, 4)`` corner boxes in pixels of the frame, of which none lies outside or has no area.
        confidence: ``(N,)``, from 0 to 1.
        class_ids: ``(N,)``.
        vectors: ``(N, D)`` features of each, see ``loopviz.predict.features``; None where nobody asked for them.
    """

    boxes: Boxes
    confidence: npt.NDArray[np.float64]
    class_ids: npt.NDArray[np.int64]
    vectors: Floats | None = None


def detect(
    frames: Iterable[Frame],
    detector: Detector,
    options: PredictOptions = DEFAULTS,
    *,
    own_sizes: Mapping[int, Size] | None = None,
    features: bool = False,
) -> Iterator[tuple[Frame, FrameDetections]]:
    """Yield every frame with what a model finds in it, in order.

    Args:
        frames: Decoded frames of one source.
        detector: The model.
        options: How it is asked.
        own_sizes: The width and height of those images that the source fits into a picture of another size, by frame:
            the model gets them without what is around them, and boxes are in their own pixels.
        features: Whether each detection comes with its features.

    Raises:
        InputError: If a frame is damaged, or the model fails.
    """
    coming, count = iter(frames), detector.batch or options.batch
    while some := list(islice(coming, count)):
        shown = [_shown(frame, (own_sizes or {}).get(frame.index)) for frame in some]
        found = detect_in([rgb for rgb, _ in shown], detector, options, features=features)
        for frame, (_, scale), each in zip(some, shown, found, strict=True):
            yield frame, each._replace(boxes=each.boxes * scale)


def detect_in(
    pictures: Sequence[Rgb], detector: Detector, options: PredictOptions = DEFAULTS, *, features: bool = False
) -> list[FrameDetections]:
    """Return what a model finds in some pictures, each ``(height, width, 3)``, in pixels of each.

    Raises:
        InputError: If the model fails.
    """
    fits = [detector.fit((rgb.shape[1], rgb.shape[0])) for rgb in pictures]
    inputs = [fit.apply(rgb) for fit, rgb in zip(fits, pictures, strict=True)]
    found: list[FrameDetections] = []
    for fit, (each, maps) in zip(fits, _run(detector, inputs, options.confidence, features=features), strict=True):
        kept = _kept(each, surest(each, 1.0 if detector.sorted_out else options.iou), fit)
        found.append(kept._replace(vectors=pooled(maps, fit.into(kept.boxes), fit.input)) if features else kept)
    return found


def _shown(frame: Frame, own: Size | None) -> tuple[Rgb, Boxes]:
    """Return a frame's picture alone, and what leads from its pixels to the image's own."""
    rgb = to_rgb(frame.picture, exact=False)  # as what models are made with reads videos
    size = rgb.shape[1], rgb.shape[0]
    if own is None or own == size:
        return rgb, np.ones(4)
    x, y, width, height = fit_within(own, size)
    return rgb[y : y + height, x : x + width], np.tile(np.divide(own, (width, height)), 2)


def _run(
    detector: Detector, inputs: list[Rgb], least: float, *, features: bool
) -> list[tuple[Candidates, list[Floats]]]:
    """Return what a model sees in pictures, of which some may be of another size than the others."""
    if len({each.shape for each in inputs}) == 1:
        return detector.see(inputs, least, features=features)
    return [detector.see([each], least, features=features)[0] for each in inputs]


def _kept(found: Candidates, chosen: npt.NDArray[np.int64], fit: InputFit) -> FrameDetections:
    boxes = fit.back(found.boxes[chosen])
    real = box_areas(boxes) > 0
    chosen = chosen[real]
    return FrameDetections(boxes[real], found.confidence[chosen], found.class_ids[chosen])


def surest(found: Candidates, iou: float) -> npt.NDArray[np.int64]:
    """Return which candidates are kept, the surest first: non-maximum suppression within each class.

    Args:
        found: The candidates.
        iou: Of two that overlap by more the less sure one goes.
    """
    import cv2  # here: who reads a label set has no use for it

    if not len(found.boxes):
        return np.zeros(0, np.int64)
    low, high = found.boxes[:, :2], found.boxes[:, 2:]
    # OpenCV tells classes apart by moving each beside the others: it reckons with none left of 0.
    boxes = np.concatenate([low - low.min(axis=0), high - low], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(),
        found.confidence.tolist(),
        found.class_ids.tolist(),
        score_threshold=-1.0,
        nms_threshold=iou,
    )
    return np.asarray(kept, np.int64).ravel()[:MOST]
