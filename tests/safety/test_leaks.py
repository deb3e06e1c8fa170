"""No output names a worker by the platform's id, unless that was asked for.

The sample gets ids as a platform gives them; then everything that loopviz writes is made, and every byte of it (names
of files, Parquet's compressed columns and what is set in type included) is searched for each id, as text, in UTF-16, as
hexadecimal, in base64, and as a hash that anybody could compute. With ``identity: full`` the ids must be found.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from support import that_can_be_written

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import READABLE, WRITABLE
from loopviz.formats.writing import write_labels
from loopviz.project.discover import configure
from loopviz.project.load import load

Run = Callable[..., tuple[int, str, str]]
NAMELESS = {"motchallenge"}  # has no place for names, not even in those of files
FRAMES = 6
QUICK = ("--preset", "ultrafast", "--crf", "45", "--range", f"0:{FRAMES}")


def platform_id(invented: str) -> str:
    """An id of the kind that platforms give out: ``A`` and thirteen capitals and digits."""
    digest = hashlib.sha256(invented.encode()).digest()
    return "A" + "".join("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"[byte % 34] for byte in digest[:13])


@dataclass(frozen=True)
class Platform:
    folder: Path
    frames: Path
    ids: tuple[str, ...]


@pytest.fixture(scope="module")
def platform(sample: Path, tmp_path_factory: pytest.TempPathFactory, loopviz: Run) -> Platform:
    """The sample with platform ids: its clip, its first frames as images named by their workers, and indiscretions."""
    folder = tmp_path_factory.mktemp("platform") / "mouse"
    shutil.copytree(sample, folder)
    people = json.loads((folder / "metadata.json").read_text())
    ids = {invented: platform_id(invented) for invented in people}
    known = re.compile("|".join(ids))

    def renamed(text: str) -> str:
        return known.sub(lambda found: ids[found[0]], text)

    for name in ("metadata.json", "assignments.csv"):
        (folder / name).write_text(renamed((folder / name).read_text()))
    for file in sorted((folder / "labels").iterdir()):
        file.rename(file.with_name(renamed(file.name)))
    labels = sorted((folder / "labels").iterdir())
    first, second = (labels[i].stem.split("_")[2] for i in (0, 1))
    _be_indiscreet(folder, first, second)
    frames = folder.parent / "frames"
    assert loopviz("split", folder / "mouse_turntable.mp4", frames, "--range", f"0:{FRAMES}", "-q")[0] == 0
    (frames / "manifest.json").unlink()
    for image, label in zip(sorted(frames.glob("*.png")), labels, strict=False):
        image.rename(image.with_name(f"{label.stem}.png"))
    return Platform(folder, frames, tuple(ids.values()))


def _be_indiscreet(folder: Path, first: str, second: str) -> None:
    """Have ids stand where they do not belong: in answers, as people type them, and in the reason of a rejection."""
    people = json.loads((folder / "metadata.json").read_text())
    people[first] |= {"Q4": f"my worker id is {first.lower()}, thanks", "Q9": first}
    people[second] |= {"Q4": f"Lima({first}/{second})"}
    (folder / "metadata.json").write_text(json.dumps(people))
    rows = (folder / "assignments.csv").read_text().splitlines(keepends=True)
    rows[4] = re.sub(r"rejected,.*?,", f"rejected,same as {second},", rows[4])
    assert second in rows[4]
    (folder / "assignments.csv").write_text("".join(rows))


class Scan:
    """Looks for ids in whatever disguise a program may put on them by accident."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        self._needles = {needle: worker for worker in ids for needle in _disguises(worker)}

    def __call__(self, *places: Path) -> set[str]:
        """Return where ids were found; an empty set is good."""
        found = set()
        for place in places:
            files = [f for f in sorted(place.rglob("*")) if f.is_file()] if place.is_dir() else [place]
            assert files
            for file in files:
                if self.in_bytes(str(file.relative_to(place.parent)).encode() + b"\0" + _readable(file)):
                    found.add(str(file.relative_to(place.parent)))
        return found

    def in_bytes(self, data: bytes) -> set[str]:
        folded = data.lower()
        return {worker for needle, worker in self._needles.items() if needle in folded}


