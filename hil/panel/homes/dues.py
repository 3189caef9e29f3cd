# SPDX-License-Identifier: Apache-2.0
"""The readings that are due, and how far each got: from what the gateway did and what the servers had of it.

A reading is due when a gateway has heard what it needs: once a wake, or a frame of one that listens always. Besides
those, one is due where a wake was kept from listening since a server or the network was away, or where the charge was
gone, and, by its usual period, where a gateway was silent for longer than it promises.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from statistics import median

from xky.boards import Board
from xky.boards.description.states import JOINING, PUBLISHING_BY_LORA
from xky.protocol import Group, Mode

from ..layout import Cause
from .away import Absences
from .wakes import Wake

__all__ = ["AlwaysOn", "Away", "Due", "HeardFrame", "Sent", "Sleeper"]

_ALIKE_S = 0.005  # a reading of one that is always on leaves as its frame ends
_ROUNDING_S = 1e-6  # of instants
_SILENT = 1.5  # times the longest period that is promised: nobody is silent for longer
_USUAL_OF = 101  # periods that the usual one is the median of
_IN_FLIGHT = 16  # messages that may be under way besides those that wait; more than any firmware has


@dataclass(frozen=True, slots=True)
class HeardFrame:
    """A frame that was heard whole; seconds on the bench's clock."""

    start_s: float
    end_s: float
    groups: Sequence[Group]
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A reading that a first server had: number of its message, when, and what fits a frame of it."""

    number: int
    at_s: float
    lost: Cause | None
    fits: Callable[[Sequence[Group]], bool]


@dataclass(slots=True)
class Due:
    """A reading that is due.

    Attributes:
        at_s: when the last frame that it rests on had ended, seconds on the bench's clock.
        got: where it got; None while that is not known.
        numbers: of the messages that say it and are under way.
    """

    at_s: float
    got: str | None = None
    numbers: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Away:
    """Who was away: the network of the home, the broker, the database."""

    radio: Absences
    broker: Absences
    database: Absences
    uplinks: Sequence[str]

    def blamed(
        self, from_s: float, to_s: float, *, broker_s: float = 0.0, database_s: float = 0.0, radio_s: float = 0.0
    ) -> Cause:
        """Who lost a reading in a time: the first that was away in it, of those on its way; else the device.

        Args:
            from_s: its beginning, seconds on the bench's clock.
            to_s: its end.
            broker_s: how long the device leaves a broker alone that did not answer.
            database_s: likewise.
            radio_s: how long it may be since the network kept a server from answering, that is left alone for it.
        """
        if self.radio.was(from_s - radio_s, to_s):
            return Cause.RADIO
        if self.uplinks != ("influx",) and self.broker.was(from_s - broker_s, to_s):
            return Cause.BROKER
        if "influx" in self.uplinks and self.database.was(from_s - database_s, to_s):
            return Cause.DATABASE
        return Cause.DEVICE


class Sleeper:
    """The readings of a gateway that sleeps.

    Args:
        board: that it is.
        mode: of its TIC.
        away: who is away when.
    """

    def __init__(self, board: Board, mode: Mode, away: Away) -> None:
        assert board.wake is not None
        self._needs = board.listen.frames
        self._away = away
        uplink = board.uplink
        mqtt = None if uplink is None else uplink.mqtt
        influx = None if uplink is None else uplink.influx
        self._broker_s = 0.0 if mqtt is None else mqtt.rest_s
        self._database_s = 0.0 if influx is None else influx.rest_s
        self._silent_s = _SILENT * (board.limits.period_s or board.report_period_s)
        self._nominal_s = board.wake.deaf_s + board.listen.usual_s(mode) + board.wake.publish_s + board.wake.sleep_s
        self._lasted: deque[float] = deque(maxlen=_USUAL_OF)
        self._last_s = 0.0
        self._seen = False

    @property
    def holds_s(self) -> float:
        """How long behind the present it may still find a reading that was due."""
        return self._silent_s

    def dues(
        self, wakes: Sequence[Wake], frames: Sequence[HeardFrame], sent: Sequence[Sent], until_s: float
    ) -> list[Due]:
        """Those of some wakes, and of the silence up to an instant.

        Args:
            wakes: that are over, in order.
            frames: heard, in order.
            sent: what servers had, in order.
            until_s: of which it is known what happened.
        """
        found: list[Due] = []
        ends_s, sent_s = [frame.end_s for frame in frames], [one.at_s for one in sent]
        for wake in wakes:
            heard = frames[bisect_left(ends_s, wake.begin_s) : bisect_right(ends_s, wake.end_s + _ROUNDING_S)]
            said = sent[bisect_left(sent_s, wake.begin_s) : bisect_right(sent_s, wake.end_s + _ROUNDING_S)]
            due = self._of_wake(wake, heard, said)
            if due is not None:
                found += self._silence(due.at_s)
                found.append(due)
                self._note(due.at_s)
        return [*found, *self._silence(until_s)]

    def _of_wake(self, wake: Wake, heard: Sequence[HeardFrame], said: Sequence[Sent]) -> Due | None:
        if said:
            at_s = heard[-1].end_s if heard else wake.end_s
            under_way = {one.number for one in said if one.lost is None}
            if under_way:
                return Due(at_s, None, under_way)
            return Due(at_s, next(one.lost for one in said if one.lost is not None))
        if wake.browned_out:
            return Due(wake.end_s, Cause.DEVICE)
        if wake.listened and not wake.published and len(heard) < self._needs:
            return None
        tried = bool(wake.states & {*JOINING, *PUBLISHING_BY_LORA})
        cause = self._blamed(wake.begin_s, wake.end_s, tried=tried)
        if wake.listened:
            return Due(heard[-1].end_s if heard else wake.end_s, cause)
        has_too_little_charge = cause is Cause.DEVICE or not (tried or self._broker_s or self._database_s)
        return None if has_too_little_charge else Due(wake.end_s, cause)

    def _blamed(self, from_s: float, to_s: float, *, tried: bool) -> Cause:
        """Who is to blame; a wake that tried nobody leaves alone whom it gave up before."""
        rests_s = 0.0 if tried else max(self._broker_s, self._database_s)
        return self._away.blamed(
            from_s, to_s, broker_s=self._broker_s, database_s=self._database_s, radio_s=rests_s
        )  # fmt: skip

    def _note(self, at_s: float) -> None:
        if self._seen:
            self._lasted.append(at_s - self._last_s)
        self._seen, self._last_s = True, at_s

    def _silence(self, until_s: float) -> list[Due]:
        """Where it was silent for too long: readings by its usual period."""
        if until_s - self._last_s <= self._silent_s:
            return []
        usual_s = median(self._lasted) if self._lasted else self._nominal_s
        found: list[Due] = []
        while self._last_s + 1.5 * usual_s < until_s:
            self._last_s += usual_s
            found.append(Due(self._last_s, self._blamed(self._last_s - usual_s, self._last_s, tried=False)))
        return found


class AlwaysOn:
    """The readings of a gateway that listens always, and keeps what it cannot say for a while.

    Args:
        board: that it is.
        away: who is away when.
    """

    def __init__(self, board: Board, away: Away) -> None:
        uplink = board.uplink
        self._away = away
        self._period_s = max(0.0 if uplink is None else uplink.period_s, board.limits.period_s or 0.0)
        self._keeps = _IN_FLIGHT + (uplink.mqtt.queue if uplink is not None and uplink.mqtt is not None else 0)
        self._returns_s = board.server_returns_s
        self._last_s = -inf
        self._open: deque[tuple[Due, Sequence[Group]]] = deque()

    def dues(self, frames: Sequence[HeardFrame], sent: Sequence[Sent]) -> list[Due]:
        """Those of some frames; where one got may be found out later.

        Args:
            frames: heard since the last time, in order.
            sent: what servers had since then, in order.
        """
        found: list[Due] = []
        for frame in frames:
            if frame.end_s - self._last_s >= self._period_s - _ALIKE_S:
                self._last_s = frame.end_s
                due = Due(frame.end_s)
                found.append(due)
                self._open.append((due, frame.groups))
        waiting = {round(due.at_s / _ALIKE_S): (due, groups) for due, groups in self._open}
        late: list[Sent] = []
        for at_s, at_once in groupby(sent, lambda one: one.at_s):
            together, place = [*at_once], round(at_s / _ALIKE_S)
            now = next((waiting[near] for near in (place, place - 1, place + 1) if near in waiting), None)
            if len(together) == 1 and now is not None and not now[0].numbers and now[0].got is None:
                self._has(now[0], together[0])
            else:  # what waited leaves in order
                late += together
        self._match(late)
        left_s = max((due.at_s for due, _ in self._open if not _waits(due)), default=-inf)
        waiting_still = [pair for pair in self._open if _waits(pair[0])]
        self._open.clear()
        for place, (due, groups) in enumerate(waiting_still):
            if due.at_s < left_s or place < len(waiting_still) - self._keeps:  # it leaves in order, or not at all
                due.got = self._away.blamed(due.at_s - self._returns_s, due.at_s)
            else:
                self._open.append((due, groups))
        return found

    def _match(self, late: Sequence[Sent]) -> None:
        """What waited: the newest is kept, and leaves last; a message that says none of it was said before."""
        waiting = [pair for pair in self._open if _waits(pair[0])] if late else []
        for one in reversed(late):
            for place in range(len(waiting) - 1, -1, -1):
                due, groups = waiting[place]
                if due.at_s <= one.at_s + _ALIKE_S and one.fits(groups):
                    self._has(due, one)
                    del waiting[place:]
                    break

    def _has(self, due: Due, one: Sent) -> None:
        if one.lost is None:
            due.numbers.add(one.number)
        else:
            due.got = one.lost


def _waits(due: Due) -> bool:
    return due.got is None and not due.numbers
