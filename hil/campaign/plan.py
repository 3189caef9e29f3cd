# SPDX-License-Identifier: Apache-2.0
"""One running line for all purposes: the selected stimuli in order, each held as long as the device needs.

It opens on the household's meter, whichever purposes were selected: what the first frames have is what they have in a
whole run. What is on the line from the opening on is the seed's, however long a device took to speak: time of the
meters, gaps and damage.
"""

from collections.abc import Iterable, Sequence

from xky.emulator.legal_time import parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from .stimulus import SUITE_AT, Stimulus

__all__ = ["Plan"]


class Plan:
    """Which steps, in which order.

    Args:
        stimuli: of the selected purposes; equal ones are played once. The order of first mention holds,
            but steps of one meter are kept together, and those of a time of the day come last, in its order.
        mode: of the run.
        at: legal time at which it begins.
        house: meter in the place of the suite's household.
        in_order: whether they are played as they are given.
    """

    def __init__(
        self,
        stimuli: Iterable[Stimulus],
        mode: Mode,
        *,
        at: str = SUITE_AT,
        house: MeterFile | None = None,
        in_order: bool = False,
    ) -> None:
        wanted = dict.fromkeys(one for one in stimuli if mode in one.modes)
        makers = list(dict.fromkeys(one.meter for one in wanted))

        def place(one: Stimulus) -> tuple[int, int]:
            if one.last:
                return 2, 0
            return (0, makers.index(one.meter)) if one.at is None else (1, parse_at(one.at))

        self.steps: Sequence[Stimulus] = list(wanted) if in_order else sorted(wanted, key=place)
        self.at_us = parse_at(at)
        self.house = house
        self.mode = mode

    def __len__(self) -> int:
        return len(self.steps)
