# SPDX-License-Identifier: Apache-2.0
"""Loses the whole frame that follows one that EOT cut."""

from xky.protocol import Cut, Event, Frame, Interrupted, Mode

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _Resynchronising:
    """The listener of one wake, which takes the next frame for the rest of the one that was cut."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._cut = False

    def feed(self, data: bytes) -> list[Event]:
        heard: list[Event] = []
        for event in self._listener.feed(data):
            if isinstance(event, Interrupted) and event.by is Cut.EOT:
                self._cut = True
            elif isinstance(event, Frame) and event.complete and self._cut:
                self._cut = False
                continue
            heard.append(event)
        return heard


class _LosesTheFrameBehindEot(Parser):
    def listener(self, mode: Mode) -> Listener:
        return _Resynchronising(super().listener(mode))


DEFECT = Defect(
    title="loses the whole frame that follows one that EOT cut",
    source="assumption: readers that take an STX behind EOT for noise and wait for the next ETX",
    must_fail=frozenset({"TIC-LNK-1"}),
    parser=_LosesTheFrameBehindEot,
    modes=frozenset({Mode.HISTORIC}),
    may_fail=frozenset({"TIC-LNK-5"}),
)
