# SPDX-License-Identifier: Apache-2.0
"""A capture on the line again: the bytes that came, when they came."""

from collections.abc import Generator, Iterable, Iterator

import simpy

from xky.protocol import Burst
from xky.protocol.capture import Run
from xky.protocol.uart import CharacterDefect

from .line import Line

__all__ = ["Replay", "bursts_of"]

_LATE_S = 0.019  # what a run may end later than it did; what would end later still is sent faster than the line
_FASTEST_S = 1e-6  # of a character: what came in no time at all takes so long each
_IDLE_S = 0.01  # after the last character, so that it is out wherever it goes
_CR, _CR_PARITY = b"\r", b"\x8d"  # without and with its even parity bit
_SEVEN_BITS = bytes(code & 0x7F for code in range(256))
_RIGHT = {  # with parity in bit 7, and without
    True: bytes(code for code in range(256) if code.bit_count() % 2 == 0),
    False: bytes(range(0x80)),
}


def bursts_of(runs: Iterable[Run], character_s: float) -> Iterator[Burst]:
    """The bursts that a receiver would have recorded so, the first one from second 0 on.

    A run is sent at the rate of the line, so that it ends when it ended, or as little later as it takes behind the
    one before. Where they come faster than the line can (a port without a speed, reads that a system held back) it
    is sent as fast as they came, the tolerated lateness behind them. Bit 7 is parity where a run was received so (its
    CR is 0x8D then), else it was never sent; a character that has it wrong is sent with its parity inverted.

    Args:
        runs: in order of time.
        character_s: duration of a character on the line, in seconds.
    """
    origin_s: float | None = None
    free_s = 0.0
    parity = False
    for run in runs:
        if not run.data:
            continue
        duration_s = len(run.data) * character_s
        if origin_s is None:
            origin_s = run.end_s - duration_s
        end_s = run.end_s - origin_s
        start_s = max(end_s - duration_s, free_s)
        pace_s = min(character_s, max((end_s + _LATE_S - start_s) / len(run.data), _FASTEST_S))
        with_parity, without = run.data.count(_CR_PARITY), run.data.count(_CR)
        if with_parity or without:
            parity = with_parity > without
        wrong = set(run.data.translate(None, _RIGHT[parity]))
        defects = {at: CharacterDefect.PARITY for at, code in enumerate(run.data) if code in wrong} if wrong else {}
        burst = Burst(start_s, pace_s, run.data.translate(_SEVEN_BITS), defects)
        free_s = burst.end_s
        yield burst


class Replay:
    """Sends bursts at their times.

    Args:
        env: the bench's clock; the bursts count from its time now.
        line: where to.
        bursts: in order of time.

    Attributes:
        ended: whether all was sent, and the line is idle.
    """

    def __init__(self, env: simpy.Environment, line: Line, bursts: Iterable[Burst]) -> None:
        self._env = env
        self._line = line
        self._bursts = bursts
        self.ended = False

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process: start it with ``env.process(replay.run())``."""
        origin_s = self._env.now
        for burst in self._bursts:
            start_s = origin_s + burst.start_s
            yield self._env.timeout(max(start_s - self._env.now, 0.0))
            self._line.send(Burst(self._env.now, burst.character_s, burst.data, burst.defects))
            yield self._env.timeout(len(burst.data) * burst.character_s)
        yield self._env.timeout(_IDLE_S)
        self.ended = True
