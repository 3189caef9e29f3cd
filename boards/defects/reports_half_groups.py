# SPDX-License-Identifier: Apache-2.0
"""Reports a group of which only a part arrived."""

from xky.protocol import Damaged, Event, Frame, Group, Mode
from xky.protocol.mode import CR, LF

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _Hasty:
    """The listener of one wake: an unfinished frame is told as a whole one, the half group with it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def feed(self, data: bytes) -> list[Event]:
        return [_finished(event) for event in self._listener.feed(data)]


def _finished(event: Event) -> Event:
    if not isinstance(event, Frame) or event.complete:
        return event
    halves = (_half(group, event.mode) for group in event.groups if isinstance(group, Damaged))
    return Frame(event.mode, (*event.good, *(group for group in halves if group is not None)))


def _half(group: Damaged, mode: Mode) -> Group | None:
    label, *fields = group.raw.strip(LF + CR).decode("latin-1").split(mode.separator.decode())
    return Group(label, fields[-1]) if fields and fields[-1] else None


class _ReportsHalfGroups(Parser):
    def listener(self, mode: Mode) -> Listener:
        return _Hasty(super().listener(mode))


DEFECT = Defect(
    title="reports what it has of a group when the frame breaks off",
    source=(
        "readers that take a line by its words at any end of it, such as MarcDorval/TeleinfoLinky teleinfo.py @2fec8f4"
    ),
    must_fail=frozenset({"TIC-LNK-2"}),
    parser=_ReportsHalfGroups,
    may_fail=frozenset({"TIC-CHK-1", "TIC-SND-1", "TIC-LNK-1", "TIC-LNK-6", "TIC-LNK-8"}),
)
