# SPDX-License-Identifier: Apache-2.0
"""What a meter is over time: its settings, its clock, its load, its breaker, and what it counts. It knows no frames.

It integrates lazily: whoever asks brings the counters to the present, in as few steps as the load, the tariff and
the clock have changes. Between two changes everything is one product.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xky.protocol import InputError
from xky.protocol.status import Breaker

from ..contracts import Peak, Tariff
from ..legal_time import SECOND_US, midnight_after, parse_at
from ..load import Draw, Hold, Load, Signals
from .breaker import CutOff
from .clock import MeterClock
from .counters import Counters
from .demand import TOLD_US
from .electrical import ElectricalState
from .overload import Overload
from .present import Present
from .registers import MEANS_KEPT
from .settings import Settings, setting_a

__all__ = ["RESERVE_S", "MeterState"]

RESERVE_S = 72 * 3600.0  # of the clock without supply: assumption
_LONG_US = 3 * 3600 * SECOND_US  # less is crossed period by period
_EMPTY_US = 48 * 3600 * SECOND_US  # before the present: what an empty house's tariff does earlier is no longer told


class MeterState:
    """A meter from one instant to the next.

    Args:
        phases: 1 or 3.
        producer: also counts what is injected.
        settings: at the beginning.
        load: what the house draws.
        counters: at the present; what the past showed is settled here.
        present: the time that it lives in.

    Attributes:
        settings: as they are now; ``change`` sets them.
        tariff, power: of the segment under way, which ends with the next change.
        cut_off: the breaker.
        overload: which phases draw too much.
        powered: False during an outage.
        epoch: number of the segment; moves whenever anything but running registers may show something else.
        changed_s: when a person last set anything, seconds on the clock that runs the meter.

    Raises:
        InputError: the load draws on other phases than the meter has.
    """

    tariff: Tariff
    power: ElectricalState

    def __init__(
        self, *, phases: int, producer: bool, settings: Settings, load: Load, counters: Counters, present: Present
    ) -> None:
        self.phases = phases
        self.producer = producer
        self.present = present
        self.counters = counters
        self.cut_off = CutOff()
        self.overload = Overload()
        self.powered = True
        self.epoch = 0
        self.changed_s = 0.0
        self.settings = settings
        self._load = load
        self._clock = MeterClock()
        self._done_us = present.true_us  # up to here everything was counted
        self._off_since_us: int | None = None
        self._contact_since_us: int | None = None
        self._shown_a: tuple[float, ...] | None = None  # a second ago; see ``Quirks.current_lag_s``
        self._shown_until_us = self._done_us
        self.power = self._unloaded()
        self.refresh()
        # A breaker would have ended a past of overload: then the house was at rest
        overloaded = self._opens_us(self._done_us, settings.pref_kva * 1000 / phases) is not None
        before = self._unloaded() if overloaded else self.power
        self.counters.settle(before, self._done_us, midnight_after(self._done_us))
        self.refresh()

    def _unloaded(self) -> ElectricalState:
        return ElectricalState(Draw.of(*(0,) * self.phases), self.settings.absent_phases, self.settings.grid)

    @property
    def counted_us(self) -> int:
        """True instant up to which everything was counted; during an outage the present."""
        return self._done_us if self.powered else self.present.true_us

    # What a person sets

    def change(self, **settings: Any) -> None:
        """Set some settings from the present on: all of them, or none.

        Raises:
            InputError: there cannot be such a meter.
        """
        self.integrate()  # what went before was counted as it was
        before = self.settings
        self.settings = replace(before, **settings)
        try:
            self.refresh()
        except InputError:
            self.settings = before
            raise
        self.touch()

    @property
    def load(self) -> Load:
        """What the house draws from now on."""
        return self._load

    def follow(self, load: Load) -> None:
        """Draw what ``load`` says, from the present on.

        Raises:
            InputError: it draws on other phases than the meter has.
        """
        self.integrate()
        before, self._load = self._load, load
        try:
            self.refresh()
        except InputError:
            self._load = before
            raise
        self.touch()

    def touch(self) -> None:
        """Remember that somebody set something at the present."""
        self.changed_s = self.present.elapsed_s()

    def message_sent(self) -> None:
        """The ultra-short message was in a frame, the meter's own doing: it is in no other (54E §6.2.2)."""
        self.settings = replace(self.settings, msg2="")
        self.epoch += 1

    # Time

    @property
    def now_us(self) -> int:
        """The present on the meter's clock."""
        return self._clock.shown(self.present.true_us)

    @property
    def counted_shown_us(self) -> int:
        """What the meter's clock shows at ``counted_us``: for who has just integrated, the present."""
        return self._clock.shown(self.counted_us)

    def when_shown(self, clock_us: int) -> int:
        """True instant at which the meter's clock shows an instant, if nobody sets it."""
        return self._clock.when(clock_us)

    @property
    def next_change_us(self) -> int:
        """True instant of the next boundary of load, tariff, clock or period."""
        self.integrate()
        return self._boundary_us

    def set_clock(self, at: str | None = None, *, drift_ppm: int | None = None, degraded: bool | None = None) -> None:
        """See ``Linky.set_clock``."""
        self.integrate()
        true_us = self.counted_us
        ahead_us = 0 if at is None else parse_at(at, "set_clock") - true_us
        self._exchange_clock(MeterClock(ahead_us, true_us, self._clock.drift_ppm if drift_ppm is None else drift_ppm))
        self.settings = replace(self.settings, clock_degraded=bool(degraded))
        self.refresh()
        self.touch()

    def drift(self, ppm: int) -> None:
        """From now on the clock gains ``ppm`` microseconds a second; it shows what it showed."""
        self.integrate()
        self._exchange_clock(MeterClock(self._clock.shown(self._done_us) - self._done_us, self._done_us, ppm))
        self.refresh()
        self.touch()

    def _exchange_clock(self, clock: MeterClock) -> None:
        """The periods under way are not whole where the clock jumped; midnights it jumped over are closed."""
        before_us, after_us = self._clock.shown(self._done_us), clock.shown(self._done_us)
        self.counters.end(self._done_us)
        self._clock = clock
        if abs(after_us - before_us) >= SECOND_US:
            self.counters.break_periods()
        if midnight_after(before_us) <= after_us:
            self.counters.close_day(after_us)

    # Supply

    def lose_supply(self) -> None:
        """The network goes: nothing is counted until ``regain_supply``."""
        if self.powered:
            self.integrate()
            self.counters.end(self._done_us)
            self.powered, self._off_since_us = False, self._done_us
            self.touch()

    def regain_supply(self, *, reserve_s: float = RESERVE_S) -> None:
        """See ``Linky.regain_supply``."""
        if self.powered:
            return
        now_us = self.present.true_us
        off_us = self._off_since_us or now_us
        shown_us = self._clock.shown(off_us)
        self.powered, self._off_since_us = True, None
        self._done_us = now_us
        self.counters.resume(now_us)
        lost_us = (now_us - off_us) - round(reserve_s * 1e6)
        if lost_us > 0:
            self._clock = MeterClock(self._clock.shown(now_us) - lost_us - now_us, now_us, self._clock.drift_ppm)
            self.settings = replace(self.settings, clock_degraded=True)
        self.counters.break_periods()
        self.counters.rest_filters()
        if midnight_after(shown_us) <= self._clock.shown(now_us):
            self.counters.close_day(self._clock.shown(now_us))
        self.refresh()
        self.touch()

    # Integration

    def integrate(self) -> None:
        """Bring every counter to the present."""
        now_us = self.present.true_us
        if not self.powered or now_us <= self._done_us:
            return
        while self._boundary_us <= now_us:
            self._leave_out_periods(now_us)
            self._cross(self._boundary_us)
        self.counters.count(now_us)
        self._done_us = now_us

    def refresh(self) -> None:
        """Take power and tariff of the present instant from load and contract; a new segment begins."""
        at_us = self._done_us
        clock_us = self._clock.shown(at_us)
        tariff = self.settings.with_relays(self.settings.contract.tariff(clock_us, self.settings.peaks))
        if not tariff.contact_closed:
            self._contact_since_us = None
        elif self._contact_since_us is None:
            self._contact_since_us = at_us
        draw, power_until_us = self._load.draw(at_us, Signals(self._contact_since_us))
        if len(draw.active_mw) != self.phases:
            raise InputError(f"load: draws on {len(draw.active_mw)} phase(s), the meter has {self.phases}")
        self.counters.end(at_us)
        self.tariff = tariff
        self._connect(draw, at_us)
        self.counters.begin(self.power, tariff, at_us, self._clock)
        self._midnight_us = self._clock.when(midnight_after(clock_us))
        bounds = [self._midnight_us, self._clock.when(self.next_switch(clock_us))]
        bounds += [power_until_us] if power_until_us is not None else []
        bounds += [self._shown_until_us] if self._shown_until_us > at_us else []
        self._lasts_until_us = min(bounds)
        self._stays_empty = isinstance(self._load, Hold) and not any(self.power.phase_mva)  # hears no contact
        self._begin_period(at_us, clock_us)

    def _begin_period(self, at_us: int, clock_us: int) -> None:
        """Another period of the clock under the power and tariff of now, which last as long as they are known to."""
        self._period_end_shown_us = self.counters.next_period_end(clock_us)
        self._period_end_us = self._clock.when(self._period_end_shown_us)
        self._opens_at_us = self._opens_us(at_us, self._share_va)
        bounds = [self._period_end_us, self._lasts_until_us, self._opens_at_us]
        self._boundary_us = min(bound for bound in bounds if bound is not None)
        self.epoch += 1

    def _leave_out_periods(self, now_us: int) -> None:
        """Where nothing changes for long, the period under way goes on: the meter keeps but two means of the past.

        In a house that stays empty a change of tariff changes nothing but the maxima of the days that are told, to 0.
        """
        is_empty_for_long = self._stays_empty and self._midnight_us + _EMPTY_US <= now_us
        until_us = self._midnight_us if is_empty_for_long else min(now_us, self._lasts_until_us)
        is_period = self._boundary_us == self._period_end_us and self._opens_at_us is None
        if not is_period or until_us - self._boundary_us < _LONG_US or not self.counters.rests:
            return
        if is_empty_for_long and self._midnight_us + TOLD_US <= now_us:
            until_us = self._midnight_us = self._clock.when(midnight_after(self._clock.shown(now_us - TOLD_US)))
        common_us = self.counters.common_period_us
        end_us = (self._clock.shown(until_us) // common_us - MEANS_KEPT) * common_us
        if until_us + (MEANS_KEPT + 2) * common_us <= now_us:  # not even the last means of this stretch are kept
            self._boundary_us = until_us
        elif end_us > self._period_end_shown_us:
            self._period_end_shown_us, self._boundary_us = end_us, self._clock.when(end_us)
            self._period_end_us = self._boundary_us

    def _cross(self, at_us: int) -> None:
        """A boundary: whatever ends there ends, and a new segment begins."""
        self.counters.end(at_us)
        self._done_us = at_us
        clock_us = self._clock.shown(at_us)
        if at_us == self._period_end_us:
            self.counters.close_periods(self._period_end_shown_us)  # a fast clock may skip that very microsecond
        if at_us == self._midnight_us:
            self.counters.close_day(clock_us)
        before = self.cut_off
        self.cut_off = before.after((phase.demand for phase in self.counters.phases), self._share_va)
        if at_us < self._lasts_until_us and self.cut_off is before:  # a period alone, as each ten minutes
            self.counters.go_on()
            self._begin_period(at_us, clock_us)
        else:
            self.refresh()

    # Tariff

    def next_switch(self, clock_us: int) -> int:
        """The next time on its clock, strictly later, at which the tariff may change, midnight among it."""
        return self.settings.next_switch(clock_us)

    @property
    def peaks_known(self) -> Mapping[int, Peak]:
        """Mobile peaks that the meter knows of and that are not over, by number."""
        return self.settings.peaks_known(self._clock.shown(self._done_us))

    # Power and its limits

    def _connect(self, draw: Draw, at_us: int) -> None:
        """What the network sees of the house."""
        if self.cut_off.is_open:
            draw = Draw.of(*(0,) * self.phases)
        settings, before = self.settings, self.power
        self.power = ElectricalState(draw, settings.absent_phases, settings.grid)
        lag_us = settings.quirks.current_lag_s * SECOND_US
        if self.epoch and lag_us and self.power.currents_a != before.currents_a:
            self._shown_a = self._currents_a(before)
            self._shown_until_us = at_us + lag_us
        self.overload.update(self.power.phases_over(self.setting_a), at_us)

    def _currents_a(self, power: ElectricalState) -> tuple[float, ...]:
        if self._shown_a is not None and self._done_us < self._shown_until_us:
            return self._shown_a
        return power.currents_a

    @property
    def currents_a(self) -> tuple[float, ...]:
        """Rms currents as the meter shows them, by phase; see ``Quirks.current_lag_s``."""
        return self._currents_a(self.power)

    def show_currents(self, amps: Sequence[float]) -> None:
        """A second ago these flowed, and a meter whose currents lag still shows them; see ``Quirks.current_lag_s``."""
        self.integrate()
        self._shown_a = tuple(float(a) for a in amps)
        self._shown_until_us = self._done_us + self.settings.quirks.current_lag_s * SECOND_US
        self.refresh()

    @property
    def overloaded(self) -> bool:
        """Whether a phase draws more than the setting, or did within the last minute."""
        return self.overload.lasts(self._done_us)

    @property
    def setting_a(self) -> int:
        """Subscribed current by phase (ISOUSC)."""
        return setting_a(self.settings.pref_kva, self.phases)

    @property
    def _share_va(self) -> float:
        """Cut-off power of a phase."""
        return self.settings.pcoup_kva * 1000 / self.phases

    def _opens_us(self, at_us: int, share_va: float) -> int | None:
        """When a breaker of that power will open if nothing changes."""
        pairs = zip(self.counters.phases, self.power.phase_mva, strict=True)
        return self.cut_off.opens_us(((phase.demand, max(mva, 0) / 1000) for phase, mva in pairs), share_va, at_us)

    @property
    def opens_at_us(self) -> int | None:
        """True instant at which the breaker opens if nothing changes; None: it does not, or is open, or unpowered."""
        self.integrate()
        return self._opens_at_us if self.powered else None

    def open_breaker(self, reason: Breaker) -> None:
        """Cut the house off."""
        self.integrate()
        self.cut_off = CutOff(reason)
        self.refresh()
        self.touch()

    def close_breaker(self) -> None:
        """Connect the house again."""
        self.integrate()
        self.cut_off = CutOff()
        for phase in self.counters.phases:
            phase.demand.filtered = 0.0  # assumption: else an overload could open it again at once
        self.refresh()
        self.touch()

    # Registers

    def overwrite(self, write: Callable[[Counters], None]) -> None:
        """Let somebody write the counters as they stand at the present."""
        self.integrate()
        self.counters.end(self._done_us)
        write(self.counters)
        self.refresh()
        self.touch()
