# SPDX-License-Identifier: Apache-2.0
"""A simulated board on an emulated line: it listens beside the port's reader, and lives on terminals I1-A."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

import simpy

from xky.boards import Board, board_named, board_names
from xky.boards.description.states import OFF
from xky.boards.power.clocked_train import ClockedTrain, train_of
from xky.boards.power.event_simulation import PowerEvent, PowerEventKind
from xky.emulator import Line
from xky.emulator.supply import Supply, Terminals
from xky.protocol import InputError, Mode

from ..bench.bench import probes_of
from ..bench.devices import DeviceContext
from ..bench.devices.sim import SimDevice
from ..bench.joined import joined
from ..bench.probes import ProbeContext, open_probe
from ..bench.probes.lines import LinesProbe
from ..bench.reading import Reading

if TYPE_CHECKING:
    from ..bench.network import Network

__all__ = ["EmulatedBoard", "check_board"]

_KEPT_S = 300.0  # of its past, seconds of a clock that runs as a real one does
_LONGEST_KEPT_S = 6 * 3600.0  # of the bench's clock, however fast it is
_TIDIED_EACH_S = 600.0
_TOGETHER_S = 0.5  # between messages of one reading; two of them have a frame between them at least


def check_board(name: str, mode: Mode) -> Board:
    """The board of a name or a file that can listen to a meter.

    Raises:
        InputError: there is none, it has no simulated firmware, or it does not read that mode.
    """
    board = board_named(name)
    if board.firmware is None:
        known = [one for one in board_names() if board_named(one).firmware is not None]
        raise InputError(f"--board {name}: has no simulated firmware; take one of {', '.join(known)}")
    if mode not in board.modes:
        raise InputError(f"--board {name}: does not read {mode} mode; give --mode {' or '.join(board.modes)}")
    return board


class EmulatedBoard:
    """One board, from the first frame on; what it says goes to ends of the bench's own, in the bench's time.

    Its past is kept for minutes: a run may go on for days.

    Args:
        env: the bench's clock.
        name: of a board or of its file, see ``check_board``.
        mode: of the TIC that it is set for.
        line: that it listens to.
        terminals: that it lives on, unless it has a supply of its own.
        speed: bench seconds per real second.
        defect: id of a defect to build in.
        begins_at_v: of a capacitor that was never full; None: it is full.
        join: tells how it is set up for servers that exist, and reaches them; it publishes there alone, and nothing
            of it is kept here. None: to ends of its own.

    Raises:
        InputError: see ``check_board``; no such defect.

    Attributes:
        board: as its file describes it.
        kept_s: how much of its past is kept at least, seconds of the bench's clock.
    """

    def __init__(
        self,
        env: simpy.Environment,
        name: str,
        mode: Mode,
        line: Line,
        terminals: Terminals,
        *,
        speed: float = 1.0,
        defect: str | None = None,
        begins_at_v: float | None = None,
        join: Callable[[Board, simpy.Environment], tuple[Board, "Network"]] | None = None,
    ) -> None:
        check_board(name, mode)
        self._device = device = SimDevice(name, defect=defect)
        if begins_at_v is not None:
            device.begin_at(begins_at_v, full_once=False)
        assert device.board is not None
        self.board = board = device.board
        self._env, self._terminals = env, terminals
        self.kept_s = min(_KEPT_S * max(speed, 1.0), _LONGEST_KEPT_S)
        place = ProbeContext(env, None, board, mode, speed)
        specs = probes_of(device, board) if join is None else ()
        self._probes = probes = [open_probe(spec) for spec in specs]
        for probe in probes:
            probe.open(place)
        lines = next((probe for probe in probes if isinstance(probe, LinesProbe)), None)
        network = radio = None
        if join is not None:
            board, network = join(board, env)
        elif lines is None:
            board, network, radio = joined(board, probes, place)
        if self.lives_on_terminals:
            self._prepare(terminals.supply)
        context = DeviceContext(
            env, None, line, lines or LinesProbe(), board, mode, speed, terminals, {}, (), network, radio,
            lines is not None,
        )  # fmt: skip
        if not probes:
            probes.append(LinesProbe())  # at which nothing is said
        self._device.start(context, lambda: None)
        self._readings_before = self._brown_outs_before = 0
        self._last_brown_out_s: float | None = None
        env.process(self._forget_the_past())

    def _prepare(self, supply: Supply) -> None:
        """What takes tens of milliseconds to reckon is reckoned before the line speaks: this supply, and none."""
        assert self.board.power is not None
        train = train_of(self.board.power)
        for given in (supply, supply.cut):
            for load in (OFF, *self.board.power.loads):
                state = train.state(given, load)
                state.flow.rest_v(0.0)

    @property
    def now_s(self) -> float:
        """The present on the bench's clock, in seconds."""
        return float(self._env.now)

    @property
    def lives_on_terminals(self) -> bool:
        """Whether terminals I1-A feed it; else it has a supply of its own."""
        return self.board.power is not None and self.board.power.source == "tic"

    @property
    def supply(self) -> Supply:
        """What terminals I1-A give now."""
        return self._terminals.supply

    @property
    def train(self) -> ClockedTrain | None:
        """Its power train; None with a supply of its own."""
        return self._device.train if self.lives_on_terminals else None

    @property
    def load(self) -> str:
        """What its firmware does now, by the names of ``[power.loads]``; ``off`` without a rail."""
        return self._device.load

    @property
    def is_on(self) -> bool:
        """Whether its microcontroller runs."""
        return self.train is None or self.train.is_on

    @property
    def brown_outs(self) -> int:
        """How many there were since the start."""
        return self._brown_outs_before + len(self._brown_outs())

    @property
    def last_brown_out_s(self) -> float | None:
        """When the last one was, seconds on the bench's clock."""
        kept = self._brown_outs()
        return kept[-1].at_s if kept else self._last_brown_out_s

    @property
    def readings(self) -> int:
        """How many it has published since the start, at the first of its uplinks; some boards say one in many
        messages."""
        return self._readings_before + len(self._begins())

    @property
    def all_readings(self) -> Sequence[Reading]:
        """Those messages of the first of its uplinks that are kept."""
        return self._probes[0].readings

    @property
    def last_reading(self) -> Sequence[Reading]:
        """The messages of the last of them, in order; none before the first one."""
        begins = self._begins()
        return self._probes[0].readings[begins[-1] :] if begins else ()

    def _begins(self) -> list[int]:
        """Places of the messages that a reading begins with, of those that are kept."""
        times_s = [-inf, *(one.at_s for one in self._probes[0].readings)]
        return [place for place, (before_s, at_s) in enumerate(pairwise(times_s)) if at_s - before_s > _TOGETHER_S]

    @property
    def brown_outs_s(self) -> list[float]:
        """When those were that are kept, seconds on the bench's clock."""
        return [one.at_s for one in self._brown_outs()]

    def _brown_outs(self) -> list[PowerEvent]:
        events = [] if self.train is None else self.train.events
        return [one for one in events if one.what is PowerEventKind.BROWN_OUT]

    def _forget_the_past(self) -> simpy.events.ProcessGenerator:
        while True:
            yield self._env.timeout(min(self.kept_s, _TIDIED_EACH_S))
            if last := self.last_reading:
                self._readings_before = self.readings - 1
                for probe in self._probes:
                    probe.forget_before(last[0].at_s)
            if self.train is not None:
                at_s = self.now_s - self.kept_s
                self._last_brown_out_s = self.last_brown_out_s
                self._brown_outs_before += sum(one < at_s for one in self.brown_outs_s)
                self.train.forget_before(at_s)
