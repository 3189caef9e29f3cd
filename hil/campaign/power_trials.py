# SPDX-License-Identifier: Apache-2.0
"""Plays what is to be known of a device's power: started from empty, cut off and given back, fed stiffly.

Apart from the plan of the line: here the meter only says its frames, and the supply is what changes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from xky.boards import Board
from xky.boards.firmware import EnergyPolicy
from xky.boards.power.curve import root
from xky.emulator import Linky
from xky.emulator.supply import Supply
from xky.protocol import Mode

from ..bench.bench import Bench
from ..bench.devices import Device, FedDevice
from .dead_servers import SilentEnds, are_heard, probes_behind
from .power_record import (
    DEAD_S,
    MINIMUM,
    MODEL_V,
    SERVERS,
    CutOut,
    DeadServer,
    LoadStretch,
    PowerRecord,
    Trial,
    restart_s,
)

__all__ = ["PowerTrials"]

STIFF = Supply("stiff", 13.0, 50.0)  # gives 845 mW: tells what a device takes where nothing is short
_CYCLES = 12
_ONE_WAKE_S = 4.0  # from the first message of a wake to the last; none that lives on a meter wakes as often
_ENOUGH = 20_000  # events in a row that no reading ends
_AT_LEAST_S = 900.0
_JUST_OVER_V = 0.02  # what a boot may take
# A meter cuts its supply for 30 s to an hour (Zlinky issues 199, 236, 262); the others end at awkward places
_CUTS_S = (1.0, 30.0, 300.0, 3600.0, 3 * 86400.0)


class PowerTrials:
    """The trials of one device in one mode.

    Args:
        device: makes it anew, not started; one that the bench feeds.
        board: that it runs on, with a power train on the TIC.
        mode: of the TIC.
        seed: of the meter.
        probes: where it is listened to; those of ``probes_of`` unless told.
    """

    def __init__(
        self, device: Callable[[], Device], board: Board, mode: Mode, *, seed: int = 0, probes: Sequence[str] = ()
    ) -> None:
        self._device = device
        self._board = board
        self._mode = mode
        self._seed = seed
        self._probes = probes

    def play(self) -> PowerRecord:
        """Play them all, those that tell what the model cannot know only where it matters."""
        cutting = self._run(self._board, MINIMUM)
        with cutting.bench:
            cuts = cutting.cut(restart_s(self._board))
        stiff = self._run(self._board, STIFF)
        with stiff.bench:
            stiff.let_pass(self._lasts_s)
            fed = stiff.trial()
        cold = self.from_empty()
        lost_lower = found_lower = None
        if cold.first_reading_s is None or cold.browns_out:
            lost_lower = self._with_margin(lost_v=MODEL_V)
            if cold.first_reading_s is None and lost_lower.first_reading_s is None:
                found_lower = self._with_margin(found_v=MODEL_V)
        lives = cold.first_reading_s is not None and not cold.browns_out
        dead = tuple(self._with_dead_servers()) if lives else ()
        return PowerRecord(cold, self._first_charge(), tuple(cuts), fed, lost_lower, found_lower, dead)

    def from_empty(self) -> Trial:
        """Play the start from an empty capacitor, and what follows."""
        return self._from_empty(self._board)

    def _first_charge(self) -> Trial | None:
        power = self._board.power
        if power is None or power.adc is None or power.policy.start_v is None or self._board.wake is None:
            return None

        def may_start(terminal_v: float) -> bool:
            return EnergyPolicy(self._board, full_once=False).may_start(terminal_v)

        reads_v = power.policy.start_v  # if it reads too little even there, it is not misled
        if may_start(0.0):
            reads_v = 0.0
        elif may_start(reads_v):
            reads_v = root(lambda v: 0.5 if may_start(v) else -0.5, 0.0, reads_v)
        run = self._run(self._board, MINIMUM, begins_at_v=reads_v + _JUST_OVER_V)
        with run.bench:
            run.until_reading(restart_s(self._board))
            return run.trial()

    def _with_dead_servers(self) -> Iterator[DeadServer]:
        """What it needs to publish goes away for hours, one after the other, each in a run of its own."""
        for what, kind in SERVERS.items():
            run = self._run(self._board, MINIMUM)
            with run.bench:
                found = run.without(what, kind, restart_s(self._board))
            if found is not None:
                yield found

    def _with_margin(self, lost_v: float = 0.0, found_v: float = 0.0) -> Trial:
        """The start from empty, and what follows, were the rail lost so much lower only, or found so much lower."""
        power = self._board.power
        assert power is not None
        mcu, wake_up, regulator = power.mcu, power.wake_up, power.regulator
        mcu = mcu.model_copy(update={"brown_out_v": mcu.brown_out_v - lost_v, "power_on_v": mcu.power_on_v - found_v})
        if wake_up is not None:
            wake_up = wake_up.model_copy(update={"off_v": wake_up.off_v - lost_v, "on_v": wake_up.on_v - found_v})
        regulator = regulator.model_copy(update={"input_min_v": max(regulator.input_min_v - lost_v, 0.0)})
        spared = power.model_copy(update={"mcu": mcu, "wake_up": wake_up, "regulator": regulator})
        return self._from_empty(self._board.model_copy(update={"power": spared}))

    @property
    def _lasts_s(self) -> float:
        return max(_CYCLES * self._board.report_period_s, _AT_LEAST_S)

    def _from_empty(self, board: Board) -> Trial:
        run = self._run(board, MINIMUM, begins_at_v=0.0)
        with run.bench:
            run.until_reading(1.1 * board.limits.cold_start_s)
            if run.bench.readings:
                run.let_pass(self._lasts_s)
            return run.trial()

    def _run(self, board: Board, supply: Supply, *, begins_at_v: float | None = None) -> "_Run":
        return _Run(self._device(), board, self._mode, self._seed, supply, begins_at_v, self._probes)


def _wakes_of(readings_s: Iterable[float]) -> Iterator[float]:
    """When something was said first in each wake: a gateway says the same reading in several messages."""
    last_s = -_ONE_WAKE_S
    for at_s in readings_s:
        if at_s - last_s >= _ONE_WAKE_S:
            yield at_s
            last_s = at_s


class _Run:
    """A bench under way.

    Args:
        device: not started yet.
        board: that it runs on.
        mode: of the TIC.
        seed: of the meter.
        supply: on the terminals.
        begins_at_v: of a capacitor that was never full; None: it is full.
        probes: where it is listened to.
    """

    def __init__(
        self,
        device: Device,
        board: Board,
        mode: Mode,
        seed: int,
        supply: Supply,
        begins_at_v: float | None,
        probes: Sequence[str],
    ) -> None:
        assert isinstance(device, FedDevice)
        if begins_at_v is not None:
            device.begin_at(begins_at_v, full_once=False)
        self._device = device
        self._board = board
        self._supply = supply
        self.bench = Bench(
            device, board, Linky(mode=mode, seed=seed), seed=seed, only_when_heard=True, supply=supply, probes=probes
        )  # fmt: skip

    def until_reading(self, within_s: float) -> float | None:
        """Let time pass up to the next reading, and say when it came."""
        bench = self.bench
        before = len(bench.readings)
        self._pass_until(lambda: len(bench.readings) > before, within_s)
        return float(bench.env.now) if len(bench.readings) > before else None

    def let_pass(self, duration_s: float) -> None:
        """Let time pass."""
        self._pass_until(lambda: False, duration_s)

    def _pass_until(self, happens: Callable[[], bool], within_s: float) -> None:
        """Let time pass, but not for ever: a device that resets in a flash does so a million times an hour."""
        alarm, events = self.bench.env.timeout(within_s), self._device.train.events
        before = len(events)
        self.bench.run(lambda: happens() or alarm.processed or len(events) > before + _ENOUGH)

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
            terminal_v = self._device.train.terminal_v
            self.bench.terminals.supply = self._supply
            read_s = self.until_reading(limit_s * 1.1)
            found.append(CutOut(back_s - began_s, back_s, terminal_v, read_s))
            if read_s is None:
                break
        return found

    def without(self, what: str, kind: str, limit_s: float) -> DeadServer | None:
        """Have a server dead for hours, and wait for what is said there when it is back; None: there is none."""
        bench = self.bench
        behind = probes_behind(bench.probes, kind)
        if bench.network is None or (kind and not behind):
            return None
        self.until_reading(limit_s)
        began_s = float(bench.env.now)
        away = SilentEnds(one.end for one in behind) if kind else None
        if away is not None:
            away.go()
        else:
            bench.network.go_down()
        self.let_pass(DEAD_S)
        ended_s = float(bench.env.now)
        if away is not None:
            away.come_back()
        else:
            bench.network.come_back()
        within_s = limit_s + self._board.server_returns_after(ended_s - began_s)
        heard = [probe for probe in bench.probes if not kind or probe.kind == kind]
        before = [len(probe.readings) for probe in heard]
        self._pass_until(lambda: are_heard(heard, before), within_s)
        came = [probe.readings[seen].at_s for probe, seen in zip(heard, before, strict=True) if probe.readings[seen:]]
        reading_s = max(came) if len(came) == len(heard) else None
        return DeadServer(what, began_s, ended_s, reading_s, within_s, self.trial())

    def _until_off(self) -> None:
        self._pass_until(lambda: not self._device.train.is_on, 30 * 86400.0)
        self.let_pass(0.005)

    def trial(self) -> Trial:
        """What was recorded until now."""
        train = self._device.train
        train.finish()
        readings_s = tuple(_wakes_of(reading.at_s for reading in self.bench.readings))
        stretches = tuple(
            LoadStretch(one.at_s, one.duration_s, one.state.name, one.before_v, one.after_v) for one in train.stretches
        )
        return Trial(self._supply, readings_s, tuple(train.events), stretches, float(self.bench.env.now))
