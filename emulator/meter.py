# SPDX-License-Identifier: Apache-2.0
"""The Linky: contract, counters, clock and load. What it says of itself stands in ``frames``.

The meter integrates lazily: whoever asks brings the counters to the present, in as few steps as the
load, the tariff and the clock have changes. Between two changes everything is one product.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from xky.protocol import Group, InputError, Mode, encode_frame
from xky.protocol.identity import Identity

from .contracts import Contract, Tariff, contract_named
from .counters import UMOY_PERIOD_US, Counters
from .frames import compose
from .legal_time import SECOND_US, local_time, midnight_after, parse_at
from .load import Draw, Hold, Load
from .power import Power
from .registers import ROLLOVER

__all__ = ["Linky", "LoadControl", "Peak"]

DEFAULT_AT = "2026-01-15T18:00"  # a winter evening
MSG1 = "PAS DE          MESSAGE         "  # as most captures show it
_SHORT_AFTER_US = 60 * SECOND_US  # short frames go on for a minute after the last overload (02E §2.5.1)
_SHORT_CYCLE = 20  # short frames, then one long one (02E §2.5.1)
_TYPE = {1: "61", 3: "76"}  # Linky G3, 60 A (EUR list of codes)
_PREF_KVA = {1: 6, 3: 12}  # common subscriptions
_PREF_KVA_MAX = 36  # 54E §1


_SETTINGS = frozenset(  # attributes that a person may set at any time
    {"absent_phases", "clock_degraded", "contract", "identity", "msg1", "msg2", "pcoup_kva", "peaks", "pref_kva", "prm"}
)


@dataclass(frozen=True, slots=True)
class Peak:
    """A mobile peak: start and end as instants (DPMn, FPMn)."""

    start_us: int
    end_us: int


class LoadControl:
    """Turns the knob of what the house draws."""

    def __init__(self, meter: "Linky", load: Load) -> None:
        self._meter = meter
        self._load = load

    def hold(self, *apparent_va: int) -> None:
        """Draw this from now on, purely active; one figure for all phases together, or one a phase."""
        phases = self._meter.phases
        if len(apparent_va) == 1:
            share, rest = divmod(apparent_va[0], phases)
            apparent_va = (share + rest,) + (share,) * (phases - 1)
        if len(apparent_va) != phases:
            raise InputError(f"load.hold{apparent_va}: the meter has {phases} phase(s); give one figure, or one each")
        self.follow(Hold(Draw.of(*apparent_va)))

    def follow(self, load: Load) -> None:
        """Draw what ``load`` says, from now on."""
        self._meter.integrate()
        self._load = load
        self._meter.refresh()
        self._meter.touch()

    def draw(self, at_us: int) -> tuple[Draw, int | None]:
        """Power at an instant and the next instant at which it may change."""
        return self._load.draw(at_us)


class Linky:
    r"""A meter.

    Args:
        mode: of its TIC output; a new meter is historic (54E §3.3), ours standard unless told.
        phases: 1 or 3.
        producer: also counts what is injected; such groups exist in standard mode only.
        contract: tariff option, or its name.
        at: legal time at the start, as ``2027-01-05T21:55``.
        load: what the house draws; nothing unless told.
        pref_kva: subscribed power, in kVA; 6 for one phase, 12 for three unless told.
        seed: of address and registers.

    Attributes:
        changed_s: when a person last set anything, seconds on the clock that runs the meter.

    Raises:
        InputError: an argument that no meter has.

    >>> Linky(mode=Mode.HISTORIC).frame_bytes()[:6]
    b'\x02\nADCO'
    """

    contract: Contract
    counters: Counters
    identity: Identity
    msg1: str
    msg2: str
    pcoup_kva: int
    power: Power
    pref_kva: int
    prm: str

    def __init__(
        self,
        *,
        mode: Mode = Mode.STANDARD,
        phases: int = 1,
        producer: bool = False,
        contract: Contract | str = "hc",
        at: str = DEFAULT_AT,
        load: Load | None = None,
        pref_kva: int | None = None,
        seed: int = 0,
    ) -> None:
        if phases not in (1, 3):
            raise InputError(f"phases = {phases}: a Linky has 1 or 3")
        if producer and mode is Mode.HISTORIC:
            raise InputError("producer: historic frames have no producer groups; take standard mode")
        pref_kva = _PREF_KVA[phases] if pref_kva is None else pref_kva
        if not 1 <= pref_kva <= _PREF_KVA_MAX:
            raise InputError(f"pref_kva = {pref_kva}: a Linky serves 1 to {_PREF_KVA_MAX} kVA")
        self.mode = mode
        self.phases = phases
        self.producer = producer
        self.contract = contract_named(contract) if isinstance(contract, str) else contract
        self.pref_kva = self.pcoup_kva = pref_kva
        rng = Random(f"meter {seed}")
        self.identity = Identity.parse(f"04{rng.randrange(16, 25)}{_TYPE[phases]}{rng.randrange(10**6):06}")
        self.prm = f"{rng.randrange(10**13, 10**14)}"
        self.msg1, self.msg2 = MSG1, ""
        self.peaks: dict[int, Peak] = {}
        self.clock_degraded = False
        self.absent_phases: frozenset[int] = frozenset()

        self._waited_s = 0.0
        self._elapsed_s: Callable[[], float] = lambda: self._waited_s
        self._clock = self._elapsed_s
        self._start_us = self._done_us = parse_at(at)
        indexes = frozenset(self.contract.index_labels.values())
        self.counters = Counters(phases, indexes, producer=producer, rng=rng)
        self.load = LoadControl(self, load or Hold(Draw.of(*(0,) * phases)))
        self._overload_end_us: int | None = None
        self._short_frames = 0
        self.refresh()
        self.counters.settle(self.power, self._done_us, midnight_after(self._done_us))
        self.changed_s = 0.0

    def __setattr__(self, name: str, value: object) -> None:
        running = name in _SETTINGS and "changed_s" in self.__dict__
        if running:
            self.integrate()  # what went before was counted as it was
        super().__setattr__(name, value)
        if running:
            self.refresh()
            self.touch()

    def touch(self) -> None:
        """Remember that somebody set something at the present."""
        self.changed_s = self._clock()

    # Time

    @property
    def now_us(self) -> int:
        """The present instant of the meter."""
        return self._start_us + round(self._elapsed_s() * 1e6)

    def wait(self, duration_s: float) -> None:
        """Let time pass for a meter on its own; on a bench the bench's clock does."""
        self._waited_s += duration_s

    def run_by(self, clock: Callable[[], float]) -> None:
        """Take the time from a clock, in seconds; the meter goes on from its present instant."""
        self.integrate()
        began_s, elapsed_s = clock(), self._elapsed_s()
        self._elapsed_s = lambda: clock() - began_s + elapsed_s
        self._clock = clock
        self.changed_s = began_s

    def refresh(self) -> None:
        """Take power and tariff of the present instant from load and contract."""
        draw, self._power_until_us = self.load.draw(self._done_us)
        if len(draw.active_w) != self.phases:
            raise InputError(f"load: draws on {len(draw.active_w)} phase(s), the meter has {self.phases}")
        was_over = bool(getattr(self, "_over", ()))
        self.power = Power(draw, self.absent_phases)
        self._over = self.power.phases_over(self.setting_a)
        if was_over and not self._over:
            self._overload_end_us = self._done_us
        self._tariff_until_us = self.contract.next_switch(self._done_us)
        self._midnight_us = midnight_after(self._done_us)
        self.tariff: Tariff = self.contract.tariff(local_time(self._done_us))

    def integrate(self) -> None:
        """Bring every counter to the present."""
        now = self.now_us
        while self._done_us < now:
            done = self._done_us
            # A curve period and both clock changes end on a whole period of UMOY.
            step = min(now, (done // UMOY_PERIOD_US + 1) * UMOY_PERIOD_US, self._tariff_until_us, self._midnight_us)
            if self._power_until_us is not None:
                step = min(step, self._power_until_us)
            self.counters.count(self.power, self.tariff, done, step)
            self._done_us = step
            midnight = step == self._midnight_us
            self.counters.close_periods(step, midnight=midnight)
            if midnight or step in (self._tariff_until_us, self._power_until_us):
                self.refresh()

    # Overload

    @property
    def setting_a(self) -> int:
        """Subscribed current by phase: PREF / 200 V (ISOUSC, 54E §6.1)."""
        return self.pref_kva * 1000 // 200 // self.phases

    @property
    def phases_over(self) -> frozenset[int]:
        """The phases that draw more than the setting."""
        return self._over

    @property
    def sends_short_frames(self) -> bool:
        """Historic three-phase meters, during an overload and for a minute after it (02E §2.5.1)."""
        if self.mode is not Mode.HISTORIC or self.phases == 1:
            return False
        end = self._overload_end_us
        return bool(self._over) or (end is not None and self._done_us < end + _SHORT_AFTER_US)

    def next_is_short(self) -> bool:
        """Whether the next frame is a short one; counts the cycle of twenty and one. Call once a frame."""
        self.integrate()
        if not self.sends_short_frames:
            self._short_frames = 0
            return False
        self._short_frames = (self._short_frames + 1) % (_SHORT_CYCLE + 1)
        return self._short_frames != 0

    # What it sends

    def groups(self, *, short: bool = False) -> list[Group]:
        """The groups of a frame that starts now, in Enedis's order."""
        self.integrate()
        return compose(self, short=short)

    def message_sent(self) -> None:
        """The ultra-short message was in a frame: it is in no other (54E §6.2.2)."""
        self.__dict__["msg2"] = ""  # the meter's own doing, no setting

    def frame_bytes(self) -> bytes:
        """STX to ETX, as of now."""
        return encode_frame(self.groups(), self.mode)

    # What a person sets

    def lose_phases(self, *phases: int) -> None:
        """These phases are absent from now on (PPOT); no argument brings them all back."""
        self.absent_phases = frozenset(phases)

    def set(self, **registers: int) -> None:
        """Set registers by label: ``set(EAST=1_234_567)``.

        A new EAST, EASFnn or historic index keeps the sums right: the difference of a total goes to the
        running indexes, that of an index to the total and the running EASDnn. ERQn, EAIT (producers),
        PREF and PCOUP (kVA) stand alone.

        Raises:
            InputError: not such a register, or a value outside 0 to 999 999 999.
        """
        self.integrate()
        for label, value in registers.items():
            if not 0 <= value < ROLLOVER:
                raise InputError(f"set({label}={value}): expected 0 to {ROLLOVER - 1}")
            self._set(label, value)
        self.refresh()
        self.touch()

    def _set(self, label: str, value: int) -> None:
        counters = self.counters
        index = self.tariff.supplier_index if label == "EAST" else self._supplier_index(label)
        if index is None:
            self._set_alone(label, value)
            return
        shown = counters.drawn.count if label == "EAST" else counters.supplier[index - 1]
        change = value - shown % ROLLOVER
        counters.supplier[index - 1] += change
        counters.drawn.count += change
        counters.distributor[self.tariff.distributor_index - 1] += change

    def _supplier_index(self, label: str) -> int | None:
        if label.startswith("EASF") and label[4:].isdigit() and 1 <= int(label[4:]) <= len(self.counters.supplier):
            return int(label[4:])
        return self.contract.index_labels.get(label)

    def _set_alone(self, label: str, value: int) -> None:
        if label == "EAIT" and self.producer:
            self.counters.injected.count = value
        elif label in ("ERQ1", "ERQ2", "ERQ3", "ERQ4") and self.producer:
            self.counters.reactive[int(label[3]) - 1].count = value
        elif label == "PREF" and 1 <= value <= _PREF_KVA_MAX:
            self.pref_kva = value
        elif label == "PCOUP" and 1 <= value <= _PREF_KVA_MAX:
            self.pcoup_kva = value
        else:
            known = ["EAST", "EASF01 … EASF10", *self.contract.index_labels, "PREF, PCOUP (1 to 36)"]
            known += ["EAIT", "ERQ1 … ERQ4"] if self.producer else []
            raise InputError(f"set({label}={value}): this meter has no such register to set; known: {', '.join(known)}")
