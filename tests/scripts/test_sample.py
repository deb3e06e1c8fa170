"""The sample that is part of the repository is what its page says."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import av
import pytest

FRAMES = 296


@pytest.fixture(scope="module")
def tasks(sample: Path) -> list[dict[str, str]]:
    with (sample / "assignments.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_clip_has_as_many_frames_as_the_labels_count(sample: Path):
    with av.open(str(sample / "mouse_turntable.mp4")) as clip:
        stream = clip.streams.video[0]
        packets = sum(packet.size > 0 for packet in clip.demux(stream))
        assert (packets, stream.width, stream.height, stream.average_rate) == (FRAMES, 1440, 960, 24)


def test_one_worker_a_frame_and_fourteen_frames_without_a_label(sample: Path):
    files = sorted((sample / "labels").glob("*.txt"))
    numbers = [int(re.fullmatch(r"mouse_(\d{4})_SIM[0-9A-Z]{11}", file.stem)[1]) for file in files]
    assert len(numbers) == len(set(numbers)) == FRAMES - 8
    assert {1, FRAMES} <= set(numbers) <= set(range(1, FRAMES + 1))
    assert sum(not file.read_text() for file in files) == 6


def test_the_pay_and_the_verdicts_are_those_of_the_page(tasks: list[dict[str, str]]):
    assert Counter(task["status"] for task in tasks) == {"approved": 138, "rejected": 150}
    assert {task["reward_usd"] for task in tasks} == {"0.15"}
    hourly = sorted(0.15 * 3600 / int(task["work_seconds"]) for task in tasks)
    assert 1.9 < hourly[len(hourly) // 2] < 2.5


def test_the_people_are_invented_and_some_said_nothing(sample: Path, tasks: list[dict[str, str]]):
    people = json.loads((sample / "metadata.json").read_text(encoding="utf-8"))
    assert set(people) == {task["worker_id"] for task in tasks}
    assert len(people) == 112
    assert all(entry.pop("simulated") is True for entry in people.values())
    missing = [sum(answer is None for answer in entry.values()) for entry in people.values()]
    assert (missing.count(10), sum(0 < count < 10 for count in missing)) == (5, 44)


def test_the_answers_are_in_several_scripts_and_as_people_type(sample: Path):
    said = json.loads((sample / "metadata.json").read_text(encoding="utf-8"))
    answers = {answer for entry in said.values() for answer in entry.values()}
    odd = {"18- 24", "More tha 30 minutes", "illinois", "USA", "$1,200 laptop", "500000", "Software", "NON"}
    assert odd | {"القاهرة", "मुंबई", "תל אביב", "กรุงเทพ"} <= answers
