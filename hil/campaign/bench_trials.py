# SPDX-License-Identifier: Apache-2.0
"""Plays what is to be known of a real board's power by the instruments of a bench: emptied, fed, cut off, fed to the
full; and, where the bench has its servers in its hands, left without one for hours.

Its supply is set to what a meter gives at the least; what stands before terminal A makes it one. Times that no bench
has (an hour, three days without supply) are had by a load that drains the capacitor as they would.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import inf

from xky.boards import Board
from xky.boards.power.thresholds import runs_from_a, surely_off_v
from xky.emulator import Linky
from xky.emulator.supply import HIGHEST
from xky.protocol import BenchError, InputError, Mode

from ..bench.bench import Bench
from ..bench.devices import Device
from ..instruments import Instrument
from .dead_server_trials import DeadServerTrials
from .dead_servers import Away
from .fed_bench import LOOK_S, FedBench
from .measured_power import (
    COLD,
    CUTS,
    DEAD,
    FULL,
    MeasuredCut,
    MeasuredPower,
    MeasuredTrial,
    PowerSample,
)
from .power_record import DEAD_S, MINIMUM, restart_s

__all__ = ["BenchTrials", "most_v_of", "power_up", "trials_last_s", "why_not_at_all"]

_CUTS_S = (1.0, 30.0, 300.0)
_OHM_SHARE = 0.02  # that what stands before terminal A may be off
_EMPTY_V = 0.3  # a load takes nothing lower
_CYCLES, _AT_LEAST_S = 12, 900.0
_LOOK_CLOSELY_S = 0.02
_STEP_V = 0.004  # while a load drains
_PATIENCE = 3.0  # times what it should take
_QUIET_S = 5.0  # a board whose capacitor is empty says nothing for so long
_SETTLED_V = 0.002
_SETTLES_S = 1800.0  # at the most
_WINDOW_S = 60.0
_RISES_V = 0.2  # a capacitor that is drained no more
_NOT_EMPTIED = "needs a load that empties the capacitor"
_CUT_SHORT = "not played: the run was cut short"
_NO_LOAD = 'needs an electronic load on the capacitor; add [[instrument]] with role = "load"'


def why_not_at_all(board: Board, roles: Collection[str], source_ohm: float | None, most_v: float | None = None) -> str:
    """What the trials of power need that a bench file does not give; empty where they can be played.

    Args:
        board: lives on the TIC.
        roles: of its instruments.
        source_ohm: what stands between its supply and terminal A; None: nobody says that it is like a meter's.
        most_v: the limit of the supply; None: it has none.
    """
    least_v, ohm = MINIMUM.open_circuit_v, MINIMUM.source_ohm
    if source_ohm is None:
        return (
            f"nothing tells that the supply is like a meter's, {least_v:g} V rms at 50 kHz behind {ohm:g} Ω (54E §4); "
            f'where it is, write behind = "{ohm:g} ohm" in its [[instrument]]'
        )
    if abs(source_ohm / ohm - 1) > _OHM_SHARE:
        return (
            f"{source_ohm:g} Ω stand before terminal A; a meter of the minimum specification has {least_v:g} V rms "
            f"behind {ohm:g} Ω: put that there, and say so"
        )
    if most_v is not None and most_v < MINIMUM.open_circuit_v:
        return f"the limit of the supply is {most_v:g} V; a meter has {HIGHEST.open_circuit_v:g} V (54E §4)"
    if "capacitor" not in roles:
        return 'they need a voltmeter on the capacitor; add [[instrument]] with role = "capacitor"'
    assert board.power is not None
    return "" if board.power.capacitor is not None else "they need a capacitor in the board's file"


def trials_last_s(board: Board, dead: int = 0) -> float:
    """About how long all of them take for a board that is in order, seconds on the bench's clock.

    Args:
        board: that is fed.
        dead: how many servers are taken away.
    """
    per_start_s = min(restart_s(board), 300.0)
    in_order_s = 3 * per_start_s + _lasts_s(board) + sum(_CUTS_S) + 4 * board.report_period_s + 10 * _WINDOW_S
    return in_order_s + dead * (DEAD_S + board.server_returns_after(DEAD_S))


def power_up(bench: Bench, board: Board, instruments: Mapping[str, Instrument]) -> None:
    """Feed the board as a meter of the minimum specification does, until it says a first word or should have.

    Raises:
        LostInstrument: one does not answer.
    """
    fed = FedBench(bench, instruments, most_v_of(board))
    fed.prepare()
    fed_s = fed.feed(MINIMUM)
    fed.watch(fed_s + 1.1 * board.limits.cold_start_s, 2 * LOOK_S, lambda _: bool(bench.readings))


class BenchTrials:
    """The trials of one board in one mode.

    Args:
        device: makes it anew, not started.
        board: that it is.
        mode: of the TIC.
        instruments: of the bench, by role, open.
        source_ohm: what stands between supply and terminal A.
        parts: that are asked for.
        lasts: whether the start from empty goes on for many readings.
        seed: of the meter.
        speed: bench seconds per real second.
        probes: where it is listened to.
        access_point: of the board, if the bench can take it away.

    Attributes:
        lost: what the bench lost on the way; None: nothing.
    """

    def __init__(
        self,
        device: Callable[[], Device],
        board: Board,
        mode: Mode,
        instruments: Mapping[str, Instrument],
        source_ohm: float,
        *,
        parts: Collection[str] = (COLD, CUTS, DEAD, FULL),
        lasts: bool = True,
        seed: int = 0,
        speed: float = 1.0,
        probes: Sequence[str] = (),
        access_point: Away | None = None,
    ) -> None:
        self._device, self._board, self._mode = device, board, mode
        self._instruments, self._source_ohm, self._parts, self._goes_on = instruments, source_ohm, parts, lasts
        self._seed, self._speed, self._probes = seed, speed, probes
        self._off_v = surely_off_v(board, MINIMUM.cut)  # reckoned before the clock runs
        try:
            self._runs_from_a = runs_from_a(board)
        except InputError:
            self._runs_from_a = 0.0
        self._wants: dict[str, str] = {}
        self._cold: MeasuredTrial | None = None
        self._rest: MeasuredTrial | None = None
        self._full: MeasuredTrial | None = None
        self._cuts: list[MeasuredCut] = []
        self._servers = DeadServerTrials(board, source_ohm, access_point, self._most_supply_v)
        self._over: set[str] = set()
        self.lost: BenchError | None = None

    def play(self) -> MeasuredPower:
        """Play those that are asked for; what the bench loses on the way keeps the rest from being played."""
        bench = Bench(
            self._device(), self._board, Linky(mode=self._mode, seed=self._seed), seed=self._seed, speed=self._speed,
            supply=MINIMUM, probes=self._probes,
        )  # fmt: skip
        try:
            with bench:
                self.play_or_lose(FedBench(bench, self._instruments, most_v_of(self._board)))
        except BenchError as error:
            self._loses(error)
        return self.so_far

    def play_or_lose(self, fed: FedBench) -> MeasuredPower:
        """The same on a bench that runs already."""
        try:
            self._play_on(fed)
        except BenchError as error:
            self._loses(error)
        return self.so_far

    def _loses(self, error: BenchError) -> None:
        self.lost = error
        for part in self._parts:
            if part not in self._over:
                self._wants.setdefault(part, f"the bench lost what it needs: {error}")

    @property
    def _most_supply_v(self) -> float:
        """Its limit."""
        return self._instruments["supply"].limits.get("voltage_v", inf)

    @property
    def so_far(self) -> MeasuredPower:
        """What was recorded by now; a part that is not over is none that passed."""
        roles = tuple(sorted(self._instruments))
        wants = {part: _CUT_SHORT for part in self._parts if part not in self._over}
        wants |= self._wants | self._servers.wants
        return MeasuredPower(
            self._cold, tuple(self._cuts), self._rest, self._full, wants, roles, tuple(self._servers.dead)
        )

    def _play_on(self, fed: FedBench) -> None:
        fed.prepare()
        if not self._begins_empty(fed):
            return
        self._start(fed)
        self._over.add(COLD)
        if CUTS in self._parts:
            self._cut_out(fed)
            self._over.add(CUTS)
        if DEAD in self._parts:
            self._servers.play(fed)
            self._over.add(DEAD)
        if FULL in self._parts:
            self._fill(fed)
            self._over.add(FULL)
        fed.feed(None)

    def _begins_empty(self, fed: FedBench) -> bool:
        """Empty the capacitor, and see that the board is off then; whether anything can be played."""
        if fed.sample().voltage_v > _EMPTY_V:
            if not fed.can_drain:
                self._wants = dict.fromkeys(self._parts, _NO_LOAD)
                return False
            if not self._empty(fed):
                told = f"{_NOT_EMPTIED}: {fed.samples[-1].voltage_v:.2f} V are left"
                self._wants = dict.fromkeys(self._parts, told)
                return False
        began_s = fed.now_s
        fed.watch(began_s + max(_QUIET_S, 1.5 * self._board.report_period_s), _QUIET_S)
        if fed.readings_after(began_s + _QUIET_S / 2):
            told = (
                "needs a board that nothing but terminals I1-A feeds: this one reads with "
                f"{fed.samples[-1].voltage_v:.2f} V in its capacitor, so something else does, such as its console's USB"
            )
            self._wants = dict.fromkeys(self._parts, told)
            return False
        return True

    def _empty(self, fed: FedBench) -> bool:
        return self._drain_until(fed, lambda one: one.voltage_v <= _EMPTY_V)

    def _drain_until(self, fed: FedBench, stop: Callable[[PowerSample], bool]) -> bool:
        """Whether it came so far."""
        power = self._board.power
        assert power is not None and power.capacitor is not None
        per_volt_s = power.capacitor.capacitance_f / fed.drains_a
        fed.drain(on=True)
        longest_s = _PATIENCE * per_volt_s * max(fed.sample().voltage_v, 0.1)
        stopped = fed.watch(fed.now_s + longest_s, max(_STEP_V * per_volt_s, _LOOK_CLOSELY_S), stop)
        fed.drain(on=False)
        return stopped

    def _start(self, fed: FedBench) -> None:
        first = len(fed.samples) - 1
        fed_s = fed.feed(MINIMUM)
        limit_s = self._board.limits.cold_start_s
        heard = fed.watch(fed_s + 1.1 * limit_s, 2 * LOOK_S, lambda _: bool(fed.readings_after(fed_s)))
        if heard and COLD in self._parts and self._goes_on:
            fed.watch(fed.now_s + _lasts_s(self._board), LOOK_S)
        self._cold = fed.trial(MINIMUM, self._source_ohm, fed_s, first)

    def _cut_out(self, fed: FedBench) -> None:
        for lasts_s in _CUTS_S:
            if not self._cut(fed, lambda lasts_s=lasts_s: fed.watch(fed.now_s + lasts_s, lasts_s)):  # type: ignore[misc]
                return
        if not fed.can_drain:
            self._wants[CUTS] = _NO_LOAD
            return
        stops = self._stops()
        if self._cut(fed, lambda: self._drain_until(fed, stops), drained=True):
            self._cut(fed, lambda: self._empty(fed), drained=True)
            left_v = self._cuts[-1].terminal_v
            if left_v > _EMPTY_V + _RISES_V:
                self._wants[CUTS] = f"{_NOT_EMPTIED}: {left_v:.2f} V are left"

    def _stops(self) -> Callable[[PowerSample], bool]:
        """Whether the board has just lost its rail: by its current, or by the lowest voltage at which it may run."""
        ran = [False]

        def is_off(one: PowerSample) -> bool:
            runs = one.board_a is not None and one.board_a >= self._runs_from_a
            ran[0] |= runs
            return one.voltage_v <= self._off_v or (ran[0] and not runs)

        return is_off

    def _cut(self, fed: FedBench, lasts: Callable[[], object], *, drained: bool = False) -> bool:
        """Cut it off, and wait until it reads again; whether it does."""
        limit_s = restart_s(self._board)
        fed.await_reading(fed.now_s, limit_s)
        began_s = fed.feed(None)
        lasts()
        terminal_v = fed.sample().voltage_v
        back_s = fed.feed(MINIMUM)
        reading_s = fed.await_reading(back_s, 1.1 * limit_s)
        unsure_s = fed.bench.worst_late_s + 2 * fed.samples[-1].unsure_s
        self._cuts.append(MeasuredCut(back_s - began_s, back_s, unsure_s, terminal_v, drained, reading_s))
        return reading_s is not None

    def _fill(self, fed: FedBench) -> None:
        if most_v_of(self._board) == inf:
            self._wants[FULL] = "needs rated_v of the capacitor in the board's file, to know when to stop"
            return
        if (most_v := self._most_supply_v) < HIGHEST.open_circuit_v:
            self._wants[FULL] = f"needs a limit of {HIGHEST.open_circuit_v:g} V of the supply; it is {most_v:g} V"
            return
        first, fed_s = len(fed.samples), fed.now_s
        rests = self._settles(fed)
        self._rest = fed.trial(MINIMUM, self._source_ohm, fed_s, first)
        first = len(fed.samples)
        fed_s = fed.feed(HIGHEST)
        rests &= self._settles(fed)
        self._full = fed.trial(HIGHEST, self._source_ohm, fed_s, first)
        fed.feed(None)
        if not rests and self._full.highest_v <= most_v_of(self._board):
            self._wants[FULL] = f"needs longer than {_SETTLES_S:g} s: its capacitor went on filling"

    def _settles(self, fed: FedBench) -> bool:
        """Look on until it fills no more, or is over what its parts bear; whether it came to rest below."""
        most_v = most_v_of(self._board)
        window_s = max(2 * self._board.report_period_s, _WINDOW_S)
        give_up_s, highest_v = fed.now_s + _SETTLES_S, 0.0

        def is_over(one: PowerSample) -> bool:
            return one.voltage_v - one.error_v > most_v

        while fed.now_s < give_up_s:
            first = len(fed.samples)
            if fed.watch(fed.now_s + window_s, LOOK_S, is_over):
                return False
            now_v = max(one.voltage_v for one in fed.samples[first:])
            if now_v - highest_v < _SETTLED_V:
                return True
            highest_v = max(highest_v, now_v)
        return False


def most_v_of(board: Board) -> float:
    """What the parts at the capacitor of a board bear at the most; infinite where its file does not say."""
    power = board.power
    assert power is not None and power.capacitor is not None
    rated = (power.capacitor.rated_v, power.regulator.input_max_v)
    return min((one for one in rated if one is not None), default=inf)


def _lasts_s(board: Board) -> float:
    return max(_CYCLES * board.report_period_s, _AT_LEAST_S)
