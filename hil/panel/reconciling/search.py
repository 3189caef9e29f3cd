# SPDX-License-Identifier: Apache-2.0
"""The messages that did not come at once, looked for by what they say: late, doubled, wrong.

A gateway that sends what it kept while nothing changes on the line sends messages of equal content: each is then one of
those that nothing came of since the last that came before, and only what is left over came twice.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from .columns import Floats, Instants, Truths
from .day_arrays import NONE, Due, Frames, Matched, Messages, Series, said_right

__all__ = ["NO_STAMP", "Search"]

NO_STAMP = int(np.iinfo(np.int64).min)
_SENT_US = 60_000_000  # so long may what a gateway kept take to be sent; an assumption
_MIXED_MAX = 200  # readings before, among which one is looked for that mixes two frames


class Search:
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
                found.due[row] = latest if awaited else NONE
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
        return int(places[place]) if place >= 0 else NONE

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
        if stamp_us != NO_STAMP:
            near = places[np.abs(self._due.at_us[places] - stamp_us) <= self._fresh_us]
            return near if len(near) else places
        return places

    def _mixed(self, row: int, told: Truths, taken: Truths) -> Instants:
        """Those that got to the database and nothing came of yet, and whose frames said that between them."""
        until = int(np.searchsorted(self._due.at_us, self._messages.arrived_us[row], "right"))
        free = np.flatnonzero((self._missing & ~taken)[:until])[-_MIXED_MAX:]
        said = np.broadcast_to(self._messages.said[row], (len(free), len(told)))
        right = said_right(
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
