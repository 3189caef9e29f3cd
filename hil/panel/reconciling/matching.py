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

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .columns import Floats, Instants, Truths
from .day_arrays import NONE, Due, Frames, Matched, Messages, Series, said_right
from .search import NO_STAMP, Search

__all__ = ["matched"]

_CLOCK_US = 1000  # two instants that are one may be apart by rounding, and a message seem to come before its frame


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
    right = said_right(frames, messages.arrived_us, messages.said, told, fresh_us, steps)
    newest = np.searchsorted(due.at_us, messages.arrived_us, "right") - 1
    age_us = messages.arrived_us - due.at_us[newest] if len(due.at_us) else np.zeros(number, np.int64)
    stamped_us = np.where(messages.stamp_us == NO_STAMP, messages.arrived_us, messages.stamp_us)
    fresh = right.all(axis=1) & (newest >= 0) & (age_us <= fresh_us) & (messages.arrived_us - stamped_us <= fresh_us)
    own = _own(due, frames, messages, told, newest, fresh, fresh_us, steps)
    late, doubled, wrong = (np.zeros(number, bool) for _ in range(3))
    found = Matched(np.where(fresh, own, NONE), late, doubled, wrong, {})
    series, keys = _series(messages, told)
    _take_fresh(due, found, series, keys, fresh)
    left = np.flatnonzero(~fresh)
    if len(left):
        Search(due, frames, messages, fresh_us, steps).sort(found, left, series, keys, told, right, newest)
    for place, probe in enumerate(messages.probes):
        of_probe = due.by_probe.setdefault(probe, np.zeros(len(due.at_us), bool))
        of_probe[found.due[(messages.probe == place) & (found.due >= 0)]] = True
    return found


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
    fresh[again], found.due[again] = False, NONE
    rows = np.flatnonzero(fresh)
    for number, key in enumerate(keys):
        taken = due.by_series.setdefault(key, np.zeros(len(due.at_us), bool))
        taken[found.due[rows[series[rows] == number]]] = True
