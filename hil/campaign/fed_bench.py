# SPDX-License-Identifier: Apache-2.0
"""A bench under way whose instruments feed the board, drain it and look on: all on the bench's own clock.

The line goes on while time passes; it stands still while an instrument is asked, which makes the bench late by that.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import TypeVar

from xky.emulator.supply import Supply as SupplyModel

from ..bench.bench import Bench
from ..instruments import Instrument
from ..instruments.roles import Analyser, Capacitor, Load, Supply
from .measured_power import MeasuredTrial, PowerSample

__all__ = ["LOOK_S", "ONE_WAKE_S", "FedBench", "wakes_of"]

LOOK_S = 0.5  # from one look to the next where nothing is near
ONE_WAKE_S = 4.0  # from the first message of a wake to the last; none that lives on a meter wakes as often
_MOST_A = 0.3  # that a supply may give: 0.087 A flow from the strongest meter into a short circuit
_DRAINED_A = 0.1  # by a load, unless its limit is lower
_BELOW_V = 0.2  # what its parts bear, before a capacitor is fed again
_Role = TypeVar("_Role", bound=Instrument)


class FedBench:
    """Used while the bench runs.

    A capacitor that comes over what its parts bear is fed no more until it is well below: the trials go on, and it is
    none of theirs to break a board.

    Args:
        bench: under way.
        instruments: of the bench, by role, open; a supply and a capacitor are among them.
        most_v: that the parts at the capacitor bear.

    Attributes:
        bench: as given.
        samples: what was read, in order.
        drains_a: what the load draws when it draws.
    """

    def __init__(self, bench: Bench, instruments: Mapping[str, Instrument], most_v: float = inf) -> None:
        self.bench, self._most_v = bench, most_v
        self._is_fed = self._is_held_back = False
        self._instruments = instruments
        self.samples: list[PowerSample] = []
        load = self._role(Load)
        self.drains_a = _DRAINED_A if load is None else min(_DRAINED_A, load.limits.get("current_a", _DRAINED_A))

    def _role(self, kind: type[_Role]) -> _Role | None:
        found = self._instruments.get(kind.role)
        return found if isinstance(found, kind) else None

    def _one(self, kind: type[_Role]) -> _Role:
        found = self._role(kind)
        assert found is not None, kind.role
        return found

    @property
    def can_drain(self) -> bool:
        """Whether a load is there."""
        return self._role(Load) is not None

    @property
    def now_s(self) -> float:
        """The present on the bench's clock."""
        return self.bench.now_s

    def prepare(self) -> None:
        """All off, all ready.

        Raises:
            LostInstrument: one does not answer.
        """
        load, supply, analyser = self._role(Load), self._one(Supply), self._role(Analyser)
        if load is not None:
            load.switch(on=False)
        supply.switch(on=False)
        supply.set_current(min(_MOST_A, supply.limits.get("current_a", _MOST_A)))
        self._one(Capacitor).prepare()
        if analyser is not None:
            analyser.prepare()

    def feed(self, supply: SupplyModel | None) -> float:
        """Give what a meter gives, or nothing; when that was. How late the bench is counts from then on.

        Raises:
            LostInstrument: the supply does not say that it did.
        """
        source = self._one(Supply)
        if supply is not None:
            source.set_voltage(supply.open_circuit_v)
        source.switch(on=supply is not None)
        self._is_fed, self._is_held_back = supply is not None, False
        self.bench.count_lateness_anew()
        return self.now_s

    def drain(self, *, on: bool) -> None:
        """Let the load draw, or not.

        Raises:
            LostInstrument: it does not say that it does.
        """
        load = self._one(Load)
        if on:
            load.set_current(self.drains_a)
        load.switch(on=on)

    def sample(self) -> PowerSample:
        """Look once.

        Raises:
            LostInstrument: an instrument does not answer.
        """
        meter, analyser = self._one(Capacitor), self._role(Analyser)
        before_s = self.now_s
        voltage_v = meter.voltage_v()
        board_a = None if analyser is None else analyser.current_a()
        after_s = self.now_s
        taken = PowerSample(
            (before_s + after_s) / 2, (after_s - before_s) / 2, voltage_v, meter.error_v(voltage_v), board_a
        )  # fmt: skip
        self.samples.append(taken)
        if self._is_fed:
            self._hold_back(taken)
        return taken

    def _hold_back(self, taken: PowerSample) -> None:
        over = taken.voltage_v - taken.error_v > self._most_v
        if over is not self._is_held_back and (over or taken.voltage_v < self._most_v - _BELOW_V):
            self._is_held_back = over
            self._one(Supply).switch(on=not over)

    def watch(self, until_s: float, interval_s: float, stop: Callable[[PowerSample], bool] = lambda _: False) -> bool:
        """Look again and again; whether it was stopped before the end.

        Args:
            until_s: on the bench's clock.
            interval_s: from one look to the next.
            stop: whether a sample is the last.
        """
        while True:
            began_s = self.now_s
            if stop(self.sample()):
                return True
            left_s = until_s - self.now_s
            if left_s <= 0:
                return False
            self.bench.run_for(max(min(began_s + interval_s - self.now_s, left_s), 0.0))

    def await_reading(self, since_s: float, within_s: float) -> float | None:
        """Look on until something is said; when that was, or None.

        Args:
            since_s: on the bench's clock.
            within_s: of that.
        """
        bench = self.bench
        before = len(bench.readings)
        self.watch(since_s + within_s, 2 * LOOK_S, lambda _: len(bench.readings) > before)
        return bench.readings[before].at_s if len(bench.readings) > before else None

    def readings_after(self, at_s: float) -> list[float]:
        """When something was said after an instant, once a wake."""
        return [one for one in wakes_of(self.bench) if one > at_s]

    def trial(self, supply: SupplyModel, source_ohm: float, fed_s: float, first: int) -> MeasuredTrial:
        """What was recorded since.

        Args:
            supply: that was on the terminals.
            source_ohm: behind which it was.
            fed_s: when it was switched on.
            first: the number of the first sample.
        """
        samples = tuple(self.samples[first:])
        unsure_s = self.bench.worst_late_s + 2 * max((one.unsure_s for one in samples), default=0.0)
        behind = replace(supply, source_ohm=source_ohm)
        return MeasuredTrial(behind, fed_s, unsure_s, tuple(self.readings_after(fed_s)), samples, self.now_s)


def wakes_of(bench: Bench) -> Iterator[float]:
    """When something was said first in each wake: a gateway says the same reading in several messages."""
    last_s = -ONE_WAKE_S
    for reading in bench.readings:
        if reading.at_s - last_s >= ONE_WAKE_S:
            yield reading.at_s
            last_s = reading.at_s
