"""A detector in ONNX, run by ONNX Runtime on the processor.

Any YOLO model that names its categories works; see ``loopviz.predict.heads`` for the forms. A model of one size gets
pictures of that size, one of any size the smallest that holds them. The same pictures give the same boxes again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.errors import ConfigError, InputError, MissingPartError, check_is_file
from loopviz.predict.heads import Candidates, Floats, candidates, head_of
from loopviz.predict.letterbox import InputFit, Rgb, Size
from loopviz.predict.metadata import EXPORT, Metadata, read_metadata

KINDS: Mapping[str, type[np.floating[Any]]] = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
FEATURES = "features"  # how further outputs are called that are no boxes, but what these are seen by
MAP_SIDES = 4  # of features: picture, channel, row, column
SMALLEST, LARGEST = 32, 8192  # pixels of an input's side
Shape = tuple[int | None, ...]  # None where a side may have any length


@dataclass(frozen=True)
class _Input:
    """What a model takes: its name, the numbers, and the sides that are fixed."""

    name: str
    kind: type[np.floating[Any]]
    batch: int | None
    height: int | None
    width: int | None


class Detector:
    """A model, loaded.

    Args:
        path: The file.
        size: The longer side of a picture, in pixels, for a model that takes any size; None: as it says itself.

    Attributes:
        path: The file.
        sha256: The hash of its bytes.
        facts: What it says of itself.
        size: The width and height of its input; the largest, where it takes any.
        batch: How many pictures it takes at once; None: any number.
        levels: The names of its outputs that are features, see ``loopviz.predict.features``; of most models none.

    Raises:
        InputError: If it is no model, no detector, or one of a kind that is not known.
        ConfigError: If the size is not one that it takes.
        MissingPartError: If ONNX Runtime is not installed.
    """

    def __init__(self, path: str | Path, *, size: int | None = None) -> None:
        self.path = path = Path(path)
        check_is_file(path, "a model in ONNX")
        self._session = _session(path)
        self.facts: Metadata = read_metadata(self._session.get_modelmeta().custom_metadata_map, path)
        self._input = _input_of(self._session, path)
        outputs = {each.name: len(each.shape) for each in self._session.get_outputs()}
        self._read = [name for name in outputs if not name.startswith(FEATURES)]
        self.levels = tuple(name for name, sides in outputs.items() if name not in self._read and sides == MAP_SIDES)
        self.batch = self._input.batch
        self.size, self._stride = self._sizes(size)
        self._head = head_of(self._shapes(), self.facts, self.size, path)
        with path.open("rb") as content:
            self.sha256 = hashlib.file_digest(content, "sha256").hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        """The categories, in the order of their class ids."""
        return self.facts.names

    @property
    def sorted_out(self) -> bool:
        """Whether the model gives each object once, and no box is to be suppressed."""
        return self._head == "objects"

    def fit(self, picture: Size) -> InputFit:
        """Return how pictures of a width and height stand in the model's input."""
        return InputFit.of(picture, self.size, self._stride)

    def run(self, inputs: Sequence[Rgb], least: float) -> list[Candidates]:
        """Return what the model sees in some pictures of the input's size, above a confidence.

        Raises:
            InputError: If the model fails, or gives something else than it said.
        """
        return [found for found, _ in self.see(inputs, least)]

    def see(
        self, inputs: Sequence[Rgb], least: float, *, features: bool = False
    ) -> list[tuple[Candidates, list[Floats]]]:
        """Return the same as ``run``, each with a map ``(channels, rows, columns)`` of each level if it is asked for.

        Raises:
            InputError: If the model fails, or gives something else than it said.
        """
        whole = np.stack(inputs).transpose(0, 3, 1, 2)
        numbers = np.divide(np.ascontiguousarray(whole), np.float32(255), dtype=np.float32).astype(self._input.kind)
        step = self.batch or len(numbers)
        found: list[tuple[Candidates, list[Floats]]] = []
        for start in range(0, len(numbers), step):
            part = numbers[start : start + step]
            output, *maps = self._outputs(_filled(part, step), self.levels if features else ())
            if output.ndim != 3 or len(output) != step:
                shape, expected = output.shape, f"{step} pictures"
                raise InputError("the model's output is not as it said", file=self.path, found=shape, expected=expected)
            for place, each in enumerate(output[: len(part)]):
                found.append((self._checked(candidates(self._head, each, least)), [level[place] for level in maps]))
        return found

    def _checked(self, found: Candidates) -> Candidates:
        """Return what was found, if there can be such a thing."""
        wrong = ~np.isfinite(found.boxes).all(axis=1) | ~np.isin(found.class_ids, range(len(self.names)))
        wrong |= found.confidence > 1 + 1e-3
        if wrong.any():
            place = int(wrong.argmax())
            row = *found.boxes[place].round(1).tolist(), found.confidence[place], int(found.class_ids[place])
            expected = f"x, y, x, y, a confidence from 0 to 1, a class from 0 to {len(self.names) - 1}"
            raise InputError("the model gives what is no box", file=self.path, found=row, expected=expected)
        return found._replace(confidence=np.minimum(found.confidence, 1.0))

    def _outputs(self, numbers: npt.NDArray[Any], levels: Sequence[str] = ()) -> list[Floats]:
        try:
            made = self._session.run([*self._read, *levels], {self._input.name: numbers})
        except MemoryError:
            raise
        except Exception as error:  # ONNX Runtime has a dozen, of no common base
            what = f"the model cannot be run: {_words(error)}"
            raise InputError(what, file=self.path, remedy="Export it again, or with another opset.") from error
        return [np.asarray(each, np.float32) for each in made]

    def _shapes(self) -> list[Shape]:
        """Return the outputs' shapes; where they are not said, of those that it gives for an empty picture."""
        said = [_sides(each.shape) for each in self._session.get_outputs() if each.name in self._read]
        if all(len(shape) == 3 and None not in shape[1:] for shape in said):
            return said
        shape = (self.batch or 1, 3, self.size[1], self.size[0])
        return [each.shape for each in self._outputs(np.zeros(shape, self._input.kind))]

    def _sizes(self, asked: int | None) -> tuple[Size, int | None]:
        """Return the input's width and height, and the stride that it has to keep to, if it may have any."""
        width, height = self._input.width, self._input.height
        if width is not None and height is not None:
            if asked is not None and asked != max(width, height):
                remedy = "Leave --size (size) out, or export the model with dynamic=True."
                expected = str(max(width, height))
                raise ConfigError("the model takes one size", at="size", found=asked, expected=expected, remedy=remedy)
            return (width, height), None
        stride = self.facts.stride
        if asked is not None:
            if not SMALLEST <= asked <= LARGEST or asked % stride:
                expected = f"a multiple of {stride} from {SMALLEST} to {LARGEST}"
                raise ConfigError("the model takes no such size", at="size", found=asked, expected=expected)
            size = (asked, asked)
        elif self.facts.size is None:
            what, remedy = "the model takes any size, and does not say which it was made for", "Say it: --size 640."
            raise InputError(what, file=self.path, at="imgsz", remedy=remedy)
        else:
            size = self.facts.size
        fixed = (width or size[0], height or size[1])
        return fixed, stride if width is None and height is None else None


