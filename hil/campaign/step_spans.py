# SPDX-License-Identifier: Apache-2.0
"""When each step of a plan was on the line, from what was sent alone: for people who look at a run as it goes by."""

from collections.abc import Iterable
from dataclasses import dataclass

from xky.emulator import SentFrame

from .stimulus import step_of

__all__ = ["Span", "spans_of"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which one step was played.

    Attributes:
        name: as the frames on the line have it, such as ``wrong checksum`` or ``wrong checksum, after``.
        start_s: first start bit, seconds on the bench's clock.
        end_s: end of its last frame, or of the silence behind it.
    """

    name: str
    start_s: float
    end_s: float

    @property
    def step(self) -> str:
        """The step of the plan that it belongs to: clean frames behind a step are its own."""
        return step_of(self.name)


def spans_of(frames: Iterable[SentFrame]) -> list[Span]:
    """The steps in the order in which they were on the line; one that was taken up again is there twice."""
    spans: list[Span] = []
    for frame in frames:
        if spans and spans[-1].name == frame.step:
            spans[-1] = Span(frame.step, spans[-1].start_s, frame.end_s)
        else:
            spans.append(Span(frame.step, frame.start_s, frame.end_s))
    return spans
