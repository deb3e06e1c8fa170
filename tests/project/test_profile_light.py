"""HDR, odd sides and asked sizes through profiles."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from support import make_clip

from loopviz.errors import ConfigError
from loopviz.media import ColorTags, EncoderSettings, VideoSpec, encode_segment, join_segments
from loopviz.media.hdr_curves import HLG, PQ
from loopviz.media.rotation import plane_view
from loopviz.project import pipeline
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.render_options import Effort

SIZE = (128, 96)
DARK = 200  # of 1023: luma of the clips' pictures
WHITE = {PQ: 573, HLG: 721}  # BT.2408-7, table 1: 58 % of PQ, 75 % of HLG, in limited range of 10 bits
KEEPING = {"hevc": ".mp4", "av1": ".mp4", "master": ".mov", "master-ffv1": ".mkv"}


def hdr_clip(folder: Path, transfer: int) -> Path:
    color = ColorTags("bt2020", False, 9, 9, transfer, 10)
    spec = VideoSpec(*SIZE, Fraction(24), Fraction(1, 24), color, EncoderSettings("libx265", 6, "ultrafast"))

    def pictures() -> Any:
        for index in range(12):
            picture = av.VideoFrame(*SIZE, "yuv420p10le")
            for place, value in enumerate((DARK, 512, 512)):
                plane_view(picture, place)[:] = value
            picture.pts, picture.time_base = index, spec.time_base
            yield picture

    encode_segment(pictures(), folder / "s.nut", spec)
    join_segments([folder / "s.nut"], folder / "hdr.mp4", spec, pts=np.arange(12), end_pts=12)
    return folder / "hdr.mp4"


def small(project_folder: Path, clip: Path, **changes: Any) -> ProjectConfig:
    said = {"source": clip, "theme": "house", "align.rescale": True, **changes}
    return configure(project_folder, said)[0]


def made(config: ProjectConfig, frames: str = "0:3") -> Path:
    return pipeline.run(config, frames=frames, effort=Effort(cache=False)).path


def first(path: Path) -> tuple[av.VideoFrame, tuple[int, int, int]]:
    with av.open(str(path)) as file:
        context = file.streams.video[0].codec_context
        frame = next(file.decode(video=0))
        return frame, (context.colorspace, context.color_primaries, context.color_trc)


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
class TestHdr:
    @pytest.mark.parametrize("profile", KEEPING)
    def test_it_stays_where_the_profile_can_keep_it(
        self, project_folder: Path, tmp_path: Path, profile: str, transfer: int
    ):
        output = tmp_path / f"a{KEEPING[profile]}"
        config = small(project_folder, hdr_clip(tmp_path, transfer), profile=profile, output=output)
        frame, tags = first(made(config))
        assert tags == (9, 9, transfer)
        assert frame.format.components[0].bits == 10
        luma = plane_view(frame, 0)
        assert abs(int(np.median(luma)) - DARK) <= 4
        # What is brightest is text and casings, in the white of paper; an encoder overshoots at their edges.
        assert np.percentile(luma, 99.9) <= WHITE[transfer] + 20
        assert luma.max() <= WHITE[transfer] + 60 and luma.max() > DARK + 200

    @pytest.mark.parametrize("profile", ["web", "frames", "gif", "webp", "stills"])
    def test_else_it_is_mapped(self, project_folder: Path, tmp_path: Path, profile: str, transfer: int):
        ending = {"web": ".mp4", "gif": ".gif", "webp": ".webp"}.get(profile, "")
        config = small(project_folder, hdr_clip(tmp_path, transfer), profile=profile, output=tmp_path / f"a{ending}")
        path = made(config)
        if profile == "web":
            frame, tags = first(path)
            assert (frame.format.name, tags) == ("yuv420p", (1, 1, 1))
            return
        file = path if ending else min(path.glob("*.png"))
        with Image.open(file) as image:
            assert np.asarray(image.convert("RGB")).max() > 200

    def test_an_overlay_is_in_the_light_of_its_source(self, project_folder: Path, tmp_path: Path, transfer: int):
        clip = hdr_clip(tmp_path, transfer)
        config = small(project_folder, clip, profile="overlay", output=tmp_path / "a.mov")
        frame, tags = first(made(config))
        assert tags == (9, 9, transfer)
        bits = frame.format.components[0].bits
        alpha = plane_view(frame, 3) >> bits - 10
        luma = plane_view(frame, 0)[alpha > 1000] >> bits - 10
        assert luma.size and WHITE[transfer] - 60 <= luma.max() <= WHITE[transfer] + 20

    @pytest.mark.parametrize("profile", ["frames", "gif", "overlay-png", "overlay-vp9"])
    def test_what_has_eight_bits_does_not_pretend(
        self, project_folder: Path, tmp_path: Path, profile: str, transfer: int
    ):
        ending = {"gif": ".gif", "overlay-vp9": ".webm"}.get(profile, "")
        output = tmp_path / f"a{ending}"
        config = small(project_folder, hdr_clip(tmp_path, transfer), profile=profile, output=output, depth="keep")
        with pytest.raises(ConfigError):
            made(config)
        assert not output.exists()


ENDINGS = {"web": ".mp4", "master": ".mov", "overlay": ".mov", "overlay-vp9": ".webm", "gif": ".gif", "frames": ""}


@pytest.mark.parametrize(("profile", "ending"), ENDINGS.items())
@pytest.mark.parametrize("theme", ["margin", "house"])
def test_odd_sides(project_folder: Path, tmp_path: Path, profile: str, ending: str, theme: str):
    with av.open(str(tmp_path / "odd.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 97, 81, "yuv444p"
        for _ in range(12):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((3, 81, 97), 128, np.uint8), format="yuv444p")))
        out.mux(stream.encode(None))
    config = small(project_folder, tmp_path / "odd.mp4", theme=theme, profile=profile, output=tmp_path / f"a{ending}")
    path = made(config, "0:2")
    with av.open(str(path if ending else min(path.glob("*.png")))) as file:
        context = file.streams.video[0].codec_context
        assert context.width % 2 == context.height % 2 == 0


@pytest.mark.parametrize("fit", ["contain", "cover"])
@pytest.mark.parametrize("profile", ["overlay-png", "frames"])
def test_an_asked_size(project_folder: Path, tmp_path: Path, profile: str, fit: str):
    clip = make_clip(tmp_path / "clip.mp4", 12, (128, 96))
    config = small(project_folder, clip, profile=profile, output=tmp_path / "a", size="640x360", fit=fit)
    with Image.open(min(made(config, "0:2").glob("*.png"))) as image:
        assert image.size == (640, 360)
