# SPDX-License-Identifier: Apache-2.0
"""Where in a file the bytes of a line stand, for a file that does not hold them as they were sent."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .model import Damaged, Event, Frame, Group, Interrupted, Noise

__all__ = ["FilePlaces"]

_PLACES_MAX = 4_000_000  # kept, or half of them: those of tens of megabytes


class FilePlaces:
    """The way from the bytes of a line back to the file that they were read from."""

    def __init__(self) -> None:
        self._written = 0
        self._places, self._shifts = array("q", [0]), array("q", [0])  # from here on, the file is so much ahead

    def _put(self, data: bytes, at: int, pieces: list[bytes]) -> None:
        """Bytes of the line that stand at ``at`` in the file, side by side."""
        if data:
            self._note(at)
            self._written += len(data)
            pieces.append(data)

    def _end_at(self, size: int) -> None:
        """The file has so many bytes, and all of them were read."""
        self._note(size)

    def _note(self, at: int) -> None:
        """What is written next stands at ``at`` in the file."""
        shift = at - self._written
        if shift == self._shifts[-1]:
            return
        self._places.append(self._written)
        self._shifts.append(shift)
        if len(self._places) > _PLACES_MAX:
            del self._places[: _PLACES_MAX // 2], self._shifts[: _PLACES_MAX // 2]

    def place_of(self, offset: int) -> int:
        """Where in the file the byte stands that is the ``offset``-th of the line; those of long ago are forgotten."""
        return offset + self._shifts[max(bisect_right(self._places, offset) - 1, 0)]

    def in_file(self, events: Iterable[Event]) -> Iterator[Event]:
        """Events with the offsets and lengths that they have in the file."""
        for event in events:
            if isinstance(event, Frame):
                yield replace(
                    event, offset=self.place_of(event.offset), groups=tuple(map(self._group_in_file, event.groups))
                )
            elif isinstance(event, Damaged):
                yield self._damaged_in_file(event)
            elif isinstance(event, Interrupted):
                yield replace(event, offset=self.place_of(event.offset))
            else:
                yield Noise(*self._stretch(event.offset, event.length))

    def _group_in_file(self, group: Group | Damaged) -> Group | Damaged:
        if isinstance(group, Group):
            return replace(group, offset=self.place_of(group.offset))
        return self._damaged_in_file(group)

    def _damaged_in_file(self, group: Damaged) -> Damaged:
        offset, length = self._stretch(group.offset, group.length)
        return replace(group, offset=offset, length=length)

    def _stretch(self, offset: int, length: int) -> tuple[int, int]:
        first = self.place_of(offset)
        return first, self.place_of(offset + length - 1) + 1 - first
