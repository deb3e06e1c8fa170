"""What loopviz adds to decoding, running a model and encoding: the same model, thresholds and pictures.

    python benchmarks/predict_speed.py runs/mouse
    python benchmarks/predict_speed.py best.onnx --clip clip.mp4 --film

Every side is a whole process, imports included. ``decoding and ONNX Runtime`` is the least that can be written: PyAV
decodes to RGB, OpenCV scales into a grey square, ONNX Runtime runs, OpenCV suppresses; it writes its boxes as text.
With ``--film`` both make a film too, in one pass: loopviz with the labels drawn, the other of the pictures as they are,
by the same encoder with the same settings, threads and key frames. ``--repeat`` plays the clip so often in one file:
what a process takes to begin counts less in a longer one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import av
from measure import ROOT, fresh_cache, in_turn, print_costs, print_machine

CLIP = ROOT / "sample_media" / "mouse" / "mouse_turntable.mp4"
PLAIN = "decoding and ONNX Runtime"
BARE = """
import sys, av, cv2, numpy as np, onnxruntime
model, clip, folder, film = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
size = eval(session.get_modelmeta().custom_metadata_map["imgsz"])[0]
name = session.get_inputs()[0].name
source = av.open(clip)
video = source.streams.video[0]
video.thread_type = "AUTO"
out = av.open(f"{folder}/film.mp4", "w") if film == "film" else None
if out:
    rate = video.average_rate
    settings = {"crf": "18", "preset": "veryfast", "g": str(round(2 * rate)), "x264-params": "threads=4:open-gop=0"}
    stream = out.add_stream("libx264", rate=rate, options=settings)
    stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
    stream.codec_context.thread_count = 4
with open(f"{folder}/boxes.txt", "w") as boxes:
    for frame in source.decode(video):
        rgb = frame.to_ndarray(format="rgb24")
        high, wide = rgb.shape[:2]
        scale = min(size / wide, size / high)
        shape = round(wide * scale), round(high * scale)
        across, down = (size - shape[0]) % 32 // 2, (size - shape[1]) % 32 // 2
        whole = np.full((shape[1] + (size - shape[1]) % 32, shape[0] + (size - shape[0]) % 32, 3), 114, np.uint8)
        whole[down : down + shape[1], across : across + shape[0]] = cv2.resize(rgb, shape)
        numbers = np.ascontiguousarray(whole.transpose(2, 0, 1)[None]).astype(np.float32) / 255
        rows = session.run(None, {name: numbers})[0][0].T
        sure = rows[:, 4:].max(axis=1)
        rows, sure = rows[sure > 0.25], sure[sure > 0.25]
        corners = rows[:, :4].copy()
        corners[:, :2] -= corners[:, 2:] / 2
        kept = cv2.dnn.NMSBoxesBatched(corners.tolist(), sure.tolist(), rows[:, 4:].argmax(axis=1).tolist(), 0.25, 0.7)
        for place in kept:
            print(*corners[place], sure[place], file=boxes)
        if out:
            frame.pict_type = 0
            out.mux(stream.encode(frame))
if out:
    out.mux(stream.encode())
    out.close()
"""


def repeated(clip: Path, times: int, folder: Path) -> Path:
    """Return a clip that plays so often in one file; its packets are copied."""
    if times == 1:
        return clip
    target, stop = folder / f"{times}_times.mp4", 0
    with av.open(str(target), "w") as out:
        stream = None
        for _ in range(times):
            with av.open(str(clip)) as source:
                video = source.streams.video[0]
                stream = stream or out.add_stream_from_template(video)
                begin, end = stop, stop
                for packet in source.demux(video):
                    if packet.dts is not None:
                        packet.pts, packet.dts, packet.stream = packet.pts + begin, packet.dts + begin, stream
                        end = max(end, packet.pts + packet.duration)
                        out.mux(packet)
                stop = end
    return target


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="a YOLO of any size in ONNX, or the folder of a training")
    parser.add_argument("--clip", type=Path, default=CLIP)
    parser.add_argument("--film", action="store_true", help="encode a film as well")
    parser.add_argument("--repeat", type=int, default=1, help="how often the clip plays in what is read")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    model = options.model / "model.onnx" if options.model.is_dir() else options.model
    with tempfile.TemporaryDirectory() as name, fresh_cache(Path(name)) as forget:
        out = Path(name) / "out"
        model, clip = model.resolve(), repeated(options.clip.resolve(), options.repeat, Path(name))
        program = [sys.executable, "-m", "loopviz"]
        film = ["--video", out / "ours.mp4", "--crf", "18", "--preset", "veryfast"] if options.film else []
        ours = [[*program, "predict", model, clip, "-o", out / "labels", *film, "-q"]]
        bare = [sys.executable, "-c", BARE, model, clip, out, "film" if options.film else "labels"]

        def clean() -> None:
            forget()
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()

        clean()
        sides = {"loopviz": ours, PLAIN: [bare]}
        costs = in_turn(
            {side: [list(map(str, command)) for command in commands] for side, commands in sides.items()},
            options.rounds,
            after=clean,
        )
    print_machine(("loopviz", "av", "numpy", "onnxruntime", "opencv-python-headless"))
    print(f"{model.name} on {clip.name}; {options.rounds} rounds")
    print_costs(costs)


if __name__ == "__main__":
    main()
