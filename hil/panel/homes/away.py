# SPDX-License-Identifier: Apache-2.0
"""Who is away, and when: servers of the panel, and the network of a home; as it came about on the bench's clock."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from math import inf
from random import Random

import simpy

from xky.emulator.legal_time import SECOND_US, local_time

from ..panel_file import WifiKind

__all__ = ["ACCESS_POINT", "OUT_OF_RANGE", "Absence", "Absences", "PlannedAbsence", "radio_absences"]

ACCESS_POINT, OUT_OF_RANGE = "access point away", "out of range"
_SHORTEST_S = 1.0


@dataclass(frozen=True, slots=True)
class PlannedAbsence:
    """One to come, in µs since 1970-01-01 UTC."""

    from_us: int
    to_us: int
    what: str


@dataclass(slots=True)
class Absence:
    """One that came, in seconds on the bench's clock; ``to_s`` is infinite while it lasts."""

    from_s: float
    to_s: float
    what: str


def _nothing() -> None:
    """Nobody is there to go."""


class Absences:
    """Those of one party, which goes down and comes back; where two overlap it is back behind the later end.

    Args:
        env: the bench's clock.
        go_down, come_back: what makes it so.

    Attributes:
        came: those that began, in order of their beginning; of old ones, those not forgotten.
    """

    def __init__(
        self, env: simpy.Environment, go_down: Callable[[], None] = _nothing, come_back: Callable[[], None] = _nothing
    ) -> None:
        self._env, self._go_down, self._come_back = env, go_down, come_back
        self._under_way = 0
        self.came: list[Absence] = []

    def plan(self, from_s: float, to_s: float, what: str) -> None:
        """Be away then, seconds on the bench's clock; what is over already is left out."""
        if to_s > self._env.now:
            self._env.process(self._absence(max(from_s, self._env.now), to_s, what))

    def _absence(self, from_s: float, to_s: float, what: str) -> Generator[simpy.Event, None, None]:
        if from_s > self._env.now:
            yield self._env.timeout(from_s - self._env.now)
        came = Absence(self._env.now, inf, what)
        self.came.append(came)
        self._under_way += 1
        if self._under_way == 1:
            self._go_down()
        yield self._env.timeout(to_s - self._env.now)
        came.to_s = self._env.now
        self._under_way -= 1
        if not self._under_way:
            self._come_back()

    def was(self, from_s: float, to_s: float) -> bool:
        """Whether it was away at some time in between, the ends included."""
        return any(one.from_s <= to_s and from_s <= one.to_s for one in self.came)

    def forget_before(self, at_s: float) -> None:
        """Let go of those that were over then."""
        self.came = [one for one in self.came if one.to_s >= at_s]


def radio_absences(wifi: WifiKind, drawn_for: str, from_us: int, to_us: int) -> Sequence[PlannedAbsence]:
    """Those of a home's network that begin in a local day: drawn for that day alone.

    Args:
        wifi: how well it is reached.
        drawn_for: the home, with the seed of its panel.
        from_us: first instant of the day, µs since 1970-01-01 UTC.
        to_us: its end.
    """
    rng = Random(f"{drawn_for} radio {local_time(from_us).date().isoformat()}")
    planned = []
    times = int(wifi.away_a_day) + (rng.random() < wifi.away_a_day % 1)
    for _ in range(times):
        begin_us = rng.randrange(from_us, to_us)
        lasts_us = round(wifi.away_s * rng.uniform(0.5, 1.5) * SECOND_US)
        planned.append(PlannedAbsence(begin_us, begin_us + lasts_us, ACCESS_POINT))
    each_s = wifi.out_of_range_each_s
    if each_s is not None:
        between_s = each_s - wifi.out_of_range_s
        begin_us = from_us + round(rng.expovariate(1 / between_s) * SECOND_US)
        while begin_us < to_us:
            lasts_us = round(max(rng.expovariate(1 / wifi.out_of_range_s), _SHORTEST_S) * SECOND_US)
            planned.append(PlannedAbsence(begin_us, begin_us + lasts_us, OUT_OF_RANGE))
            begin_us += lasts_us + round(rng.expovariate(1 / between_s) * SECOND_US)
    return planned
