"""The secret behind the aliases.

With the same salt a worker has the same alias in every video; without it nobody can find out which platform id an alias
stands for by trying them all. It is the user's own, lies outside every project, and is never written anywhere else.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import platformdirs

from loopviz.atomic import check_writable, new_file
from loopviz.errors import ConfigError, OutputError, check_is_file

BYTES = 32
MIN_BYTES = 16
MAX_BYTES = 4096


def salt_path() -> Path:
    """Return where the user's own salt lies."""
    return platformdirs.user_config_path("loopviz") / "salt"


def read_salt(file: Path | None = None, *, make: bool = True) -> bytes:
    """Return the salt of a named file, or the user's own, which is made when it is first needed.

    Args:
        file: The named file; None for the user's own.
        make: Whether the user's own may be made; where it may not and there is none, a passing one is returned.

    Raises:
        ConfigError: If the file cannot be read or holds no secret.
        OutputError: If the user's own cannot be made.
    """
    place = file or salt_path()
    if file is None and not place.exists():
        if not make:
            return secrets.token_bytes(BYTES)
        _make(place)
    if place.exists():
        check_is_file(place, "a secret of at least 16 bytes", ConfigError)
    try:
        with place.open("rb") as stream:
            salt = stream.read(MAX_BYTES)
    except OSError as error:
        what = (error.strerror or "unreadable").lower()
        raise ConfigError(f"the salt cannot be read: {what}", file=place, remedy=_remedy(place)) from None
    if len(salt) < MIN_BYTES:
        raise ConfigError(
            "too short for a secret",
            file=place,
            found=f"{len(salt)} bytes",
            expected=f"at least {MIN_BYTES} random bytes",
            remedy=_remedy(place),
        )
    return salt


def check_salt(file: Path | None = None) -> None:
    """Refuse, and leave no trace, where the user's own salt would have to be made and could not be kept.

    Args:
        file: The named file, which is never made; None for the user's own.

    Raises:
        OutputError: If it is so.
    """
    place = salt_path()
    if file is None and not place.exists():
        try:
            check_writable(place)
        except OutputError as error:
            raise _not_kept(place, error) from None


def _make(place: Path) -> None:
    """Write a new salt that only its owner can read; when two programs begin at once, the first one's counts."""
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with new_file(place) as part:
            part.touch(0o600)
            part.write_bytes(secrets.token_bytes(BYTES))
    except (OSError, OutputError) as error:
        if place.exists():
            return
        raise _not_kept(place, error) from None


def _not_kept(place: Path, error: OSError | OutputError) -> OutputError:
    cause = error if isinstance(error, OSError) else error.__cause__
    reason = (isinstance(cause, OSError) and cause.strerror) or "unwritable"
    return OutputError(
        f"the secret behind the aliases cannot be kept: {reason.lower()}",
        file=place,
        remedy="Name one with 'salt_file:' in the project file, or choose 'identity: hidden'.",
    )


def _remedy(place: Path) -> str:
    return f"Make one with: head -c {BYTES} /dev/urandom > {place}"
