# SPDX-License-Identifier: Apache-2.0
"""Which steps of a plan share frames: the clean ones behind a disturbance are those of a step that is clean.

Each is asked about what is its own: the disturbance whether the device comes back, the step what it brings.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from xky.protocol import Mode

from .stimulus import Stimulus, household

__all__ = ["before_others", "followed", "share", "spread"]


def share(one: Stimulus, behind: Stimulus, mode: Mode) -> bool:
    """Whether the clean frames behind a disturbance are those of the step that follows."""
    if not one.may_be_followed:
        return False
    return mode in behind.follows or (behind.goes_on and behind.meter is one.meter)


def followed(steps: Sequence[Stimulus], mode: Mode) -> list[Stimulus]:
    """Each clean step that may follow a disturbance, behind one: its frames serve both."""
    at_home = [one for one in steps if mode in one.follows and one.meter is household]
    clean, left = iter(at_home), [one for one in steps if one not in at_home]
    ordered: list[Stimulus] = []
    for one in left:
        ordered.append(one)
        if one.meter is household and one.may_be_followed and (behind := next(clean, None)) is not None:
            ordered.append(behind)
    first = next((number for number, one in enumerate(ordered) if one.at or one.last), len(ordered))
    return [*ordered[:first], *clean, *ordered[first:]]  # what found no place stands before the clock's


def before_others(steps: Sequence[Stimulus], mode: Mode) -> list[Stimulus]:
    """Disturbances behind which nothing follows yet, each before a clean step of another meter.

    Before a step of a time of its own it is played on the meter that is there, at its time; so it is between two steps
    of one meter. Those of the fewest frames come first, for the first of these meters have the longest ones. What
    lengthens frames stands before other steps, whose values nobody says again. What finds no place stays where it is;
    what takes longest, and what stands among steps of a time, goes before the first start or the first time.
    """
    served = {one for one, behind in pairwise(steps) if mode in behind.follows and behind.meter is household}
    of_the_house = [one for one in steps if one.may_be_followed and (one.meter is household or one.rides)]
    free = [replace(one, meter=household, rides=False) for one in of_the_house if one not in served]
    free.sort(key=_unwieldy)
    others = [one for one in steps if one not in free]
    timed = {one: before for before, one in pairwise(others) if mode in one.follows and one.at and before.at}
    away = [one for one in others if mode in one.follows and one.at is None and one.meter is not household]
    going_on = {one for before, one in pairwise(others) if one in away and before.meter is one.meter}
    # First those on whose meter nobody is to be asked for what the step before ended
    away.sort(key=lambda one: one not in going_on)
    riding = dict(zip(timed, (one for one in free if mode not in one.lengthens), strict=False))
    # Behind what outlasts detection a device that never comes back would miss news that nobody says again
    short = (one for one in free if one not in riding.values() and not one.outlasts_detection)
    staying = dict(zip(away, short, strict=False))
    moved = {
        one: replace(rider, meter=one.meter, rides=True) if one in going_on else rider for one, rider in staying.items()
    } | {one: replace(rider, meter=timed[one].meter, rides=True) for one, rider in riding.items()}
    left = [one for one in free if one not in moved.values()]
    apart = next((number for number, one in enumerate(steps) if one.restarts or one.at or one.last), len(steps))
    late = [one for one in left if one.outlasts_detection or steps.index(one) > apart]
    ordered: list[Stimulus] = []
    for number, one in enumerate(steps):
        if number == apart:
            ordered += late
        if one in left:
            ordered += [other for other in left if other == one and other not in late]
        elif one not in moved.values():
            ordered += [moved[one], one] if one in moved else [one]
    return ordered if apart < len(steps) else [*ordered, *late]


def spread(steps: Sequence[Stimulus], mode: Mode) -> list[Stimulus]:
    """Steps behind which labels are gone, evenly among those of the household, none between two that share frames."""
    apart = [one for one in steps if mode in one.leaves and one.at is None]
    rest = [one for one in steps if one not in apart]
    at_home = sum(1 for _ in takewhile(lambda one: one.meter is household and one.server is None, rest))
    for number, one in reversed(list(enumerate(apart, 1))):
        place = at_home * number // (len(apart) + 1)
        while 0 < place < len(rest) and (rest[place - 1].ages or share(rest[place - 1], rest[place], mode)):
            place += 1
        rest.insert(place, one)
    return rest


def _unwieldy(step: Stimulus) -> tuple[bool, bool, bool]:
    """How much it lengthens what is around it."""
    return step.outlasts_detection, step.counts_on, not step.brief
