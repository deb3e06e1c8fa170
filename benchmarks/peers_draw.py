"""The peers of ``peers.py``, each a process of its own.

python benchmarks/peers_draw.py KIND SOURCE OVERLAY.json TARGET CRF PRESET
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from clips import GOP, RATE

FONTS = Path(__file__).resolve().parents[1] / "src" / "loopviz" / "fonts"
ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}


@cache
def font(size: float, weight: int) -> Any:
    """Return the face that loopviz sets most text in, for Pillow."""
    from PIL import ImageFont

    face = "Inter_600SemiBold" if weight >= 600 else "Inter_500Medium" if weight >= 500 else "Inter_400Regular"
    return ImageFont.truetype(str(FONTS / f"{face}.ttf"), size)


def draw_with_pillow(image: Any, marks: list[list[Any]]) -> Any:
    """Draw marks on a Pillow image."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(image)
    for kind, *mark in marks:
        if kind == "box":
            *box, color, stroke = mark
            look = {"outline": color, "width": max(1, round(stroke))} if stroke else {"fill": color}
            pen.rectangle((min(box[0], box[2]), min(box[1], box[3]), box[2], box[3]), **look)
        else:
            x, y, size, color, weight, align, text = mark
            pen.text((x, y), text, fill=color, font=font(size, weight), anchor=ANCHORS[align])
    return image


def moviepy(source: str, frames: list[Any], target: str, settings: dict[str, str]) -> None:
    """MoviePy reads and writes, Pillow draws."""
    import numpy as np
    from moviepy import VideoFileClip
    from PIL import Image

    clip = VideoFileClip(source, audio=False)

    def drawn(get_frame: Any, moment: float) -> Any:
        marks = frames[min(round(moment * RATE), len(frames) - 1)]
        return np.asarray(draw_with_pillow(Image.fromarray(get_frame(moment)), marks))

    write(clip.transform(drawn), target, settings)


def jpegs(source: str, frames: list[Any], target: str, settings: dict[str, str]) -> None:
    """Pillow draws on JPEGs and saves them; MoviePy assembles."""
    from moviepy import ImageSequenceClip
    from PIL import Image

    folder = Path(target).with_suffix("")
    folder.mkdir(exist_ok=True)
    made = []
    for file, marks in zip(sorted(Path(source).iterdir()), frames, strict=True):
        with Image.open(file) as image:
            made.append(str(folder / file.name))
            draw_with_pillow(image, marks).save(made[-1], quality=95)
    write(ImageSequenceClip(made, fps=RATE), target, settings)


def write(clip: Any, target: str, settings: dict[str, str]) -> None:
    """Encode with MoviePy."""
    more = ["-crf", settings["crf"], "-g", settings["g"], "-movflags", "+faststart"]
    clip.write_videofile(
        target,
        fps=RATE,
        codec="libx264",
        preset=settings["preset"],
        audio=False,
        ffmpeg_params=more,
        pixel_format="yuv420p",
        logger=None,
    )


def supervision(source: str, frames: list[Any], target: str, settings: dict[str, str]) -> None:
    """OpenCV reads, supervision draws, PyAV writes."""
    import av
    import supervision as sv

    with av.open(target, "w", options={"movflags": "faststart"}) as out:
        stream = out.add_stream("libx264", rate=RATE, options=settings)
        stream.width, stream.height = sv.VideoInfo.from_video_path(source).resolution_wh
        stream.pix_fmt, stream.thread_type = "yuv420p", "AUTO"
        for picture, marks in zip(sv.get_video_frames_generator(source), frames, strict=True):
            drawn = draw_with_supervision(picture, marks)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(drawn, "bgr24")))
        out.mux(stream.encode(None))


