# SPDX-License-Identifier: Apache-2.0
"""A simulated board behind virtual instruments that reads the line as well: its firmware has what terminal A gives.

It is the one of ``sim:``; here its line is a port, and its supply an instrument.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xky.boards import Board
from xky.boards.description.power import PowerDescription
from xky.boards.description.states import OFF
from xky.boards.power.clocked_train import ClockedTrain, train_of
from xky.emulator import Line
from xky.emulator.supply import Supply
from xky.protocol import Burst, Mode
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import CharacterDefect

from ..bench.reading import Reading
from ..emulation.emulated_board import EmulatedBoard
from .board import VirtualBoard
from .clock import BenchClock

if TYPE_CHECKING:
    from .board_network import BoardNetwork

__all__ = ["ReadingBoard"]

_FED_V, _DRAINED_A = (12.0, 13.0), 0.1  # of a supply and a load


class ReadingBoard(VirtualBoard):
    """A board that lives on terminals that give nothing at the beginning, and on nothing else.

    Args:
        name: of the board or of its file.
        board: of that name.
        supply: whose resistance stands between the virtual supply and the terminals.
        clock: of the bench.
        mode: of the TIC.
        inner_v: of the capacitor at the beginning.
        defect: id of a defect to build in.
        network: by which it publishes, in the place of its console; None: it says all on that.

    Attributes:
        network: as given.

    Raises:
        InputError: it does not live on the TIC, has no simulated firmware, or there is no such defect.
    """

    def __init__(
        self,
        name: str,
        board: Board,
        supply: Supply,
        clock: BenchClock,
        *,
        mode: Mode = Mode.STANDARD,
        inner_v: float = 0.0,
        defect: str | None = None,
        network: "BoardNetwork | None" = None,
    ) -> None:
        self._name, self._defect, self.network = name, defect, network
        self._busy_until_s = self._told_until_s = 0.0
        super().__init__(board, supply, clock, mode=mode, inner_v=inner_v)
        _reckon_before(self._living_board.board, supply)

    def _living(self, power: PowerDescription, inner_v: float) -> ClockedTrain:
        self._line = Line()
        self._living_board = EmulatedBoard(
            self._env, self._name, self.mode, self._line, self._terminals, speed=self._clock.speed or 1.0,
            defect=self._defect, begins_at_v=inner_v, join=None if self.network is None else self.network.joined,
        )  # fmt: skip
        train = self._living_board.train
        assert train is not None
        return train

    def catch_up(self) -> float:
        with self.lock:
            now_s = super().catch_up()
            if self.network is not None:
                self.network.poll()
            return now_s

    def hear(self, data: bytes) -> None:
        """Characters of the line, eight bits with the parity in bit 7, the last of them just over."""
        codes = bytes(code & 0x7F for code in data)
        defects = {place: CharacterDefect.PARITY for place, code in enumerate(data) if code.bit_count() % 2}
        with self.lock:
            now_s = self.catch_up()
            start_s = max(now_s, self._busy_until_s)
            burst = Burst(start_s, CHARACTER_BITS / self.mode.baud, codes, defects)
            self._busy_until_s = burst.end_s
            begins = self._env.timeout(start_s - now_s)
            assert begins.callbacks is not None
            begins.callbacks.append(lambda _: self._line.send(burst))

    def news(self) -> list[Mapping[str, Any]]:
        """What it has said since the last time, a message each: labels with what was said of them."""
        with self.lock:
            self.catch_up()
            new = [one for one in self._living_board.all_readings if one.at_s > self._told_until_s]
            if new:
                self._told_until_s = new[-1].at_s
        return [_said(one) for one in new]


def _reckon_before(board: Board, supply: Supply) -> None:
    """What takes seconds to reckon is reckoned before the clock matters: what trials of power set."""
    assert board.power is not None
    regulator = board.power.regulator
    for drained_a in (0.0, _DRAINED_A):
        loaded = regulator.model_copy(update={"quiescent_a": regulator.quiescent_a + drained_a})
        train = train_of(board.power.model_copy(update={"regulator": loaded}))
        for fed_v in (0.0,) if drained_a else (0.0, *_FED_V):
            for load in (OFF, *board.power.loads):
                flow = train.state(replace(supply, open_circuit_v=fed_v), load).flow
                for from_v in (0.0, flow.rest_v(0.0) / 2, flow.rest_v(0.0)):
                    flow.after(from_v, 1.0)


def _said(reading: Reading) -> Mapping[str, Any]:
    return {
        label: {"value": str(said.value if said.scale is None else reading[label]), "timestamp": said.timestamp}
        for label, said in reading.said.items()
    }
