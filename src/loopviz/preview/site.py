"""The page's server: this machine's own address only, for requests that come from the page itself.

A page of the internet can make a browser ask any address, this machine's included, under a name of its own that it
lets point here (DNS rebinding), or from a picture or a script (cross-site requests). So a request is answered only if
its ``Host`` is this machine's own name with this port, its ``Origin`` (if any) is the same, and the browser does not
say that another site asks (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/). Nothing is read by a path from the
address: what can be asked for stands in a table.
"""

from __future__ import annotations

import base64
import dataclasses
import errno
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from loopviz.errors import ConfigError, LoopvizError, MissingPartError
from loopviz.preview.board import Board
from loopviz.preview.follow import said_of
from loopviz.preview.studio import Studio, SupersededError

NAMES = ("127.0.0.1", "[::1]", "localhost")
HEARTBEAT = 10.0  # seconds: who has left is found out by writing
TRIES = 20  # to find a number that is free at both addresses
IDLE = 30  # seconds that a connection may say nothing
PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"


class Site:
    """Serves a studio's page at ``127.0.0.1`` and, where the machine has it, ``::1``; a context manager.

    Args:
        studio: What the page shows.
        port: The port; 0 for one that is free.

    Attributes:
        url: Where the page is.

    Raises:
        ConfigError: If the port is in use, or not ours to take.
        MissingPartError: If this machine has no address of its own.
    """

    def __init__(self, studio: Studio, port: int = 0) -> None:
        self._servers = _servers(port)
        number = self._servers[0].server_address[1]
        self.url = f"http://127.0.0.1:{number}/"
        hosts = {f"{name}:{number}" for name in NAMES} | (set(NAMES) if number == 80 else set())
        for server in self._servers:
            server.studio, server.hosts = studio, frozenset(hosts)

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False
    studio: Studio
    hosts: frozenset[str]

    def __init__(self, family: socket.AddressFamily, address: str, port: int) -> None:
        self.address_family = family
        super().__init__((address, port), _Handler)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)  # without the look-up of a name that http.server adds
        self.server_address = self.socket.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:  # a browser that hangs up is no error
        pass


def _servers(port: int) -> list[_Server]:
    for _ in range(TRIES):
        first = _bound(socket.AF_INET, "127.0.0.1", port)
        try:
            return [first, _Server(socket.AF_INET6, "::1", first.server_address[1])]
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                return [first]  # a machine without IPv6
            first.server_close()
            if port:
                raise _in_use(port) from None
    raise _in_use(port)


def _bound(family: socket.AddressFamily, address: str, port: int) -> _Server:
    try:
        return _Server(family, address, port)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise _in_use(port) from None
        raise MissingPartError(f"this machine has no address of its own: {error.strerror}", found=address) from None
    except OverflowError:
        raise ConfigError("there is no such port", at="--port", found=port, expected="1 to 65535") from None


def _in_use(port: int) -> ConfigError:
    return ConfigError(
        "the port is in use, or not ours to take",
        at="--port",
        found=port,
        expected="another one from 1024 to 65535, or no --port for one that is free",
    )


class _RefusedError(Exception):
    """A request that is not answered."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class _Handler(BaseHTTPRequestHandler):
    protocol_version, server_version, sys_version, timeout = "HTTP/1.1", "loopviz", "", IDLE
    server: _Server

    def do_GET(self) -> None:
        """Answer a request."""
        address = urlsplit(self.path)
        try:
            self._check()
            answer = ANSWERS.get(address.path)
            if answer is None or address.netloc:
                raise _RefusedError(HTTPStatus.NOT_FOUND, "There is no such thing here.")
            answer(self, address.query)
        except _RefusedError as refused:
            self._send(refused.status, PLAIN, refused.why.encode())
        except SupersededError:
            self._send(HTTPStatus.CONFLICT, PLAIN, b"Something newer was asked for.")
        except LoopvizError as error:
            self._send(HTTPStatus.UNPROCESSABLE_ENTITY, PLAIN, str(error).encode())
        except ConnectionError:
            self.close_connection = True
        except Exception as error:
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, PLAIN, said_of(error).encode())

    def _check(self) -> None:
        hosts, origins = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        site = self.headers.get("Sec-Fetch-Site", "none")
        here = len(hosts) == 1 and hosts[0].strip().lower() in self.server.hosts
        ours = all(origin.strip().lower() in {f"http://{host}" for host in self.server.hosts} for origin in origins)
        if not here or not ours or site not in ("none", "same-origin"):
            raise _RefusedError(HTTPStatus.FORBIDDEN, f"This page is only for this machine: open {self._address}")

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def _page(self, _: str) -> None:
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", PAGE, {"Content-Security-Policy": policy(PAGE)})

    def _nothing(self, _: str) -> None:
        self._send(HTTPStatus.NO_CONTENT, PLAIN, b"")

    def _still(self, query: str) -> None:
        self._send(HTTPStatus.OK, "image/png", self.server.studio.still(_place(query)))

    def _second(self, query: str) -> None:
        self._send(HTTPStatus.OK, "video/mp4", self.server.studio.second(_place(query)))

    def _words(self, query: str) -> None:
        self._send(HTTPStatus.OK, JSON, _json(self.server.studio.words(_place(query))))

    def _plan(self, _: str) -> None:
        self._send(HTTPStatus.OK, JSON, _json(self.server.studio.plan().as_json()))

    def _events(self, _: str) -> None:
        """Send the state, and every later one, until the page is closed (server-sent events)."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self._headers("text/event-stream")
        self.end_headers()
        board: Board = self.server.studio.board
        revision = -1
        while not board.is_closed:
            state = board.newer(revision, HEARTBEAT)
            if state is None:
                self.wfile.write(b":\n\n")
            else:
                revision = state.revision
                self.wfile.write(b"data: " + _json(dataclasses.asdict(state)) + b"\n\n")
            self.wfile.flush()

    def _send(self, status: HTTPStatus, kind: str, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self._headers(kind, more)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _headers(self, kind: str, more: dict[str, str] | None = None) -> None:
        for name, value in {**SAFE, "Content-Type": kind, **(more or {})}.items():
            self.send_header(name, value)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what is no GET, or no request at all."""
        status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code)
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = getattr(self, "request_version", None) or "HTTP/1.1"
        self._send(status, PLAIN, status.phrase.encode(), {"Allow": "GET", "Connection": "close"})

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for the film's errors."""


ANSWERS: dict[str, Callable[[_Handler, str], None]] = {
    "/": _Handler._page,
    "/events": _Handler._events,
    "/favicon.ico": _Handler._nothing,
    "/plan": _Handler._plan,
    "/second": _Handler._second,
    "/still": _Handler._still,
    "/words": _Handler._words,
}
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": NOTHING,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PAGE = (resources.files("loopviz") / "preview" / "page.html").read_bytes()


def policy(page: bytes) -> str:
    """Return what a page may do (Content Security Policy): its own script and style by their hashes, nothing else."""

    def own(tag: bytes) -> str:
        inside = re.findall(rb"<%b>(.*?)</%b>" % (tag, tag), page, re.DOTALL)
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(each).digest()).decode()}'" for each in inside)

    return (
        f"{NOTHING}; script-src {own(b'script')}; style-src {own(b'style')}; "
        "img-src data:; media-src blob:; connect-src 'self'"
    )


def _place(query: str) -> int:
    given = parse_qs(query).get("at", [])
    if len(given) != 1 or not re.fullmatch(r"[0-9]{1,9}", given[0]):
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "Say which frame: at=0.")
    return int(given[0])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
