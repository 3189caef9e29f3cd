# SPDX-License-Identifier: Apache-2.0
"""The Linky: the face of a meter, for whoever reads it, drives it, or puts it on a line."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Self

from xky.protocol import Frame, Group, InputError, Mode, encode_frame
from xky.protocol.identity import Identity
from xky.protocol.status import Breaker

from ..contracts import Contract, Peak, Tariff, contract_named
from ..legal_time import parse_at
from ..load import Draw, Hold, Load
from .attributes import ModeSetting, Setting, Shown
from .breaker import CutOff
from .counters import Counters, Energies
from .description import MeterDescription
from .electrical import ElectricalState, Grid
from .frame_composer import FrameComposer, ShortFrames
from .from_frame import described_by, require_same
from .load_control import LoadControl
from .present import Present
from .quirks import Quirks
from .set_registers import set_registers
from .settings import MSG1, PREF_KVA_MAX, Network, Said, Settings, drawn_addresses
from .snapshot import Snapshot
from .state import RESERVE_S, MeterState

__all__ = ["DEFAULT_AT", "Linky"]

DEFAULT_AT = "2026-01-15T18:00"  # a winter evening
_MSG1_CENTRED = "     PAS DE          MESSAGE    "
_PREF_KVA = {1: 6, 3: 12}  # common subscriptions


class Linky:
    r"""A meter.

    Args:
        mode: of its TIC output, ``"historic"`` or ``"standard"``; a new meter is historic (54E §3.3), ours standard
            unless told.
        phases: 1 or 3.
        producer: also counts what is injected; such groups exist in standard mode only.
        contract: tariff option, or its name.
        at: legal time at the start, as ``2027-01-05T21:55``, or an instant (microseconds since 1970, UTC).
        load: what the house draws; nothing unless told.
        pref_kva: subscribed power, in kVA; 6 for one phase, 12 for three unless told.
        quirks: where it departs from the specification.
        grid: the network before it.
        seed: of address and registers.

    Attributes:
        state: what it is over time.
        load: the knob of what the house draws.

    Each of ``Settings`` is an attribute that may be set at any time.

    Raises:
        InputError: an argument that no meter has.

    >>> Linky(mode=Mode.HISTORIC).frame_bytes()[:6]
    b'\x02\nADCO'
    """

    absent_phases = Setting[frozenset[int]]("Phases of which it sees nothing (PPOT).")
    clock_degraded = Setting[bool]("Whether it says that its clock is degraded.")
    contract = Setting[Contract]("Tariff option.")
    cover_open = Setting[bool]("Whether its terminal cover is open.")
    grid = Setting[Grid]("The network before it.")
    identity = Setting[Identity]("Its address (ADSC, ADCO).")
    mode = ModeSetting("Of its TIC output.")
    msg1 = Setting[str]("Short message.")
    msg2 = Setting[str]("Ultra-short message, which is sent once.")
    network = Setting[Network]("What it says of its other interfaces.")
    pcoup_kva = Setting[int]("Power at which it cuts off.")
    peaks = Setting[Mapping[int, Peak] | None]("Mobile peaks in the place of the contract's; None leaves it to that.")
    pref_kva = Setting[int]("Subscribed power.")
    prm = Setting[str]("Address of the place.")
    quirks = Setting[Quirks]("Where it departs from the specification.")
    relays = Setting[Mapping[int, bool]](
        "Relays 1 to 8 that are closed or open in the place of what the calendar says; {} leaves them to that."
    )

    told = Setting[Mapping[str, Said]](
        "What it says of labels that nothing computes, in the place of their rows' text."
    )

    changed_s = Shown[float]("When a person last set anything, seconds on the clock that runs the meter.")
    counters = Shown[Counters]("What it counted up to the last look, to be read: ``set`` writes.")
    currents_a = Shown[tuple[float, ...]]("Rms currents as it shows them, by phase; see ``Quirks.current_lag_s``.")
    cut_off = Shown[CutOff]("Its breaker.")
    epoch = Shown[int]("Moves whenever anything but running registers may show something else.")
    next_change_us = Shown[int]("True instant of the next boundary of load, tariff, clock or period.")
    now_us = Shown[int]("The present on the meter's clock.")
    opens_at_us = Shown[int | None]("True instant at which the breaker opens if nothing changes, if it does.")
    peaks_known = Shown[Mapping[int, Peak]]("Mobile peaks that it knows of and that are not over, by number.")
    phases = Shown[int]("1 or 3.")
    power = Shown[ElectricalState]("Powers, voltages and currents of the segment under way.")
    powered = Shown[bool]("Whether it has supply.")
    producer = Shown[bool]("Whether it also counts what is injected.")
    setting_a = Shown[int]("Subscribed current by phase (ISOUSC).")
    tariff = Shown[Tariff]("What is running.")

    state: MeterState
    load: LoadControl

    def __init__(
        self,
        *,
        mode: Mode | str = Mode.STANDARD,
        phases: int = 1,
        producer: bool = False,
        contract: Contract | str = "hc",
        at: str | int = DEFAULT_AT,
        load: Load | None = None,
        pref_kva: int | None = None,
        quirks: Quirks | None = None,
        grid: Grid | None = None,
        seed: int = 0,
    ) -> None:
        mode = Mode(mode)
        if phases not in (1, 3):
            raise InputError(f"phases = {phases}: a Linky has 1 or 3")
        if producer and mode is Mode.HISTORIC:
            raise InputError("producer: historic frames have no producer groups; take standard mode")
        pref_kva = _PREF_KVA[phases] if pref_kva is None else pref_kva
        if not 1 <= pref_kva <= PREF_KVA_MAX:
            raise InputError(f"pref_kva = {pref_kva}: a Linky serves 1 to {PREF_KVA_MAX} kVA")
        contract = contract_named(contract) if isinstance(contract, str) else contract
        quirks = quirks or Quirks()
        rng = Random(f"meter {seed}")
        identity, prm = drawn_addresses(rng, phases)
        settings = Settings(
            mode=mode,
            contract=contract,
            pref_kva=pref_kva,
            pcoup_kva=pref_kva,
            identity=identity,
            prm=prm,
            msg1=_MSG1_CENTRED if quirks.msg1_centred else MSG1,
            quirks=quirks,
            grid=grid or Grid(),
        )
        self._begin(
            MeterDescription(
                phases=phases,
                producer=producer,
                settings=settings,
                at_us=parse_at(at) if isinstance(at, str) else at,
                load=load or Hold(Draw.of(*(0,) * phases)),
                energies=Energies.drawn_by(rng, contract.indexes, contract.distributor.indexes, producer=producer),
            )
        )

    @classmethod
    def described(cls, description: MeterDescription) -> Self:
        """The meter of a description."""
        meter = cls.__new__(cls)
        meter._begin(description)
        return meter

    @classmethod
    def from_frame(cls, frame: Frame, *, at: str | None = None) -> Self:
        """A meter that says what a frame says, byte for byte, and goes on from there; see ``from_frame``.

        Args:
            frame: whole, each group good.
            at: legal time; of a standard frame its DATE, of a historic one an hour that fits its period.

        Raises:
            InputError: the frame is damaged, or no meter sends it; the text names the group.
        """
        meter = cls.described(described_by(frame, at))
        snapshot = meter.snapshot()
        require_same(meter.groups(), frame)
        meter.restore(snapshot)  # a message that is sent once is still to come
        return meter

    def _begin(self, description: MeterDescription) -> None:
        self._present = Present(description.at_us)
        state = MeterState(
            phases=description.phases,
            producer=description.producer,
            settings=description.settings,
            load=description.load,
            counters=Counters(description.phases, description.energies),
            present=self._present,
        )
        if description.shown_a is not None:
            state.show_currents(description.shown_a)
        past = description.past
        if past is not None:
            state.overwrite(lambda counters: counters.recall(past, description.at_us))
        if description.breaker is not Breaker.CLOSED:
            state.open_breaker(description.breaker)
        self._take(state, ShortFrames())

    def _take(self, state: MeterState, short_frames: ShortFrames) -> None:
        """Be this from now on."""
        self.state = state
        self.load = LoadControl(state)
        self._composer = FrameComposer(state)
        self._short_frames = short_frames

    def integrate(self) -> None:
        """Bring every counter to the present."""
        self.state.integrate()

    # Time

    @property
    def true_us(self) -> int:
        """The present instant, whatever the clock shows."""
        return self._present.true_us

    def when_shown(self, clock_us: int) -> int:
        """True instant at which the meter's clock shows an instant, if nobody sets it."""
        return self.state.when_shown(clock_us)

    def next_switch(self, clock_us: int) -> int:
        """The next time on its clock, strictly later, at which the tariff may change, midnight among it."""
        return self.state.next_switch(clock_us)

    def wait(self, duration_s: float) -> None:
        """Let time pass for a meter on its own; on a bench the bench's clock does."""
        self._present.wait(duration_s)
        self.state.integrate()

    def wait_until(self, holds: Callable[["Linky"], bool], limit_s: float = 366 * 86_400.0) -> None:
        """Let time pass up to the first boundary (of load, tariff, clock or period) at which ``holds(meter)``.

        Raises:
            InputError: it did not come within the limit.
        """
        if not self._present.is_its_own:
            raise InputError("wait_until: the bench's clock runs this meter; let the bench run instead")
        if not self.powered:
            raise InputError("wait_until: the meter is without supply, nothing happens to it; call regain_supply()")
        end_us = self.true_us + round(limit_s * 1e6)
        self.state.integrate()
        while not holds(self):
            following_us = self.state.next_change_us
            if following_us > end_us:
                raise InputError(f"wait_until: nothing of the kind within {limit_s:.0f} s")
            self._present.wait_until(following_us)
            self.state.integrate()

    def run_by(self, clock: Callable[[], float]) -> None:
        """Take the time from a clock, in seconds; the meter goes on from its present instant."""
        self.state.integrate()
        self._present.run_by(clock)
        self.state.touch()

    def skip(self, duration_s: float) -> None:
        """Let time pass for the meter alone, while the clock that runs it stands still."""
        self._present.skip(round(duration_s * 1e6))
        self.state.integrate()
        self.state.touch()

    def set_clock(self, at: str | None = None, *, drift_ppm: int | None = None, degraded: bool | None = None) -> None:
        """Set the clock: to a legal time, or to the true one; a clock that is set is degraded no more.

        Args:
            at: legal time that it shows from now on; None sets it right (resynchronisation).
            drift_ppm: gains that many microseconds a second from now on; as before unless told.
            degraded: whether it says of itself that it is degraded; not, unless told.
        """
        self.state.set_clock(at, drift_ppm=drift_ppm, degraded=degraded)

    def drift(self, ppm: int) -> None:
        """From now on the clock gains ``ppm`` microseconds a second; it shows what it showed."""
        self.state.drift(ppm)

    # Supply and overload

    def lose_supply(self) -> None:
        """The network goes: no frame, nothing counted, until ``regain_supply``."""
        self.state.lose_supply()

    def regain_supply(self, *, reserve_s: float = RESERVE_S) -> None:
        """The network comes back.

        Args:
            reserve_s: how long the clock runs on without supply, in seconds (assumption: three days). After a longer
                outage it goes on from where it stopped, and is degraded until somebody sets it.
        """
        self.state.regain_supply(reserve_s=reserve_s)

    def lose_phases(self, *phases: int) -> None:
        """These phases are absent from now on (PPOT); no argument brings them all back."""
        self.absent_phases = frozenset(phases)

    @property
    def phases_over(self) -> frozenset[int]:
        """The phases that draw more than the setting."""
        return self.state.overload.phases

    def open_breaker(self, reason: Breaker | str = Breaker.ORDERED) -> None:
        """Cut the house off, as the distributor does; for another reason, such as ``"overvoltage"``, if one is told."""
        self.state.open_breaker(Breaker.of(reason))

    def close_breaker(self) -> None:
        """Somebody presses the meter's button: the house is connected again, and the filter starts at rest."""
        self.state.close_breaker()

    # Registers

    def set(self, **registers: int) -> None:
        """Set registers by label: ``set(EAST=1_234_567)``; all of them, or none.

        A new EAST, EASFnn or historic index keeps the sums right: the difference of a total goes to the
        running indexes, that of an index to the total and the running EASDnn. Where a running index would fall below
        0 it shows 0, and the rest comes from the others in proportion. A total and some of its indexes: the rest is
        that of the others. ERQn, EAIT (producers), PREF and PCOUP (kVA) stand alone.

        Raises:
            InputError: not such a register, a value outside 0 to 999 999 999, or a total that its indexes cannot make.
        """
        set_registers(self.state, registers)

    def start_at_zero(self) -> None:
        """Let the energies be those of a meter fresh from the factory."""
        self.state.overwrite(Counters.start_at_zero)

    def take_over(self, other: "Linky") -> None:
        """Let the energies be those of another meter."""
        self.state.overwrite(lambda counters: counters.take_over(other.counters))

    # What it sends

    @property
    def sends_short_frames(self) -> bool:
        """Historic three-phase meters, during an overload and for a minute after it (02E §2.5.1)."""
        return self._has_short_frames and self.state.overloaded

    @property
    def _has_short_frames(self) -> bool:
        state = self.state  # asked for each frame: not by way of the attributes
        settings = state.settings
        return settings.mode is Mode.HISTORIC and state.phases > 1 and not settings.quirks.no_short_frames

    def next_is_short(self) -> bool:
        """Whether the next frame is a short one; counts the cycle of twenty and one. Call once a frame."""
        if not self._has_short_frames:
            return False
        self.state.integrate()
        return self._short_frames.next_is_short(overloaded=self.state.overloaded)

    def groups(self, *, short: bool = False) -> list[Group]:
        """The groups of a frame that starts now, in Enedis's order."""
        self.state.integrate()
        return self._composer.groups(short=short)

    def frame_bytes(self) -> bytes:
        """STX to ETX, as of now."""
        return encode_frame(self.groups(), self.mode)

    # The whole of it

    def snapshot(self) -> Snapshot:
        """The whole meter as it is now."""
        self.state.integrate()
        return Snapshot(self.state, self._short_frames)

    def restore(self, snapshot: Snapshot) -> None:
        """Be as the snapshot, from now on; the clock that runs the meter stays."""
        state, short_frames = snapshot.copy()
        state.present = self._present
        state.epoch = self.state.epoch  # whoever looked at another one looks again
        self._present.skip(snapshot.true_us - self._present.true_us)
        self._take(state, short_frames)
        state.refresh()
        state.touch()
