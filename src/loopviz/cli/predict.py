"""``loopviz predict`` and ``loopviz compare``: what a model sees, and how far that agrees with labels."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.parameters import CLIP, Fields, Settings
from loopviz.cli.render import Video
from loopviz.cli.results import columns, near

EXAMPLES = {
    "predict": """
        loopviz predict runs/mouse clip.mp4 -o predicted/
        loopviz predict best.onnx frames/ -o predicted/ --confidence 0.5
        loopviz render clip.mp4 --labels predicted/ -o model.mp4
    """,
}
ASKED = "loopviz.predict.options:PredictOptions"

Model = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A YOLO detector in ONNX, or the folder of a training, as runs/mouse.")
]
Out = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]


def predict(
    model: Model,
    video: Video,
    *,
    output: Out,
    asked: Annotated[Settings, Fields((...,), ASKED)],
    frames: options.Range = None,
    clip: Annotated[Settings, Fields(("frame_rate", "strict", "skip_bad"), CLIP)],
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Write what a model sees in a video as labels.

    They are taken wherever labels are: rendered, exported, compared with what people drew. No training library is
    needed; the model is run by ONNX Runtime.
    """
    from loopviz.predict.options import PredictOptions
    from loopviz.project.config import ClipConfig
    from loopviz.project.predict import predict as write

    reporter = messages.reporter
    config = ClipConfig.checked({"source": video}).changed(clip)
    with reporter.progress("Predicting") as progress:
        made = write(
            model, config, output, PredictOptions.checked(asked), frames=frames, overwrite=overwrite, progress=progress
        )
    notes = [note.line for note in made.notes]
    data = asdict(made) | {"annotations": made.annotations, "notes": notes, "model": str(made.model)}
    counts = f"{made.annotations} detections on {made.labelled_frames} of {made.frames} frames"
    del data["path"]
    lines = [*notes, *columns(made.categories, "  "), f"{near(made.path)}: {counts}"]
    reporter.result({"output": str(made.path), **data}, lines)
