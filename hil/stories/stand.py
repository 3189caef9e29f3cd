# SPDX-License-Identifier: Apache-2.0
"""A story in a test of a firmware: played on a fresh device, it fails where the device breaks a requirement."""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NoReturn

from hypothesis import currently_in_test_context, reject

from xky.protocol import InputError

from ..campaign.campaign import Campaign, Options
from ..campaign.record import Record
from .judging import Broken, told
from .playing import play_story
from .story import ImpossibleStoryError, Story

__all__ = ["RequirementBrokenError", "campaign_for", "fail_for", "stand"]


class RequirementBrokenError(AssertionError):
    """A device broke a requirement; the text says which, how, and what was sent, expected and seen.

    Each requirement in each mode has a class of its own with this name, so that Hypothesis tells them apart.

    Attributes:
        broken: all that the story shows, gravest first.
    """

    def __init__(self, text: str, broken: Sequence[Broken] = ()) -> None:
        super().__init__(text)
        self.broken = tuple(broken)


@cache
def _class_for(*_what: object) -> type[RequirementBrokenError]:
    name = RequirementBrokenError.__name__
    return type(name, (RequirementBrokenError,), {"__module__": __name__})


def fail_for(broken: Sequence[Broken], hint: str = "") -> NoReturn:
    """Raise what a story shows, at least one.

    Raises:
        RequirementBrokenError: always.
    """
    signature = broken[0].signature
    error = _class_for(signature.mode, signature.requirement, signature.question)
    raise error("\n".join(filter(None, (told(broken), hint))), broken)


@lru_cache(maxsize=16)
def campaign_for(options: Options) -> Campaign:
    """What a person chose, checked once for all examples of a test.

    Raises:
        InputError: an option names what is not there.
    """
    return Campaign(options)


def stand(
    story: Story,
    device: str,
    *,
    board: str | None = None,
    defect: str | None = None,
    labels: Sequence[str] | None = None,
    line: str = "pty",
    parity: str = "strip",
    speed: float = 1.0,
    probes: Sequence[str] = (),
    statement: Path | None = None,
    reset: str | None = None,
    flash: str | None = None,
    strict: bool = False,
) -> Record:
    """Play a story on a fresh device and require that it breaks no requirement of the suite.

    Args:
        story: such as ``line_stories`` draws.
        device: such as ``sim:winky-c6``.
        board, defect, labels, line, parity, speed, probes, statement, reset, flash: as those of ``xky certify``.
        strict: a should counts as well.

    Returns:
        What was recorded: the truth about the line, the readings.

    Raises:
        RequirementBrokenError: it breaks one; an ``AssertionError``.
        InputError: an argument names what is not there, or the story's meter cannot do what it tells. Of an example of
            Hypothesis's the latter is no error: the example is left out.
        BenchError: the device does not start.
    """
    campaign = campaign_for(
        Options(
            device, board=board, defect=defect, labels=None if labels is None else tuple(labels), line=line,
            parity=parity, speed=speed, probes=tuple(probes), statement=statement, reset=reset,
            flash=flash,
        )
    )  # fmt: skip
    if story.mode not in campaign.board.modes:
        reads = " or ".join(campaign.board.modes)
        raise InputError(
            f"a story of {story.mode} mode: board {campaign.board.id} reads {reads} only; write "
            f"line_stories(modes={[mode.value for mode in campaign.board.modes]})"
        )
    try:
        played = play_story(story, campaign, strict=strict)
    except ImpossibleStoryError:
        if currently_in_test_context():
            reject()
        raise
    if played.broken:
        fail_for(played.broken)
    return played.record
