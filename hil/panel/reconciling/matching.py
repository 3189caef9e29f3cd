# SPDX-License-Identifier: Apache-2.0
"""Which reading that was due each message is, and which messages are late, doubled or wrong.

Most messages come at once, and say what a frame said a moment ago: these are found for a whole day at a time. What is
left is looked for by its content among the readings that were due before: the oldest that nothing of its series came
of yet is that reading, late; one of which something came already came twice; and what no frame said is wrong, as is
what is said again in the place of a reading that is due. A series is one way of a gateway, source and set of labels:
four points of one measurement are four series.

A gateway that sends what it kept while nothing changes on the line sends messages of equal content: each is then one of
those that nothing came of since the last that came before, and only what is left over came twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .columns import Floats, Instants, Truths

__all__ = ["Due", "Frames", "Matched", "Messages", "matched"]

_NONE = -1
_NO_STAMP = int(np.iinfo(np.int64).min)
_CLOCK_US = 1000  # two instants that are one may be apart by rounding, and a message seem to come before its frame
_SENT_US = 60_000_000  # so long may what a gateway kept take to be sent; an assumption
_MIXED_MAX = 200  # readings before, among which one is looked for that mixes two frames

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
    """

    arrived_us: Instants
    stamp_us: Instants
    probe: Instants
    source: Instants
    said: Floats
    probes: Sequence[str]
    sources: Sequence[str]


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


def matched(due: Due, frames: Frames, messages: Messages, fresh_us: int, steps: Floats) -> Matched:
    """Find what each message is; ``due`` learns of which readings something came.

    Args:
        due: that could have arrived.
        frames: that they rest on.
        messages: of the day.
        fresh_us: how old what is said may be; what comes later after it was due is late.
        steps: how far a number may be from the one that the meter said, a label each.
    """
    messages = replace(messages, arrived_us=messages.arrived_us + _CLOCK_US)
    fresh_us += _CLOCK_US
    number = len(messages.arrived_us)
    told = ~np.isnan(messages.said)
    right = _right(frames, messages.arrived_us, messages.said, told, fresh_us, steps)
    newest = np.searchsorted(due.at_us, messages.arrived_us, "right") - 1
    age_us = messages.arrived_us - due.at_us[newest] if len(due.at_us) else np.zeros(number, np.int64)
    stamped_us = np.where(messages.stamp_us == _NO_STAMP, messages.arrived_us, messages.stamp_us)
    fresh = right.all(axis=1) & (newest >= 0) & (age_us <= fresh_us) & (messages.arrived_us - stamped_us <= fresh_us)
    own = _own(due, frames, messages, told, newest, fresh, fresh_us, steps)
    late, doubled, wrong = (np.zeros(number, bool) for _ in range(3))
    found = Matched(np.where(fresh, own, _NONE), late, doubled, wrong, {})
    series, keys = _series(messages, told)
    _take_fresh(due, found, series, keys, fresh)
    left = np.flatnonzero(~fresh)
    if len(left):
        _Search(due, frames, messages, fresh_us, steps).sort(found, left, series, keys, told, right, newest)
    for place, probe in enumerate(messages.probes):
        of_probe = due.by_probe.setdefault(probe, np.zeros(len(due.at_us), bool))
        of_probe[found.due[(messages.probe == place) & (found.due >= 0)]] = True
    return found


def _right(frames: Frames, arrived_us: Instants, said: Floats, told: Truths, fresh_us: int, steps: Floats) -> Truths:
    """Label by label, whether a frame of so little before said that."""
    right = ~told
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


def _own(
    due: Due, frames: Frames, messages: Messages, told: Truths, newest: Instants, fresh: Truths, fresh_us: int,
    steps: Floats,
) -> Instants:  # fmt: skip
    """Of those that came at once, the reading whose last frame says all of it; the newest where none does.

    Of a gateway that sends each frame, several were due a moment ago.
    """
    own = newest.copy()
    rests_on = np.searchsorted(frames.end_us, due.at_us, "right") - 1
    rows, back = np.flatnonzero(fresh), 0
    while len(rows):
        place = newest[rows] - back
        rows = rows[(place >= 0) & (messages.arrived_us[rows] - due.at_us[place] <= fresh_us)]
        frame = rests_on[newest[rows] - back]
        same = (np.abs(frames.said[frame] - messages.said[rows]) <= steps) | ~told[rows]
        is_own = same.all(axis=1) & (frame >= 0)
        own[rows[is_own]] = newest[rows[is_own]] - back
        rows, back = rows[~is_own], back + 1
    return own


