"""The shell scripts, as far as they can be run without installing anything, and what they install from."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = (
    *(
        "scripts/demo",
        "scripts/test",
        "scripts/check",
        "scripts/kill_test",
        "scripts/fuzz",
        "scripts/bench-setup",
        "scripts/peers-setup",
    ),
    "scripts/train-setup",
    ".ci/run",
)


def _bash(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    script = f"set -euo pipefail; source '{ROOT}/scripts/lib.sh'; {command}"
    return subprocess.run(
        ["/bin/bash", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"} | environment,
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_script_is_executable_strict_and_well_formed(name: str):
    file = ROOT / name
    assert file.stat().st_mode & 0o111
    assert re.search(r"^set -euo pipefail$", file.read_text(), re.MULTILINE)
    checked = subprocess.run(["/bin/bash", "-n", file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def _python(folder: Path, name: str, version_is_fine: bool) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {0 if version_is_fine else 1}\n")
    file.chmod(0o755)
    return file


def test_the_first_python_that_is_new_enough_is_taken(tmp_path: Path):
    _python(tmp_path, "python3", version_is_fine=False)
    _python(tmp_path, "python3.13", version_is_fine=False)
    wanted = _python(tmp_path, "python3.12", version_is_fine=True)
    found = _bash("find_python", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert (found.returncode, found.stdout.strip()) == (0, str(wanted))


def test_a_python_that_is_named_is_the_only_one_tried(tmp_path: Path):
    named = _python(tmp_path, "python3.9", version_is_fine=False)
    found = _bash("find_python", PYTHON=str(named))
    assert found.returncode == 1
    assert str(named) in found.stderr
    assert "3.11 or newer" in found.stderr


def test_who_may_not_install_is_told_which_packages_to_ask_for():
    told = _bash("id() { echo 1000; }; need_packages libgl1 libegl1")
    assert told.returncode == 1
    assert "apt-get install --no-install-recommends libgl1 libegl1" in told.stderr


def test_setting_up_twice_installs_once(tmp_path: Path):
    stubs = "make_venv() { :; }; check_skia() { :; }; fingerprint() { echo same; }; install_with() { echo installed; }"
    done = _bash(f"venv='{tmp_path}'; {stubs}; setup_venv test; setup_venv test; setup_venv dev")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["installed", "installed"]  # test once, dev once


def test_an_installation_that_failed_is_tried_again(tmp_path: Path):
    stubs = "make_venv() { :; }; check_skia() { :; }; fingerprint() { echo same; }; install_with() { false; }"
    done = _bash(f"venv='{tmp_path}'; {stubs}; setup_venv test")
    assert done.returncode != 0
    assert not list(tmp_path.iterdir())


def _pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in pins)
    assert not any(pin.url for pin in pins)
    return {pin.name: pin for pin in pins}


def _wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for apart in ("bench", "bench-formats", "peers"):
        del project["dependency-groups"][apart]
    del project["project"]["optional-dependencies"]["moviepy"]  # it caps Pillow
    extras = [entry for extra in project["project"]["optional-dependencies"].values() for entry in extra]
    groups = [entry for group in project["dependency-groups"].values() for entry in group if isinstance(entry, str)]
    return [
        Requirement(text)
        for text in (*project["build-system"]["requires"], *project["project"]["dependencies"], *extras, *groups)
        if not text.startswith("loopviz[")
    ]


@pytest.mark.parametrize("requirement", _wanted(), ids=lambda requirement: requirement.name)
def test_what_the_package_asks_for_is_pinned_to_a_version_that_fits(requirement: Requirement):
    (pin,) = _pins()[requirement.name].specifier
    assert requirement.specifier.contains(pin.version)
