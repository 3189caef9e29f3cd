# SPDX-License-Identifier: Apache-2.0
"""A lab on loopback: labgrid's own coordinator and exporter, and boards of ours behind raw network ports.

Each place has a console, a port to the board's UART, and a switch. labgrid runs in an environment of its own, which
``XKY_LABGRID`` names, or whose ``labgrid-client`` is in PATH.
"""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from xky.hil.lab.interpreter import labgrid_python
from xky.protocol import InputError

from .board_on_a_wire import BoardOnAWire

__all__ = ["Lab", "LabBoard", "lab_of"]

_STARTS_WITHIN_S = 30.0


@dataclass
class LabBoard(BoardOnAWire):
    """A board of a place: it hears on a TCP port, and speaks on another."""

    place: str = ""
    is_on: bool = False
    switched: list[bool] = field(default_factory=list)
    _clients: list[socket.socket] = field(default_factory=list)

    @property
    def spec(self) -> str:
        return f"labgrid:{self.place}"

    @property
    def options(self) -> dict[str, str]:
        return {}

    def switch(self, is_on: bool) -> None:
        """Give it power, or take it."""
        self.switched.append(is_on)
        was, self.is_on = self.is_on, is_on
        if is_on and not was:
            self.reset()

    def as_new(self) -> None:
        """As a test wants to find it."""
        self.is_on, self.is_dead, self.wrong_parities, self.resets, self.switched = False, False, 0, 0, []
        self.defect = lambda label, said: said

    def _hear(self, data: bytes) -> None:
        if self.is_on:
            super()._hear(data)

    def _say(self, data: bytes) -> None:
        for one in list(self._clients):
            with contextlib.suppress(OSError):
                one.sendall(data)


@dataclass
class Lab:
    """One that is running.

    Attributes:
        address: of the coordinator.
        python: interpreter that has labgrid.
        boards: by place.
    """

    address: str
    python: str
    boards: dict[str, LabBoard]

    def client(self, *words: str, user: str | None = None) -> str:
        """What ``labgrid-client`` prints; a call that fails fails the test."""
        environment = {**os.environ, "LG_COORDINATOR": self.address}
        environment.pop("LG_ENV", None)
        if user is not None:
            environment["LG_USERNAME"] = user
        command = [str(Path(self.python).with_name("labgrid-client")), *words]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def holder(self, place: str) -> str | None:
        """Who has a place; None: it is free."""
        found = re.search(r"^\s*acquired: (\S+)$", self.client("-p", place, "show"), re.MULTILINE)
        assert found is not None
        return None if found[1] == "None" else found[1]

    def require_free(self, place: str, within_s: float = 15.0) -> None:
        """Wait until nobody has it."""
        give_up = time.monotonic() + within_s
        while (holder := self.holder(place)) is not None:
            assert time.monotonic() < give_up, f"still held by {holder}"


def _serve(board: LabBoard, listening: socket.socket, *, is_console: bool) -> None:
    """Take one client after the other."""
    with contextlib.suppress(OSError):
        while True:
            client, _ = listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if is_console:
                board._clients.append(client)
            with client, contextlib.suppress(OSError):
                while data := client.recv(4096):
                    if not is_console:
                        board._hear(data)
            if is_console:
                board._clients.remove(client)


def _switches(boards: list[LabBoard]) -> ThreadingHTTPServer:
    """As labgrid's power model ``rest`` speaks: GET and PUT of 0 or 1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"1" if boards[int(self.path.strip("/"))].is_on else b"0")

        def do_PUT(self) -> None:
            told = self.rfile.read(int(self.headers["Content-Length"]))
            boards[int(self.path.strip("/"))].switch(told == b"1")
            self._answer(b"")

        def _answer(self, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@contextlib.contextmanager
def lab_of(
    places: list[str],
    folder: Path,
    *,
    empty: Sequence[str] = (),
    rfc2217: Mapping[str, Mapping[str, int]] | None = None,
) -> Iterator[Lab]:
    """A lab with these places; a test of it is skipped where there is no labgrid.

    Args:
        places: names of those with a board of ours.
        folder: where coordinator and exporter run.
        empty: names of those with nothing.
        rfc2217: by the names of those that somebody else serves, the ports of this machine where; no switch.
    """
    try:
        python = labgrid_python()
    except InputError as error:
        pytest.skip(f"no labgrid: {error}")
    boards = [LabBoard("", "", place=place) for place in places]
    with contextlib.ExitStack() as stack:
        switches = stack.enter_context(_switches(boards))
        threading.Thread(target=switches.serve_forever, daemon=True).start()
        stack.callback(switches.shutdown)
        text = ""
        for index, board in enumerate(boards):
            text += f"{board.place}:\n"
            for name in ("console", "line"):
                listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                text += _resource(name, listening.getsockname()[1], "raw")
                threading.Thread(
                    target=_serve, args=(board, listening), kwargs={"is_console": name == "console"}, daemon=True
                ).start()
                stack.callback(listening.shutdown, socket.SHUT_RDWR)
            url = f"http://127.0.0.1:{switches.server_port}/{{index}}"
            text += f"  power:\n    cls: NetworkPowerPort\n    model: rest\n    host: '{url}'\n    index: {index}\n"
        for place, ports in (rfc2217 or {}).items():
            text += f"{place}:\n" + "".join(_resource(name, port, "rfc2217") for name, port in ports.items())
        (folder / "exporter.yaml").write_text(text, encoding="utf-8")
        address = f"127.0.0.1:{_free_port()}"
        lab = Lab(address, python, {board.place: board for board in boards})
        stack.enter_context(_program(lab, folder, "labgrid-coordinator", "-l", address))
        _wait_for(address)
        stack.enter_context(
            _program(lab, folder, "labgrid-exporter", "-c", address, "-n", "lab", "--hostname", "127.0.0.1",
                     "exporter.yaml")
        )  # fmt: skip
        for place in (*places, *empty, *(rfc2217 or ())):
            lab.client("-p", place, "create")
            if place not in empty:
                lab.client("-p", place, "add-match", f"lab/{place}/*")
        give_up = time.monotonic() + _STARTS_WITHIN_S
        while lab.client("resources").count("lab/") < text.count("cls:"):
            assert time.monotonic() < give_up, "the exporter does not start"
        yield lab


def _resource(name: str, port: int, protocol: str) -> str:
    said = f"    host: 127.0.0.1\n    port: {port}\n    speed: 115200\n    protocol: {protocol}\n"
    return f"  {name}:\n    cls: NetworkSerialPort\n{said}"


@contextlib.contextmanager
def _program(lab: Lab, folder: Path, name: str, *words: str) -> Iterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        running = subprocess.Popen(
            [str(Path(lab.python).with_name(name)), *words],
            cwd=folder,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(5)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    give_up = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            assert time.monotonic() < give_up, "the coordinator does not start"
            select.select([], [], [], 0.05)
