from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from loopviz.project import doctor
from loopviz.project.doctor import Check, Diagnosis, examine
from loopviz.project.salt import read_salt, salt_path


def _check(name: str) -> Check:
    return next(check for check in examine().checks if check.name == name)


def test_a_machine_that_runs_the_tests_is_healthy():
    report = examine()
    assert report.healthy, [check for check in report.checks if check.required and not check.ok]
    names = {check.name for check in report.checks}
    assert {"loopviz", "av", "encoder libx264", "ICU", "fonts", "script Arabic", "script Devanagari", "themes"} <= names
    assert len(names) == len(report.checks)
    assert not [name for name in names if name.startswith("extra")]


def test_every_check_that_can_fail_says_what_to_do():
    assert [check.name for check in examine().checks if not check.remedy and check.name != "terminal"] == []


def test_the_report_is_plain_json():
    facts = json.loads(json.dumps(examine().as_json()))
    assert list(facts) == ["kind", "healthy", "checks"]
    assert all(list(check) == ["name", "ok", "required", "found", "remedy"] for check in facts["checks"])


def test_what_is_missing_makes_a_machine_unfit_only_if_it_is_required():
    wanted, optional = Check("a", False, True, "gone"), Check("b", False, False, "gone")
    assert not Diagnosis((wanted,)).healthy
    assert Diagnosis((optional,)).healthy


def test_a_package_that_does_not_import_is_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    check = _check("jinja2")
    assert (check.ok, check.required, check.remedy) == (False, True, "pip install jinja2")


def test_a_codec_that_is_not_there_is_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(doctor.ENCODERS, "libnothing", True)
    check = _check("encoder libnothing")
    assert not check.ok
    assert check.found


@pytest.mark.skipif(sys.platform != "linux", reason="the names of the libraries are those of Linux")
def test_a_library_that_is_not_there_is_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(doctor.LIBRARIES, "libnothing.so.1", "libnothing1")
    check = _check("libnothing.so.1")
    assert (check.ok, check.remedy) == (False, "On Debian or Ubuntu: apt-get install libnothing1")


def test_a_script_without_letters_is_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(doctor.OWN, "Cuneiform", "𒀀𒀁")
    assert "no font has" in _check("script Cuneiform").found


def test_letters_that_do_not_join_are_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(doctor.OWN, "Plain", "llll")
    monkeypatch.setattr(doctor, "SHAPED", {"Plain"})
    assert _check("script Plain").found == "the letters are not joined"


def test_looking_makes_no_salt_and_a_readable_one_is_reported(user_config: Path):
    assert _check("salt").ok
    assert not list(user_config.iterdir())
    read_salt()
    assert _check("salt").found == str(salt_path())
    salt_path().chmod(0o644)
    check = _check("salt")
    assert (check.ok, check.required, check.remedy) == (False, False, f"chmod 600 {salt_path()}")


def test_places_that_cannot_be_written_are_reported_and_are_no_need(
    user_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LOOPVIZ_CACHE", str(tmp_path / "cache"))
    assert _check("cache").found.endswith("GB free")
    assert not (tmp_path / "cache").exists()
    (tmp_path / "cache").write_text("a file in the way")
    (user_config / "loopviz").write_text("a file in the way")
    checks = [_check("cache"), _check("salt")]
    assert [(check.ok, check.required) for check in checks] == [(False, False)] * 2
    assert "LOOPVIZ_CACHE" in str(checks[0].remedy)
    assert "chmod" not in str(checks[1].remedy)


MATCH = {"torch": "2.13.0", "torchvision": "0.28.0", "match": True, "devices": ["cpu", "a card"]}


@pytest.mark.parametrize(
    ("found", "ok", "word"),
    [
        pytest.param(MATCH, True, "torchvision 0.28.0 beside torch 2.13.0", id="two that match"),
        pytest.param({**MATCH, "match": False}, False, "built for another torch; training works", id="two that do not"),
        pytest.param({"trouble": "no libgomp"}, False, "no libgomp", id="one that does not load"),
    ],
)
def test_whether_torch_and_torchvision_match_is_said(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, object], ok: bool, word: str
):
    pytest.importorskip("torch")
    monkeypatch.setattr(doctor, "examined", lambda: found)
    check = _check("torch and torchvision")
    assert (check.ok, check.required) == (ok, False)
    assert word in check.found
    assert _check("devices").found == ("cpu, a card" if "devices" in found else "")


def test_what_training_lacks_is_said_and_no_reason_to_be_unfit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "LEARNING", ("a-torch-that-is-not",))
    check = _check("a-torch-that-is-not")
    assert (check.ok, check.required) == (False, False)
    assert "train-setup" in str(check.remedy)
    assert examine().healthy