def _runtime() -> Any:
    """Return ONNX Runtime, which tells nobody of it.

    Since 1.29 its Linux packages write an id of the machine below ``~/.cache/Microsoft``, and send events with facts of
    the model, unless the variable is set before the first import (onnxruntime pull request 27379).
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime  # here: no other command has a use for it
    except ImportError as error:
        remedy = "Install it: pip install 'loopviz[predict]'"
        raise MissingPartError("models are run by ONNX Runtime, which is not installed", remedy=remedy) from error
    onnxruntime.disable_telemetry_events()  # where somebody else has imported it before
    return onnxruntime


def _session(path: Path) -> Any:
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is said by us
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads that wait take no time
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    except Exception as error:  # ONNX Runtime has a dozen, of no common base
        what = f"not a model in ONNX that can be read: {_words(error)}"
        remedies = {".pt": f"{EXPORT}.", ".onnx": "Copy it or export it again: it may have been cut off."}
        remedy = remedies.get(path.suffix.lower(), "Give a file that ends in .onnx.")
        raise InputError(what, file=path, remedy=remedy) from error


def _input_of(session: Any, file: Path) -> _Input:
    given = session.get_inputs()
    shapes = [_sides(each.shape) for each in given]
    found = ", ".join(f"{each.type} {shape}" for each, shape in zip(given, shapes, strict=True))
    if len(given) != 1 or len(shapes[0]) != 4 or shapes[0][1] != 3 or given[0].type not in KINDS:
        expected = "one, of floats, (batch, 3, height, width)"
        what = "the model does not take a picture"
        raise InputError(what, file=file, at="input", found=found, expected=expected, remedy=EXPORT)
    batch, _, height, width = shapes[0]
    if any(side is not None and not SMALLEST <= side <= LARGEST for side in (height, width)):
        expected = f"sides of {SMALLEST} to {LARGEST} pixels"
        what = "the model's input has no such size"
        raise InputError(what, file=file, at="input", found=found, expected=expected, remedy=EXPORT)
    return _Input(given[0].name, KINDS[given[0].type], batch, height, width)


def _sides(shape: Sequence[object]) -> Shape:
    return tuple(side if isinstance(side, int) and side > 0 else None for side in shape)


def _filled(part: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """Return pictures filled up to so many, for a model that takes no fewer."""
    if len(part) == count:
        return part
    return np.concatenate([part, np.zeros((count - len(part), *part.shape[1:]), part.dtype)])


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(". ")
