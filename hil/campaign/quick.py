# SPDX-License-Identifier: Apache-2.0
"""``certify --quick``: which steps of a plan are played in the forty seconds of a mode, what they leave out.

They are those by which most purposes of musts are decided: again and again the steps that decide most of them a second,
then shoulds where there is room. The choice is that of the rehearsed plan: the same for every device on a board.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xky.protocol import Mode

from .judgement import Asked
from .plan import Plan
from .rehearsal import Rehearsal
from .requirement import Requirement
from .stimulus import Stimulus
from .verdict import Level

__all__ = ["QUICK_S", "SKIPPED", "QuickChoice", "quick_choice"]

QUICK_S = 40.0  # seconds on the line a mode, at true speed
SKIPPED = "skipped by --quick"
_NETWORKED = frozenset({"mqtt", "influx"})  # probes that a network leads to


@dataclass(frozen=True, slots=True)
class QuickChoice:
    """What is played of one mode.

    Attributes:
        steps: of the plan; empty: not even its first and last frames have room.
        skipped: what is left out.
        idle_s: what the plan takes without any step.
    """

    steps: frozenset[Stimulus]
    skipped: frozenset[Asked]
    idle_s: float


def quick_choice(campaign: Rehearsal, mode: Mode) -> QuickChoice:
    """Choose for one mode of a campaign whose purposes are selected."""
    asked = [one for one in campaign.purposes if one.mode is mode]
    idle_s = campaign.rehearsed(Plan([], mode, house=campaign.house)).duration_s
    if idle_s > QUICK_S:
        return QuickChoice(frozenset(), frozenset(asked), idle_s)
    free = [one for one in asked if _is_not_played(campaign, one.purpose.requirement)]
    slow = [one for one in asked if one not in free and _takes_long(campaign, one)]
    choice = _Choice(campaign.step_lengths_s(mode), QUICK_S - idle_s)
    choice.take([one for one in asked if one not in free and one not in slow])
    while choice.order and campaign.rehearsed(campaign.plan(mode).part(choice.steps)).duration_s > QUICK_S:
        choice.drop_last()
    skipped = [one for one in asked if one not in free and (one in slow or not choice.has(one))]
    return QuickChoice(frozenset(choice.steps), frozenset(skipped), idle_s)


def _is_not_played(campaign: Rehearsal, requirement: Requirement) -> bool:
    """Whether it needs trials that this bench cannot play at all."""
    if requirement.about_power:
        return not (campaign.plays_power or campaign.measures_power)
    if requirement.about_input:
        return not campaign.plays_input
    if requirement.about_carrier:
        return not campaign.plays_carrier
    return requirement.about_light and not campaign.plays_light


def _takes_long(campaign: Rehearsal, asked: Asked) -> bool:
    """Whether it needs trials of power or of the indicator, or what a device may take minutes to come back from."""
    if asked.purpose.requirement.beside_the_plan:
        return True
    networked = not _NETWORKED.isdisjoint(campaign.kinds)
    for one in asked.purpose.stimuli:
        if one.server is not None and (one.server.probe in campaign.kinds or (not one.server.probe and networked)):
            return True
        if one.supply is not None and campaign.plays_power:
            return True
    return False


class _Choice:
    """Steps taken one bundle after the other, as long as there is time."""

    def __init__(self, lengths_s: dict[Stimulus, float], room_s: float) -> None:
        self._lengths_s = lengths_s
        self._room_s = room_s
        self.order: list[list[Stimulus]] = []

    @property
    def steps(self) -> list[Stimulus]:
        return [step for bundle in self.order for step in bundle]

    def has(self, asked: Asked) -> bool:
        """Whether all of its steps are taken; those that no rehearsal meets take no time."""
        return not self._missing(asked)

    def drop_last(self) -> None:
        self.order.pop()

    def take(self, asked: Sequence[Asked]) -> None:
        """Musts by what a second decides, then shoulds where there is room left."""
        musts = [one for one in asked if one.purpose.requirement.level is Level.MUST]
        for of in (musts, asked):
            while bundle := self._best(of):
                self._room_s -= self._cost_s(bundle)
                self.order.append(bundle)

    def _best(self, of: Sequence[Asked]) -> list[Stimulus]:
        """The steps of one of the purposes that decide most a second, the first of equal ones; empty: none has room."""
        best: list[Stimulus] = []
        most = 0.0
        bundles = [bundle for one in of if (bundle := self._missing(one))]
        wanted = [frozenset(bundle) for bundle in bundles]
        for bundle, steps in zip(bundles, wanted, strict=True):
            if (cost_s := self._cost_s(bundle)) <= self._room_s:
                decided = sum(other <= steps for other in wanted)
                if decided / cost_s > most:
                    best, most = bundle, decided / cost_s
        return best

    def _cost_s(self, bundle: list[Stimulus]) -> float:
        return sum(self._lengths_s[step] for step in bundle)

    def _missing(self, one: Asked) -> list[Stimulus]:
        taken = self.steps
        return [step for step in _steps(one) if step in self._lengths_s and step not in taken]


def _steps(one: Asked) -> Iterable[Stimulus]:
    return (step for step in one.purpose.stimuli if one.mode in step.modes)
