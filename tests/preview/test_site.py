"""The page's server: for this machine, for its own page, for what stands in its table."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from loopviz.errors import ConfigError
from loopviz.preview import site as site_module
from loopviz.preview.site import ANSWERS, PAGE, Site, policy
from loopviz.preview.studio import Studio

PATHS = ("/", "/still?at=3", "/second?at=3", "/words?at=3", "/plan", "/favicon.ico")


def port_of(site: Site) -> int:
    return urlsplit(site.url).port or 0


def asked(
    site: Site, path: str = "/", headers: dict[str, str] | None = None, *, method: str = "GET", at: str = "127.0.0.1"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(at, port_of(site), timeout=60)
    connection.putrequest(method, path, skip_host=True)
    for name, value in ({"Host": f"127.0.0.1:{port_of(site)}"} | (headers or {})).items():
        for each in value.split("\n") if value else ():
            connection.putheader(name, each)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("path", PATHS)
def test_what_can_be_asked_for_is_answered(site: Site, path: str) -> None:
    status, headers, body = asked(site, path)
    assert status == (204 if "favicon" in path else 200)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert len(body) == int(headers["Content-Length"])
    beginning = {"/": b"<!doctype html>", "/still?at=3": b"\x89PNG", "/plan": b'{"frames": 12', "/words?at=3": b"["}
    assert body.startswith(beginning.get(path, b""))


OUTSIDE = (
    *("/../loopviz.yaml", "/clip.mp4", "//evil.test/", "/etc/passwd", "/still/"),
    *("/%2e%2e/", "http://x/", "*"),
)


def test_the_table_is_all_that_there_is(site: Site) -> None:
    assert {urlsplit(path).path for path in PATHS} | {"/events"} == set(ANSWERS)
    for path in (
        "/../loopviz.yaml",
        "/clip.mp4",
        "//evil.test/",
        "/etc/passwd",
        "/still/",
        "/%2e%2e/",
        "http://x/",
        "*",
    ):
        assert asked(site, path)[0] == 404


HOSTS = {
    "127.0.0.1:PORT": 200,
    "localhost:PORT": 200,
    "LOCALHOST:PORT": 200,
    "[::1]:PORT": 200,
    "evil.test": 403,
    "evil.test:PORT": 403,
    "127.0.0.1.nip.io:PORT": 403,
    "localhost.evil.test:PORT": 403,
    "evil.localhost:PORT": 403,
    "localtest.me:PORT": 403,
    "127.0.0.1": 403,
    "localhost": 403,
    "127.0.0.1:1": 403,
    "127.0.0.1:PORT0": 403,
    "0.0.0.0:PORT": 403,
    "127.0.0.2:PORT": 403,
    "[::]:PORT": 403,
    "::1:PORT": 403,
    "user@127.0.0.1:PORT": 403,
    "127.0.0.1:PORT/": 403,
    "": 403,
    "127.0.0.1:PORT\nevil.test": 403,
    "127.0.0.1:PORT\n127.0.0.1:PORT": 403,
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/", "/still?at=3", "/events", "/nothing"])
def test_a_request_says_whose_it_is(site: Site, host: str, path: str) -> None:
    wanted = HOSTS[host]
    if wanted == 200 and path != "/":
        return
    assert asked(site, path, {"Host": host.replace("PORT", str(port_of(site)))})[0] == wanted


ORIGINS = {
    "http://127.0.0.1:PORT": 200,
    "http://localhost:PORT": 200,
    "null": 403,
    "http://evil.test": 403,
    "http://127.0.0.1": 403,
    "https://127.0.0.1:PORT": 403,
    "http://127.0.0.1:PORT.evil.test": 403,
    "file://": 403,
}


@pytest.mark.parametrize("origin", ORIGINS)
def test_another_origin_is_refused(site: Site, origin: str) -> None:
    assert asked(site, "/", {"Origin": origin.replace("PORT", str(port_of(site)))})[0] == ORIGINS[origin]


@pytest.mark.parametrize(
    ("site_said", "status"), [("none", 200), ("same-origin", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_another_site_that_asks_is_refused(site: Site, site_said: str, status: int) -> None:
    assert asked(site, "/still?at=1", {"Sec-Fetch-Site": site_said})[0] == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"])
def test_there_is_nothing_but_get(site: Site, method: str) -> None:
    status, headers, _ = asked(site, "/", {"Content-Length": "0"}, method=method)
    assert (status, headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "query", ["", "at=", "at=x", "at=-1", "at=1&at=2", "at=1e3", "at=" + "9" * 40, "at=%00", "at=%D9%A3"]
)
def test_a_place_is_a_number(site: Site, query: str) -> None:
    assert asked(site, f"/still?{query}")[0] == 400


def test_a_place_outside_the_film_is_said(site: Site) -> None:
    status, _, body = asked(site, "/still?at=12")
    assert (status, b"no such frame" in body) == (422, True)


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"]
)
def test_what_is_no_request_ends_the_connection(site: Site, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port_of(site)), timeout=30) as talk:
        talk.sendall(raw)
        talk.shutdown(socket.SHUT_WR)
        said = b""
        try:
            while part := talk.recv(4096):
                said += part
        except ConnectionError:
            pass
    assert b"200" not in said[:15]
    assert b"Traceback" not in said
    assert asked(site)[0] == 200


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_the_other_address_of_this_machine_answers_too(site: Site) -> None:
    assert asked(site, "/", {"Host": f"[::1]:{port_of(site)}"}, at="::1")[0] == 200


def test_no_other_address_of_the_machine_listens(site: Site) -> None:
    bound = {server.server_address[0] for server in site._servers}
    assert bound <= {"127.0.0.1", "::1"}


def test_the_page_runs_its_own_script_and_nothing_else() -> None:
    said = policy(PAGE)
    assert said.count("'sha256-") == 2
    assert "unsafe" not in said
    assert "http" not in said
    text = PAGE.decode().replace("http://www.w3.org/2000/svg", "")
    assert "://" not in text  # nothing of elsewhere
    assert " onclick" not in text
    assert "innerHTML" not in text


def test_the_state_and_every_later_one_are_sent(site: Site, studio: Studio) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(site), timeout=60)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"

    def told() -> Iterator[dict[str, object]]:
        while line := answer.readline():
            if line.startswith(b"data: "):
                yield json.loads(line[6:])

    states = told()
    first = next(states)
    assert (first["look"], first["frames"], first["error"]) == (1, 12, None)
    studio.board.post(error="<script>")
    assert next(states)["error"] == "<script>"
    studio.close()
    assert next(states, None) is None
    connection.close()


def test_a_port_in_use_is_said_and_none_is_left(studio: Studio) -> None:
    with Site(studio) as first:
        with pytest.raises(ConfigError, match="in use"):
            Site(studio, port_of(first))
        port = port_of(first)
    with Site(studio, port) as again:  # nothing holds it any more
        assert port_of(again) == port


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_a_port_that_is_taken_at_one_address_is_in_use(studio: Studio) -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::1", 0))
        other.listen()
        with pytest.raises(ConfigError, match="in use"):
            Site(studio, other.getsockname()[1])


def test_a_machine_without_ipv6_has_one_address(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = site_module._Server.__init__

    def lacking(self: site_module._Server, family: socket.AddressFamily, address: str, port: int) -> None:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        plain(self, family, address, port)

    monkeypatch.setattr(site_module._Server, "__init__", lacking)
    with Site(studio) as served:
        assert len(served._servers) == 1
        assert asked(served)[0] == 200
