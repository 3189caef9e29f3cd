# SPDX-License-Identifier: Apache-2.0
"""The prediction: the board of ``xky power``, on which the same was switched at the same times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..virtual.board import VirtualBoard
from ..virtual.clock import SteppedClock
from .filling import resting_v
from .measurement import CurveRow
from .rig import Action, Reading, Rig

__all__ = ["Twin", "curve_of"]


@dataclass(frozen=True, slots=True)
class TwinReading:
    """A reading, and what the twin shows then.

    Attributes:
        reading: of the rig.
        voltage_v: at the twin's capacitor.
        is_on: whether the twin's microcontroller runs.
        fed: whether terminal A is fed.
        drained_a: by the load.
    """

    reading: Reading
    voltage_v: float
    is_on: bool
    fed: bool
    drained_a: float


class Twin:
    """A simulated board that lives through what a rig did, from its first reading on.

    Args:
        rig: whose settings and events it takes.
    """

    def __init__(self, rig: Rig) -> None:
        settings, first = rig.settings, rig.readings[0]
        self._events = rig.events
        self._start_s = first.stamp.at_s
        self._clock = SteppedClock()
        inner_v = resting_v(settings, first.voltage_v)
        self._board = VirtualBoard(settings.board, settings.supply, self._clock, mode=settings.mode, inner_v=inner_v)

    def readings(self, until: Action | None = None) -> Iterator[TwinReading]:
        """Each reading of the rig, up to an action, which is done last; to the end unless told."""
        fed_v = drained_a = 0.0
        for event in self._events:
            self._go_on_to(event.stamp.at_s)
            if isinstance(event, Reading):
                yield TwinReading(event, self._board.capacitor_v, self._board.is_on, fed_v > 0, drained_a)
            elif event.what == "feed":
                fed_v = event.value
                self._board.feed(fed_v, on=fed_v > 0)
            else:
                drained_a = event.value
                self._board.drain(drained_a, on=drained_a > 0)
            if event is until:
                return

    def runs_after(self, at_s: float) -> bool:
        """Whether its microcontroller runs at a later time, when nothing else is switched."""
        self._go_on_to(at_s)
        return self._board.is_on

    def _go_on_to(self, at_s: float) -> None:
        until_s = at_s - self._start_s
        if until_s > self._clock.now_s():
            self._clock.wait(until_s - self._clock.now_s())


def curve_of(rig: Rig) -> Sequence[CurveRow]:
    """The readings of a rig, each with what was drawn and fed until the next one, and what was predicted."""
    seen = list(Twin(rig).readings())
    start_s = rig.readings[0].stamp.at_s
    rows = []
    for one, after, switched_s in zip(seen, [*seen[1:], seen[-1]], _switched_behind(rig), strict=True):
        halfway_s = (one.reading.stamp.at_s + after.reading.stamp.at_s) / 2
        state = after if switched_s is not None and switched_s <= halfway_s else one  # what held most of the time
        rows.append(
            CurveRow(
                one.reading.stamp.at_s - start_s,
                one.reading.stamp.unsure_s,
                one.reading.voltage_v,
                rig.error_v(one.reading.voltage_v),
                _drawn_a(rig, state),
                state.fed,
                one.voltage_v,
            )
        )
    return rows


def _switched_behind(rig: Rig) -> list[float | None]:
    """Of each reading, when something was last switched between it and the next one."""
    found: list[float | None] = []
    for event in rig.events:
        if isinstance(event, Reading):
            found.append(None)
        elif found:
            found[-1] = event.stamp.at_s
    return found


def _drawn_a(rig: Rig, one: TwinReading) -> float:
    """From the capacitor: by the load, and by the board as far as somebody saw it."""
    assert rig.settings.board.power is not None
    board_a = one.reading.board_a
    return one.drained_a + (rig.settings.board.power.mcu.off_a if board_a is None else max(board_a, 0.0))
