# SPDX-License-Identifier: Apache-2.0
"""What a simulated device does on its power, recorded: started from empty, cut off and given back, fed stiffly.

Apart from the plan of the line: here the meter only says its frames, and the supply is what changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

from xky.boards import Board
from xky.boards.firmware import EnergyPolicy
from xky.boards.power.clocked_train import ClockedTrain, train_of
from xky.boards.power.curve import root
from xky.boards.power.event_simulation import PowerEvent, PowerEventKind, Stretch
from xky.boards.power.train import OFF
from xky.emulator import Linky
from xky.emulator.supply import SUPPLIES, Supply
from xky.protocol import Mode

from ..bench.bench import Bench
from ..bench.devices import Device

__all__ = ["MINIMUM", "CutOut", "PowerRecord", "PowerTrials", "Trial", "restart_s"]

MINIMUM = SUPPLIES["min_spec"]
STIFF = Supply("stiff", 13.0, 50.0)  # gives 845 mW: tells what a device takes where nothing is short
_CYCLES = 12
_ENOUGH = 20_000  # moments in a row that no reading ends
_COUNTED = 8  # readings
_AT_LEAST_S = 900.0
_JUST_OVER_V = 0.02  # what a boot may take
# A meter cuts its supply for 30 s to an hour (Zlinky issues 199, 236, 262); the others end at awkward places
_CUTS_S = (1.0, 30.0, 300.0, 3600.0, 3 * 86400.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run on one supply.

    Attributes:
        supply: at its beginning.
        readings_s: when the device said something.
        moments: power on, brown-outs, changes of the supply.
        stretches: time in each state.
        duration_s: of the run.
    """

    supply: Supply
    readings_s: Sequence[float]
    moments: Sequence[PowerEvent]
    stretches: Sequence[Stretch]
    duration_s: float

    @property
    def first_reading_s(self) -> float | None:
        """None: it never said anything."""
        return self.readings_s[0] if self.readings_s else None

    def brown_outs(self, after_s: float = 0.0) -> Sequence[PowerEvent]:
        """The brown-outs after an instant."""
        return [one for one in self.moments if one.what is PowerEventKind.BROWN_OUT and one.at_s > after_s]

    def least_headroom_v(self, after_s: float) -> float:
        """Least distance of the terminals from where the rail is lost, while awake after an instant; else infinite."""
        least_v = inf
        for one in self.stretches:
            skipped_s = max(after_s - one.at_s, 0.0)  # a device that never sleeps has one stretch
            if skipped_s < one.duration_s and one.state.off_terminal_v > 0:
                before_v = one.state.flow.after(one.before_v, skipped_s) if skipped_s else one.before_v
                lowest_v = min(one.state.terminal_v(v) for v in (before_v, one.after_v))
                least_v = min(least_v, lowest_v - one.state.off_terminal_v)
        return least_v

    def need_w(self, board: Board) -> float:
        """Mean power at the terminals I1-A that what it does in ``counted_s`` needs, on a minimum-spec meter.

        Reckoned at the lowest voltage at which it still works: what an LDO burns of a higher one, and the clamp of a
        full capacitor, it does not need.
        """
        power = board.power
        assert power is not None
        train, first_s, last_s = train_of(power), *self.counted_s
        states = {name: train.state(MINIMUM, name) for name in (OFF, *power.loads)}
        works_v = max(state.off_terminal_v for state in states.values())
        if power.policy.stop_v is not None:
            works_v = max(works_v, power.policy.stop_v)
        taken_j = 0.0
        for one in self.stretches:
            spent_s = min(one.at_s + one.duration_s, last_s) - max(one.at_s, first_s)
            if spent_s > 1e-9:
                state = states[one.state.name]
                losses = state.balance.losses(state.inner_v(works_v))
                taken_j += spent_s * (losses.delivered_w + losses.regulator_w + losses.leakage_w)
        dark = states[OFF]
        charging = dark.balance.losses(dark.inner_v(works_v))
        through_w = charging.source_w - charging.meter_w
        return taken_j / (1 - (charging.diode_w + charging.charger_w) / through_w) / (last_s - first_s)

    @property
    def counted_s(self) -> tuple[float, float]:
        """From reading to reading, when it had found its pace."""
        counted = self.readings_s[-_COUNTED:]
        return counted[0], counted[-1]


@dataclass(frozen=True, slots=True)
class CutOut:
    """The supply was gone for a while.

    Attributes:
        lasted_s: so long.
        back_s: when it came back.
        terminal_v: of the capacitor then.
        reading_s: the first reading after it; None: none came in time.
    """

    lasted_s: float
    back_s: float
    terminal_v: float
    reading_s: float | None


@dataclass(frozen=True, slots=True)
class PowerRecord:
    """All trials of a device in one mode.

    Attributes:
        cold: from an empty capacitor on a minimum-spec meter, its ADC without a scale.
        first_charge: likewise, from just over the least voltage at which it begins a wake by that ADC; None where its
            firmware does not decide by its capacitor.
        cuts: the supply cut out and given back, again and again.
        stiff: from a source that has more than enough.
    """

    cold: Trial
    first_charge: Trial | None
    cuts: Sequence[CutOut]
    stiff: Trial


def restart_s(board: Board) -> float:
    """How long a device may take to read again: one that kept its charge may sleep on first."""
    return board.limits.cold_start_s + board.report_period_s