def _disguises(worker: str) -> Iterator[bytes]:
    """Every way to write an id, in small letters as the haystack."""
    for raw in {worker.encode(), worker.lower().encode()}:
        wide = [raw.decode().encode(f"utf-16-{order}") for order in ("le", "be")]
        for form in (raw, *wide):
            yield form.lower()
            yield form.hex().encode()
            for shift in range(3):  # where in a group of three bytes the id may begin
                coded = base64.b64encode(bytes(shift) + form)
                yield coded[-(-8 * shift // 6) : (8 * (shift + len(form))) // 6].lower()
        for name in ("md5", "sha1", "sha256"):
            yield hashlib.new(name, raw).hexdigest().encode()
            yield base64.b64encode(hashlib.new(name, raw).digest()).rstrip(b"=").lower()


def _readable(file: Path) -> bytes:
    """A file's bytes, and what is compressed in them."""
    data = file.read_bytes()
    return data + pl.read_parquet(file).write_json().encode() if file.suffix == ".parquet" else data


@pytest.fixture(scope="module")
def scan(platform: Platform) -> Scan:
    return Scan(platform.ids)


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(lambda worker: f"x{worker}y".encode(), id="inside a word"),
        pytest.param(lambda worker: worker.lower().encode(), id="in small letters"),
        pytest.param(lambda worker: f"x{worker}".encode("utf-16"), id="UTF-16"),
        pytest.param(lambda worker: worker.encode().hex().upper().encode(), id="hexadecimal"),
        pytest.param(lambda worker: base64.b64encode(worker.encode()), id="base64"),
        pytest.param(lambda worker: base64.b64encode(f"1{worker}2".encode()), id="base64, one byte in"),
        pytest.param(lambda worker: base64.b64encode(f"12{worker}345".encode()), id="base64, two bytes in"),
        pytest.param(lambda worker: hashlib.sha256(worker.encode()).hexdigest().encode(), id="a hash without a secret"),
    ],
)
def test_the_scan_finds_what_it_looks_for(scan: Scan, platform: Platform, hidden: Callable[[str], bytes]):
    for worker in platform.ids[:20]:
        assert scan.in_bytes(b"before " + hidden(worker) + b" after") == {worker}
        assert not scan.in_bytes(b"before " + hidden("B" + worker[1:-1] + "b") + b" after")


