# SPDX-License-Identifier: Apache-2.0
"""What a hunt has seen of the device lead somewhere: stories to go on from, and kinds of faults to draw more often.

A story leads somewhere if it reached a basic block that no story before had reached, or filled one of the device's
buffers, or its stack, further than any before. A kind of fault is worth the more, the more of the stories that had it
led somewhere, and the fewer there were; so the hunt does not ask again what it has asked. Nothing in here draws: what
it has seen decides, so that the same seed gives the same hunt.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from xky.emulator.faults import known_faults
from xky.protocol import Mode

from ..stories.playing import Played
from ..stories.story import Story
from .favours import Favours
from .tally import size_of

__all__ = ["Guidance"]

_Size = tuple[int, int, int, int]
_MOST_TIMES = 8  # as often as a kind that led nowhere: that one stays in the hunt, too
_MOST_LEADS = 12  # stories to go on from
_RARE = 0.1  # share of the stories: what more of them reach is no place to go on from


class Guidance:
    """Takes in each story that was drawn; empty as long as the device tells nothing of what it ran."""

    def __init__(self) -> None:
        self._stories = 0
        self._tried: Counter[tuple[Mode, str]] = Counter()
        self._led: Counter[tuple[Mode, str]] = Counter()
        self._reached: Counter[int] = Counter()
        self._smallest: dict[int, tuple[_Size, Story]] = {}  # of the stories that reached a block
        self._fullest: dict[str, tuple[int, _Size, Story]] = {}  # of each buffer, how full, and by which story

    def take(self, story: Story, played: Played) -> None:
        """Take in what came of a story."""
        if not played.covered:
            return
        self._stories += 1
        leads = self._notes_blocks(story, played.covered)
        leads |= self._notes_buffers(story, played.filled)
        for name in {fault.name for fault in story.faults}:
            self._tried[story.mode, name] += 1
            self._led[story.mode, name] += leads

    def _notes_blocks(self, story: Story, covered: frozenset[int]) -> bool:
        is_new = any(block not in self._reached for block in covered)
        self._reached.update(covered)
        size = size_of(story)
        for block in covered:
            if block not in self._smallest or size < self._smallest[block][0]:
                self._smallest[block] = size, story
        return is_new

    def _notes_buffers(self, story: Story, filled: Mapping[str, int]) -> bool:
        is_new, size = False, size_of(story)
        for name, most in filled.items():
            before, its_size, _ = self._fullest.get(name, (-1, size, story))
            is_new |= most > before
            if most > before or (most == before and size < its_size):
                self._fullest[name] = most, size, story
        return is_new

    @property
    def knows(self) -> bool:
        """Whether it has seen anything: a device may tell nothing of what it ran."""
        return bool(self._stories)

    def favours(self) -> Mapping[Mode, Favours]:
        """How often each kind of fault is to be drawn from now on, by mode."""
        return {mode: self._favours(mode) for mode in Mode}

    def _favours(self, mode: Mode) -> Favours:
        worth = {name: (1 + self._led[mode, name]) / (1 + self._tried[mode, name]) for name in known_faults()}
        best = max(worth.values())
        return Favours({name: max(round(_MOST_TIMES * one / best), 1) for name, one in worth.items()})

    def leads(self, modes: Sequence[Mode]) -> tuple[Story, ...]:
        """Stories to go on from, in these modes, the smallest first: those that reached what few did."""
        rare = [block for block, stories in self._reached.items() if stories <= _RARE * self._stories]
        rare.sort(key=lambda block: self._reached[block])
        stories = [story for *_, story in self._fullest.values()] + [self._smallest[block][1] for block in rare]
        known: dict[str, Story] = {}
        for story in stories:
            if story.mode in modes and len(known) < _MOST_LEADS:
                known.setdefault(story.model_dump_json(), story)
        return tuple(sorted(known.values(), key=size_of))
