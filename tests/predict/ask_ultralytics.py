"""Makes a small detector of chance, and says what Ultralytics itself finds with it: run apart, for it loads torch.

    python ask_ultralytics.py FOLDER

FOLDER holds PNG files; ``model.onnx``, ``dynamic.onnx`` and ``objects.onnx`` are written there, and ``boxes.json``: by
model and image, rows of x_min, y_min, x_max, y_max, confidence, class.
"""

from __future__ import annotations

import faulthandler
import json
import shutil
import sys
from pathlib import Path

from loopviz.train.ultralytics.torchvision_operators import import_torchvision

faulthandler.dump_traceback_later(120, exit=True)  # it has stood still, now and then: where is to be seen
import_torchvision()

import cv2  # noqa: E402
import torch  # noqa: E402
from ultralytics import YOLO  # noqa: E402
from ultralytics.nn.tasks import DetectionModel, yaml_model_load  # noqa: E402

NAMES = {0: "Body", 1: "Cable", 2: "Wheel"}
SIZE = 160
FORMS = {"model": {}, "dynamic": {"dynamic": True}, "objects": {"nms": True}}


def chance(images: list[Path]) -> DetectionModel:
    """A yolo11n whose layers know how large their numbers are, so that its scores differ."""
    torch.manual_seed(5)
    model = DetectionModel(yaml_model_load("yolo11n.yaml") | {"nc": len(NAMES), "scale": "n"}, verbose=False)
    model.names = NAMES
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = None
    pictures = torch.stack([torch.from_numpy(cv2.resize(cv2.imread(str(i)), (SIZE, SIZE))) for i in images])
    with torch.no_grad():
        model.train()(pictures.permute(0, 3, 1, 2).float() / 255)
        for scores, boxes in zip(model.model[-1].cv3, model.model[-1].cv2, strict=True):
            torch.nn.init.normal_(scores[-1].weight, std=0.3)
            torch.nn.init.constant_(scores[-1].bias, -1.5)
            torch.nn.init.normal_(boxes[-1].weight, std=0.1)
    return model.eval()


def main(folder: Path) -> None:
    images = sorted(folder.glob("*.png"))
    weights = folder / "weights.pt"
    torch.save({"model": chance(images), "train_args": {}}, weights)
    said: dict[str, dict[str, list[list[float]]]] = {}
    for form, how in FORMS.items():
        file = folder / f"{form}.onnx"
        shutil.move(YOLO(weights).export(format="onnx", imgsz=SIZE, simplify=False, **how), file)
        model = YOLO(file, task="detect")
        said[form] = {
            image.name: model.predict(image, imgsz=SIZE, conf=0.25, iou=0.5, verbose=False)[0].boxes.data.tolist()
            for image in images
        }
    (folder / "boxes.json").write_text(json.dumps(said))


main(Path(sys.argv[1]))
