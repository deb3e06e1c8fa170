"""``loopviz predict`` and ``loopviz compare``: what a model sees, and how far that agrees with labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from loopviz.cli import options
from loopviz.cli.export import SaltFile
from loopviz.cli.parameters import CLIP, Fields, Settings
from loopviz.cli.render import Video
from loopviz.cli.results import columns, near, result_data, result_lines
from loopviz.project.option import themes

EXAMPLES = {
    "predict": """
        loopviz predict runs/mouse clip.mp4 -o predicted/
        loopviz predict best.onnx frames/ -o predicted/ --confidence 0.5
        loopviz predict runs/mouse clip.mp4 -o predicted/ --video annotated.mp4
        loopviz predict runs/mouse clip.mp4 -o predicted/ --taught-by 5
        loopviz render clip.mp4 --labels predicted/ -o model.mp4
    """,
    "compare": """
        loopviz compare configs/crowd.yaml predicted/ -o report/
        loopviz compare truth.json predicted/ -o report/ --run runs/mouse
        loopviz compare labels/ predicted/ -o report/ --confidence 0.5 --json
    """,
}
ASKED = "loopviz.predict.options:PredictOptions"
HOW = "loopviz.project.compare_options:CompareOptions"

Model = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A YOLO detector in ONNX, or the folder of a training, as runs/mouse.")
]
Labels = Annotated[
    Path, typer.Argument(metavar="LABELS", help="The reference: a project, a dataset, or labels of any format.")
]
Detections = Annotated[
    Path, typer.Argument(metavar="PREDICTED", help="What is compared with it: what predict wrote, or other labels.")
]
TaughtBy = Annotated[
    int | None,
    typer.Option(
        "--taught-by",
        metavar="K",
        min=1,
        max=100,
        help="Look up the K labels of the training that each detection resembles most, and who drew them: similarity, "
        "not cause. MODEL is a training's folder.",
    ),
]
AlsoVideo = Annotated[
    Path | None,
    typer.Option(
        "--video",
        metavar="FILE",
        help="Make a video of the detections too, in the same pass: each frame is decoded once.",
    ),
]
Theme = Annotated[
    str | None,
    typer.Option(
        "--theme",
        metavar="NAME|FILE",
        autocompletion=themes,
        help="How the video looks: house if not given, margin, or a YAML file of such a layout.",
    ),
]
MOST_WORKERS = 10  # that are listed; all are in the table
Out = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]


def predict(
    model: Model,
    video: Video,
    *,
    output: Out,
    asked: Annotated[Settings, Fields((...,), ASKED)],
    frames: options.Range = None,
    taught_by: TaughtBy = None,
    clip: Annotated[Settings, Fields(("frame_rate", "strict", "skip_bad"), CLIP)],
    film: AlsoVideo = None,
    theme: Theme = None,
    encoder: Annotated[Settings, Fields(options.ENCODER, CLIP)],
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Write what a model sees in a video as labels, and if asked for a video with them.

    They are taken wherever labels are: rendered, exported, compared with what people drew. No training library is
    needed; the model is run by ONNX Runtime.
    """
    from loopviz.predict.options import PredictOptions
    from loopviz.project.config import ClipConfig
    from loopviz.project.predict import predict_labels

    if film is None and (theme or encoder):
        said = ", ".join(name.rpartition(".")[2] for name in (["theme"] if theme else []) + list(encoder))
        raise typer.BadParameter(f"No video is made: leave out what says how ({said}).", param_hint="--video")
    reporter = messages.reporter
    config = ClipConfig.checked({"source": video}).changed({**clip, **encoder, "output": film})
    with reporter.progress("Predicting") as progress:
        made = predict_labels(
            model,
            config,
            output,
            PredictOptions.checked(asked),
            theme=theme or "house",
            frames=frames,
            taught_by=taught_by,
            overwrite=overwrite,
            progress=progress,
        )
    notes = [note.line for note in made.notes]
    data = asdict(replace(made, film=None, taught_by=None))
    data |= {"annotations": made.annotations, "notes": notes, "model": str(made.model)}
    del data["taught_by"], data["film"]
    shown: list[str] = []
    if made.film is not None:
        data["video"], shown = result_data(made.film), result_lines(made.film)
    similar: list[str] = []
    if made.taught_by is not None:
        data["taught_by"] = made.taught_by.to_dicts()
        similar = list(_workers(data["taught_by"]))
    counts = f"{made.annotations} detections on {made.labelled_frames} of {made.frames} frames"
    del data["path"]
    lines = [*notes, *columns(made.categories, "  "), *similar, f"{near(made.path)}: {counts}", *shown]
    reporter.result({"output": str(made.path), **data}, lines)


def _workers(counted: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Return whose training labels the detections resemble most."""
    if not counted:
        return
    yield "whose labels of the training the detections resemble most (similarity, not cause):"
    names = {each["worker"] or "nobody who is named": each for each in counted[:MOST_WORKERS]}
    yield from columns({name: f"{each['detections']} ({each['share']:.1%})" for name, each in names.items()}, "  ")
    if len(counted) > MOST_WORKERS:
        yield f"  and {len(counted) - MOST_WORKERS} more: similar_workers.parquet"


def compare(
    labels: Labels,
    predicted: Detections,
    *,
    output: Out,
    how: Annotated[Settings, Fields((...,), HOW)],
    naming: Annotated[Settings, Fields(("identity",))],
    salt_file: SaltFile = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Say how far what a model sees agrees with labels.

    What was matched, missed, extra and taken for something else; average precision; by category, person, batch and
    frame: as tables (CSV, Parquet), a report and two pictures. People have their aliases unless another --identity is
    asked for, whatever a project file says.
    """
    from loopviz.project.compare import Naming, compare_labels
    from loopviz.project.compare_options import CompareOptions

    reporter, asked = messages.reporter, CompareOptions.checked(how)
    named = Naming(naming.get("identity", "alias"), salt_file)
    made = compare_labels(labels, predicted, output, asked, named, overwrite=overwrite)
    reporter.notes(made.notes)
    data = made.as_json()
    del data["notes"]
    reporter.result({"output": str(made.path), **data}, [*_categories(data), *_whole(data), near(made.path)])


def _categories(data: Mapping[str, Any]) -> Iterator[str]:
    """Return a table of the categories."""
    heads = ("labels", "matched", "confused", "missed", "extra", "map50", "map50_95")
    wide = max([len("category"), *(len(each["name"]) for each in data["categories"])])
    yield f"{'category':<{wide}}  {'  '.join(f'{head:>8}' for head in heads)}"
    for each in data["categories"]:
        yield f"{each['name']:<{wide}}  {'  '.join(f'{_number(each[head]):>8}' for head in heads)}"


def _whole(data: Mapping[str, Any]) -> Iterator[str]:
    counts = f"{data['matched']} matched, {data['confused']} taken for another category, {data['missed']} missed"
    yield f"{data['frames']} frames: {counts}, {data['extra']} extra"
    yield f"mAP50 {_number(data['map50'])}, mAP50-95 {_number(data['map50_95'])}"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
