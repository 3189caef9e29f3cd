# SPDX-License-Identifier: Apache-2.0
"""A wake as a row of loads: what a board's ``[wake]`` and ``[listen]`` come to for its power.

Firmware, event simulation, populations, netlists and pictures take names, order and durations from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xky.protocol import Mode

from .board import Board
from .lora import airtime_s, windows_s
from .states import BOOT, JOINING, LISTEN, PUBLISHING, PUBLISHING_BY_LORA, RUN, SLEEP

__all__ = ["WakePhase", "phases_of", "planned_phases", "state_names", "wake_s"]


@dataclass(frozen=True, slots=True)
class WakePhase:
    """A part of a wake.

    Attributes:
        load: its name in ``[power.loads]``.
        duration_s: as a rule.
        watched: whether the firmware looks at its capacitor all the time, and not only between two phases.
    """

    load: str
    duration_s: float
    watched: bool = False


def planned_phases(board: Board, mode: Mode) -> Sequence[WakePhase]:
    """The phases of a wake in their order, those that take no time included; empty for a board that never sleeps."""
    wake = board.wake
    if wake is None:
        return ()
    lora = None if board.power is None else board.power.lora
    publishing = [WakePhase(PUBLISHING, wake.publish_s)]
    if lora is not None:
        publishing = [*map(WakePhase, PUBLISHING_BY_LORA, (airtime_s(lora), windows_s(lora)))]
    return (
        *(WakePhase(name, wake.seconds_of(name)) for name in (BOOT, *JOINING)),
        WakePhase(LISTEN, board.listen.usual_s(mode), watched=True),
        *publishing,
    )


def phases_of(board: Board, mode: Mode) -> Sequence[WakePhase]:
    """The phases of a wake that take time, in their order; empty for a board that never sleeps."""
    return tuple(phase for phase in planned_phases(board, mode) if phase.duration_s > 0)


def state_names(board: Board, mode: Mode) -> list[str]:
    """The states of a cycle in their order: of a wake and the sleep behind it, or of a board that never sleeps."""
    names = [phase.load for phase in phases_of(board, mode)]
    return [*names, SLEEP] if names else [RUN]


def wake_s(board: Board, mode: Mode) -> float:
    """How long a wake takes as a rule."""
    return sum(phase.duration_s for phase in phases_of(board, mode))
