# SPDX-License-Identifier: Apache-2.0
"""Plays a scenario on a line: each event at its second, on whatever clock runs the bench."""

from collections.abc import Callable, Generator, Mapping

import simpy

from xky.protocol import Mode
from xky.protocol.status import Breaker

from .contracts import Peak
from .faults import Fault
from .legal_time import parse_at
from .load import Draw, Hold, Load, Ramp
from .meter import Linky
from .meter_file import MeterFile, held
from .scenario import Scenario
from .scenario_event import Clock, Event, Exchange, Outage, PeakTable, RampTable
from .transmitter import Transmitter

__all__ = ["Play"]

_OVER = 1.25  # times the subscription: over it, and a breaker of that cut-off power never opens (54E §7)


class Play:
    """A scenario under way.

    Args:
        env: the bench's clock.
        transmitter: its meter is one of ``scenario.first_meter``.
        scenario: checked when it was read.
        on_event: told each event as it happens.

    Attributes:
        ended: whether the end of the scenario is past.
    """

    def __init__(
        self,
        env: simpy.Environment,
        transmitter: Transmitter,
        scenario: Scenario,
        on_event: Callable[[int, str], None] = lambda at_us, text: None,
    ) -> None:
        self._env = env
        self._transmitter = transmitter
        self._scenario = scenario
        self._file: MeterFile = scenario.first_meter
        self._load: Load | None = None  # as an event last said
        self._on_event = on_event
        self.ended = False

    @property
    def meter(self) -> Linky:
        """The one on the line."""
        return self._transmitter.meter

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process: start it with ``env.process(play.run())``."""
        for event in self._scenario.event:
            yield from self._wait_until(event.at_us)
            self._happen(event)
        yield from self._wait_until(self._scenario.end_us)
        self.ended = True

    def _wait_until(self, at_us: int) -> Generator[simpy.Event, None, None]:
        wait_us = at_us - self.meter.true_us
        if wait_us > 0:
            yield self._env.timeout(wait_us / 1e6)

    def _happen(self, event: Event) -> None:
        self._on_event(event.at_us, event.say or ", ".join(event.actions))
        self._event, self._file = event, self._scenario.meter_after(event, self._file)
        for key in event.actions:
            getattr(self, f"_{key}")(getattr(event, key))

    # One method a key of ``Event``; ``self._file`` is already the meter after the event

    def _exchange(self, exchange: Exchange) -> None:
        before = self.meter
        now_us = before.true_us
        same_wires = (self._file.phases, self._file.producer) == (before.phases, before.producer)
        self._load = self._house_load() if same_wires else self._file.load(now_us)
        after = self._file.build(at_us=now_us, load=self._load)
        if before.habits.address_stays:
            after.identity = before.identity
            after.counters.take_over(before.counters)
        else:
            after.counters.start_at_zero()
        after.prm = before.prm  # of the place, not of the meter
        after.run_by(lambda: float(self._env.now))
        if same_wires:
            after.absent_phases = before.absent_phases
        if not before.powered:  # it is exchanged while there is no supply, as a technician would
            after.lose_supply()
        after.refresh()
        self._transmitter.meter = after

    def _house_load(self) -> Load:
        """What the house was told to draw last, else what its meter's file says."""
        return self._load or self._file.load(self._scenario.at_us)

    def _mode(self, mode: Mode) -> None:
        self.meter.mode = mode

    def _pref_kva(self, kva: int) -> None:
        self.meter.pref_kva = kva

    def _pcoup_kva(self, kva: int) -> None:
        self.meter.pcoup_kva = kva

    def _load_va(self, power: object) -> None:
        self._follow(self._file.load(self.meter.true_us))

    _household = _trace = _load_va

    def _ramp(self, ramp: RampTable) -> None:
        last = held(ramp.to_va, self.meter.phases).power
        self._follow(Ramp(self.meter.power.draw, last, self.meter.true_us, ramp.during_s))

    def _adps(self, over: bool) -> None:
        self._adir((1,) if over else ())

    def _adir(self, phases: tuple[int, ...]) -> None:
        meter = self.meter
        share_va = 1000 * meter.pref_kva / meter.phases
        over_va = max(_OVER * share_va, (meter.setting_a + 0.55) * max(meter.grid.source_v))
        self._follow(Hold(Draw.of(*(over_va if n in phases else share_va / 2 for n in range(1, meter.phases + 1)))))

    def _follow(self, load: Load) -> None:
        self._load = load
        self.meter.load.follow(load)

    def _set(self, registers: Mapping[str, int]) -> None:
        self.meter.set(**registers)

    def _outage(self, outage: Outage) -> None:
        self.meter.lose_supply()
        self._env.process(self._end_outage(outage))

    def _end_outage(self, outage: Outage) -> Generator[simpy.Event, None, None]:
        yield self._env.timeout(outage.for_s)
        self.meter.regain_supply(reserve_s=outage.clock_reserve_s)
        self._on_event(self.meter.true_us, "supply is back")

    def _clock(self, clock: Clock) -> None:
        meter = self.meter
        if clock.show is not None or clock.resynchronise:
            meter.set_clock(clock.show, drift_ppm=clock.drift_ppm, degraded=clock.degraded)
            return
        if clock.drift_ppm is not None:
            meter.drift(clock.drift_ppm)
        if clock.degraded is not None:
            meter.clock_degraded = clock.degraded

    def _breaker(self, what: str) -> None:
        if what == "close":
            self.meter.close_breaker()
        else:
            self.meter.open_breaker(Breaker.ORDERED)

    def _peak(self, table: PeakTable) -> None:
        meter = self.meter
        peak = Peak(parse_at(table.start), parse_at(table.end), meter.now_us if table.notice else None)
        meter.peaks = {**meter.peaks_known, table.number: peak}

    def _msg1(self, text: str) -> None:
        self.meter.msg1 = text

    def _msg2(self, text: str) -> None:
        self.meter.msg2 = text

    def _lose_phases(self, phases: tuple[int, ...]) -> None:
        self.meter.lose_phases(*phases)

    def _cover_open(self, is_open: bool) -> None:
        self.meter.cover_open = is_open

    def _faults(self, faults: tuple[Fault, ...]) -> None:
        self._transmitter.faults = faults

    def _skip_to(self, text: str) -> None:
        self.meter.skip((self._event.skip_to_us - self.meter.true_us) / 1e6)
