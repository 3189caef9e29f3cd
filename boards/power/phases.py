# SPDX-License-Identifier: Apache-2.0
"""A wake as a row of loads: what a board's ``[wake]`` and ``[listen]`` come to for its power."""

from collections.abc import Sequence
from dataclasses import dataclass

from xky.protocol import Mode

from ..board import Board
from ..lora import airtime_s, windows_s

__all__ = ["Phase", "phases_of", "wake_s"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a wake.

    Attributes:
        load: its name in ``[power.loads]``.
        duration_s: as a rule.
        looks: whether the firmware looks at its capacitor all the time, and not only at the end.
    """

    load: str
    duration_s: float
    looks: bool = False


def phases_of(board: Board, mode: Mode) -> Sequence[Phase]:
    """The phases of a wake in their order; empty for a board that never sleeps."""
    wake = board.wake
    if wake is None:
        return ()
    lora = None if board.power is None else board.power.lora
    publishing = (
        (Phase("publish", wake.publish_s),)
        if lora is None
        else (Phase("transmit", airtime_s(lora)), Phase("windows", windows_s(lora)))
    )
    phases = (
        Phase("boot", wake.boot_s),
        Phase("associate", wake.associate_s),
        Phase("address", wake.address_s),
        Phase("connect", wake.connect_s),
        Phase("listen", board.listen.usual_s(mode), looks=True),
        *publishing,
    )
    return tuple(phase for phase in phases if phase.duration_s > 0)


def wake_s(board: Board, mode: Mode) -> float:
    """How long a wake takes as a rule."""
    return sum(phase.duration_s for phase in phases_of(board, mode))
