# SPDX-License-Identifier: Apache-2.0
"""The Linky: contract, counters, clock and load. What it says of itself stands in ``frames``.

The meter integrates lazily: whoever asks brings the counters to the present, in as few steps as the
load, the tariff and the clock have changes. Between two changes everything is one product.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from xky.protocol import Frame, Group, InputError, Mode, encode_frame
from xky.protocol.identity import Identity
from xky.protocol.status import Breaker, Euridis, Plc

from ..contracts import Contract, Peak, Tariff, contract_named
from ..legal_time import SECOND_US, midnight_after, parse_at
from ..load import Draw, Hold, Load, Signals
from .clock import MeterClock
from .counters import Counters
from .cut_off import CutOff
from .electrical import ElectricalState, Grid
from .frame_composer import FrameComposer
from .load_control import LoadControl
from .overload import Overload
from .quirks import Quirks
from .set_registers import PREF_KVA_MAX, check_register, set_register, setting_a
from .snapshot import Snapshot

if TYPE_CHECKING:
    from typing import Self

__all__ = ["RESERVE_S", "CutOff", "Linky", "LoadControl", "Network", "Peak", "Snapshot"]

DEFAULT_AT = "2026-01-15T18:00"  # a winter evening
RESERVE_S = 72 * 3600.0  # of the clock without supply: assumption
MSG1 = "PAS DE          MESSAGE         "  # as most captures show it
_MSG1_CENTRED = "     PAS DE          MESSAGE    "
_TYPE = {1: "61", 3: "76"}  # Linky G3, 60 A (EUR list of codes)
_PREF_KVA = {1: 6, 3: 12}  # common subscriptions

_SETTINGS = frozenset(  # attributes that a person may set at any time
    {"absent_phases", "clock_degraded", "contract", "grid", "habits", "identity", "mode", "msg1", "msg2", "network",
     "pcoup_kva", "peaks", "pref_kva", "prm", "cover_open"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Network:
    """What STGE says of the meter's other interfaces; as most captures show it."""

    euridis: Euridis = Euridis.SECURED
    plc: Plc = Plc.NEW_LOCKED
    plc_synchronised: bool = False


