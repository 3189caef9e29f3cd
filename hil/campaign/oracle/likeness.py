# SPDX-License-Identifier: Apache-2.0
"""Values that the numbers of a device cannot tell apart, so that no report of the one is taken for the other.

A number that is right within a step may stand for two values that lie twice the step apart. What lies closer proves
nothing: it is neither new nor seen, and what could only be shown by it is undecided.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from math import floor

from xky.protocol import Group

from ...bench.reading import Reading

__all__ = ["Likeness", "widths_of"]


def widths_of(readings: Iterable[Reading]) -> dict[str, int]:
    """Of each label that was said by numbers of a scale, how far values lie apart at most that one number may be."""
    widths: dict[str, int] = {}
    for reading in readings:
        for label, said in reading.said.items():
            if said.scale is not None:
                widths[label] = max(widths.get(label, 0), floor(2 * said.scale.step))
    return widths


class Likeness:
    """Values that were sent, and which of them are alike.

    Args:
        widths: as of ``widths_of``.
        sent: groups as the device reports them, each with the steps in which it was sent.
    """

    def __init__(self, widths: Mapping[str, int], sent: Mapping[Group, Collection[str]]) -> None:
        self._widths = widths
        self._sent = sent
        self._values: dict[tuple[str, str | None], list[tuple[int, Collection[str]]]] = defaultdict(list)
        for group, steps in sent.items() if widths else ():
            if group.label in widths and group.value.isdecimal():
                self._values[group.label, group.timestamp].append((int(group.value), steps))
        for values in self._values.values():
            values.sort(key=lambda one: one[0])
        self._known: dict[Group, frozenset[str]] = {}

    def steps_of(self, group: Group) -> Collection[str]:
        """The steps in which something was sent that a report of the group may mean."""
        if group.label not in self._widths or not group.value.isdecimal():
            return self._sent.get(group, ())
        known = self._known.get(group)
        if known is None:
            width, value = self._widths[group.label], int(group.value)
            values = self._values.get((group.label, group.timestamp), [])
            first = bisect_left(values, value - width, key=lambda one: one[0])
            last = bisect_right(values, value + width, key=lambda one: one[0])
            known = self._known[group] = frozenset(step for _, steps in values[first:last] for step in steps)
        return known

    def are_alike(self, one: Group, other: Group) -> bool:
        """Whether a report of the one may mean the other."""
        if one == other:
            return True
        width = self._widths.get(one.label)
        return (
            width is not None
            and (one.label, one.timestamp) == (other.label, other.timestamp)
            and one.value.isdecimal()
            and other.value.isdecimal()
            and abs(int(one.value) - int(other.value)) <= width
        )

    def tells(self, label: str) -> bool:
        """Whether the device tells each value of a label from each other one."""
        return not self._widths.get(label)
