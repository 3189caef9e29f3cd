# SPDX-License-Identifier: Apache-2.0
"""Meter to line: frame after frame without end, with the gaps and the cuts of the specification.

A frame is one burst. Only where the meter may break off (historic three-phase long frames, which an
overload ends at the group under way, 02E §2.5.1) is each group a burst of its own.
"""

from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from random import Random

import simpy

from xky.protocol import Burst, Group, Mode, encode_group
from xky.protocol.mode import EOT, ETX, STX

from .faults import Fault
from .line import Line
from .meter import Linky
from .truth import Expect, Piece, SentFrame, Truth

__all__ = ["FRAME_GAP_S", "Transmitter"]

FRAME_GAP_S = (0.0167, 0.0334)  # ETX to next STX (54E §5.3.6); real meters were seen near 17 ms

_STX_PIECE, _ETX_PIECE, _EOT_PIECE = Piece(STX), Piece(ETX), Piece(EOT)


@lru_cache(maxsize=4096)  # most groups of a frame are those of the frame before
def _piece(group: Group, mode: Mode) -> Piece:
    return Piece(encode_group(group, mode), group, Expect.MUST)


class Transmitter:
    """Sends what a meter says.

    Args:
        env: the bench's clock.
        meter: may be exchanged at any frame boundary (``meter`` is an attribute).
        line: where to.
        truth: where each frame is entered as it starts.
        seed: of the gaps and of the faults.
        frame_gap_s: shortest and longest silence between two frames, in seconds.
    """

    def __init__(
        self,
        env: simpy.Environment,
        meter: Linky,
        line: Line,
        truth: Truth,
        *,
        seed: int = 0,
        frame_gap_s: tuple[float, float] = FRAME_GAP_S,
    ) -> None:
        self._env = env
        self.meter = meter
        self._line = line
        self._truth = truth
        self._rng = Random(f"line {seed}")
        self._frame_gap_s = frame_gap_s
        self.faults: Sequence[Fault] = ()
        self.step = ""
        self.before_frame: Callable[[], None] = lambda: None
        """Called at each frame boundary: the place to exchange the meter, its state, the faults."""

    def run(self, until: Callable[[], bool] = lambda: False) -> Generator[simpy.Event, None, None]:
        """The process: start it with ``env.process(transmitter.run())``.

        It ends at the first frame boundary, after ``before_frame``, at which ``until()`` holds.
        """
        while True:
            yield self._env.timeout(self._rng.uniform(*self._frame_gap_s))
            self.before_frame()
            if until():
                return
            yield from self._send_frame()

    def _send_frame(self) -> Generator[simpy.Event, None, None]:
        meter = self.meter
        short = meter.next_is_short()
        breakable = meter.mode is Mode.HISTORIC and meter.phases > 1 and not short and not meter.sends_short_frames
        pieces = [_STX_PIECE, *(_piece(group, meter.mode) for group in meter.groups(short=short)), _ETX_PIECE]
        for fault in self.faults:
            pieces = fault.apply(pieces, meter.mode, self._rng)
        if breakable:
            yield from self._send_by_group(pieces)
            return
        frame = self._enter(pieces, self._env.now)
        burst = Burst(frame.start_s, frame.character_s, frame.data)
        self._line.send(burst)
        yield self._env.timeout(burst.end_s - self._env.now)

    def _send_by_group(self, pieces: Sequence[Piece]) -> Generator[simpy.Event, None, None]:
        start_s, character_s = self._env.now, self.meter.mode.character_s
        sent: list[Piece] = []
        for piece in pieces:
            burst = Burst(self._env.now, character_s, piece.data)
            self._line.send(burst)
            yield self._env.timeout(burst.end_s - self._env.now)
            sent.append(piece)
            self.meter.integrate()
            if piece is not pieces[-1] and self.meter.sends_short_frames:
                self._line.send(Burst(self._env.now, character_s, EOT))
                yield self._env.timeout(character_s)
                sent.append(_EOT_PIECE)
                break
        self._enter(sent, start_s)

    def _enter(self, pieces: Sequence[Piece], start_s: float) -> SentFrame:
        complete = bool(pieces) and pieces[-1].data.endswith(ETX)
        if not complete:  # a receiver may report the intact groups of a cut frame, or none (02E §1.5.2)
            pieces = [Piece(p.data, p.group, Expect.MAY, p.fault) if p.expect is Expect.MUST else p for p in pieces]
        mode = self.meter.mode
        frame = SentFrame(len(self._truth), mode, start_s, mode.character_s, tuple(pieces), complete, self.step)
        self._truth.append(frame)
        return frame
