# SPDX-License-Identifier: Apache-2.0
"""What a client is told when it asks about one instant of a run, or one verdict."""

from typing import Any

from xky.protocol import Mode

from ..campaign.wording import Wording
from . import shown
from .watched import Key, Watched

__all__ = ["frame_at", "verdict_of"]


def frame_at(watched: Watched, mode: Mode, at_s: float) -> dict[str, Any] | None:
    """The frame that was on the line at an instant, else the last one before; None before the first.

    Args:
        watched: the run.
        mode: of the TIC.
        at_s: seconds on the bench's clock.
    """
    part = next((one for one in watched.parts if one.mode is mode), None)
    if part is None:
        return None
    # it may grow meanwhile; by the start alone: the end of a frame is the bench's to reckon
    place = part.truth.begun_by(at_s)
    return shown.frame_of(part.truth[place - 1]) if place else None


def verdict_of(watched: Watched, key: Key, words: Wording) -> dict[str, Any] | None:
    """What a verdict rests on, in a language, with the picture of its moment where it failed; None: no such one."""
    told = next((one for one in watched.verdicts if one.key == key), None)
    if told is None:
        return None
    requirement, purpose = told
    scene = watched.scene(key)

    def say(text: str) -> str:
        return words.on_a_page(words.say(str(text)))

    return {
        "id": purpose["id"],
        "mode": purpose["mode"],
        "probe": purpose["probe"],
        "verdict": purpose["verdict"],
        "title": say(requirement["title"]),
        "why": say(requirement.get("why", "")),
        "clause": words.on_a_page(words.clause(requirement["clause"])),
        "reason": say(purpose["reason"]),
        "sent": [say(line) for line in purpose["sent"]],
        "expected": [say(line) for line in purpose["expected"]],
        "seen": [say(line) for line in purpose["seen"]],
        "at_s": purpose["at_s"],
        "again": purpose.get("again", ""),
        "moment": shown.moment_document(scene.picture),
        "groups_s": [round(one, 4) for one in scene.groups_s],
    }