class Linky:
    r"""A meter.

    Args:
        mode: of its TIC output; a new meter is historic (54E §3.3), ours standard unless told.
        phases: 1 or 3.
        producer: also counts what is injected; such groups exist in standard mode only.
        contract: tariff option, or its name.
        at: legal time at the start, as ``2027-01-05T21:55``, or an instant (microseconds since 1970, UTC).
        load: what the house draws; nothing unless told.
        pref_kva: subscribed power, in kVA; 6 for one phase, 12 for three unless told.
        habits: where it departs from the specification.
        grid: the network before it.
        seed: of address and registers.

    Attributes:
        changed_s: when a person last set anything, seconds on the clock that runs the meter.
        peaks: mobile peaks in the place of those that the contract plans; None leaves it to the contract.
        powered: False during an outage.

    Raises:
        InputError: an argument that no meter has.

    >>> Linky(mode=Mode.HISTORIC).frame_bytes()[:6]
    b'\x02\nADCO'
    """

    absent_phases: frozenset[int]
    clock_degraded: bool
    contract: Contract
    counters: Counters
    cover_open: bool
    grid: Grid
    habits: Quirks
    identity: Identity
    mode: Mode
    msg1: str
    msg2: str
    network: Network
    pcoup_kva: int
    peaks: Mapping[int, Peak] | None
    power: ElectricalState
    pref_kva: int
    prm: str
    tariff: Tariff

    def __init__(
        self,
        *,
        mode: Mode = Mode.STANDARD,
        phases: int = 1,
        producer: bool = False,
        contract: Contract | str = "hc",
        at: str | int = DEFAULT_AT,
        load: Load | None = None,
        pref_kva: int | None = None,
        habits: Quirks | None = None,
        grid: Grid | None = None,
        seed: int = 0,
    ) -> None:
        if phases not in (1, 3):
            raise InputError(f"phases = {phases}: a Linky has 1 or 3")
        if producer and mode is Mode.HISTORIC:
            raise InputError("producer: historic frames have no producer groups; take standard mode")
        pref_kva = _PREF_KVA[phases] if pref_kva is None else pref_kva
        if not 1 <= pref_kva <= PREF_KVA_MAX:
            raise InputError(f"pref_kva = {pref_kva}: a Linky serves 1 to {PREF_KVA_MAX} kVA")
        self.mode = mode
        self.phases = phases
        self.producer = producer
        self.contract = contract_named(contract) if isinstance(contract, str) else contract
        self.habits = habits or Quirks()
        self.grid = grid or Grid()
        self.pref_kva = self.pcoup_kva = pref_kva
        rng = Random(f"meter {seed}")
        self.identity = Identity.parse(f"04{rng.randrange(16, 25)}{_TYPE[phases]}{rng.randrange(10**6):06}")
        self.prm = f"{rng.randrange(10**13, 10**14)}"
        self.msg1, self.msg2 = _MSG1_CENTRED if self.habits.msg1_centred else MSG1, ""
        self.peaks = None
        self.clock_degraded = self.cover_open = False
        self.network = Network()
        self.absent_phases = frozenset()
        self.cut_off = CutOff()
        self.powered = True

        self._waited_s = 0.0
        self._own_s: Callable[[], float] = lambda: self._waited_s
        self._elapsed_s = self._own_s
        self._start_us = self._done_us = parse_at(at) if isinstance(at, str) else at
        self._clock = MeterClock()
        self._contact_since_us: int | None = None
        self._amps_before: tuple[float, ...] | None = None
        self._amps_settle_us = self._done_us
        self._off_since_us: int | None = None
        self._speech = FrameComposer(self)
        self.counters = Counters(
            phases, self.contract.indexes, self.contract.distributor.indexes, producer=producer, rng=rng
        )
        self.load = LoadControl(self, load or Hold(Draw.of(*(0,) * phases)))
        self._overload = Overload()
        self.epoch = 0
        self.refresh()
        # a breaker would have ended a past of overload: then the house was at rest
        past = (
            self.power
            if self._opens_us(self._done_us) is None
            else ElectricalState(Draw.of(*(0,) * phases), grid=self.grid)
        )
        self.counters.settle(past, self._done_us, midnight_after(self._done_us))
        self.refresh()
        self.changed_s = 0.0

    def __setattr__(self, name: str, value: object) -> None:
        running = name in _SETTINGS and "changed_s" in self.__dict__
        if not running:
            super().__setattr__(name, value)
            return
        self.integrate()  # what went before was counted as it was
        before = getattr(self, name)
        super().__setattr__(name, value)
        try:
            self.refresh()
        except InputError:
            super().__setattr__(name, before)
            raise
        self.touch()

    def touch(self) -> None:
        """Remember that somebody set something at the present."""
        self.changed_s = self._elapsed_s()

    # Time

    @property
    def true_us(self) -> int:
        """The present instant, whatever the clock shows."""
        return self._start_us + round(self._elapsed_s() * 1e6)

    @property
    def now_us(self) -> int:
        """The present on the meter's clock."""
        return self._clock.shown(self.true_us)

    def when_shown(self, clock_us: int) -> int:
        """True instant at which the meter's clock shows an instant, if nobody sets it."""
        return self._clock.when(clock_us)

    def wait(self, duration_s: float) -> None:
        """Let time pass for a meter on its own; on a bench the bench's clock does."""
        self._waited_s += duration_s
        self.integrate()

    def run_by(self, clock: Callable[[], float]) -> None:
        """Take the time from a clock, in seconds; the meter goes on from its present instant."""
        self.integrate()
        now_us, began_s = self.true_us, clock()
        self._elapsed_s = clock
        self._start_us = now_us - round(began_s * 1e6)
        self.changed_s = began_s

    def skip(self, duration_s: float) -> None:
        """Let time pass for the meter alone, while the clock that runs it stands still."""
        self._start_us += round(duration_s * 1e6)
        self.integrate()
        self.touch()

    def wait_until(self, holds: Callable[["Linky"], bool], limit_s: float = 366 * 86_400.0) -> None:
        """Let time pass up to the first boundary (of load, tariff, clock or period) at which ``holds(meter)``.

        Raises:
            InputError: it did not come within the limit.
        """
        if self._elapsed_s is not self._own_s:
            raise InputError("wait_until: the bench's clock runs this meter; let the bench run instead")
        if not self.powered:
            raise InputError("wait_until: the meter is without supply, nothing happens to it; call regain_supply()")
        end_us = self.true_us + round(limit_s * 1e6)
        self.integrate()
        while not holds(self):
            following = min(self._boundary_us, end_us + 1)
            if following > end_us:
                raise InputError(f"wait_until: nothing of the kind within {limit_s:.0f} s")
            self._waited_s += (following - self.true_us) / 1e6
            self._waited_s += max(0, following - self.true_us) / 1e6  # what rounding left
            self.integrate()

    @property
    def next_change_us(self) -> int:
        """True instant of the next boundary of load, tariff, clock or period."""
        self.integrate()
        return self._boundary_us

    def set_clock(self, at: str | None = None, *, drift_ppm: int | None = None, degraded: bool | None = None) -> None:
        """Set the clock: to a legal time, or to the true one; a clock that is set is degraded no more.

        Args:
            at: legal time that it shows from now on; None sets it right (resynchronisation).
            drift_ppm: gains that many microseconds a second from now on; as before unless told.
            degraded: whether it says of itself that it is degraded; not, unless told.
        """
        self.integrate()
        true_us = self._done_us if self.powered else self.true_us
        ahead_us = 0 if at is None else parse_at(at, "set_clock") - true_us
        self._set_clock(MeterClock(ahead_us, true_us, self._clock.drift_ppm if drift_ppm is None else drift_ppm))
        self.__dict__["clock_degraded"] = bool(degraded)
        self.refresh()
        self.touch()

    def drift(self, ppm: int) -> None:
        """From now on the clock gains ``ppm`` microseconds a second; it shows what it showed."""
        self.integrate()
        at_us = self._done_us
        self._set_clock(MeterClock(self._clock.shown(at_us) - at_us, at_us, ppm))
        self.refresh()
        self.touch()

    def _set_clock(self, clock: MeterClock) -> None:
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
        """The network goes: no frame, nothing counted, until ``regain_supply``."""
        if self.powered:
            self.integrate()
            self.counters.end(self._done_us)
            self.powered, self._off_since_us = False, self._done_us
            self.touch()

    def regain_supply(self, *, reserve_s: float = RESERVE_S) -> None:
        """The network comes back.

        Args:
            reserve_s: how long the clock runs on without supply, in seconds (assumption: three days). After a longer
                outage it goes on from where it stopped, and is degraded until somebody sets it.
        """
        if self.powered:
            return
        now_us, off_us = self.true_us, self._off_since_us or self.true_us
        shown_us = self._clock.shown(off_us)
        self.powered, self._off_since_us = True, None
        self._done_us = now_us
        self.counters.resume(now_us)
        lost_us = (now_us - off_us) - round(reserve_s * 1e6)
        if lost_us > 0:
            self._clock = MeterClock(self._clock.shown(now_us) - lost_us - now_us, now_us, self._clock.drift_ppm)
            self.__dict__["clock_degraded"] = True
        self.counters.break_periods()
        for demand in self.counters.demands:
            demand.filtered = 0.0
        if midnight_after(shown_us) <= self._clock.shown(now_us):
            self.counters.close_day(self._clock.shown(now_us))
        self.refresh()
        self.touch()

    # Integration

    def refresh(self) -> None:
        """Take power and tariff of the present instant from load and contract; a new segment begins."""
        at_us = self._done_us
        clock_us = self._clock.shown(at_us)
        tariff = self.contract.tariff(clock_us, self.peaks)
        if not tariff.contact_closed:
            self._contact_since_us = None
        elif self._contact_since_us is None:
            self._contact_since_us = at_us
        draw, power_until_us = self.load.draw(at_us, Signals(self._contact_since_us))
        if len(draw.active_mw) != self.phases:
            raise InputError(f"load: draws on {len(draw.active_mw)} phase(s), the meter has {self.phases}")
        self.counters.end(at_us)
        self.tariff = tariff
        self._connect(draw, at_us)
        self.counters.begin(self.power, tariff, at_us, self._clock)
        self._period_end_shown_us = self.counters.next_period_end(clock_us)
        self._period_end_us = self._clock.when(self._period_end_shown_us)
        self._midnight_us = self._clock.when(midnight_after(clock_us))
        switch_us = self._clock.when(self.next_switch(clock_us))
        self._opens_at_us = self._opens_us(at_us)
        bounds = [self._period_end_us, self._midnight_us, switch_us, self._opens_at_us]
        bounds += [power_until_us] if power_until_us is not None else []
        bounds += [self._amps_settle_us] if self._amps_settle_us > at_us else []
        self._boundary_us = min(bound for bound in bounds if bound is not None)
        self.epoch += 1

    def _connect(self, draw: Draw, at_us: int) -> None:
        """What the network sees of the house."""
        if self.cut_off.is_open:
            draw = Draw.of(*(0,) * self.phases)
        before = self.__dict__.get("power")
        power = ElectricalState(draw, self.absent_phases, self.grid)
        if before is not None and power.currents_a != before.currents_a and self.habits.current_lag_s:
            self._amps_before, self._amps_settle_us = self.currents_a, at_us + self.habits.current_lag_s * SECOND_US
        self.power = power
        self._overload.update(power.phases_over(self.setting_a), at_us)

    def _opens_us(self, at_us: int) -> int | None:
        """When the breaker will open if nothing changes."""
        pairs = zip(self.counters.phases, self.power.phase_mva, strict=True)
        return self.cut_off.opens_us(
            ((phase.demand, max(mva, 0) / 1000) for phase, mva in pairs), self._share_va, at_us
        )

    @property
    def _share_va(self) -> float:
        """Cut-off power of a phase."""
        return self.pcoup_kva * 1000 / self.phases

    def integrate(self) -> None:
        """Bring every counter to the present."""
        now = self.true_us
        if not self.powered or now <= self._done_us:
            return
        while self._boundary_us <= now:
            self._cross(self._boundary_us)
        self.counters.count(now)
        self._done_us = now

    def _cross(self, at_us: int) -> None:
        """A boundary: whatever ends there ends, and a new segment begins."""
        self.counters.end(at_us)
        self._done_us = at_us
        clock_us = self._clock.shown(at_us)
        if at_us == self._period_end_us:
            self.counters.close_periods(self._period_end_shown_us)  # a fast clock may skip that very microsecond
        if at_us == self._midnight_us:
            self.counters.close_day(clock_us)
        self.cut_off = self.cut_off.after((phase.demand for phase in self.counters.phases), self._share_va)
        self.refresh()

    # Overload

    @property
    def setting_a(self) -> int:
        """Subscribed current by phase (ISOUSC)."""
        return setting_a(self.pref_kva, self.phases)

    @property
    def phases_over(self) -> frozenset[int]:
        """The phases that draw more than the setting."""
        return self._overload.phases

    @property
    def currents_a(self) -> tuple[float, ...]:
        """Rms currents as the meter shows them, by phase; see ``Quirks.current_lag_s``."""
        lagging = self._amps_before is not None and self._done_us < self._amps_settle_us
        return self._amps_before if lagging and self._amps_before is not None else self.power.currents_a

    @property
    def opens_at_us(self) -> int | None:
        """True instant at which the breaker opens if nothing changes; None: it does not, or is open, or unpowered."""
        self.integrate()
        return self._opens_at_us if self.powered else None

    def show_currents(self, amps: Sequence[float]) -> None:
        """A second ago these flowed, and a meter whose currents lag still shows them; see ``Quirks.current_lag_s``."""
        self.integrate()
        self._amps_before = tuple(float(a) for a in amps)
        self._amps_settle_us = self._done_us + self.habits.current_lag_s * SECOND_US
        self.refresh()

    def open_breaker(self, reason: Breaker = Breaker.ORDERED) -> None:
        """Cut the house off, as the distributor does."""
        self.integrate()
        self.cut_off = CutOff(reason)
        self.refresh()
        self.touch()

    def close_breaker(self) -> None:
        """Somebody presses the meter's button: the house is connected again, and the filter starts at rest."""
        self.integrate()
        self.cut_off = CutOff()
        for phase in self.counters.phases:
            phase.demand.filtered = 0.0  # assumption: else an overload could open it again at once
        self.refresh()
        self.touch()

    @property
    def sends_short_frames(self) -> bool:
        """Historic three-phase meters, during an overload and for a minute after it (02E §2.5.1)."""
        if self.mode is not Mode.HISTORIC or self.phases == 1:
            return False
        return self._overload.lasts(self._done_us)

    def next_is_short(self) -> bool:
        """Whether the next frame is a short one; counts the cycle of twenty and one. Call once a frame."""
        if self.mode is not Mode.HISTORIC or self.phases == 1:
            return False
        self.integrate()
        return self._overload.next_is_short(self._done_us)

    # What it sends

    def groups(self, *, short: bool = False) -> list[Group]:
        """The groups of a frame that starts now, in Enedis's order."""
        self.integrate()
        return self._speech.groups(short=short)

    def message_sent(self) -> None:
        """The ultra-short message was in a frame: it is in no other (54E §6.2.2)."""
        self.__dict__["msg2"] = ""  # the meter's own doing, no setting
        self.epoch += 1

    def frame_bytes(self) -> bytes:
        """STX to ETX, as of now."""
        return encode_frame(self.groups(), self.mode)

    def next_switch(self, clock_us: int) -> int:
        """The next time on its clock, strictly later, at which the tariff may change, midnight among it."""
        edges = [edge for peak in (self.peaks or {}).values() for edge in (peak.start_us, peak.end_us, peak.noticed_us)
                 if edge is not None and edge > clock_us]  # fmt: skip
        return min([self.contract.next_switch(clock_us), *edges])

    @property
    def peaks_known(self) -> Mapping[int, Peak]:
        """Mobile peaks that the meter knows of and that are not over, by number."""
        clock_us = self._clock.shown(self._done_us)
        if self.peaks is not None:
            return {number: peak for number, peak in self.peaks.items() if peak.end_us > clock_us}
        return self.contract.peaks_known(clock_us)

    # The whole of it

    @classmethod
    def from_frame(cls, frame: Frame, *, at: str | None = None) -> "Self":
        """A meter that says what a frame says, byte for byte, and goes on from there; see ``from_frame``.

        Args:
            frame: whole, each group good.
            at: legal time; of a standard frame its DATE, of a historic one an hour that fits its period.

        Raises:
            InputError: the frame is damaged, or no meter sends it; the text names the group.
        """
        from .from_frame import reproduce  # noqa: PLC0415  it builds meters

        return reproduce(cls, frame, at)

    def snapshot(self) -> Snapshot:
        """The whole meter as it is now."""
        self.integrate()
        kept = {name: value for name, value in self.__dict__.items() if name not in _OF_THE_RUN}
        load = kept.pop("load")
        true_us = self._done_us if self.powered else self.true_us
        return Snapshot(deepcopy(kept) | {"_load": deepcopy(load.load), "_true_us": true_us})

    def restore(self, snapshot: Snapshot) -> None:
        """Be as the snapshot, from now on; the clock that runs the meter stays."""
        state = snapshot.copy()
        load, true_us = state.pop("_load"), state.pop("_true_us")
        self.__dict__.update(state)
        self.load = LoadControl(self, load)
        self._start_us += true_us - self.true_us
        self.refresh()
        self.touch()

    # What a person sets

    def lose_phases(self, *phases: int) -> None:
        """These phases are absent from now on (PPOT); no argument brings them all back."""
        self.absent_phases = frozenset(phases)

    def set(self, **registers: int) -> None:
        """Set registers by label: ``set(EAST=1_234_567)``; all of them, or none.

        A new EAST, EASFnn or historic index keeps the sums right: the difference of a total goes to the
        running indexes, that of an index to the total and the running EASDnn. ERQn, EAIT (producers),
        PREF and PCOUP (kVA) stand alone.

        Raises:
            InputError: not such a register, or a value outside 0 to 999 999 999.
        """
        for label, value in registers.items():
            check_register(self, label, value)
        self.integrate()
        self.counters.end(self._done_us)
        for label, value in registers.items():
            set_register(self, label, value)
        self.refresh()
        self.touch()


_OF_THE_RUN = frozenset(  # what belongs to the clock that runs the meter, or to this object
    {"_elapsed_s", "_own_s", "_speech", "_start_us", "_waited_s", "changed_s", "epoch"}
)
