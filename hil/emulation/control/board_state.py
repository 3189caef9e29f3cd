# SPDX-License-Identifier: Apache-2.0
"""The board on terminals I1-A as a client is told of it: asked in the bench's thread, and only when somebody looks.

Looking leaves no trace: voltages between two events are reckoned from what is known at the first of them.
"""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import takewhile

from xky.boards.power.event_simulation import Stretch
from xky.emulator.scenario.actions import Actions
from xky.emulator.supply import SUPPLIES
from xky.protocol import InputError

from ...bench.reading import Reading
from ..emulated_board import EmulatedBoard
from ..voltage_curve import Point, once_each, points_of, thinned, thresholds_of
from .board_answers import (
    BoardAnswer,
    BoardTraceAnswer,
    KnownSupply,
    ReadingAnswer,
    SupplyAnswer,
    ThresholdAnswer,
    VoltageAnswer,
)

__all__ = ["BoardState", "check_feeds"]

_POINTS = 150  # of a curve, each its lowest and its highest voltage
_DIGITS = 6
_SUPPLIES = [
    KnownSupply(
        model=one.name,
        open_circuit_v=one.open_circuit_v,
        source_ohm=one.source_ohm,
        available_w=round(one.most_w, _DIGITS),
    )
    for one in SUPPLIES.values()
]


def check_feeds(board: "BoardState | None") -> None:
    """Refuse another supply of terminals that feed nobody.

    Raises:
        InputError: they do not.
    """
    if board is None:
        raise InputError("terminal_a: nothing lives on terminals I1-A here; start xky emulate with --board")
    if not board.board.lives_on_terminals:
        raise InputError(f"terminal_a: board {board.board.board.id} has a supply of its own; start one that has none")


class BoardState:
    """What is told of a board.

    Args:
        board: on the line.
        actions: which feed its terminals.
    """

    def __init__(self, board: EmulatedBoard, actions: Actions) -> None:
        self.board = board
        self._actions = actions
        thresholds = thresholds_of(board.board, board.supply)
        self._thresholds = [ThresholdAnswer(name=name, voltage_v=voltage_v) for name, voltage_v in thresholds]
        self._points: deque[Point] = deque()  # of the curve
        self._told_until_s = float("-inf")

    def now(self) -> BoardAnswer:
        """As it is."""
        one, board = self.board, self.board.board
        train = one.train
        stretch = None if train is None else train.under_way
        losses = None if stretch is None else stretch.state.balance.losses(stretch.after_v)
        return BoardAnswer(
            id=board.id,
            title=board.title,
            firmware=board.firmware or "",
            lives_on_terminals=one.lives_on_terminals,
            is_on=one.is_on,
            does=one.load,
            capacitor_v=None if stretch is None else round(stretch.state.terminal_v(stretch.after_v), _DIGITS),
            thresholds=self._thresholds,
            supply=self._supply() if one.lives_on_terminals else None,
            drawn_w=None if losses is None else round(max(losses.source_w - losses.meter_w, 0.0), _DIGITS),
            load_w=None if losses is None else round(losses.delivered_w, _DIGITS),
            brown_outs=one.brown_outs,
            last_brown_out_s=one.last_brown_out_s,
            readings=one.readings,
            last_reading=_reading(one.last_reading),
        )

    def _supply(self) -> SupplyAnswer:
        supply, feed = self.board.supply, self._actions.terminal_feed
        back_at_s = None if feed is None else feed.back_at_s
        return SupplyAnswer(
            model=supply.name,
            open_circuit_v=supply.open_circuit_v,
            source_ohm=supply.source_ohm,
            available_w=round(supply.most_w, _DIGITS),
            back_in_s=None if back_at_s is None else round(max(back_at_s - self.board.now_s, 0.0), 3),
        )

    def trace(self) -> Callable[[], BoardTraceAnswer]:
        """What the capacitor did of late: looked up now, and made into an answer in any thread."""
        one, kept_s = self.board, self.board.kept_s
        since_s, each_s = one.now_s - kept_s, max(min(kept_s, one.now_s), 1.0) / _POINTS
        if one.train is not None:
            self._take(one.train.stretches, since_s)
            under_way = one.train.under_way
            points = [*self._points, *points_of(under_way, under_way.state, since_s)]
        else:
            points = []
        lost_s = one.brown_outs_s
        known = _SUPPLIES if one.lives_on_terminals else []

        def answer() -> BoardTraceAnswer:
            shown = thinned([point for point in points if point[0] >= since_s], each_s)
            trace = [VoltageAnswer(at_s=round(at_s, 3), capacitor_v=round(volts, 4)) for at_s, volts in shown]
            return BoardTraceAnswer(
                board=one.board.id,
                window_s=kept_s,
                trace=trace,
                brown_outs_s=once_each((at_s for at_s in lost_s if at_s >= since_s), each_s),
                supplies_known=known,
            )

        return answer

    def _take(self, stretches: Sequence[Stretch], since_s: float) -> None:
        """Those that are over and were not seen before."""
        new = [*takewhile(lambda stretch: stretch.at_s > self._told_until_s, reversed(stretches))]
        for stretch in reversed(new):
            self._points += points_of(stretch, stretch.state, since_s)
            self._told_until_s = stretch.at_s
        while self._points and self._points[0][0] < since_s:
            self._points.popleft()


def _reading(messages: Sequence[Reading]) -> ReadingAnswer | None:
    if not messages:
        return None
    values = {label: str(one[label]) or one.timestamp(label) or "" for one in messages for label in one.said}
    return ReadingAnswer(at_s=round(messages[-1].at_s, _DIGITS), values=values)
