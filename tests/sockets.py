"""Counting what a program looks up and connects to, in whatever process of it."""

from __future__ import annotations

from pathlib import Path

COUNTER = """
import functools, os, socket
def counted(function):
    @functools.wraps(function)
    def call(*arguments, **named):
        with open(os.environ["SOCKETS"], "a") as file:
            file.write(f"{function.__name__} {arguments[-1:]}\\n")
        return function(*arguments, **named)
    return call
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "create_connection"):
    setattr(socket, name, counted(getattr(socket, name)))
for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, counted(getattr(socket.socket, name)))
"""


def counting_sockets(folder: Path, told: Path) -> dict[str, str]:
    """Return the environment in which Python notes every look-up and every use of a socket in a file.

    Args:
        folder: Where what counts is written.
        told: The file; where nothing was used, there is none.
    """
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(COUNTER)
    return {"PYTHONPATH": str(folder), "SOCKETS": str(told)}
