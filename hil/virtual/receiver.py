# SPDX-License-Identifier: Apache-2.0
"""The receiver of the simulated board on two pseudo-terminals: it hears the TIC on one, and says it on the other.

It is on as long as it is there: a board whose console is plugged in has its power from that (USB). What the virtual
instruments see is the power train beside it, which lives on terminal A. Where the board's own firmware reads, it is
that which hears and says, with what terminal A gives.
"""

import json
import os
import select
import time
import tty
from collections.abc import Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from xky.emulator.runner import LATE_S
from xky.protocol import Decoder, Frame

from .board import VirtualBoard
from .reading_board import ReadingBoard

__all__ = ["VirtualReceiver"]

_CHUNK = 4096
_LOOK_S = 0.1
_LIVES_S = 0.005  # from one look at a board that reads to the next: its readings are stamped when they are told
_ANSWERS_S = 0.001  # of one that waits for the answers of servers, its radio on
_UNREADABLE = 0x7F  # in the place of a character whose parity is wrong: no group has it


class _InTime:
    """Tells a board when this machine came back to it too late.

    Args:
        board: to tell; None: nobody.
        waits_s: real seconds that may be waited for from one look to the next.
    """

    def __init__(self, board: VirtualBoard | None, waits_s: float) -> None:
        self._board, self._within_s = board, waits_s + LATE_S
        self._last_s = time.monotonic()

    def look(self) -> None:
        """It is being looked at."""
        last_s, self._last_s = self._last_s, time.monotonic()
        if self._board is not None and self._last_s - last_s > self._within_s:
            self._board.came_late(self._last_s - last_s)


class VirtualReceiver:
    """Listens from now on.

    Args:
        board: of the bench; where its firmware reads, that is what listens.

    Attributes:
        line: path of the port that the meter's line leads to, eight bits with the parity in bit 7.
        console: path of the port that it speaks on, a JSON object a frame.
    """

    def __init__(self, board: VirtualBoard | None = None) -> None:
        self.board = board if isinstance(board, ReadingBoard) else None
        self._on = board
        self._line, self._their_line = os.openpty()
        self._console, self._their_console = os.openpty()
        for end in (self._their_line, self._their_console):
            tty.setraw(end)
        os.set_blocking(self._console, False)  # nobody has to read what it says
        self.line, self.console = os.ttyname(self._their_line), os.ttyname(self._their_console)
        self._is_closed = False
        self._beside = Decoder()
        self._heard: SimpleQueue[bytes] = SimpleQueue()
        self._threads = [Thread(target=self._listens, daemon=True, name="virtual receiver")]
        if self.board is not None:
            self._threads.append(Thread(target=self._lives, args=(self.board,), daemon=True, name="virtual board"))
        for thread in self._threads:
            thread.start()

    def hear(self, data: bytes) -> None:
        """Characters that come by another way than the port, eight bits with the parity in bit 7."""
        if self.board is None:
            self._decode(self._beside, data)
        else:
            self._heard.put(data)

    def close(self) -> None:
        """End it."""
        self._is_closed = True
        for thread in self._threads:
            thread.join(10 * _LOOK_S)
        for end in (self._line, self._their_line, self._console, self._their_console):
            os.close(end)

    def _listens(self) -> None:
        decoder, board = Decoder(), self.board
        with suppress(OSError):
            in_time = _InTime(self._on, _LOOK_S)
            while not self._is_closed:
                in_time.look()
                ready = select.select([self._line, self._console], [], [], _LOOK_S)[0]
                if self._console in ready:
                    os.read(self._console, _CHUNK)  # it takes no orders
                if self._line not in ready:
                    continue
                data = os.read(self._line, _CHUNK)
                if board is None:
                    self._decode(decoder, data)
                else:
                    self._heard.put(data)

    def _lives(self, board: ReadingBoard) -> None:
        """Apart from who reads the port: a board that has much to reckon keeps nobody from writing."""
        with suppress(OSError):
            in_time = _InTime(board, _LIVES_S)
            while not self._is_closed:
                in_time.look()
                with suppress(Empty):
                    board.hear(self._heard.get(timeout=_LIVES_S if board.network is None else _ANSWERS_S))
                for said in board.news():
                    self._say(said)

    def _decode(self, decoder: Decoder, data: bytes) -> None:
        for event in decoder.feed(_readable(data)):
            if isinstance(event, Frame) and event.complete:
                good = (group for group in event.groups if group.ok)
                self._say({one.label: {"value": one.value, "timestamp": one.timestamp} for one in good})

    def _say(self, said: Mapping[str, Any]) -> None:
        with suppress(BlockingIOError):
            os.write(self._console, json.dumps(said).encode("ascii") + b"\r\n")


def _readable(data: bytes) -> bytes:
    """Without parity; bit 7 makes the number of ones even (7E1, 54E §5.3.5)."""
    return bytes(_UNREADABLE if code.bit_count() % 2 else code & 0x7F for code in data)
