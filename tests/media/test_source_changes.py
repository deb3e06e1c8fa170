from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.media import open_source
from loopviz.media.source_changes import Watch, reading


def appended(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"x")


def rewritten(file: Path) -> None:
    """As long as before, a moment later."""
    before = file.stat()
    file.write_bytes(b"B" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


def edited_in_place(file: Path) -> None:
    """As long as before, and its time put back."""
    before = file.stat()
    file.write_bytes(b"B" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(b"CC")
    other.replace(file)


def made_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def test_what_stays_as_it_is_may_be_read(tmp_path: Path):
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"AAA")
    watch = Watch([file])
    file.read_bytes()
    watch.check()


def test_other_rights_and_names_are_no_change_where_the_content_is_known(tmp_path: Path):
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"AAA")
    watch = Watch([file])
    file.chmod(0o400)
    watch.check()
    (tmp_path / "backup.mp4").hardlink_to(file)
    watch.check()


@pytest.mark.parametrize("content", [True, False])
@pytest.mark.parametrize("change", [appended, rewritten, edited_in_place, replaced, made_a_folder])
def test_a_change_is_noticed(tmp_path: Path, change: Callable[[Path], None], content: bool):
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"AAA")
    watch = Watch([tmp_path / "clip.mp4"], content=content)
    change(file)
    with pytest.raises(InputError, match=r"clip\.mp4: the source was changed while it was in use\. Wait"):
        watch.check()


def test_what_goes_is_noticed(tmp_path: Path):
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"AAA")
    watch = Watch([file])
    file.unlink()
    with pytest.raises(InputError, match=r"clip\.mp4: the source was removed while it was in use\. Put it back"):
        watch.check()


def test_what_cannot_be_read_is_an_input_error(tmp_path: Path):
    with pytest.raises(InputError) as caught, reading(tmp_path), (tmp_path / "gone").open("rb"):
        pass
    assert str(caught.value) == f"{tmp_path}/gone: cannot be read: No such file or directory. Check the file."


def test_only_the_files_that_are_asked_about_are_looked_at(tmp_path: Path):
    first, second = tmp_path / "1.png", tmp_path / "2.png"
    for file in (first, second):
        file.write_bytes(b"AAA")
    watch = Watch([first, second])
    second.unlink()
    watch.check([first])
    with pytest.raises(InputError, match=r"2\.png: the source was removed"):
        watch.check([second])


@pytest.mark.parametrize("frames", [range(2), range(1, 3), None], ids=["others", "it", "all"])
def test_a_folder_of_images_is_watched_frame_by_frame(
    tmp_path: Path, make_clip: Callable[..., Path], frames: range | None
):
    from loopviz.media.split import split_frames

    with open_source(make_clip(tmp_path / "clip.mp4", frames=3)) as clip:
        split_frames(clip, tmp_path / "frames")
    with open_source(tmp_path / "frames") as source:
        appended(sorted((tmp_path / "frames").glob("*.png"))[2])
        if frames == range(2):
            source.check_unchanged(frames)
        else:
            with pytest.raises(InputError, match="was changed"):
                source.check_unchanged(frames)


@pytest.mark.parametrize("what", ["clip.mp4", "frames"])
def test_every_source_watches_its_files(tmp_path: Path, make_clip: Callable[..., Path], what: str):
    from loopviz.media.split import split_frames

    make_clip(tmp_path / "clip.mp4", frames=3)
    with open_source(tmp_path / "clip.mp4") as clip:
        split_frames(clip, tmp_path / "frames")
    with open_source(tmp_path / what) as source:
        source.check_unchanged()
        appended(tmp_path / "clip.mp4" if what == "clip.mp4" else tmp_path / "frames" / "frame_000001.png")
        with pytest.raises(InputError, match="was changed"):
            source.check_unchanged()
