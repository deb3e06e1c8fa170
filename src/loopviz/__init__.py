"""loopviz shows the people behind a dataset: a video, its labels and those who drew them become an annotated video.

The names below are the whole public face. Each is imported when it is first used, so that ``import loopviz`` is quick.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

TYPE_CHECKING = False  # as mypy knows it, without waiting for typing

if TYPE_CHECKING:
    from loopviz.crowd import apply_identity
    from loopviz.dataset import Dataset
    from loopviz.errors import ConfigError, InputError, LoopvizError, MissingPartError, OutputError
    from loopviz.formats.align.frames import align
    from loopviz.formats.detect import detect_format
    from loopviz.formats.people.assignments import read_assignments
    from loopviz.formats.people.read import read_people
    from loopviz.formats.reading import read_labels
    from loopviz.formats.types import LabelSet, Problem, Report
    from loopviz.formats.writing import write_labels
    from loopviz.media import EncoderSettings, Frame, ReadOptions, Source, VideoInfo
    from loopviz.media.probe import open_source, probe
    from loopviz.media.split import split_frames
    from loopviz.notes import Note
    from loopviz.predict.detections import FrameDetections, detect
    from loopviz.predict.model import Detector
    from loopviz.predict.options import PredictOptions
    from loopviz.project.check.checkup import Checkup, check
    from loopviz.project.check.findings import Finding
    from loopviz.project.compare import Compared, Naming, compare_labels
    from loopviz.project.compare_options import CompareOptions
    from loopviz.project.config import ClipConfig, ProjectConfig
    from loopviz.project.config_file import load_config
    from loopviz.project.inspect import LabelFacts, VideoFacts, inspect
    from loopviz.project.learning import learning_film
    from loopviz.project.notebook import LabelReview
    from loopviz.project.opened import Project, open
    from loopviz.project.pipeline import run
    from loopviz.project.plan import Plan
    from loopviz.project.predict import Predicted, predict_labels
    from loopviz.project.render_options import Effort
    from loopviz.project.stands import Stand
    from loopviz.project.train import TrainedRun, train_detector
    from loopviz.render import RenderOptions, RenderResult, SegmentCache, Still, render_still, render_video
    from loopviz.scene import Scene, SceneOptions, Theme, build_scene, load_theme
    from loopviz.timeline import Timeline, identity_timeline

_HOMES = {
    "loopviz.crowd": ("apply_identity",),
    "loopviz.dataset": ("Dataset",),
    "loopviz.errors": ("ConfigError", "InputError", "LoopvizError", "MissingPartError", "OutputError"),
    "loopviz.formats.align.frames": ("align",),
    "loopviz.formats.detect": ("detect_format",),
    "loopviz.formats.people.assignments": ("read_assignments",),
    "loopviz.formats.people.read": ("read_people",),
    "loopviz.formats.reading": ("read_labels",),
    "loopviz.formats.types": ("LabelSet", "Problem", "Report"),
    "loopviz.formats.writing": ("write_labels",),
    "loopviz.media": ("EncoderSettings", "Frame", "ReadOptions", "Source", "VideoInfo"),
    "loopviz.media.probe": ("open_source", "probe"),
    "loopviz.media.split": ("split_frames",),
    "loopviz.notes": ("Note",),
    "loopviz.predict.detections": ("FrameDetections", "detect"),
    "loopviz.predict.model": ("Detector",),
    "loopviz.predict.options": ("PredictOptions",),
    "loopviz.project.check.checkup": ("Checkup", "check"),
    "loopviz.project.check.findings": ("Finding",),
    "loopviz.project.compare": ("Compared", "Naming", "compare_labels"),
    "loopviz.project.compare_options": ("CompareOptions",),
    "loopviz.project.config": ("ClipConfig", "ProjectConfig"),
    "loopviz.project.config_file": ("load_config",),
    "loopviz.project.inspect": ("LabelFacts", "VideoFacts", "inspect"),
    "loopviz.project.learning": ("learning_film",),
    "loopviz.project.notebook": ("LabelReview",),
    "loopviz.project.opened": ("Project", "open"),
    "loopviz.project.pipeline": ("run",),
    "loopviz.project.plan": ("Plan",),
    "loopviz.project.predict": ("Predicted", "predict_labels"),
    "loopviz.project.render_options": ("Effort",),
    "loopviz.project.stands": ("Stand",),
    "loopviz.project.train": ("TrainedRun", "train_detector"),
    "loopviz.render": ("RenderOptions", "RenderResult", "SegmentCache", "Still", "render_still", "render_video"),
    "loopviz.scene": ("Scene", "SceneOptions", "Theme", "build_scene", "load_theme"),
    "loopviz.timeline": ("Timeline", "identity_timeline"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Checkup", "ClipConfig", "CompareOptions", "Compared", "ConfigError", "Dataset", "Detector", "Effort",
    "EncoderSettings", "Finding", "Frame", "FrameDetections", "InputError", "LabelFacts", "LabelReview", "LabelSet",
    "LoopvizError", "MissingPartError", "Naming", "Note", "OutputError", "Plan", "PredictOptions", "Predicted",
    "Problem", "Project", "ProjectConfig", "ReadOptions", "RenderOptions", "RenderResult", "Report", "Scene",
    "SceneOptions", "SegmentCache", "Source", "Stand", "Still", "Theme", "Timeline", "TrainedRun", "VideoFacts",
    "VideoInfo", "__version__", "align", "apply_identity", "build_scene", "check", "compare_labels", "detect",
    "detect_format", "identity_timeline", "inspect", "learning_film", "load_config", "load_theme", "open",
    "open_source", "predict_labels", "probe", "read_assignments", "read_labels", "read_people", "render_still",
    "render_video", "run", "split_frames", "train_detector", "write_labels",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'loopviz' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
