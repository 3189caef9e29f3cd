# SPDX-License-Identifier: Apache-2.0
"""The slowest and the fastest line that the specification lets a meter have."""

from dataclasses import replace

from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.emulator.faults.baud_error import TOLERANCE_PERCENT, BaudError
from xky.emulator.faults.character_gaps import CharacterGaps
from xky.emulator.faults.group_gaps import GroupGaps

from .legal_values import said_oddly
from .meters import HOUSE

__all__ = [
    "FASTEST_LINE",
    "SLOWEST_LINE",
]


def _slowest(meter: Linky) -> tuple[Fault, ...]:
    return *said_oddly(meter, 3), BaudError(TOLERANCE_PERCENT), GroupGaps(), CharacterGaps()


def _fastest(meter: Linky) -> tuple[Fault, ...]:
    return *said_oddly(meter, 4), BaudError(-TOLERANCE_PERCENT)


SLOWEST_LINE = replace(HOUSE, name="slowest line", faults=_slowest)
FASTEST_LINE = replace(HOUSE, name="fastest line", faults=_fastest)
