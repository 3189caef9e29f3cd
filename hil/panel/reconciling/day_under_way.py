# SPDX-License-Identifier: Apache-2.0
"""A day of which something may still come: it is held together with the next, so that no more than two are in memory.

What nothing came of yet, and the last minutes for what comes twice, stays open behind midnight.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from ..layout import DUE_US, END_US, GOT, STORED, Cause
from .columns import Floats, Instants, instants, texts
from .day_arrays import Due, Matched, Messages
from .losses import blamed, stretches
from .portion import Event, Portion
from .results import DayFound
from .search import NO_STAMP

__all__ = ["DayUnderWay"]

_OPEN_US = 600_000_000  # what is due so short before midnight stays open in any case
_HOUR_US = 3_600_000_000


class DayUnderWay:
    """A day, and what is open of the one before.

    Args:
        portion: of the day.
        before: the day before; it learns of what comes of it today.
        events: that lose readings.
        ways: probes that the gateway publishes by.

    Attributes:
        due: readings that can come: first those of the day before.
        frames: table of Arrow: those that they rest on.
        found: what is found of the day.
    """

    def __init__(
        self, portion: Portion, before: "DayUnderWay | None", events: Sequence[Event], ways: Sequence[str]
    ) -> None:
        self.found = DayFound(portion.day)
        self._portion, self._before, self._events, self._ways = portion, before, events, ways
        self._own_us = instants(portion.due, DUE_US)
        number = len(self._own_us)
        self._open = np.empty(0, np.int64) if before is None else before._still_open()
        self._got = texts(portion.due, GOT)
        stored = np.array([got == STORED for got in self._got], bool)
        self.due = Due(self._own_us, stored, {}, {})
        self.frames = portion.frames
        if before is not None and len(self._open):
            own = np.zeros(number, bool)
            begin = len(before._open)
            old = before.due
            rows = self._open + begin
            self.due = Due(
                np.concatenate([old.at_us[rows], self._own_us]),
                np.concatenate([old.stored[rows], stored]),
                {key: np.concatenate([one[rows], own]) for key, one in old.by_series.items()},
                {key: np.concatenate([one[rows], own]) for key, one in old.by_probe.items()},
            )
            self.frames = before._frames_of(old.at_us[rows], portion.frames)

    def _still_open(self) -> Instants:
        """Places of its own readings due that something may come of."""
        came = self.due.came()[len(self._open) :]
        late = self._own_us > self._own_us[-1] - _OPEN_US if len(self._own_us) else came
        return np.flatnonzero(~came | late)

    def _frames_of(self, due_us: Instants, later: Any) -> Any:
        """The frames that readings rest on, and the ones before these, in front of later ones."""
        frames = self._portion.frames
        ends_us = instants(frames, END_US)
        last = np.searchsorted(ends_us, due_us, "right") - 1
        rows = np.unique(np.concatenate([last, last - 1]))
        return import_module("pyarrow").concat_tables([frames.take(rows[rows >= 0]), later], promote_options="default")

    def learn(self, what: Matched, messages: Messages) -> None:
        """What came today, of both days."""
        number, before = len(self._open), self._before
        if before is not None and number:
            rows = self._open + len(before._open)
            for probe, came in self.due.by_probe.items():
                before.due.by_probe.setdefault(probe, np.zeros(len(before.due.at_us), bool))[rows] |= came[:number]
        self._before = None
        self.found.messages = len(messages.arrived_us)
        why: dict[str, Counter[str]] = {}
        for kind in ("late", "doubled", "wrong"):
            rows = np.flatnonzero(getattr(what, kind))
            setattr(self.found, kind, len(rows))
            for row in rows.tolist():
                arrived_us = int(messages.arrived_us[row])
                from_us = int(self.due.at_us[what.due[row]]) if what.due[row] >= 0 else arrived_us
                by = Cause.DEVICE if kind == "wrong" else blamed(from_us, arrived_us, self._events)
                if kind == "doubled" and (known := self._doubled_by(row, what, messages)) is not None:
                    by = known
                why.setdefault(kind, Counter())[by] += 1
        self.found.why = {kind: dict(one) for kind, one in why.items()}

    def _doubled_by(self, row: int, what: Matched, messages: Messages) -> Cause | None:
        """Who doubled a message, where that shows; else it is who was away then, if anybody was.

        What came out twice of one message was sent once: it is the server's. What a gateway sent twice, never saying so
        and with nobody away in between, is its own: that somebody was back just before kept no answer from it.
        """
        same = (messages.probe == messages.probe[row]) & (messages.source == messages.source[row])
        same[row:] = False
        same &= messages.number >= 0
        earlier = np.flatnonzero(same & (what.due == what.due[row]))
        of_labels = np.isnan(messages.said[earlier]) == np.isnan(messages.said[row])
        twins = earlier[of_labels.all(axis=1)]
        if not len(twins) and messages.stamp_us[row] != NO_STAMP:
            # of frames that say the same in one second the first may be taken for the one before
            alike = np.flatnonzero(same & (messages.stamp_us == messages.stamp_us[row]))
            twins = alike[_equal(messages.said[alike], messages.said[row]).all(axis=1)]
        number = int(messages.number[row])
        if number < 0 or not len(twins):
            return None
        if number in messages.number[twins]:
            return Cause.DATABASE if messages.probes[messages.probe[row]] == "influx" else Cause.BROKER
        first_us, second_us = int(messages.arrived_us[twins[-1]]), int(messages.arrived_us[row])
        was_away = any(one.from_us <= second_us and first_us <= one.to_us for one in self._events)
        return None if was_away or messages.dup[row] else Cause.DEVICE

    def over(self) -> DayFound:
        """Nothing more comes of it."""
        begin = len(self._open)
        came = self.due.came()[begin:]
        lost = [(place, int(self._own_us[place]), self._got[place]) for place in np.flatnonzero(~came).tolist()]
        self.found.due, self.found.arrived = len(self._own_us), int(came.sum())
        self.found.lost = stretches(lost, self._events)
        whole = came.copy()
        for way in sorted({*self._ways, *self.due.by_probe}):
            by_way = self.due.by_probe.get(way, np.zeros(len(self.due.at_us), bool))[begin:]
            whole &= by_way
            missing = [(place, int(self._own_us[place]), "") for place in np.flatnonzero(came & ~by_way).tolist()]
            self.found.partly += [
                replace(one, what=f"nothing by {way}{f', {one.what}' if one.what else ''}")
                for one in stretches(missing, self._events)
            ]
        self.found.partly_lost = int((came & ~whole).sum())
        hours = (self._own_us - self._portion.midnights.from_us) // _HOUR_US
        last = int(hours.max(initial=0))
        all_, there = (np.bincount(hours[rows].clip(0), minlength=last + 1) for rows in (slice(None), came))
        self.found.hours = list(zip(all_.tolist(), there.tolist(), strict=True))
        return self.found


def _equal(said: Floats, other: Floats) -> Any:
    """Where both say the same, or neither says anything."""
    return (said == other) | (np.isnan(said) & np.isnan(other))
