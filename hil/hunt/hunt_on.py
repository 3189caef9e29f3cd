# SPDX-License-Identifier: Apache-2.0
"""A hunt as its device lives: in virtual time each story has a device of its own, else one goes on between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..campaign.campaign import Campaign
from ..stories.running_line import RunningLine
from .hunt import Hunt

__all__ = ["hunt_on"]

_TURN = 10  # stories; then programs, which are configured for one mode, are started for the next


@contextmanager
def hunt_on(campaign: Campaign, **options: Any) -> Iterator[Hunt]:
    """A hunt; when the block is left, nothing of its device runs any more.

    Args:
        campaign: what a person chose.
        options: of ``Hunt``.
    """
    if campaign.virtual:
        yield Hunt(campaign, **options)
        return
    with RunningLine() as line:
        yield Hunt(campaign, play=line.play, replay=line.replay, turn=_TURN, **options)
