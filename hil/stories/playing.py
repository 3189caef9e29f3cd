# SPDX-License-Identifier: Apache-2.0
"""Plays a story on a device of its own, in virtual time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..campaign.campaign import Campaign
from ..campaign.performance import CutShort, play
from ..campaign.record import Record
from .judging import Broken, broken_by
from .story import Story, plan_of, stimuli_of

__all__ = ["Played", "play_story"]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a story.

    Attributes:
        record: of it.
        broken: requirements that it shows to be broken, gravest first.
        line_s: seconds of line that it took.
        covered: basic blocks of the device that it ran, where that is known.
        filled: how many bytes of its buffers the device had in use, by name, where that is known.
    """

    record: Record
    broken: list[Broken]
    line_s: float
    covered: frozenset[int] = frozenset()
    filled: Mapping[str, int] = field(default_factory=dict)


def play_story(story: Story, campaign: Campaign, *, strict: bool = False) -> Played:
    """Play a story on a fresh device and judge it.

    Args:
        story: in a mode of the board.
        campaign: what a person chose: the device, its board, where it is listened to.
        strict: a should counts as well.

    Raises:
        InputError: its meter cannot do what it tells.
        BenchError: the device does not start, or the bench lost it.
    """
    stimuli = stimuli_of(story)
    device = campaign.open()
    device.cover()
    try:
        record = play(
            plan_of(story, stimuli),
            device,
            campaign.board,
            probes=campaign.specs,
            claims=campaign.claims,
            seed=story.seed,
            speed=campaign.options.speed,
        )
    except CutShort as cut:
        raise cut if cut.lost is None else cut.lost from None
    broken = broken_by(record, story, stimuli, strict=strict)
    return Played(record, broken, record.duration_s, frozenset(device.covered), device.filled)
