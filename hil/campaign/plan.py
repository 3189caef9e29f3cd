# SPDX-License-Identifier: Apache-2.0
"""One running line for all purposes: the selected stimuli in order, each held as long as the device needs.

It opens on the household's meter, whichever purposes were selected: what the first frames have is what they have in a
whole run. What is on the line from the opening on is the seed's, however long a device took to speak: time of the
meters, gaps and damage.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from xky.emulator.legal_time import parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from .stimulus import SUITE_AT, Stimulus, household

__all__ = ["Plan"]


def _spread(steps: Sequence[Stimulus]) -> list[Stimulus]:
    """Steps behind which labels are gone, evenly among those of the household."""
    apart = [one for one in steps if one.leaves]
    rest = [one for one in steps if one not in apart]
    at_home = sum(one.meter is household and one.at is None for one in rest)
    for number, one in reversed(list(enumerate(apart, 1))):
        rest.insert(at_home * number // (len(apart) + 1), one)
    return rest


def _followed(steps: Sequence[Stimulus]) -> list[Stimulus]:
    """Each clean step that may follow a disturbance, behind one: its frames serve both."""
    clean = iter([one for one in steps if one.follows])
    left = [one for one in steps if not one.follows]
    ordered: list[Stimulus] = []
    for one in left:
        ordered.append(one)
        if one.may_be_followed and (behind := next(clean, None)) is not None:
            ordered.append(behind)
    first = next((number for number, one in enumerate(ordered) if one.at or one.last), len(ordered))
    return [*ordered[:first], *clean, *ordered[first:]]  # what found no place stands before the clock's


class Plan:
    """Which steps, in which order.

    Args:
        stimuli: of the selected purposes; equal ones are played once. The order of first mention holds,
            but steps of one meter are kept together, and those of a time of the day come last, in its order. Steps
            behind which labels are gone stand among those of the household: these go by until a value
            kept of them would be too old.
        mode: of the run.
        at: legal time at which it begins.
        house: meter in the place of the suite's household.
        in_order: whether they are played as they are given.
        sleeps: whether the device does, and is given clean frames of its own behind each disturbance.

    Attributes:
        steps: in their order.
        shared: those that disturb, and whose clean frames behind them are those of the clean step that follows.
    """

    def __init__(
        self,
        stimuli: Iterable[Stimulus],
        mode: Mode,
        *,
        at: str = SUITE_AT,
        house: MeterFile | None = None,
        in_order: bool = False,
        sleeps: bool = False,
    ) -> None:
        wanted = dict.fromkeys(one for one in stimuli if mode in one.modes)
        makers = list(dict.fromkeys(one.meter for one in wanted))

        def place(one: Stimulus) -> tuple[int, int]:
            if one.last:
                return 2, 0
            return (0, makers.index(one.meter)) if one.at is None else (1, parse_at(one.at))

        self.steps: Sequence[Stimulus] = list(wanted)
        if not in_order:
            kept = sorted(wanted, key=place)
            self.steps = kept if sleeps else _followed(_spread(kept))
        self.shared = frozenset(one for one, behind in pairwise(self.steps) if one.may_be_followed and behind.follows)
        self.at_us = parse_at(at)
        self.house = house
        self.mode = mode

    def __len__(self) -> int:
        return len(self.steps)
