# SPDX-License-Identifier: Apache-2.0
"""One recorded line, sent again."""

from itertools import chain, islice

import simpy

from xky.emulator import Line
from xky.emulator.line.replay import Replay, bursts_of

from ..recording.source import Recording

__all__ = ["ReplayedRun"]


class ReplayedRun:
    """A capture, at its own times.

    Args:
        env: the clock.
        recording: what is sent.

    Attributes:
        line: that it is sent on.
        is_empty: whether there is nothing to send.
    """

    def __init__(self, env: simpy.Environment, recording: Recording) -> None:
        self._env, self.line = env, Line()
        bursts = bursts_of(recording.runs, recording.mode.character_s)
        first = list(islice(bursts, 1))
        self.is_empty = not first
        self._replay = Replay(env, self.line, chain(first, bursts))
        self._process = env.process(self._replay.run())

    @property
    def ended(self) -> bool:
        """Whether all was sent."""
        return self._replay.ended

    def run_virtual(self) -> None:
        """As fast as it can."""
        self._env.run(until=self._process)
