# SPDX-License-Identifier: Apache-2.0
"""What a real board does while what it publishes by is dead for hours: servers of the bench's own, its access point.

Each begins with a full capacitor, as on a simulated board: one that was never full knows less of its charge.
"""

from collections.abc import Sequence

from xky.boards import Board
from xky.emulator.supply import HIGHEST

from ..bench.probes import Probe
from .dead_servers import Away, SilentEnds, are_heard, probes_behind
from .fed_bench import LOOK_S, FedBench
from .measured_power import MeasuredDeadServer
from .power_record import DEAD_S, MINIMUM, SERVERS, restart_s, rests_at_v

__all__ = ["DeadServerTrials"]

_FILLS_S, _FULL_SHARE = 3600.0, 0.97  # at the most; of where it rests
_ON_THE_WAY_S = 5.0  # what it had said before may come later
_PATIENCE = 1.1  # times what it may take
_NO_ACCESS_POINT = "needs an access point that the bench can take away; write [access_point] off and on, two commands"


class DeadServerTrials:
    """Those of one board.

    Args:
        board: that is fed.
        source_ohm: what stands between supply and terminal A.
        access_point: of the board, if the bench can take it away.
        most_v: that the supply may give.

    Attributes:
        dead: what was recorded by now.
        wants: by what was to be dead, what kept it from that, and what it needs.
    """

    def __init__(self, board: Board, source_ohm: float, access_point: Away | None, most_v: float) -> None:
        self._board, self._source_ohm, self._access_point = board, source_ohm, access_point
        self._fill = HIGHEST if most_v >= HIGHEST.open_circuit_v else MINIMUM
        self._full_v = _FULL_SHARE * rests_at_v(board)  # reckoned before the clock runs
        self.dead: list[MeasuredDeadServer] = []
        self.wants: dict[str, str] = {}

    def play(self, fed: FedBench) -> None:
        """One after the other, on a board that lives.

        Raises:
            BenchError: an instrument or a command fails.
        """
        for what, kind in SERVERS.items():
            behind = probes_behind(fed.bench.probes, kind)
            away = SilentEnds(one.end for one in behind) if kind else self._access_point
            if away is None:
                self.wants[what] = _NO_ACCESS_POINT
            elif not behind:
                self.wants[what] = (
                    f"needs the bench to be its {what if kind else 'broker'}: --probe {kind or 'mqtt'}:ADDRESS:PORT"
                )
            else:
                self._dies(fed, what, away, behind)

    def _dies(self, fed: FedBench, what: str, away: Away, heard: Sequence[Probe]) -> None:
        bench, limit_s = fed.bench, restart_s(self._board)
        if not self._fills(fed):
            self.wants[what] = f"needs its capacitor full before: {fed.samples[-1].voltage_v:.2f} V were reached"
            return
        if fed.await_reading(fed.now_s, _PATIENCE * limit_s) is None:
            self.wants[what] = f"it said nothing before its {what} went away"
            return
        try:
            away.go(bench)
            bench.count_lateness_anew()
            first, began_s = len(fed.samples), fed.now_s
            fed.watch(began_s + DEAD_S, LOOK_S)
            gone_s = float(bench.env.now)
        finally:
            away.come_back(bench)
        ended_s, since_s = fed.now_s, began_s + _ON_THE_WAY_S
        if any(since_s < one.at_s < gone_s for probe in heard for one in probe.readings):
            self.wants[what] = f"it was heard while its {what} was to be away"
            return
        within_s = limit_s + self._board.server_returns_after(ended_s - began_s)
        before = [sum(one.at_s < gone_s for one in probe.readings) for probe in heard]
        fed.watch(ended_s + _PATIENCE * within_s, LOOK_S, lambda _: are_heard(heard, before))
        came = [probe.readings[seen].at_s for probe, seen in zip(heard, before, strict=True) if probe.readings[seen:]]
        reading_s = max(came) if len(came) == len(heard) else None
        trial = fed.trial(MINIMUM, self._source_ohm, began_s, first)
        self.dead.append(MeasuredDeadServer(what, began_s, ended_s, reading_s, within_s, trial))

    def _fills(self, fed: FedBench) -> bool:
        """Bring its capacitor to where it rests while the board sleeps, by the most that a meter gives; whether it
        comes so far."""
        fed.feed(self._fill)
        filled = fed.watch(fed.now_s + _FILLS_S, 2 * LOOK_S, lambda one: one.voltage_v >= self._full_v)
        fed.feed(MINIMUM)
        return filled
