# SPDX-License-Identifier: Apache-2.0
"""A virtual instrument on a pseudo-terminal, as ``ASRL/dev/pts/N::INSTR``: what a USB instrument's serial port is."""

import os
import pty
import select
import tty
from contextlib import suppress
from threading import Thread

from .connection import Behaviour, HungUp, Talk
from .instrument import VirtualInstrument

__all__ = ["PtyInstrument"]

_CHUNK = 1 << 16
_LOOK_S = 0.1


class PtyInstrument:
    """Listens from now on; a pty cannot refuse, so that a behaviour that does is silent here.

    Args:
        instrument: that is listened for.
        behaviour: of it.
    """

    def __init__(self, instrument: VirtualInstrument, behaviour: Behaviour) -> None:
        self._instrument, self._behaviour = instrument, behaviour
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self._path = os.ttyname(self._theirs)
        self._is_closed = False
        self._thread = Thread(target=self._listens, daemon=True, name=f"virtual {instrument.role}")
        self._thread.start()

    @property
    def resource(self) -> str:
        """For VISA."""
        return f"ASRL{self._path}::INSTR"

    def close(self) -> None:
        """End it."""
        self._is_closed = True
        self._thread.join(10 * _LOOK_S)
        os.close(self._ours)
        os.close(self._theirs)

    def _listens(self) -> None:
        talk = Talk(self._instrument, self._behaviour, self._send)
        with suppress(OSError):
            while not self._is_closed:
                if not select.select([self._ours], [], [], _LOOK_S)[0]:
                    continue
                try:
                    talk.hear(os.read(self._ours, _CHUNK))
                except HungUp:  # the port stays where it is: what comes next is a conversation of its own
                    talk = Talk(self._instrument, self._behaviour, self._send)

    def _send(self, data: bytes) -> None:
        while data and not self._is_closed:
            data = data[os.write(self._ours, data) :]
