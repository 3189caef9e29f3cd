# SPDX-License-Identifier: Apache-2.0
"""What connections may keep the server waiting, and that none of them blocks it for others."""

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from xky.hil.emulation.control import connection
from xky.hil.emulation.control.address import address_of
from xky.hil.emulation.control.control import Control

from .driven import Driven

WITHIN_S = 10.0


@contextmanager
def serving() -> Iterator[int]:
    """The port of a real server of a meter that stands still."""
    from xky.hil.emulation.control.app import make_app  # FastAPI and uvicorn are slow to import
    from xky.hil.emulation.control.server import Server

    run = Driven()
    address = address_of("0", None)
    listening = Control(address)._socket
    server = Server(make_app(run.session, run.ask, address), listening)
    port = listening.getsockname()[1]
    server.start()
    try:
        yield int(port)
    finally:
        server.stop()


def status(port: int, source: str = "127.0.0.1") -> int:
    """Of an answer to somebody at an address."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S, source_address=(source, 0))
    with contextlib.closing(client):
        client.request("GET", "/state")
        return client.getresponse().status


def silent(port: int, source: str = "127.0.0.1", says: bytes = b"") -> socket.socket:
    """A connection that says nothing, or not enough."""
    one = socket.create_connection(("127.0.0.1", port), WITHIN_S, source_address=(source, 0))
    one.sendall(says)
    return one


def is_closed(one: socket.socket) -> bool:
    """Whether the other end has gone, now."""
    one.settimeout(0.0)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


HALF = b"PUT /load HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"


@pytest.mark.parametrize("says", [b"", b"GET /state HT", HALF])
def test_silent_connections_block_nobody(says: bytes) -> None:
    with serving() as port, ExitStack() as kept:
        for _ in range(2 * connection.CONNECTIONS_MAX):
            kept.enter_context(silent(port, says=says))
        began_s = time.monotonic()
        assert status(port) == 200
        assert time.monotonic() - began_s < connection.SAYS_WITHIN_S / 2  # and not when their time is over


def test_one_peer_s_connections_leave_room_for_another_s() -> None:
    with serving() as port, ExitStack() as kept:
        others = [kept.enter_context(silent(port, "127.0.0.2")) for _ in range(connection.CONNECTIONS_MAX // 2)]
        greedy = [kept.enter_context(silent(port, "127.0.0.3")) for _ in range(2 * connection.CONNECTIONS_MAX)]
        assert status(port, "127.0.0.4") == 200
        assert sum(map(is_closed, others)) <= 1
        assert sum(not is_closed(one) for one in greedy) <= connection.PEER_MAX


@pytest.mark.parametrize("says", [b"", b"GET /state HT", HALF])
def test_a_connection_has_its_time_for_a_request(says: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SAYS_WITHIN_S", 0.3)
    monkeypatch.setattr(connection, "_LOOKS_EACH_S", 0.05)
    with serving() as port, silent(port, says=says) as one:
        give_up_s = time.monotonic() + WITHIN_S
        while not is_closed(one):
            assert time.monotonic() < give_up_s
            with contextlib.suppress(OSError):
                one.sendall(b"")  # nothing of it makes the time longer
            time.sleep(0.02)


def test_a_client_that_takes_its_time_between_requests_is_answered() -> None:
    with serving() as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
        with contextlib.closing(client):
            for _ in range(3):
                client.request("GET", "/state")
                answer = client.getresponse()
                assert (answer.status, len(answer.read()) > 100) == (200, True)
                time.sleep(0.7)


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with serving() as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
        with contextlib.closing(client):
            took_s = []
            for _ in range(20):
                began_s = time.monotonic()
                client.request("GET", "/faults")
                client.getresponse().read()
                took_s.append(time.monotonic() - began_s)
    assert min(took_s) < 0.03  # an acknowledgement that is put off comes after 40 ms
