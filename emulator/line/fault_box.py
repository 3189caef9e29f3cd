# SPDX-License-Identifier: Apache-2.0
"""Faults that somebody puts on the line while it runs, over HTTP or in a test, beside those of anybody else."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from xky.protocol import InputError

from ..faults import Fault, made_fault
from .fault_check import tried
from .transmitter import Transmitter

__all__ = ["FaultBox", "Injected"]


@dataclass
class Injected:
    """A fault, and for how many frames it is there; None: until it is cleared."""

    id: int
    name: str
    fault: Fault
    settings: Mapping[str, Any]
    frames_left: int | None
    touches_now: bool
    at_s: float
    first_frame: int


class FaultBox:
    """Keeps them, and hands them to the transmitter at frame boundaries.

    Args:
        transmitter: which sends the frames; whoever made it calls ``between_frames`` at each boundary.

    Attributes:
        faults: that are in it.
    """

    def __init__(self, transmitter: Transmitter) -> None:
        self._transmitter = transmitter
        self._on_the_line: list[Injected] = []
        self._last_id = 0
        self.faults: list[Injected] = []

    def add(
        self, name: str, values: Mapping[str, Any], for_frames: int | None, *, at_s: float, first_frame: int
    ) -> Injected:
        """Put a fault on the line, from the next frame on.

        Args:
            name: as ``known_faults`` lists them.
            values: of its keys.
            for_frames: so many; None: until it is cleared.
            at_s: the present, on the bench's clock.
            first_frame: number of the next frame.

        Raises:
            InputError: no such fault, a value that it cannot have, or one that no frame of this meter can take.
        """
        if for_frames is not None and for_frames < 1:
            raise InputError(f"for_frames = {for_frames}: expected 1 or more; leave it out for a fault that stays")
        fault: Any = made_fault(name, **values)
        settings = {field.name: getattr(fault, field.name) for field in fields(fault)}
        touches_now = tried(fault, self._transmitter.meter)
        self._last_id += 1
        injected = Injected(self._last_id, name, fault, settings, for_frames, touches_now, at_s, first_frame)
        self.faults.append(injected)
        return injected

    def clear(self, number: int | None = None) -> list[Injected]:
        """Take one away, or all: none of the frames that begin from now on has it."""
        gone = [one for one in self.faults if number in (None, one.id)]
        self.faults = [one for one in self.faults if one not in gone]
        return gone

    def between_frames(self, *, sent: bool) -> None:
        """A frame boundary; ``sent``: a frame is over since the last one."""
        if sent:
            for one in self._on_the_line:
                if one.frames_left is not None:
                    one.frames_left -= 1
        self.faults = [one for one in self.faults if one.frames_left != 0]
        if not (self.faults or self._on_the_line):
            return
        ours = {id(one.fault) for one in self._on_the_line}
        others = [fault for fault in self._transmitter.faults if id(fault) not in ours]
        self._on_the_line = list(self.faults)
        self._transmitter.take_checked((*others, *(one.fault for one in self.faults)))

    @property
    def names(self) -> tuple[str, ...]:
        """What is on the line, from whomever."""
        return tuple(fault.name for fault in self._transmitter.faults)
