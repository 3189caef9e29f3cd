# SPDX-License-Identifier: Apache-2.0
"""What may happen to a meter on its line, whoever says so: a scenario, or somebody while it runs."""

from collections.abc import Callable, Generator, Mapping

import simpy

from xky.protocol import Mode
from xky.protocol.status import Breaker

from ..contracts import Peak
from ..faults import Fault
from ..legal_time import parse_at
from ..line.transmitter import Transmitter
from ..load import Draw, Hold, Load, Ramp
from ..meter import RESERVE_S, Linky
from ..meter_file.contract_table import ContractTable
from ..meter_file.meter_file import MeterFile, held
from .event import ClockTable, Exchange, Happening, Outage, PeakTable, RampTable, TerminalA
from .terminal_feed import TerminalFeed

__all__ = ["Actions"]

_OVER = 1.25  # times the subscription: over it, and a breaker of that cut-off power never opens (54E §7)


class Actions:
    """Does what is to happen.

    Args:
        env: the bench's clock.
        transmitter: its meter is one of ``file``.
        file: the meter as a file describes it.
        on_event: told each happening: true instant, and what in a few words.

    Attributes:
        file: the meter on the line as a file would describe it, but for what only a running one has.
        jumped: happens when the meter's time jumps on; another one stands here then.
        terminal_feed: what terminals I1-A give, where something lives on them; None: nobody asks.
    """

    def __init__(
        self,
        env: simpy.Environment,
        transmitter: Transmitter,
        file: MeterFile,
        on_event: Callable[[int, str], None] = lambda at_us, text: None,
    ) -> None:
        self._env = env
        self._transmitter = transmitter
        self.file = file
        self._began_us = transmitter.meter.true_us
        self._load: Load | None = None  # as it was last told
        self._supply_cuts = 0
        self._skip_to_us = 0
        self._on_event = on_event
        self.jumped = env.event()
        self.terminal_feed: TerminalFeed | None = None

    @property
    def meter(self) -> Linky:
        """The one on the line."""
        return self._transmitter.meter

    def happen(self, what: Happening, after: MeterFile, *, at_us: int | None = None, skip_to_us: int = 0) -> None:
        """Let it happen now.

        Args:
            what: was checked; see ``check_happening``.
            after: the meter as a file will describe it.
            at_us: true instant that people are told; the present unless told.
            skip_to_us: true instant that ``skip_to`` leads to.
        """
        self._on_event(self.meter.true_us if at_us is None else at_us, what.say or ", ".join(what.keys))
        self.file, self._skip_to_us = after, skip_to_us
        for key in what.keys:
            getattr(self, f"_{key}")(getattr(what, key))

    def cut_supply(self) -> None:
        """The network goes until ``restore_supply``."""
        self._on_event(self.meter.true_us, "supply is cut")
        self._lose_supply()

    def _lose_supply(self) -> None:
        self._supply_cuts += 1
        self.meter.lose_supply()
        if self.terminal_feed is not None:
            self.terminal_feed.have_network(False)

    def restore_supply(self, reserve_s: float = RESERVE_S) -> None:
        """The network comes back, if it was gone; see ``Linky.regain_supply``."""
        if self.meter.powered:
            return
        self.meter.regain_supply(reserve_s=reserve_s)
        if self.terminal_feed is not None:
            self.terminal_feed.have_network(True)
        self._on_event(self.meter.true_us, "supply is back")

    # One method a key of ``Happening``; ``self.file`` is already the meter after the event

    def _exchange(self, exchange: Exchange) -> None:
        before = self.meter
        now_us = before.true_us
        same_wires = (self.file.phases, self.file.producer) == (before.phases, before.producer)
        self._load = self._house_load() if same_wires else self.file.load(now_us)
        after = self.file.build(at_us=now_us, load=self._load)
        if before.quirks.address_stays:
            after.identity = before.identity
            after.take_over(before)
        else:
            after.start_at_zero()
        after.prm = before.prm  # of the place, not of the meter
        after.run_by(lambda: float(self._env.now))
        if same_wires:
            after.absent_phases = before.absent_phases
        if not before.powered:  # it is exchanged while there is no supply, as a technician would
            after.lose_supply()
        self._transmitter.meter = after

    def _house_load(self) -> Load:
        """What the house was told to draw last, else what its meter's file says."""
        return self._load or self.file.load(self._began_us)

    def _mode(self, mode: Mode) -> None:
        self.meter.mode = mode

    def _contract(self, table: ContractTable) -> None:
        meter = self.meter
        meter.contract, meter.peaks = table.contract(), None
        meter.load.follow(self._house_load())  # what hangs on the dry contact hangs on another one now

    def _pref_kva(self, kva: int) -> None:
        self.meter.pref_kva = kva

    def _pcoup_kva(self, kva: int) -> None:
        self.meter.pcoup_kva = kva

    def _load_va(self, power: object) -> None:
        self._follow(self.file.load(self.meter.true_us))

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
        self._lose_supply()
        self._env.process(self._end_outage(outage, self._supply_cuts))

    def _end_outage(self, outage: Outage, cut: int) -> Generator[simpy.Event, None, None]:
        yield self._env.timeout(outage.for_s)
        if cut == self._supply_cuts:  # else somebody ended this outage before
            self.restore_supply(outage.clock_reserve_s)

    def _clock(self, clock: ClockTable) -> None:
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

    def _relays(self, relays: Mapping[int, bool]) -> None:
        self.meter.relays = relays

    def _terminal_a(self, told: TerminalA) -> None:
        """Nothing that the line could tell."""
        if self.terminal_feed is not None:
            self.terminal_feed.take(told)

    def _faults(self, faults: tuple[Fault, ...]) -> None:
        self._transmitter.take_checked(faults)

    def _skip_to(self, text: str) -> None:
        self.meter.skip((self._skip_to_us - self.meter.true_us) / 1e6)
        jumped, self.jumped = self.jumped, self._env.event()
        jumped.succeed()
