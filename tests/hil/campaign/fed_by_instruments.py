# SPDX-License-Identifier: Apache-2.0
"""Trials of power by instruments, reached through pyvisa-py on sockets, on a simulated board in virtual time.

The board is that of ``sim:``, on the clock of the bench itself: what takes an hour takes seconds, and what the
instruments show is what it truly does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import RLock
from types import SimpleNamespace
from typing import Any

from xky.boards import Board, board_named
from xky.emulator import Linky, Truth
from xky.emulator.supply import SUPPLIES, Supply
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.campaign.bench_trials import BenchTrials, most_v_of
from xky.hil.campaign.fed_bench import FedBench
from xky.hil.campaign.measured_power import COLD, CUTS, FULL, MeasuredPower
from xky.hil.campaign.record import Record
from xky.hil.instruments import Instrument, open_instrument
from xky.hil.virtual.connection import Behaviour
from xky.hil.virtual.instrument import Bench as VirtualPlace
from xky.hil.virtual.makes import virtual_named
from xky.hil.virtual.misbehaviour import Misbehaviour, Planned
from xky.hil.virtual.tcp import TcpInstrument
from xky.hil.virtual.virtual_bench import DEFAULT_MAKES
from xky.protocol import Mode

ROLES = ("supply", "capacitor", "load", "analyser")
LIMITS: Mapping[str, Mapping[str, float]] = {
    "supply": {"voltage_v": 13.0, "current_a": 0.3},
    "load": {"current_a": 0.2},
}

_SOON_S = 0.5  # that an answer may take of one that will not come


class _Terminals:
    """The bench's board as instruments have it: like ``VirtualBoard``, whose clock is another."""

    def __init__(self, bench: Bench, supply: Supply) -> None:
        self._bench, self.supply, self.drained_a, self.lock = bench, supply, 0.0, RLock()
        bench.terminals.supply = supply.cut

    @property
    def _train(self) -> Any:
        return self._bench.device.train  # type: ignore[attr-defined]

    def feed(self, voltage_v: float, *, on: bool) -> None:
        fed = replace(self.supply, open_circuit_v=voltage_v if on else 0.0)
        if fed != self._bench.terminals.supply:
            self._bench.terminals.supply = fed

    def drain(self, current_a: float, *, on: bool) -> None:
        self.drained_a = current_a if on else 0.0
        self._train.draw_beside(self.drained_a)

    @property
    def capacitor_v(self) -> float:
        return float(self._train.terminal_v)

    @property
    def board_a(self) -> float:
        return float(self._train.drawn_a)

    @property
    def supply_a(self) -> float:
        return 0.0


@contextmanager
def fed_by_instruments(
    defect: str | None = None,
    *,
    board: str = "winky-c6",
    roles: Sequence[str] = ROLES,
    lost: str = "",
    after: int = 0,
    limits: Mapping[str, Mapping[str, float]] = LIMITS,
) -> Iterator[tuple[FedBench, dict[str, Instrument]]]:
    """A bench under way, its instruments open.

    Args:
        defect: built into the board.
        board: that is fed.
        roles: of the instruments.
        lost: one of them that falls silent.
        after: so many messages.
        limits: by role, in SI units.
    """
    device = open_device(f"sim:{board}", defect=defect)
    device.begin_at(0.0, full_once=False)  # type: ignore[attr-defined]
    assert device.board is not None
    bench = Bench(
        device, device.board, Linky(mode=Mode.STANDARD), only_when_heard=True, supply=SUPPLIES["min_spec"].cut
    )
    with ExitStack() as stack:
        stack.enter_context(bench)
        terminals = _Terminals(bench, SUPPLIES["min_spec"])
        clock: Any = SimpleNamespace(now_s=lambda: float(bench.env.now), speed=0.0)
        place = VirtualPlace(terminals, clock, None, 0)  # type: ignore[arg-type]
        opened = {}
        for role in roles:
            silent = Planned(Misbehaviour.SILENT, after) if role == lost else None
            served = TcpInstrument(virtual_named(role, DEFAULT_MAKES[role])(place), Behaviour(silent))
            stack.callback(served.close)
            make = DEFAULT_MAKES[role]
            opened[role] = open_instrument(role, served.resource, make, limits.get(role, {}))
            stack.callback(opened[role].close)
        if lost:
            opened[lost]._session._answer_s = _SOON_S
        yield FedBench(bench, opened, most_v_of(device.board)), opened


def measured(
    defect: str | None = None,
    *,
    board: str = "winky-c6",
    roles: Sequence[str] = ROLES,
    parts: Sequence[str] = (COLD, CUTS, FULL),
    lasts: bool = True,
    lost: str = "",
    after: int = 0,
    limits: Mapping[str, Mapping[str, float]] = LIMITS,
) -> MeasuredPower:
    """What instruments saw of a board."""
    bench = fed_by_instruments(defect, board=board, roles=roles, lost=lost, after=after, limits=limits)
    with bench as (fed, instruments):
        trials = BenchTrials(
            lambda: fed.bench.device, board_named(board), Mode.STANDARD, instruments, 274.0, parts=parts, lasts=lasts
        )
        return trials.play_or_lose(fed)


def record_with(power: MeasuredPower, board: Board) -> Record:
    """A record of nothing else."""
    return Record(
        mode=Mode.STANDARD, board=board, speed=1.0, claims=None, truth=Truth(), readings=[], remarks=[],
        measured_power=power, on_hardware=True,
    )  # fmt: skip
