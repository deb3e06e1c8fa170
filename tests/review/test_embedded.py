"""The page inside another one: one text that loads nothing, and answers that hold files of one folder alone."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from loopviz.review import embedded
from loopviz.review.embedded import Desk, embedded_page
from loopviz.review.folder import script

SVG = "http://www.w3.org/2000/svg"  # a name, not an address that is asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "review"
    (place / "data").mkdir(parents=True)
    (place / "data" / "meta.js").write_bytes(b"0123456789")
    (place / "empty").write_bytes(b"")
    (tmp_path / "secret").write_bytes(b"secret")
    return place


class TestThePage:
    def test_style_and_script_are_the_ones_that_its_policy_lets_run(self):
        page = embedded_page()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert policy is not None
        for kind, name in (("script", "script-src"), ("style", "style-src")):
            (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{name} 'sha256-{digest}'" in policy[1]
        assert policy[1].startswith("default-src 'none'; ")

    def test_it_names_no_file_and_no_address(self):
        page = re.sub("data:font/ttf;base64,[A-Za-z0-9+/=]+", "FONT", embedded_page())
        assert page.count("FONT") == 2
        assert not re.search(r"""(?:src|href)=["'](?!#)|url\("(?!FONT)|https?:""", page.replace(SVG, ""))

    def test_the_folders_script_knows_nothing_of_another_page(self):
        assert "postMessage" in script("embedded")
        assert "postMessage" not in script()
        assert "localStorage" not in script("embedded")


class TestAnswers:
    @pytest.mark.parametrize(
        ("name", "part", "parts", "piece"),
        [
            ("data/meta.js", 0, 3, b"0123"),
            ("data/meta.js", 2, 3, b"89"),
            ("data/meta.js", 99, 3, b"89"),
            ("data/meta.js", -1, 3, b"0123"),
            ("empty", 0, 1, b""),
            ("data", 0, 0, b""),
            ("../secret", 0, 0, b""),
            ("data/../../secret", 0, 0, b""),
            ("/etc/hostname", 0, 0, b""),
            ("", 0, 0, b""),
            ("kept", 0, 0, b""),
        ],
    )
    def test_a_file_comes_in_pieces_and_what_is_none_of_the_folder_does_not_come(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, part: int, parts: int, piece: bytes
    ):
        monkeypatch.setattr(embedded, "PIECE", 4)
        answer = Desk(folder).answer({"ask": 7, "name": name, "part": part})
        assert answer == ({"answer": 7, "parts": parts}, [piece])

    def test_what_was_decided_is_held_and_given_back(self, folder: Path):
        desk = Desk(folder)
        assert desk.answer({"kept": "[[1, {}]]", "decisions": "{}"}) is None
        assert (desk.kept, desk.decisions) == ("[[1, {}]]", "{}")
        assert desk.answer({"ask": 1, "name": "kept", "part": 0}) == ({"answer": 1, "parts": 1}, [b"[[1, {}]]"])

    @pytest.mark.parametrize(
        "message",
        [
            None,
            [],
            "page",
            {},
            {"ask": "1", "name": "page"},
            {"ask": 1, "name": ["page"], "part": 0},
            {"ask": 1, "name": "data/meta.js"},
            {"kept": 1, "decisions": "{}"},
            {"kept": "[]"},
            {"kept": "x" * 11, "decisions": "{}"},
        ],
    )
    def test_other_messages_get_nothing_and_change_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, message: object
    ):
        monkeypatch.setattr(embedded, "LARGEST", 10)
        desk = Desk(folder)
        assert desk.answer(message) is None
        assert (desk.kept, desk.decisions) == (None, None)