@pytest.fixture(scope="module", params=["alias", "hidden", "full"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shown(mode: str, platform: Platform) -> Iterator[tuple[str, Dataset, Dataset]]:
    """What is set in type, and the Datasets of the clip and of the images."""
    config = configure(
        platform.folder, {"identity": mode, "caption": {"kicker": "Drawn by", "line": "{{ work.reason }}"}}
    )[0]
    with load(config) as project:
        text = repr([project.scene.elements(frame) for frame in range(FRAMES)])
        with load(config.changed({"source": platform.frames, "align.drop_extra": True})) as images:
            yield text, project.dataset, images.dataset


def test_what_is_set_in_type(mode: str, scan: Scan, shown: tuple[str, Dataset, Dataset]):
    found = scan.in_bytes(shown[0].encode())
    assert "thanks" in shown[0]  # the answers are there
    assert "same as " in shown[0]  # and the reason of a rejection
    assert bool(found) == (mode == "full")


def test_videos_and_all_that_is_kept_of_them(
    mode: str, scan: Scan, platform: Platform, loopviz: Run, tmp_path: Path, own_cache: Path
):
    common = ("--identity", mode, "--json", *QUICK)
    for number, source in enumerate((platform.folder / "mouse_turntable.mp4", platform.frames)):
        part = ("run", platform.folder, "--source", source, *common, *(["--drop-extra"] if number else []))
        name = ("clip.mp4", "images.mkv")[number]
        code, log, said = loopviz(*part, "-o", tmp_path / "out" / name)
        assert (code, said) == (0, "")
        # Notes point at files of the user's own, by the names that they have.
        events = [line for line in log.splitlines() if json.loads(line)["event"] != "note" or not number]
        assert json.loads(events[-1])["event"] == "result"
        (tmp_path / "out" / f"{name}.jsonl").write_text("\n".join(events))
    assert list(own_cache.glob("??/*.json"))
    listed = loopviz("cache", "list", "--json")[1] + loopviz("cache", "list")[1]
    assert "clip.mp4" in listed
    (tmp_path / "out" / "cache.txt").write_text(listed)
    assert scan(tmp_path / "out", own_cache) == set()


def test_what_lies_beside_a_film_and_its_plan(mode: str, scan: Scan, platform: Platform, loopviz: Run, tmp_path: Path):
    out = tmp_path / "out"
    kinds = ("srt", "vtt", "txt", "json", "otio", "edl", "chapters")
    project = platform.folder / "timed.yaml"
    project.write_text(
        "source: mouse_turntable.mp4\nlabels: .\nlabels_format: thesis\npeople: metadata.json\n"
        "assignments: assignments.csv\nalign: {how: number, first_number: 1}\nencoder: {preset: ultrafast}\n"
        "theme: house\ntimeline: {pace: 0.2s, show: 3 people, end: {credits: pages, for: 0.4s}}\n"
        f"sidecars: [{', '.join(kinds)}]\n"
    )
    try:
        code, _, said = loopviz("run", project, "--identity", mode, "-o", out / "film.mp4", "--json")
        assert (code, said) == (0, "")
        code, plan, said = loopviz("plan", project, "--identity", mode, "--table", out / "plan.csv", "--json")
        assert (code, said) == (0, "")
    finally:
        project.unlink()
    events = [line for line in plan.splitlines() if json.loads(line)["event"] != "note"]
    (out / "plan.jsonl").write_text("\n".join(events))
    for file in sorted(out.iterdir()):
        assert bool(scan.in_bytes(file.read_bytes())) == (mode == "full"), file.name


def test_stills_and_plans(mode: str, scan: Scan, platform: Platform, loopviz: Run, tmp_path: Path):
    base = ("run", platform.folder, "--identity", mode, "--json")
    code, log, _ = loopviz(*base, "--preview", "0", "-o", tmp_path / "out" / "still.png")
    assert code == 0
    code, plan, _ = loopviz(*base, "--dry-run")
    assert code == 0
    (tmp_path / "out" / "log.txt").write_text(log + plan)
    assert scan(tmp_path / "out") == set()


@pytest.mark.parametrize("kind", that_can_be_written(WRITABLE))
def test_labels(mode: str, kind: str, scan: Scan, shown: tuple[str, Dataset, Dataset], tmp_path: Path):
    for number, dataset in enumerate(shown[1:]):
        if mode == "hidden":
            with pytest.raises(OutputError, match="a worker has no alias"):
                write_labels(dataset, tmp_path / "out", kind)
            assert list(tmp_path.iterdir()) == []
        else:
            write_labels(dataset, tmp_path / "out" / str(number), kind, full=mode == "full")
    if mode != "hidden":
        assert bool(scan(tmp_path / "out")) == (mode == "full" and kind not in NAMELESS)


@pytest.mark.parametrize("kind", [kind for kind in WRITABLE if kind in READABLE])
def test_labels_read_back_name_nobody_either(
    mode: str, kind: str, scan: Scan, shown: tuple[str, Dataset, Dataset], tmp_path: Path
):
    if mode != "alias":
        return
    write_labels(shown[2], tmp_path / "out", kind)
    again = read_labels(tmp_path / "out", format=kind, frame_size=(1440, 960)).dataset
    for name in ("frames", "annotations", "assignments", "workers", "answers"):
        assert not scan.in_bytes(getattr(again, name).write_json().encode())


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("inspect", "{folder}"), id="inspect the labels"),
        pytest.param(("inspect", "{folder}/mouse_turntable.mp4"), id="inspect the clip"),
        pytest.param(("inspect", "{frames}"), id="inspect the images"),
        pytest.param(("check", "{folder}"), id="check the project"),
        pytest.param(("check", "{folder}/labels", "--names", "a,b,c,d,e"), id="check the labels"),
        pytest.param(("doctor",), id="doctor"),
    ],
)
def test_reports(command: tuple[str, ...], scan: Scan, platform: Platform, loopviz: Run):
    words = [word.format(folder=platform.folder, frames=platform.frames) for word in command]
    for json_too in ([], ["--json"]):
        code, report, said = loopviz(*words, *json_too)
        assert code == 0
        assert report
        assert not scan.in_bytes((report + said).encode())


def test_images_of_images(scan: Scan, platform: Platform, loopviz: Run, tmp_path: Path):
    code, log, _ = loopviz("split", platform.frames, tmp_path / "out" / "again", "--range", "0:2", "--json")
    assert code == 0
    (tmp_path / "out" / "log.txt").write_text(log)
    code, log, _ = loopviz("assemble", platform.frames, *QUICK, "-o", tmp_path / "out" / "a.mov", "--json")
    assert code == 0
    (tmp_path / "out" / "log2.txt").write_text(log)
    assert scan(tmp_path / "out") == set()
