# SPDX-License-Identifier: Apache-2.0
"""The events of a run, in one list that only grows: each page has its own place in it, and no queue.

Nothing is told to it: it looks, whenever somebody wants to read on, at what the bench has by then. So a run that nobody
watches costs nothing, and one that is watched appends to its own lists as ever.
"""

from collections.abc import Iterator
from itertools import groupby

from xky.protocol import Mode

from . import shown
from .shown import Event
from .watched import Part, Watched

__all__ = ["EventList"]

_FRAMES = 200  # told together at the most
_LOOK_MAX = 300  # events made at one go: the server has other clients, and the bench its turn


class EventList:
    """What happened so far.

    Args:
        watched: the run.

    Attributes:
        events: in order; the number of one is its place.
        is_over: nothing more will come.
    """

    def __init__(self, watched: Watched) -> None:
        self.events: list[Event] = []
        self.is_over = False
        self._watched = watched
        self._making = self._made()

    def look(self) -> bool:
        """Enter what has happened since; whether there is more already."""
        for number, event in enumerate(self._making, 1):
            if event is None:
                return False
            self.events.append(event)
            if number >= _LOOK_MAX:
                return True
        self.is_over = True
        return False

    def _made(self) -> Iterator[Event | None]:
        """All events; None where nothing more is there for now."""
        watched, number, told = self._watched, 0, 0
        keys = set()
        yield shown.run_event(watched.facts, watched.modes, is_live=watched.is_live)
        while True:
            report, complaint = watched.report, watched.complaint  # before the rest: then nothing comes behind it
            while number < len(watched.parts):
                part = watched.parts[number]
                yield from self._of_part(part)
                number += 1
            while told < len(watched.verdicts):
                one = watched.verdicts[told]
                keys.add(one.key)
                yield shown.verdict_event(*one)
                told += 1
            if report is not None or complaint:
                yield shown.end_event(report, has_report=watched.has_report, complaint=complaint)
                return
            yield None

    def _of_part(self, part: Part) -> Iterator[Event | None]:
        """A mode from its beginning to its end."""
        yield shown.plan_event(part.mode, part.steps, part.planned)
        frames, heard = 0, [(0, 0)] * len(part.heard)
        while True:
            ended = self._ended(part.mode)
            sent = part.truth[frames : frames + _FRAMES * 10]
            frames += len(sent)
            for _, of_step in groupby(sent, key=lambda one: one.step):
                some = list(of_step)
                for first in range(0, len(some), _FRAMES):
                    yield shown.frames_event(part.mode, some[first : first + _FRAMES])
            for place, (probe, (readings, remarks)) in enumerate(zip(part.heard, heard, strict=True)):
                said, lines = probe.readings[readings:], probe.remarks[remarks:]
                heard[place] = readings + len(said), remarks + len(lines)
                for reading in said:
                    yield shown.reading_event(part.mode, reading)
                for line in lines:
                    yield shown.remark_event(part.mode, line)
            if frames < len(part.truth):
                continue
            if ended is not None:
                power = self._watched.power(part.mode)
                if power is not None:
                    yield power
                yield shown.played_event(part.mode, *ended)
                return
            yield None

    def _ended(self, mode: Mode) -> tuple[float, str | None] | None:
        """How a mode ended; one of a run that left nothing has ended as far as it came."""
        over = self._watched.over(mode)
        if over is None and (self._watched.complaint or self._watched.report is not None):
            return 0.0, None
        return over