def draw_with_supervision(picture: Any, marks: list[list[Any]]) -> Any:
    """Draw marks with supervision's own functions."""
    import numpy as np
    import supervision as sv

    outlined = [mark for mark in marks if mark[0] == "box" and mark[6]]
    for kind, *mark in marks:
        if kind == "text":
            x, y, size, color, _, _, text = mark
            place = sv.Point(int(x), int(y))
            picture = sv.draw_text(picture, text, place, sv.Color.from_hex(color), text_scale=size / 30)
        elif not mark[5]:
            rect = sv.Rect(mark[0], mark[1], mark[2] - mark[0], mark[3] - mark[1])
            picture = sv.draw_filled_rectangle(picture, rect, sv.Color.from_hex(mark[4]))
    if outlined:
        boxes = np.array([mark[1:5] for mark in outlined], dtype=np.float32)
        colors = sv.ColorPalette([sv.Color.from_hex(mark[5]) for mark in outlined])
        annotator = sv.BoxAnnotator(colors, thickness=max(1, round(outlined[0][6])), color_lookup=sv.ColorLookup.INDEX)
        picture = annotator.annotate(picture, sv.Detections(xyxy=boxes))
    return picture


def ass(source: str, frames: list[Any], target: str, settings: dict[str, str]) -> None:
    """Write the marks as Advanced SubStation events; those that stay from frame to frame are one event."""
    del settings
    import av

    with av.open(source) as clip:
        width, height = clip.streams.video[0].width, clip.streams.video[0].height
    head = (
        "[Script Info]\nScriptType: v4.00+\nWrapStyle: 2\nScaledBorderAndShadow: yes\n"
        f"PlayResX: {width}\nPlayResY: {height}\n\n[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Bold, BorderStyle, Outline, Shadow, "
        "Alignment, MarginL, MarginR, MarginV\nStyle: D,Inter,20,&H00FFFFFF,&H00000000,0,1,0,0,7,0,0,0\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Text\n"
    )
    lines = [f"Dialogue: {layer},{start},{stop},D,{text}\n" for layer, start, stop, text in events(frames)]
    Path(target).write_text(head + "".join(lines), encoding="utf-8")


def events(frames: list[Any]) -> Iterator[tuple[int, str, str, str]]:
    """Yield layer, start, end and text of every event."""
    shown: dict[str, tuple[int, int]] = {}
    for index, marks in enumerate([*frames, []]):
        now = {event(mark): layer for layer, mark in enumerate(marks)}
        for text in [text for text in shown if text not in now]:
            first, layer = shown.pop(text)
            yield layer, clock(first), clock(index), text
        for text, layer in now.items():
            shown.setdefault(text, (index, layer))


def event(mark: list[Any]) -> str:
    """Return a mark as the text of an event."""
    kind, *rest = mark
    if kind == "text":
        x, y, size, color, weight, align, text = rest
        anchor = {"left": 1, "center": 2, "right": 3}[align]
        plain = text.replace("\\", "/").replace("{", "(").replace("}", ")").replace("\n", " ")
        look = f"\\fs{size * 1.21:.1f}\\c{bgr(color)}\\b{weight}"  # Inter's line is 1.21 times its size
        return f"{{\\an{anchor}\\pos({x:.1f},{y + size * 0.24:.1f}){look}}}{plain}"
    x0, y0, x1, y1, color, stroke = rest
    look = f"\\1a&HFF&\\bord{stroke:.1f}\\3c{bgr(color)}" if stroke else f"\\c{bgr(color)}"
    shape = f"m 0 0 l {x1 - x0:.1f} 0 {x1 - x0:.1f} {y1 - y0:.1f} 0 {y1 - y0:.1f}"
    return f"{{\\an7\\pos({x0:.1f},{y0:.1f}){look}\\p1}}{shape}{{\\p0}}"


def bgr(color: str) -> str:
    """Return ``#rrggbb`` as ASS writes it."""
    return f"&H{color[5:7]}{color[3:5]}{color[1:3]}&"


def clock(frame: int) -> str:
    """Return a frame's time as ASS writes it, a little early so that rounding does not lose the frame."""
    hundredths = max(0, round(frame * 100 / RATE - 1))
    return f"{hundredths // 360000}:{hundredths // 6000 % 60:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"


def main() -> None:
    """Run one peer."""
    kind, source, overlay, target, crf, preset = sys.argv[1:]
    frames = json.loads(Path(overlay).read_text())
    settings = {"crf": crf, "preset": preset, "g": str(GOP)}
    run = {"moviepy": moviepy, "jpegs": jpegs, "supervision": supervision, "ass": ass}[kind]
    run(source, frames, target, settings)


if __name__ == "__main__":
    main()
