"""What works on this machine, and what to install for the rest."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.metadata
import importlib.util
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

import loopviz
from loopviz.atomic import check_writable
from loopviz.errors import MissingPartError
from loopviz.formats.plugins import plugins
from loopviz.outputs import FOLDER_VARIABLE, cache_folder
from loopviz.plugins import Plugin
from loopviz.project.salt import check_salt, salt_path
from loopviz.scripts import EXTRA, OWN, SHAPED
from loopviz.train.trainer import plugins as trainers
from loopviz.train.ultralytics.examine import examined

PACKAGES = {  # distribution: module
    "av": "av",
    "jinja2": "jinja2",
    "numpy": "numpy",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "polars": "polars",
    "pydantic": "pydantic",
    "pyyaml": "yaml",
    "rich": "rich",
    "skia-python": "skia",
    "typer": "typer",
}
LEARNING = ("torch", "torchvision", "ultralytics-opencv-headless", "onnx", "onnxruntime", "faster-coco-eval")
# file: Debian package; Skia links them
LIBRARIES = {"libGL.so.1": "libgl1", "libEGL.so.1": "libegl1", "libexpat.so.1": "libexpat1"}
ENCODERS = {"libx264": True, "aac": True} | dict.fromkeys(
    ("libx265", "libsvtav1", "libvpx-vp9", "prores_ks", "ffv1", "png", "mjpeg", "gif", "libwebp_anim", "libopus"), False
)
DECODERS = {"h264": True, "hevc": False, "vp9": False, "libdav1d": False, "mjpeg": False, "prores": False}
TRAIN_SETUP = "For training: ./scripts/train-setup, or pip install 'loopviz[train]'"
MISMATCH = "If training is slow or fails, install both anew, from one place: ./scripts/train-setup"
REINSTALL = "Install loopviz again: pip install --force-reinstall loopviz"
FFMPEG_REMEDY = "Install PyAV's own wheel: pip install --force-reinstall --only-binary av av"


@dataclass(frozen=True)
class Check:
    """One thing that was tried.

    Attributes:
        name: What.
        ok: Whether it works.
        required: Whether loopviz cannot do without it.
        found: A version, a place, or what went wrong.
        remedy: What to do where it does not work.
    """

    name: str
    ok: bool
    required: bool
    found: str
    remedy: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """All checks."""

    checks: tuple[Check, ...]

    @property
    def healthy(self) -> bool:
        """Whether everything required works."""
        return all(check.ok for check in self.checks if check.required)

    def as_json(self) -> dict[str, object]:
        """Return the checks as plain values."""
        return {"kind": "doctor", "healthy": self.healthy, "checks": [asdict(check) for check in self.checks]}


def examine() -> Diagnosis:
    """Try everything that loopviz uses; whatever fails becomes a check that is not ok, never an exception."""
    groups = (_versions, _libraries, _codecs, _text, _brought_formats, _brought_widgets, _training, _surroundings)
    return Diagnosis(tuple(check for group in groups for check in group()))


def _tried(name: str, attempt: Callable[[], str], *, required: bool = True, remedy: str | None = None) -> Check:
    try:
        return Check(name, True, required, attempt(), remedy)
    except Exception as error:  # whatever stands in the way is the answer
        return Check(name, False, required, " ".join(f"{error or type(error).__name__}".split())[:200], remedy)


def _versions() -> Iterator[Check]:
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Check(
        "loopviz", sys.version_info >= (3, 11), True, f"{loopviz.__version__}, {system}", "Python 3.11 is needed."
    )
    for name, module in PACKAGES.items():
        yield _tried(name, partial(_import, name, module), remedy=f"pip install {name}")


def _import(name: str, module: str) -> str:
    importlib.import_module(module)
    return importlib.metadata.version(name)


def _libraries() -> Iterator[Check]:
    if sys.platform != "linux":
        return
    for file, package in LIBRARIES.items():
        remedy = f"On Debian or Ubuntu: apt-get install {package}"
        yield _tried(file, partial(_library, file), remedy=remedy)


def _library(file: str) -> str:
    ctypes.CDLL(file)
    return "loads"


def _codecs() -> Iterator[Check]:
    groups: tuple[tuple[Literal["r", "w"], dict[str, bool], str], ...] = (
        ("w", ENCODERS, "encoder"),
        ("r", DECODERS, "decoder"),
    )
    for mode, codecs, word in groups:
        for name, required in codecs.items():
            yield _tried(f"{word} {name}", partial(_codec, name, mode), required=required, remedy=FFMPEG_REMEDY)


def _codec(name: str, mode: Literal["r", "w"]) -> str:
    import av.codec

    return av.codec.Codec(name, mode).long_name


def _text() -> Iterator[Check]:
    yield _tried("ICU", _icu, remedy="pip install --force-reinstall skia-python")
    yield _tried("fonts", _fonts, remedy=REINSTALL)
    for script, text in OWN.items():
        yield _tried(f"script {script}", partial(_script, script, text), remedy=REINSTALL)
    for extra in EXTRA:
        install = f"For more: pip install 'loopviz[{extra}]'"
        yield _tried(f"scripts of [{extra}]", partial(_extra_scripts, extra), required=False, remedy=install)
    yield _tried("themes", _themes, remedy=REINSTALL)


def _icu() -> str:
    import skia

    if skia.Unicodes.ICU.Make() is None:
        raise LookupError("Skia has no ICU data: right-to-left text and line breaks do not work")
    return "in Skia"


def _fonts() -> str:
    from loopviz.scene.typefaces import package_fonts
    from loopviz.scene.typography import Typesetter

    Typesetter()
    return f"{len(package_fonts())} files in the package"


def _script(script: str, text: str) -> str:
    from loopviz.scene import TextStyle, Typesetter

    style, typesetter = TextStyle("sans", 400, 100.0, "#000000"), Typesetter()
    if lacking := typesetter.lacks(text):
        raise LookupError(f"no font has {lacking!r}")
    apart = sum(typesetter.width(letter, style) for letter in text)
    if script in SHAPED and abs(typesetter.width(text, style) - apart) < 1:
        raise LookupError("the letters are not joined")
    return "shaped" if script in SHAPED else "set"


def _extra_scripts(extra: str) -> str:
    from loopviz.scene import Typesetter

    typesetter = Typesetter()
    lacking = [script for script, text in EXTRA[extra].items() if typesetter.lacks(text)]
    there = [script for script in EXTRA[extra] if script not in lacking]
    if lacking:
        raise LookupError(f"{', '.join(there) or 'none'}; no font has {', '.join(lacking)}")
    return ", ".join(there)


def _themes() -> str:
    from loopviz.scene import load_theme, theme_names

    return ", ".join(load_theme(name).name for name in theme_names())


def _brought(kind: str, brought: Iterable[Plugin[Any]]) -> Iterator[Check]:
    """Yield a row for each thing that another package brings."""
    for each in brought:
        remedy = f"Install {each.package.split()[0]} again, or remove it."
        found = f"of {each.package}{f' {each.trouble}' if each.trouble else ''}"
        yield Check(f"{kind} {each.name}", each.trouble is None, False, found, remedy)


def _brought_formats() -> Iterator[Check]:
    return _brought("format", plugins())


def _brought_widgets() -> Iterator[Check]:
    with contextlib.suppress(MissingPartError):  # Skia is missing, as another row says
        from loopviz.scene.widgets.registry import widget_plugins

        yield from _brought("widget", widget_plugins())


def _training() -> Iterator[Check]:
    for name in LEARNING:
        yield _tried(name, partial(importlib.metadata.version, name), required=False, remedy=TRAIN_SETUP)
    if all(importlib.util.find_spec(name) for name in ("torch", "torchvision")):
        yield _tried("torch and torchvision", _matching, required=False, remedy=MISMATCH)
        yield _tried("devices", _devices, required=False, remedy=TRAIN_SETUP)
    yield from _brought("trainer", trainers())


def _matching() -> str:
    found = examined()
    if trouble := found.get("trouble"):
        raise ImportError(f"they do not load: {trouble}")
    both = f"torchvision {found['torchvision']} beside torch {found['torch']}"
    if found["match"]:
        return both
    raise ImportError(f"{both} lacks its operators, for it was built for another torch; training works all the same")


def _devices() -> str:
    return ", ".join(examined().get("devices", ()))


def _surroundings() -> Iterator[Check]:
    terminal = sys.stderr is not None and sys.stderr.isatty()
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    found = f"{'yes' if terminal else 'no, so no progress bar'}; {encoding}"
    yield Check("terminal", terminal, False, found)
    private = f"chmod 600 {salt_path()}" if salt_path().exists() else "Make its folder one that you may write to."
    yield _tried("salt", _salt, required=False, remedy=private)
    elsewhere = f"Name another folder with {FOLDER_VARIABLE}, or render with --no-cache."
    yield _tried("cache", _cache, required=False, remedy=elsewhere)


def _salt() -> str:
    place = salt_path()
    if not place.exists():
        check_salt()
        return f"will be made when it is first needed: {place}"
    if place.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermissionError(f"others may read {place}: whoever has it can find the ids behind the aliases")
    return str(place)


def _cache() -> str:
    folder = cache_folder()
    check_writable(folder / "work")
    disk = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return f"{folder}, {shutil.disk_usage(disk).free / 10**9:,.1f} GB free"
