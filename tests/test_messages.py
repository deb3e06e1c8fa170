"""What is said when something is wrong stands in one file that a person can read through: ``tests/messages.txt``."""

from __future__ import annotations

from pathlib import Path

from messages import messages

SNAPSHOT = Path(__file__).with_name("messages.txt")


def test_messages_are_those_that_were_read_through():
    """To change one: python tests/messages.py > tests/messages.txt, and read the lines around it."""
    assert messages().splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines()


def test_every_error_is_among_them():
    said = messages().splitlines()
    assert sum(line.startswith("  InputError: ") for line in said) > 150
    assert sum(line.startswith("  OutputError: ") for line in said) > 20
    assert "  InputError: the working folder was removed" in said
