from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, OutputError
from loopviz.project.salt import check_salt, read_salt, salt_path


def test_the_users_own_salt_is_made_once_and_only_its_owner_reads_it(user_config: Path):
    first = read_salt()
    assert len(first) == 32
    assert read_salt() == first
    assert salt_path() == user_config / "loopviz" / "salt"
    assert stat.S_IMODE(salt_path().stat().st_mode) == 0o600
    assert [file.name for file in salt_path().parent.iterdir()] == ["salt"]


def test_two_users_have_two_salts(user_config: Path):
    first = read_salt()
    salt_path().unlink()
    assert read_salt() != first
    assert user_config.is_dir()


def test_whoever_comes_second_takes_the_first_ones(monkeypatch: pytest.MonkeyPatch):
    salt_path().parent.mkdir(parents=True)
    link = os.link

    def beaten(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"s" * 32)
        link(source, target)

    monkeypatch.setattr(os, "link", beaten)
    assert read_salt() == b"s" * 32


def test_a_named_salt_is_read_and_never_made(tmp_path: Path):
    file = tmp_path / "salt"
    with pytest.raises(ConfigError, match=r"cannot be read: no such file.*head -c 32 /dev/urandom >"):
        read_salt(file)
    assert not file.exists()
    file.write_bytes(b"0123456789abcdef")
    assert read_salt(file) == b"0123456789abcdef"
    assert not salt_path().exists()


def test_a_salt_that_is_no_secret_is_refused(tmp_path: Path):
    file = tmp_path / "salt"
    file.write_bytes(b"short")
    with pytest.raises(
        ConfigError, match=r"too short for a secret \(found '5 bytes'; expected at least 16 random bytes\)"
    ):
        read_salt(file)


def test_where_no_salt_can_be_kept_the_remedy_is_said(user_config: Path):
    (user_config / "loopviz").write_text("a file in the way")
    with pytest.raises(
        OutputError, match="Name one with 'salt_file:' in the project file, or choose 'identity: hidden'"
    ):
        read_salt()
    with pytest.raises(OutputError, match="Name one with 'salt_file:'"):
        check_salt()
    check_salt(user_config / "named")


def test_looking_whether_a_salt_can_be_kept_makes_none(user_config: Path):
    check_salt()
    assert list(user_config.iterdir()) == []


def test_where_none_may_be_made_a_passing_one_serves(user_config: Path):
    assert len({read_salt(make=False), read_salt(make=False)}) == 2
    assert list(user_config.iterdir()) == []
    kept = read_salt()
    assert read_salt(make=False) == kept
