# SPDX-License-Identifier: Apache-2.0
"""Glues the groups of a frame that EOT cut to the whole frame behind it, and takes the first of each label."""

from xky.protocol import Cut, Event, Frame, Group, Interrupted, Mode

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _Gluing:
    """The listener of one wake."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._broken: tuple[Group, ...] = ()
        self._kept: tuple[Group, ...] = ()

    def feed(self, data: bytes) -> list[Event]:
        return [self._glued(event) for event in self._listener.feed(data)]

    def _glued(self, event: Event) -> Event:
        if isinstance(event, Interrupted) and event.by is Cut.EOT:
            self._kept = self._broken
        elif isinstance(event, Frame):
            if event.complete:
                known, kept = {group.label for group in self._kept}, self._kept
                self._kept = ()
                return Frame(event.mode, (*kept, *(group for group in event.good if group.label not in known)))
            self._broken = event.good
        return event


class _GluesCutFrames(Parser):
    def listener(self, mode: Mode) -> Listener:
        return _Gluing(super().listener(mode))


DEFECT = Defect(
    title="glues the groups of a frame that EOT cut to the frame behind it",
    source="assumption: readers that keep one list of groups from ETX to ETX and take the first of each label",
    must_fail=frozenset({"TIC-LNK-1"}),
    parser=_GluesCutFrames,
    modes=frozenset({Mode.HISTORIC}),
    may_fail=frozenset({"TIC-LNK-5"}),
)
