"""Short commands load only what they need: what they cost is mostly what they import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from loopviz.cli.app import app

CODE = """
import sys
from loopviz.cli import main
code = main(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"av", "cv2", "numpy", "PIL", "polars", "skia"}))
sys.exit(code)
"""


def loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", CODE, *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(said.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["inspect", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded(*arguments) == set()


@pytest.mark.parametrize("part", ["labels", "."])
def test_labels_are_inspected_without_a_decoder_and_without_drawing(sample: Path, part: str) -> None:
    assert loaded("inspect", str(sample / part)) == {"numpy", "polars"}


LEARNERS = {"learning", "predict", "train", "train compare", "train ablate"}
LASTING = {"preview"}  # goes on until it is interrupted: tests/preview
LEARNING = """
import sys
from loopviz.cli import main
for line in sys.stdin.read().splitlines():
    code = main(line.split("\t"))
    heavy = {"onnx", "onnxruntime", "torch", "torchvision", "ultralytics"}
    loaded = {name.partition(".")[0] for name in sys.modules} & heavy
    print("checked", line.split("\t")[0], code, *loaded, file=sys.stderr)
"""


def every_command() -> set[str]:
    words = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    inner = {word: getattr(command, "commands", {}) for word, command in words.items()}
    alone = {word for word, command in words.items() if not inner[word] or hasattr(command, "own")}
    return alone | {f"{word} {part}" for word, parts in inner.items() for part in parts}


def test_only_training_and_models_load_what_learns(sample: Path, project_folder: Path, tmp_path: Path) -> None:
    clip, crowd = str(sample / "mouse_turntable.mp4"), sample.parent / "crowd"
    batches = [str(crowd / name) for name in ("batch1.csv", "batch2.csv")]
    film, at = ["--range", "0:2", "--preset", "ultrafast"], lambda name: str(tmp_path / name)
    shutil.copytree(project_folder, tmp_path / "project")
    lines = [
        ["init", at("project")],
        ["run", str(sample), "-o", at("a.mp4"), *film],
        ["render", clip, "--labels", str(sample / "labels"), "--preview", "3", "-o", at("a.png")],
        ["plan", str(sample)],
        ["sheet", str(sample), "--range", "0:2", "--size", "A5", "-o", at("sheet.pdf")],
        ["check", str(sample)],
        ["inspect", str(sample)],
        ["export", str(sample), "--to", "yolo", "-o", at("yolo")],
        ["convert", at("yolo"), "--to", "coco", "-o", at("coco.json"), "--frame-size", "1920x1080"],
        ["compare", str(sample), str(sample), "-o", at("compared")],
        ["diff", at("coco.json"), at("coco.json"), "-o", at("changed")],
        ["assemble", clip, "-o", at("b.mp4"), *film],
        ["split", clip, at("frames"), "--range", "0:2"],
        ["doctor"],
        ["cache", "list"],
        ["cache", "prune"],
        ["profile", "list"],
        ["profile", "show", "web"],
        ["theme", "list"],
        ["theme", "show", "wake"],
        ["theme", "new", at("theme.yaml")],
        ["crowd", "import", *batches, "--survey", str(crowd / "survey.csv"), "-o", at("dataset")],
        ["quality", at("dataset"), "-o", at("quality")],
        ["review", at("dataset"), "-o", at("review")],
        ["review", "apply", at("coco.json"), at("dataset")],
        ["crowd", "people", at("dataset")],
        ["crowd", "ledger", at("dataset")],
        ["crowd", "review", at("dataset"), "--rule", "categories >= 3"],
        ["crowd", "protect", at("dataset"), "--questions", "Q1"],
        ["crowd", "forget", "nobody", at("dataset")],
        ["crowd", "kit", clip, "--categories", "Wheel", "--step", "50", "-o", at("kit")],
    ]
    command, text = [sys.executable, "-c", LEARNING], "\n".join("\t".join(line) for line in lines)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    said = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("checked")]
    refused = {"forget": "4", "apply": "3"}
    assert said == [[line[0], refused.get(line[1] if line[1:] else "", "0")] for line in lines]
    known = every_command()
    tried = {name if (name := " ".join(line[:2])) in known else line[0] for line in lines}
    assert tried == known - LEARNERS - LASTING


@pytest.mark.parametrize(("asked", "threads"), [(None, 1), ("2", 2)])
def test_tables_have_one_thread_unless_more_are_asked_for(sample: Path, asked: str | None, threads: int) -> None:
    code = (
        "import sys; from loopviz.cli import main; main(sys.argv[1:]); import polars; print(polars.thread_pool_size())"
    )
    environment = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    environment |= {"POLARS_MAX_THREADS": asked} if asked else {}
    command = [sys.executable, "-c", code, "inspect", str(sample / "labels")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == str(threads)
