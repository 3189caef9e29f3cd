# SPDX-License-Identifier: Apache-2.0
"""The receiver of the simulated board on two pseudo-terminals: it hears the TIC on one, and says it on the other.

It is on as long as it is there: a board whose console is plugged in has its power from that (USB). What the virtual
instruments see is the power train beside it, which lives on terminal A.
"""

import json
import os
import select
import tty
from contextlib import suppress
from threading import Thread

from xky.protocol import Decoder, Frame

__all__ = ["VirtualReceiver"]

_CHUNK = 4096
_LOOK_S = 0.1
_UNREADABLE = 0x7F  # in the place of a character whose parity is wrong: no group has it


class VirtualReceiver:
    """Listens from now on.

    Attributes:
        line: path of the port that the meter's line leads to, eight bits with the parity in bit 7.
        console: path of the port that it speaks on, a JSON object a frame.
    """

    def __init__(self) -> None:
        self._line, self._their_line = os.openpty()
        self._console, self._their_console = os.openpty()
        for end in (self._their_line, self._their_console):
            tty.setraw(end)
        os.set_blocking(self._console, False)  # nobody has to read what it says
        self.line, self.console = os.ttyname(self._their_line), os.ttyname(self._their_console)
        self._is_closed = False
        self._thread = Thread(target=self._listens, daemon=True, name="virtual receiver")
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._is_closed = True
        self._thread.join(10 * _LOOK_S)
        for end in (self._line, self._their_line, self._console, self._their_console):
            os.close(end)

    def _listens(self) -> None:
        decoder = Decoder()
        with suppress(OSError):
            while not self._is_closed:
                ready = select.select([self._line, self._console], [], [], _LOOK_S)[0]
                if self._console in ready:
                    os.read(self._console, _CHUNK)  # it takes no orders
                if self._line not in ready:
                    continue
                for event in decoder.feed(_readable(os.read(self._line, _CHUNK))):
                    if isinstance(event, Frame) and event.complete:
                        self._say(event)

    def _say(self, frame: Frame) -> None:
        said = {group.label: {"value": group.value, "timestamp": group.timestamp} for group in frame.groups if group.ok}
        with suppress(BlockingIOError):
            os.write(self._console, json.dumps(said).encode("ascii") + b"\r\n")


def _readable(data: bytes) -> bytes:
    """Without parity; bit 7 makes the number of ones even (7E1, 54E §5.3.5)."""
    return bytes(_UNREADABLE if code.bit_count() % 2 else code & 0x7F for code in data)
