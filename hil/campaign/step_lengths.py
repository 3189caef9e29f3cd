# SPDX-License-Identifier: Apache-2.0
"""How long each step of a plan takes, as it was rehearsed."""

from itertools import pairwise

from xky.boards import Board

from .plan import Plan
from .record import Record
from .stimulus import Stimulus

__all__ = ["lengths_of"]

_RESTART_S = 2.5  # real seconds of a restart besides the board's own: labgrid's switch takes two, its last words a half


def lengths_of(plan: Plan, record: Record, board: Board, speed: float) -> dict[Stimulus, float]:
    """How long each step takes, on the bench's clock; one that a reader at its lines does not meet is not there.

    Args:
        plan: that was rehearsed.
        record: of that.
        board: that the plan is for.
        speed: bench seconds per real second.
    """
    first_s: dict[Stimulus, float] = {}
    for step in plan.steps:
        if frames := record.frames(step.name):
            first_s[step] = frames[0].start_s
    ordered = sorted(first_s, key=lambda step: first_s[step])
    ends_s = [first_s[after] for _, after in pairwise(ordered)] + [record.duration_s]
    restart_s = (board.console.boot_s + _RESTART_S) * speed
    return {
        step: end_s - first_s[step] + restart_s * step.restarts for step, end_s in zip(ordered, ends_s, strict=True)
    }
