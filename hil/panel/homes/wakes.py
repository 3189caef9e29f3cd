# SPDX-License-Identifier: Apache-2.0
"""What a gateway did: its wakes, as its power train went through them, and when it heard its line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import simpy

from xky.boards import Board
from xky.boards.description.phases import phases_of
from xky.boards.description.states import LISTEN, OFF, PUBLISHING, PUBLISHING_BY_LORA, SLEEP
from xky.boards.power.event_simulation import Stretch
from xky.emulator import Line
from xky.protocol import Mode

__all__ = ["Listening", "Wake", "Wakes"]

_ALIKE_S = 1e-6
_PUBLISHING = (PUBLISHING, *PUBLISHING_BY_LORA)


class Listening:
    """When somebody was on a line.

    Args:
        line: that is watched.
        env: the bench's clock.

    Attributes:
        spans: beginning and end of each time, infinite while it lasts; seconds on the bench's clock.
    """

    def __init__(self, line: Line, env: simpy.Environment) -> None:
        self._env = env
        self.spans: list[tuple[float, float]] = []
        self._before = line.before_first_receiver
        line.before_first_receiver, line.after_last_receiver = self._begins, self._ends

    def _begins(self) -> None:
        self.spans.append((float(self._env.now), inf))
        self._before()

    def _ends(self) -> None:
        self.spans[-1] = self.spans[-1][0], float(self._env.now)

    def forget_before(self, at_s: float) -> None:
        """Let go of those that were over then."""
        self.spans = [span for span in self.spans if span[1] >= at_s]


@dataclass(slots=True)
class Wake:
    """One wake.

    Attributes:
        begin_s: seconds on the bench's clock.
        end_s: when the next state but sleep could not follow: it slept, or had no power.
        states: names of those that it went through.
        published: behind the TIC it came to what it publishes by, so that it had heard enough.
        browned_out: it ended since the charge was gone.
        is_over: nothing more can come of it.
    """

    begin_s: float
    end_s: float
    states: set[str] = field(default_factory=set)
    published: bool = False
    browned_out: bool = False
    is_over: bool = False

    @property
    def listened(self) -> bool:
        """Whether it came to the TIC."""
        return LISTEN in self.states


class Wakes:
    """Puts stretches of states together to wakes.

    A device may sleep in the middle of one, as LoRaWAN's duty cycle asks for: a wake begins with the first phase that
    the board plans.
    """

    def __init__(self, board: Board, mode: Mode) -> None:
        self._first = phases_of(board, mode)[0].load
        self._open: Wake | None = None

    @property
    def under_way(self) -> Wake | None:
        """The last one, of which something may still come."""
        return self._open

    def over(self, stretches: Sequence[Stretch], brown_outs_s: Sequence[float]) -> list[Wake]:
        """Those that have come to their end.

        Args:
            stretches: in order, each once.
            brown_outs_s: when charge was gone, seconds on the bench's clock.
        """
        done: list[Wake] = []
        for stretch in stretches:
            end_s, name = stretch.at_s + stretch.duration_s, stretch.state.name
            if name == OFF:
                done += self._ends()
            elif name == self._first and (self._open is None or SLEEP in self._open.states):
                done += self._ends()
                self._open = Wake(stretch.at_s, end_s, {name})
            elif self._open is not None:
                self._open.published |= name in _PUBLISHING and self._open.listened
                self._open.states.add(name)
                if name != SLEEP:
                    self._open.end_s = end_s
        for wake in done:
            wake.browned_out = any(abs(wake.end_s - at_s) < _ALIKE_S for at_s in brown_outs_s)
        return done

    def _ends(self) -> list[Wake]:
        wake, self._open = self._open, None
        if wake is None:
            return []
        wake.is_over = True
        return [wake]
