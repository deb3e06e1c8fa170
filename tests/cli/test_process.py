"""The program as a process: what it imports, its streams, signals and completion."""

from __future__ import annotations

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from loopviz.cli import main
from loopviz.cli.process import interruptible

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
        pytest.param("loopviz ren", ["render"], id="command"),
        pytest.param("loopviz run --ident", ["--identity"], id="option"),
        pytest.param("loopviz run --identity ", ["alias", "full", "hidden"], id="value"),
        pytest.param("loopviz train comp", ["compare"], id="command below a command"),
        pytest.param("loopviz train --epo", ["--epochs"], id="option of a command with others below"),
        pytest.param("loopviz train compare --tr", ["--truth"], id="option of a command below"),
        pytest.param("loopviz train compare --whose we", ["weighted"], id="value of a command below"),
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


# What a signal does at the moment when a module is first asked for: no clock is involved.
SITE = """
import os, sys

class Asked:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["ASKED"]:
            os.environ["ASKED"] = ""
            os.kill(os.getpid(), int(os.environ["NUMBER"]))

sys.meta_path.insert(0, Asked())
"""


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs a command line, with a signal when a module is first asked for."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)

    def run(module: str, number: signal.Signals, *command: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "ASKED": module, "NUMBER": str(int(number))}
        return subprocess.run(
            [*HEARS, *command], capture_output=True, text=True, env=environment, check=False, timeout=120
        )

    return run


# Whoever runs the tests may ignore signals, as a shell does for what it runs in the background.
HEARS = [
    sys.executable,
    "-c",
    "import os, signal, sys\n"
    "for name in ('SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'): signal.signal(getattr(signal, name), signal.SIG_DFL)\n"
    "os.execv(sys.argv[1], sys.argv[1:])",
]
CONSOLE = [sys.executable, "-c", "import sys; from loopviz.cli import main; sys.exit(main())"]
SAID = "loopviz: Interrupted; nothing half done is left."


@pytest.mark.parametrize(
    ("module", "number"),
    [
        ("loopviz.cli.process", signal.SIGINT),
        ("loopviz.cli.app", signal.SIGINT),
        ("typer", signal.SIGINT),
        ("polars", signal.SIGINT),
        ("skia", signal.SIGINT),
        ("typer", signal.SIGTERM),
        ("loopviz.project.config", signal.SIGHUP),
        ("av", signal.SIGQUIT),
    ],
)
def test_ending_while_modules_are_loaded(
    asked: Callable[..., subprocess.CompletedProcess[str]],
    project_folder: Path,
    tmp_path: Path,
    module: str,
    number: signal.Signals,
):
    (tmp_path / "made").mkdir()
    command = ["run", str(project_folder), "--range", "0:2", "-o", str(tmp_path / "made" / "deep" / "video.mp4")]
    start = LOOPVIZ if number == signal.SIGINT else CONSOLE
    done = asked(module, number, *start, *command)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (130, SAID)
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "made").iterdir()) == []


def test_workers_do_not_hear_it(
    asked: Callable[..., subprocess.CompletedProcess[str]], project_folder: Path, tmp_path: Path
):
    video = tmp_path / "video.mp4"
    command = ["run", str(project_folder), "-o", str(video), "--jobs", "2", "--preset", "ultrafast"]
    done = asked("loopviz.render.executors.processes", signal.SIGINT, *LOOPVIZ, *command)
    assert done.returncode == 130  # in the parent
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import multiprocessing.process as p\n" + SITE + "\nif not p.parent_process(): sys.meta_path.pop(0)"
    )
    assert asked("skia", signal.SIGINT, *LOOPVIZ, *command).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda n: n.name)
def test_other_ends_are_like_ctrl_c(long_project: list[str], tmp_path: Path, number: signal.Signals):
    process = subprocess.Popen(
        [*HEARS, *long_project, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "progress":
            break
    process.send_signal(number)
    process.send_signal(number)  # as a system does that shuts down: again
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, f"{SAID}\n")
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    assert list((tmp_path / "made").iterdir()) == []


def test_a_signal_that_is_ignored_stays_so(
    asked: Callable[..., subprocess.CompletedProcess[str]], project_folder: Path, tmp_path: Path
):
    program = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); " + CONSOLE[-1]  # as nohup does
    command = ["run", str(project_folder), "--preview", "0", "-o", str(tmp_path / "still.png")]
    assert asked("skia", signal.SIGHUP, sys.executable, "-c", program, *command).returncode == 0