def _series(messages: Messages, told: Truths) -> tuple[Instants, list[Series]]:
    """A number for the series of each message, and what makes each series."""
    columns = [messages.probe, messages.source]
    for begin in range(0, told.shape[1], 60):
        part = told[:, begin : begin + 60]
        columns.append(part @ (1 << np.arange(part.shape[1], dtype=np.int64)))
    number = np.zeros(len(messages.arrived_us), np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        _, number = np.unique(number * (codes.max(initial=0) + 1) + codes, return_inverse=True)
    firsts = np.unique(number, return_index=True)[1]
    keys = [
        (messages.probes[messages.probe[first]], messages.sources[messages.source[first]],
         *(int(column[first]) for column in columns[2:]))
        for first in firsts
    ]  # fmt: skip
    return np.asarray(number, np.int64), keys


def _take_fresh(due: Due, found: Matched, series: Instants, keys: Sequence[Series], fresh: Truths) -> None:
    """Those that came at once; the second of two that are one reading of one series is left to be looked for."""
    rows = np.flatnonzero(fresh)
    pairs = series[rows] * (len(due.at_us) + 1) + found.due[rows]
    order = np.argsort(pairs, kind="stable")
    again = rows[order[1:][pairs[order][1:] == pairs[order][:-1]]]
    fresh[again], found.due[again] = False, _NONE
    rows = np.flatnonzero(fresh)
    for number, key in enumerate(keys):
        taken = due.by_series.setdefault(key, np.zeros(len(due.at_us), bool))
        taken[found.due[rows[series[rows] == number]]] = True


class _Search:
    """What is left: late, doubled, wrong."""

    def __init__(self, due: Due, frames: Frames, messages: Messages, fresh_us: int, steps: Floats) -> None:
        self._due, self._frames, self._messages, self._fresh_us, self._steps = due, frames, messages, fresh_us, steps
        self._rests_on = np.searchsorted(frames.end_us, due.at_us, "right") - 1
        self._by_content: dict[bytes, dict[bytes, Instants]] = {}
        self._came: dict[int, tuple[Instants, Instants]] = {}
        self._missing = due.stored & ~due.came()
        for taken in due.by_series.values():
            self._missing &= ~taken

    def sort(
        self, found: Matched, left: Instants, series: Instants, keys: Sequence[Series], told: Truths,
        right: Truths, newest: Instants,
    ) -> None:  # fmt: skip
        """Say of each what it is."""
        wrong_labels: dict[int, int] = defaultdict(int)
        for row in left.tolist():
            taken = self._due.by_series[keys[series[row]]]
            latest = int(newest[row])
            awaited = latest >= 0 and not taken[latest] and not self._is_late(row, latest)
            places = self._places(row, told[row])
            free = self._free(places, taken, self._came_before(row, found, series))
            if not len(free) and not awaited and not len(places):
                free = self._mixed(row, told[row], taken)
            if len(free):
                found.due[row] = free[0]
                found.late[row] = self._is_late(row, int(free[0]))
            elif len(places) and not awaited:
                found.due[row] = places[-1]
                found.doubled[row] = True
            else:
                found.wrong[row] = True
                found.due[row] = latest if awaited else _NONE
                for label in np.flatnonzero(~right[row]).tolist():
                    wrong_labels[label] += 1
            if found.due[row] >= 0:
                taken[found.due[row]] = True
        found.wrong_labels = dict(wrong_labels)

    def _came_before(self, row: int, found: Matched, series: Instants) -> int:
        """The last reading of the series that came so long before that what was kept then would have been sent."""
        number = int(series[row])
        known = self._came.get(number)
        if known is None:
            rows = np.flatnonzero((series == number) & (found.due >= 0) & ~found.late & ~found.wrong)
            known = self._messages.arrived_us[rows], np.maximum.accumulate(found.due[rows])
            self._came[number] = known
        arrived_us, places = known
        place = int(np.searchsorted(arrived_us, self._messages.arrived_us[row] - _SENT_US, "right")) - 1
        return int(places[place]) if place >= 0 else _NONE

    def _free(self, places: Instants, taken: Truths, came_before: int) -> Instants:
        """Of those that say it, what nothing came of: first what got to the database, and nothing of it came at once.

        Else those since the last that came, else since one that says it.
        """
        free = places[~taken[places]]
        missing = free[self._missing[free]]
        if len(missing):
            return missing
        since = free[free > came_before]
        if len(since):
            return since
        said = places[taken[places]]
        return free[free > said[-1]] if len(said) else free

    def _is_late(self, row: int, place: int) -> bool:
        return bool(self._messages.arrived_us[row] - self._due.at_us[place] > self._fresh_us)

    def _places(self, row: int, told: Truths) -> Instants:
        """The readings due before that say that; those near its stamp where it has one and some are."""
        exact = told & (self._steps == 0)
        content = self._contents(exact).get(self._messages.said[row][exact].tobytes())
        if content is None:
            return np.empty(0, np.int64)
        arrived_us, stamp_us = int(self._messages.arrived_us[row]), int(self._messages.stamp_us[row])
        places = content[: np.searchsorted(self._due.at_us[content], arrived_us, "right")]
        about = told & ~exact
        if about.any():
            frames = self._frames.said[self._rests_on[places]][:, about]
            apart = np.abs(frames - self._messages.said[row][about])
            places = places[(apart <= self._steps[about]).all(axis=1)]
        if stamp_us != _NO_STAMP:
            near = places[np.abs(self._due.at_us[places] - stamp_us) <= self._fresh_us]
            return near if len(near) else places
        return places

    def _mixed(self, row: int, told: Truths, taken: Truths) -> Instants:
        """Those that nothing came of yet, and whose frames said that between them."""
        arrived_us = self._messages.arrived_us[row]
        free = np.flatnonzero(~taken[: np.searchsorted(self._due.at_us, arrived_us, "right")])[-_MIXED_MAX:]
        said = np.broadcast_to(self._messages.said[row], (len(free), len(told)))
        right = _right(
            self._frames, self._due.at_us[free], said, np.broadcast_to(told, said.shape), self._fresh_us, self._steps
        )
        return free[right.all(axis=1)]

    def _contents(self, exact: Truths) -> dict[bytes, Instants]:
        """What each reading due says of some labels, to their places: by its last frame, and the one before."""
        known = self._by_content.get(exact.tobytes())
        if known is None:
            places: dict[bytes, list[int]] = defaultdict(list)
            said = np.ascontiguousarray(self._frames.said[:, exact])
            for back in (0, 1):
                for place, frame in enumerate((self._rests_on - back).tolist()):
                    if frame >= 0 and self._due.at_us[place] - self._frames.end_us[frame] <= self._fresh_us:
                        places[said[frame].tobytes()].append(place)
            known = {content: np.unique(np.array(ones, np.int64)) for content, ones in places.items()}
            self._by_content[exact.tobytes()] = known
        return known
