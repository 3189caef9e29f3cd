# SPDX-License-Identifier: Apache-2.0
"""Which meters of the suite a device is for, as its statement says: on the others it is not tried."""

from functools import cache

from xky.boards import Board
from xky.emulator.legal_time import parse_at
from xky.protocol import Mode

from .requirement import Purpose
from .stimulus import SUITE_AT, MeterMaker, Stimulus, household

__all__ = ["why_not_asked", "why_not_for"]


def why_not_asked(board: Board, purpose: Purpose, mode: Mode) -> str:
    """Why a purpose is shown on a meter that the device is not for; empty where it is for it, or no meter is needed."""
    return why_not_for(board, purpose.stimulus, mode) if purpose.stimuli else ""


def why_not_for(board: Board, stimulus: Stimulus, mode: Mode) -> str:
    """Why a step's meter is none that the device is for; empty where it is one.

    The household is: whoever is not for it gives another in its place.
    """
    if stimulus.meter is household:
        return ""
    phases, producer = _kind_of(stimulus.meter, mode)
    if phases not in board.phases:
        return f"the statement claims no meter of {phases} phase{'s' if phases > 1 else ''}"
    if producer and not board.producer:
        return "the statement claims no meter of a producer"
    return ""


@cache
def _kind_of(maker: MeterMaker, mode: Mode) -> tuple[int, bool]:
    meter = maker(mode, 0, parse_at(SUITE_AT))
    return meter.phases, meter.producer
