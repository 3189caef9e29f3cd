# SPDX-License-Identifier: Apache-2.0
"""At the end of the plan: a device that fails these may say nothing true any more."""

from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.emulator.faults.swapped_digits import SwappedDigits
from xky.emulator.faults.two_bits import TwoBits
from xky.protocol import Mode

from ...campaign.stimulus import Stimulus
from .meters import household_of_2038, index_label, power_label

__all__ = [
    "OTHER_MODE",
    "SAME_CHECKSUM",
]


def _change_mode(meter: Linky) -> None:
    meter.mode = Mode.STANDARD if meter.mode is Mode.HISTORIC else Mode.HISTORIC


def _longer_than_an_own_frame(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """So many frames of the other mode at least, for who does not look for it."""
    return ((),) if meter.mode is Mode.HISTORIC else ((), ())


def _same_checksum(meter: Linky) -> tuple[Fault, ...]:
    return SwappedDigits(index_label(meter)), TwoBits(power_label(meter))


OTHER_MODE = Stimulus(
    "other TIC mode", household_of_2038, at="2038-01-20T04:30", before=_change_mode, after=_change_mode,
    turns=_longer_than_an_own_frame, disturbs=True, outlasts_detection=True, detected=True, tail_on_same_meter=True,
    last=True,
)  # fmt: skip
SAME_CHECKSUM = Stimulus(
    "damage that keeps the checksum", household_of_2038, at="2038-01-20T03:30", faults=_same_checksum, disturbs=True,
    brief=True, tail_on_same_meter=True, last=True,
)  # fmt: skip  # a device that believes it may refuse all true indexes from then on
