# SPDX-License-Identifier: Apache-2.0
"""A day as arrays: frames heard, readings due, messages that arrived, and what each of these turned out to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Floats, Instants, Truths

__all__ = ["NONE", "Due", "Frames", "Matched", "Messages", "Series", "said_right"]

NONE = -1  # place of a reading that nothing tells

Series = tuple[str | int, ...]  # probe, source, and which labels


@dataclass(frozen=True, slots=True)
class Frames:
    """What the meter said and the gateway heard: a row a frame, a column a label; ends rise."""

    end_us: Instants
    said: Floats


@dataclass(slots=True)
class Due:
    """The readings that are due, in order.

    Attributes:
        at_us: when the last frame that each rests on had ended.
        by_series: of a series, which of them something came of.
        by_probe: of a probe, likewise.
        stored: those that the run says got to the database.
    """

    at_us: Instants
    stored: Truths
    by_series: dict[Series, Truths]
    by_probe: dict[str, Truths]

    def came(self) -> Truths:
        """Those of which something came."""
        found = np.zeros(len(self.at_us), bool)
        for one in self.by_probe.values():
            found |= one
        return found


@dataclass(frozen=True, slots=True)
class Messages:
    """What arrived, in order of arrival.

    Attributes:
        arrived_us: when.
        stamp_us: what it says of its time; the least number where it says none.
        probe: number of its probe, in ``probes``.
        source: number of its source, in ``sources``.
        said: a column a label.
        probes, sources: their names.
        number: of the message that each is, -1 where nothing tells.
        dup: whether the gateway said that it had sent it before.
    """

    arrived_us: Instants
    stamp_us: Instants
    probe: Instants
    source: Instants
    said: Floats
    probes: Sequence[str]
    sources: Sequence[str]
    number: Instants
    dup: Truths


@dataclass(slots=True)
class Matched:
    """What each message is.

    Attributes:
        due: place of the reading that it is, -1 where nothing tells.
        late, doubled, wrong: of each message, whether it is.
        wrong_labels: of the wrong ones, how often each label was.
    """

    due: Instants
    late: Truths
    doubled: Truths
    wrong: Truths
    wrong_labels: Mapping[int, int]


def said_right(
    frames: Frames, arrived_us: Instants, said: Floats, told: Truths, fresh_us: int, steps: Floats
) -> Truths:
    """Label by label, whether a frame of so little before said that."""
    right = ~told
    if not len(frames.end_us):
        return right
    last = np.searchsorted(frames.end_us, arrived_us, "right") - 1
    rows = np.arange(len(arrived_us))
    back = 0
    while len(rows):
        place = last[rows] - back
        rows = rows[(place >= 0) & (arrived_us[rows] - frames.end_us[place] <= fresh_us)]
        right[rows] |= np.abs(frames.said[last[rows] - back] - said[rows]) <= steps
        rows = rows[~right[rows].all(axis=1)]
        back += 1
    return right
