"""The program as a process: what it imports, its streams, signals and completion."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HEAVY = ("av", "cv2", "jinja2", "numpy", "PIL", "polars", "pydantic", "rich", "skia", "yaml")
LOOPVIZ = [sys.executable, "-m", "loopviz"]


@pytest.mark.parametrize("module", ["loopviz", "loopviz.cli"])
def test_importing_is_light(module: str):
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_help_is_light():
    code = (
        "import sys; from loopviz.cli import main\n"
        "codes = [main(a) for a in (['--help'], ['--version'])]\n"
        f"print(codes, [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[0, 0] []"


def test_the_module_is_the_program():
    done = subprocess.run([*LOOPVIZ, "inspect", "gone"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "loopviz: gone: there is no such file or folder. Check the path.\n"


def test_a_reader_who_leaves_stops_nothing(project_folder: Path, tmp_path: Path):
    video = tmp_path / "video.mp4"
    command = [*LOOPVIZ, "run", str(project_folder), "-o", str(video), "--json", "--preset", "ultrafast"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
    assert video.is_file()


def test_names_that_a_narrow_terminal_cannot_write(tmp_path: Path):
    file = tmp_path / "Größe 测.txt"
    file.write_text("hello")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*LOOPVIZ, "inspect", str(file)], capture_output=True, env=environment, check=False)
    assert done.returncode == 3
    assert rb"Gr\xf6\xdfe \u6d4b.txt" in done.stderr


@pytest.fixture
def long_project(project_folder: Path, tmp_path: Path, make_clip: Callable[..., Path]) -> list[str]:
    make_clip(tmp_path / "long.mp4", frames=3000)
    (tmp_path / "made").mkdir()
    out = str(tmp_path / "made" / "video.mp4")
    return [*LOOPVIZ, "run", str(project_folder), "--source", str(tmp_path / "long.mp4"), "-o", out]


def test_ctrl_c_leaves_no_half_file(long_project: list[str], tmp_path: Path):
    process = subprocess.Popen([*long_project, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "progress":
            break
    assert list((tmp_path / "made").iterdir())  # it is at work
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "loopviz: Interrupted; nothing half done is left.\n"
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize(
    ("behind", "code", "said"),
    [
        ("KeyboardInterrupt()", 130, "loopviz: Interrupted; nothing half done is left."),
        ("OSError()", 6, "loopviz: Skia, which draws the text, cannot start: initialization failed. On Debian"),
    ],
)
def test_ctrl_c_while_a_library_is_loaded(project_folder: Path, tmp_path: Path, behind: str, code: int, said: str):
    (tmp_path / "skia.py").write_text(f"raise ImportError('initialization failed') from {behind}")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [*LOOPVIZ, "run", str(project_folder), "--preview", "0", "-o", str(tmp_path / "still.png")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == code
    assert done.stderr.splitlines()[-1].startswith(said)


def test_a_terminal_sees_a_bar_and_then_the_result(project_folder: Path, tmp_path: Path):
    leader, follower = pty.openpty()
    command = [*LOOPVIZ, "run", str(project_folder), "-o", str(tmp_path / "v.mp4"), "--preset", "ultrafast"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(command, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    shown = _read(leader)
    assert process.wait(timeout=60) == 0
    assert "Rendering" in shown
    assert "12 of 12" in shown
    assert "frames/s" in shown
    assert "left" in shown
    assert shown.rstrip().endswith("0.500 seconds")


def _read(leader: int) -> str:
    chunks = []
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(leader)
    return b"".join(chunks).decode()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("loopviz re", ["render"], id="command"),
        pytest.param("loopviz run --ident", ["--identity"], id="option"),
        pytest.param("loopviz run --identity ", ["alias", "full", "hidden"], id="value"),
    ],
)
def test_the_shell_completes(words: str, expected: list[str]):
    environment = os.environ | {
        "_LOOPVIZ_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(LOOPVIZ, capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.split() == expected
    assert done.stderr == ""


def test_completion_can_be_installed(tmp_path: Path):
    environment = os.environ | {
        "HOME": str(tmp_path),
        "SHELL": "/bin/bash",
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    command = [*LOOPVIZ, "--install-completion", "bash"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert any("loopviz" in file.read_text() for file in tmp_path.rglob("*") if file.is_file())