class PowerTrials:
    """The trials of one device in one mode; they run when their record is first asked for.

    Args:
        device: makes the simulated device anew, not started.
        board: that it runs on, with a power train on the TIC.
        mode: of the TIC.
        seed: of the meter.
    """

    def __init__(self, device: Callable[[], Device], board: Board, mode: Mode, *, seed: int = 0) -> None:
        self._device = device
        self.board = board
        self._mode = mode
        self._seed = seed

    @property
    def played(self) -> bool:
        """Whether the record was asked for."""
        return "record" in self.__dict__

    @cached_property
    def record(self) -> PowerRecord:
        """What the device did."""
        cutting = self._run(self.board, MINIMUM)
        with cutting.bench:
            cuts = cutting.cut(restart_s(self.board))
        stiff = self._run(self.board, STIFF)
        with stiff.bench:
            stiff.let_pass(self._lasts_s)
            fed = stiff.trial()
        return PowerRecord(self._from_empty(self.board), self._first_charge(), cuts, fed)

    def _first_charge(self) -> Trial | None:
        power = self.board.power
        if power is None or power.adc is None or power.policy.start_v is None or self.board.wake is None:
            return None

        def may_start(terminal_v: float) -> bool:
            return EnergyPolicy(self.board, full_once=False).may_start(terminal_v)

        reads_v = power.policy.start_v  # if it reads too little even there, it is not misled
        if may_start(0.0):
            reads_v = 0.0
        elif may_start(reads_v):
            reads_v = root(lambda v: 0.5 if may_start(v) else -0.5, 0.0, reads_v)
        run = self._run(self.board, MINIMUM, inner_v=reads_v + _JUST_OVER_V, full_once=False)
        with run.bench:
            run.until_reading(restart_s(self.board))
            return run.trial()

    def with_margin(self, lost_v: float, found_v: float = 0.0) -> Trial:
        """The start from empty, and what follows, were the rail lost so much lower only, or found so much lower."""
        power = self.board.power
        assert power is not None
        mcu, wake_up, regulator = power.mcu, power.wake_up, power.regulator
        mcu = mcu.model_copy(update={"brown_out_v": mcu.brown_out_v - lost_v, "power_on_v": mcu.power_on_v - found_v})
        if wake_up is not None:
            wake_up = wake_up.model_copy(update={"off_v": wake_up.off_v - lost_v, "on_v": wake_up.on_v - found_v})
        regulator = regulator.model_copy(update={"input_min_v": max(regulator.input_min_v - lost_v, 0.0)})
        spared = power.model_copy(update={"mcu": mcu, "wake_up": wake_up, "regulator": regulator})
        return self._from_empty(self.board.model_copy(update={"power": spared}))

    @property
    def _lasts_s(self) -> float:
        return max(_CYCLES * self.board.report_period_s, _AT_LEAST_S)

    def _from_empty(self, board: Board) -> Trial:
        run = self._run(board, MINIMUM, inner_v=0.0, full_once=False)
        with run.bench:
            run.until_reading(1.1 * board.limits.cold_start_s)
            if run.bench.probe.readings:
                run.let_pass(self._lasts_s)
            return run.trial()

    def _run(self, board: Board, supply: Supply, *, inner_v: float | None = None, full_once: bool = True) -> "_Run":
        return _Run(self._device(), board, self._mode, self._seed, supply, inner_v=inner_v, full_once=full_once)


class _Run:
    """A bench under way."""

    def __init__(
        self,
        device: Device,
        board: Board,
        mode: Mode,
        seed: int,
        supply: Supply,
        *,
        inner_v: float | None,
        full_once: bool,
    ) -> None:
        self._device = device
        self._supply = supply
        self.bench = Bench(
            device, board, Linky(mode=mode, seed=seed), seed=seed, only_when_heard=True, supply=supply,
            inner_v=inner_v, full_once=full_once,
        )  # fmt: skip

    @property
    def power(self) -> ClockedTrain:
        power = getattr(self._device, "power", None)
        assert isinstance(power, ClockedTrain)
        return power

    def until_reading(self, within_s: float) -> float | None:
        """Let time pass up to the next reading, and say when it came."""
        bench = self.bench
        before = len(bench.probe.readings)
        self._pass_until(lambda: len(bench.probe.readings) > before, within_s)
        return float(bench.env.now) if len(bench.probe.readings) > before else None

    def let_pass(self, duration_s: float) -> None:
        """Let time pass."""
        self._pass_until(lambda: False, duration_s)

    def _pass_until(self, happens: Callable[[], bool], within_s: float) -> None:
        """Let time pass, but not for ever: a device that resets in a flash does so a million times an hour."""
        alarm, moments = self.bench.env.timeout(within_s), self.power.moments
        before = len(moments)
        self.bench.run(lambda: happens() or alarm.processed or len(moments) > before + _ENOUGH)

    def cut(self, limit_s: float) -> list[CutOut]:
        """Cut the supply off for each length, and once until just after the device has lost its rail."""
        found = []
        for lasts_s in (*_CUTS_S, None):
            self.until_reading(limit_s)
            began_s = float(self.bench.env.now)
            self.bench.terminals.supply = self._supply.cut
            if lasts_s is None:
                self._until_off()
            else:
                self.let_pass(lasts_s)
            back_s = float(self.bench.env.now)
            terminal_v = self.power.terminal_v
            self.bench.terminals.supply = self._supply
            read_s = self.until_reading(limit_s * 1.1)
            found.append(CutOut(back_s - began_s, back_s, terminal_v, read_s))
            if read_s is None:
                break
        return found

    def _until_off(self) -> None:
        self._pass_until(lambda: not self.power.is_on, 30 * 86400.0)
        self.let_pass(0.005)

    def trial(self) -> Trial:
        self.power.finish()
        readings_s = [reading.at_s for reading in self.bench.probe.readings]
        return Trial(self._supply, readings_s, self.power.moments, self.power.stretches, float(self.bench.env.now))
