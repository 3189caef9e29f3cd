# SPDX-License-Identifier: Apache-2.0
"""A board on a wire without hardware: a receiver of ours between two pseudo-terminals, or behind RFC 2217 servers.

It reads the TIC as a UART without parity hands it over, parity in bit 7, and prints a JSON object for each frame.
"""

import contextlib
import json
import os
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import serial
from serial.rfc2217 import PortManager

from xky.protocol import Decoder, Frame

__all__ = ["BoardOnAWire", "board_on_a_wire", "served_by_rfc2217"]

_WRONG = bytes(code for code in range(256) if code.bit_count() % 2)  # with bit 7 as even parity, the count is even


@dataclass
class BoardOnAWire:
    """One that is running.

    Attributes:
        console, line: paths of its two ports, as a bench opens them.
        wrong_parities: characters that had one.
        resets: how often it was started anew.
        is_dead: it does nothing any more.
        defect: what it makes of the label and value of each group, before it says it.
    """

    console: str
    line: str
    wrong_parities: int = 0
    resets: int = 0
    is_dead: bool = False
    defect: Callable[[str, Any], Any] = lambda label, said: said
    says_at_boot: bytes = b"rst:0x1 (POWERON)\r\n"
    swapped: bool = False
    _console: int = -1
    _line: int = -1
    _decoder: Decoder = field(default_factory=Decoder)

    @property
    def spec(self) -> str:
        """Of the device."""
        return f"serial:{self.console}"

    @property
    def options(self) -> dict[str, str]:
        """What ``open_device`` takes besides."""
        return {"line": f"serial:{self.line}"}

    def reset(self) -> None:
        """Start it anew: what it has heard is forgotten."""
        self.resets += 1
        self._decoder = Decoder()
        self._say(self.says_at_boot)

    def pull_console(self) -> None:
        """Take the console's plug out."""
        os.close(self._console)
        self._console = -1

    def _say(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._line if self.swapped else self._console, data)

    def _hear(self, data: bytes) -> None:
        if self.is_dead:
            return
        self.wrong_parities += sum(code in _WRONG for code in data)
        plain = bytes(0x7F if code in _WRONG else code & 0x7F for code in data)
        for event in self._decoder.feed(plain):
            if isinstance(event, Frame) and event.complete:
                said = {
                    group.label: self.defect(group.label, {"value": group.value, "timestamp": group.timestamp})
                    for group in event.groups
                    if group.ok
                }
                self._say(json.dumps(said).encode() + b"\r\n")


@contextlib.contextmanager
def board_on_a_wire(*, swapped: bool = False) -> Iterator[BoardOnAWire]:
    """A board between two pseudo-terminals, a thread.

    Args:
        swapped: its cables are: it speaks on the line's port and listens at the console's.
    """
    pairs = [os.openpty() for _ in range(2)]
    for ours, theirs in pairs:
        tty.setraw(theirs)
        os.set_blocking(ours, False)
    console, line = pairs
    board = BoardOnAWire(
        os.ttyname(console[1]), os.ttyname(line[1]), swapped=swapped, _console=console[0], _line=line[0]
    )
    stop, told = os.pipe()

    def run() -> None:
        ears = {board._line, board._console, stop}
        while stop not in (ready := select.select(list(ears), [], [])[0]):
            for fd in ready:
                try:
                    data = os.read(fd, 4096)
                except OSError:
                    ears.discard(fd)
                    continue
                if fd == (board._console if swapped else board._line):
                    board._hear(data)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield board
    finally:
        os.write(told, b"!")
        thread.join()
        for fd in (*console, *line, stop, told):
            with contextlib.suppress(OSError):
                os.close(fd)


def _with_even_parity(code: int) -> int:
    return code & 0x7F | (code & 0x7F).bit_count() % 2 << 7


@contextlib.contextmanager
def served_by_rfc2217(
    path: str,
    on_rts: Callable[[bool, bool], None] = lambda rts, dtr: None,
    *,
    has_uart: bool = False,
    knows_parity: bool = True,
) -> Iterator[str]:
    """The URL of a server of RFC 2217 on this machine with a pseudo-terminal behind it; it takes one client at a time.

    Args:
        path: of the pseudo-terminal.
        on_rts: told how RTS and DTR stand, whenever somebody sets one.
        has_uart: it makes size and parity of its client's settings, as an adapter does; whoever has the other end of
            the pseudo-terminal sees the characters of a wire, parity in bit 7.
        knows_parity: it takes a parity of its client; else it stays at none, and says so.
    """

    class Port(serial.Serial):
        """Lines that a pseudo-terminal does not have."""

        cts = dsr = ri = cd = False

        def _update_rts_state(self) -> None:
            on_rts(bool(self._rts_state), bool(self._dtr_state))

        _update_dtr_state = _update_rts_state

        def write(self, b: Any, /) -> int | None:
            made_by_uart = has_uart and self.bytesize == serial.SEVENBITS and self.parity == serial.PARITY_EVEN
            return super().write(bytes(_with_even_parity(code) for code in b) if made_by_uart else b)

        def _reconfigure_port(self, force_update: bool = False) -> None:
            if not knows_parity and self._parity != serial.PARITY_NONE:
                self._parity = serial.PARITY_NONE
            with contextlib.suppress(Exception):  # a pseudo-terminal keeps no parity
                super()._reconfigure_port(force_update)

    listening = socket.create_server(("127.0.0.1", 0))
    url = f"rfc2217://127.0.0.1:{listening.getsockname()[1]}"

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                with client, Port(path, timeout=0) as port:
                    _serve(client, port)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _serve(client: socket.socket, port: serial.Serial) -> None:
    class Answers:
        def write(self, data: bytes) -> None:
            client.sendall(data)

    manager = PortManager(port, Answers())  # type: ignore[no-untyped-call]
    with contextlib.suppress(OSError):
        while True:
            for ready in select.select([client, port.fileno()], [], [], 1.0)[0]:
                if ready is client:
                    data = client.recv(1024)
                    if not data:
                        return
                    port.write(b"".join(manager.filter(data)))  # type: ignore[no-untyped-call]
                else:
                    client.sendall(b"".join(manager.escape(port.read(4096))))  # type: ignore[no-untyped-call]
