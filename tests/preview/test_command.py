"""``loopviz preview`` as a person starts and ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from loopviz.cli import main


@pytest.fixture
def running(project: Path) -> Iterator[tuple[Any, str]]:
    command = [sys.executable, "-m", "loopviz", "preview", str(project), "--no-open", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"]
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_and_leaves_no_port(running: tuple[Any, str], number: int) -> None:
    process, url = running
    assert urllib.request.urlopen(f"{url}still?at=2").read().startswith(b"\x89PNG")  # noqa: S310 - our own
    page = urllib.request.urlopen(f"{url}events")  # noqa: S310 - a page that stays open
    assert page.readline().startswith(b"data: ")
    os.kill(process.pid, number)
    said, complaint = process.communicate(timeout=60)
    assert (process.returncode, said, complaint) == (0, "", "")
    page.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)).close()


def test_a_port_in_use_is_one_clear_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["preview", str(project), "--no-open", "--port", str(port)]) == 4
    assert f"the port is in use, or not ours to take (found {port};" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "code"), [("source: [", 4), ("source: clip.mp4\nlabels: .\nthene: x\n", 4), ("source: x\nlabels: .\n", 3)]
)
def test_a_project_that_cannot_be_used_is_said_at_once(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, code: int
) -> None:
    project.write_text(text)
    assert main(["preview", str(project), "--no-open"]) == code
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["preview", str(project.with_name("none.yaml")), "--no-open"]) == 3


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_is_a_number(project: Path, port: str) -> None:
    assert main(["preview", str(project), "--no-open", "--port", port]) == 2