@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        pytest.param(">&-", 5, "could be said (stdout: Bad file descriptor)", id="no stdout"),
        pytest.param(">/dev/full", 5, "could be said (stdout: No space left on device)", id="a full disk"),
        pytest.param("--json >/dev/full", 5, "could be said (stdout: No space left", id="a full disk, as JSON"),
        pytest.param("2>&-", 5, None, id="no stderr"),
        pytest.param("2>/dev/full", 5, None, id="a full disk for notes"),
        pytest.param("-q 2>&-", 0, None, id="no stderr and nothing to say"),
        pytest.param("-q <&- >&- 2>&-", 0, None, id="no streams and nothing to say"),
    ],
)
def test_the_film_is_finished_whatever_can_be_said(
    project_folder: Path, tmp_path: Path, shell: str, code: int, said: str | None
):
    video = tmp_path / "video.mp4"
    words = shlex.join([*LOOPVIZ, "run", str(project_folder), "-o", str(video), "--preset", "ultrafast"])
    done = subprocess.run(["sh", "-c", f"{words} {shell}"], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code
    assert said is None or said in done.stderr.splitlines()[-1]
    assert "bug" not in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["video.mp4"]
    with av.open(str(video)) as film:
        assert film.streams.video[0].frames == 12


@pytest.mark.parametrize(
    ("words", "shells"),
    [
        *((words, (">/dev/full", ">&-", ">/dev/full 2>/dev/full", ">&- 2>&-"))
          for words in ("--version", "--help", "run --help", "inspect gone")),
        ("doctor", (">/dev/full 2>/dev/full", ">&-")),  # it looks at all that is installed: seconds
    ],
)  # fmt: skip
def test_what_cannot_be_said_at_all(words: str, shells: tuple[str, ...]):
    for shell in shells:
        command = f"{shlex.join(LOOPVIZ)} {words} {shell}"
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode in {0, 3, 5, 6}, shell
        assert "Traceback" not in done.stderr
        assert "bug" not in done.stderr


class TestWorkingFolderThatIsGone:
    @pytest.fixture
    def gone(self, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
        def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
            (tmp_path / "here").mkdir()
            command = f"rmdir ../here; exec {shlex.join([*LOOPVIZ, *map(str, words)])}"
            return subprocess.run(
                ["sh", "-c", command], cwd=tmp_path / "here", capture_output=True, text=True, check=False, timeout=120
            )

        return run

    def test_whole_paths_are_enough(self, gone: Callable[..., subprocess.CompletedProcess[str]], project_folder: Path,
                                    tmp_path: Path):  # fmt: skip
        done = gone("run", project_folder, "-o", tmp_path / "v.mp4", "--range", "0:2", "--preset", "ultrafast")
        assert (done.returncode, (tmp_path / "v.mp4").exists()) == (0, True), done.stderr

    @pytest.mark.parametrize(
        ("words", "code"),
        [("run PROJECT -o v.mp4", 5), ("run PROJECT --preview 0 -o s.png", 5), ("run .", 3), ("inspect a.mp4", 3),
         ("split PROJECT/clip.mp4 out", 5), ("check .", 3), ("--version", 0)],
    )  # fmt: skip
    def test_others_are_refused(
        self, gone: Callable[..., subprocess.CompletedProcess[str]], project_folder: Path, words: str, code: int
    ):
        done = gone(*words.replace("PROJECT", str(project_folder)).split())
        assert done.returncode == code, done.stderr
        assert "bug" not in done.stderr


@pytest.mark.parametrize("kilobytes", [30_000, 150_000, 400_000, 1_000_000, 2_000_000])
def test_little_memory(project_folder: Path, tmp_path: Path, kilobytes: int):
    command = shlex.join([*LOOPVIZ, "run", str(project_folder), "-o", str(tmp_path / "v.mp4"), "-q"])
    done = subprocess.run(
        ["sh", "-c", f"ulimit -v {kilobytes}; {command}"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 6, done.stderr[-500:]
    assert "loopviz: there is not enough memory" in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("run PROJECT -o /proc/v.mp4", 5),
        ("run PROJECT -o /proc/v.mp4 --dry-run", 5),
        ("run PROJECT --preview 0 -o /proc/s.png", 5),
        ("split PROJECT/clip.mp4 /proc/frames", 5),
        ("export PROJECT --to yolo -o /proc/labels", 5),
        ("run PROJECT -o PROJECT/clip.mp4/v.mp4", 5),
        ("run PROJECT -o LONG.mp4", 5),
        ("run PROJECT -o LONG.mp4 --dry-run", 5),
        ("run PROJECT --preview 0 -o LONG.png", 5),
        ("split PROJECT/clip.mp4 LONG", 5),
        ("run LONG", 3),
        ("inspect LONG", 3),
    ],
)
@pytest.mark.usefixtures("user_config")
def test_places_that_cannot_be(
    project_folder: Path, tmp_path: Path, command: str, code: int, capsys: pytest.CaptureFixture[str]
):
    words = command.replace("PROJECT", str(project_folder)).replace("LONG", str(tmp_path / ("x" * 300)))
    assert main(words.split()) == code
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("loopviz: ")
    assert "bug" not in said
    assert "removed meanwhile" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda n: n.name)
def test_an_end_that_is_asked_for_where_nothing_can_be_raised(number: signal.Signals):
    class Last:
        def __del__(self) -> None:
            signal.raise_signal(number)

    with pytest.raises(KeyboardInterrupt), interruptible():
        Last()
        for _ in range(1000):
            time.sleep(0.01)
