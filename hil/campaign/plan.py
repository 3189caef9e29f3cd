# SPDX-License-Identifier: Apache-2.0
"""One running line for all purposes: the selected stimuli in order, each held as long as the device needs.

It opens on the household's meter, whichever purposes were selected: what the first frames have is what they have in a
whole run. What is on the line from the opening on is the seed's, however long a device took to speak: time of the
meters, gaps and damage.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from xky.emulator.legal_time import parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from .shared_frames import before_others, followed, share, spread
from .stimulus import SUITE_AT, Stimulus, household

__all__ = ["Plan"]


def _said(step: Stimulus, mode: Mode, at_us: int) -> set[tuple[str, str]]:
    """Labels and values of a meter like that of a step, at its beginning."""
    meter = step.meter(mode, 0, at_us if step.at is None else parse_at(step.at))
    step.before(meter)
    return {(group.label, group.value) for group in meter.groups()}


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
        rides: whether disturbances may leave the household's meter for the frames of a step that is clean.

    Attributes:
        steps: in their order.
        shared: those that disturb, and whose clean frames behind them are those of the clean step that follows.
        unrepeated: those of which nobody says again, right behind them, what they are there for.
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
        rides: bool = False,
    ) -> None:
        wanted = dict.fromkeys(one for one in stimuli if mode in one.modes)
        makers = list(dict.fromkeys(one.meter for one in wanted))

        news = {one.meter for one in wanted if one.shows and one.at is None}  # which no other step is to say again

        def place(one: Stimulus) -> tuple[int, bool, int]:
            if one.last:
                return 2, False, 0
            if one.at is not None:
                return 1, False, parse_at(one.at)
            return 0, one.meter in news, 2 * makers.index(one.meter) + (not one.ages)

        self.steps: Sequence[Stimulus] = list(wanted)
        if not in_order:
            kept = sorted(wanted, key=place)
            self.steps = kept if sleeps else followed(kept, mode)
        self._rides = rides and house is None  # whose house it is wants to know of its own meter
        if self._rides:
            self.steps = before_others(self.steps, mode)
        if not in_order and not sleeps:
            self.steps = spread(self.steps, mode)
        self.shared = frozenset(one for one, behind in pairwise(self.steps) if share(one, behind, mode))
        self.at_us = parse_at(at)
        self.house = house
        self.mode = mode

    def part(self, chosen: Collection[Stimulus]) -> "Plan":
        """The plan of some of its steps alone."""
        left = [one for one in self.steps if one in chosen]
        return Plan(left, self.mode, house=self.house, in_order=True, rides=self._rides)

    @cached_property
    def unrepeated(self) -> frozenset[Stimulus]:
        behind = enumerate(self.steps, 1)
        return frozenset(one for number, one in behind if one.shows and not self._says_again(one, self.steps[number:]))

    def _says_again(self, step: Stimulus, later: Sequence[Stimulus]) -> bool:
        """Whether news of a step come again right behind it: from another meter, or from its own at another time."""
        behind = next((one for one in later if not (one.rides and one.meter is step.meter)), None)
        if behind is None or (behind.meter is step.meter and behind.at is None):
            return False
        if behind.meter is household:  # which may be anybody's
            return True
        said = _said(behind, self.mode, self.at_us)
        return any(group in said for group in _said(step, self.mode, self.at_us) if group[0] in step.shows)

    def __len__(self) -> int:
        return len(self.steps)
