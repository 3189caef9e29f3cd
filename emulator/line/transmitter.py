# SPDX-License-Identifier: Apache-2.0
"""Meter to line: frame after frame without end, with the gaps and the cuts of the specification.

A frame is one burst. Only where the meter may break off (historic three-phase long frames, which an
overload ends at the group under way, 02E §2.5.1) is each group a burst of its own.
"""

from collections.abc import Callable, Generator, Sequence
from random import Random
from typing import Any

import simpy

from xky.protocol import Burst, FrameEncoder, Group, Mode
from xky.protocol.mode import EOT, ETX, STX

from ..faults import Fault, befallen
from ..late_random import late_random
from ..meter import Linky
from ..truth.journal import SentFrame, Truth
from ..truth.piece import Piece, weakened
from ..truth.plain_frame import GroupPieces, PlainFrame
from ..truth.timing import bursts_of, end_of
from .fault_check import check_fault
from .line import Line

__all__ = ["FRAME_GAP_S", "Transmitter"]

FRAME_GAP_S = (0.0167, 0.0334)  # ETX to next STX (54E §5.3.6); real meters were seen near 17 ms

_POLL_S = 0.1  # how often a meter without supply is asked whether it is back

_EOT_PIECE = Piece(EOT)


def _is_complete(pieces: Sequence[Piece]) -> bool:
    """Whether the frame has its STX, maybe behind noise, and its ETX."""
    if not pieces or not pieces[-1].data.endswith(ETX):
        return False
    return any(piece.data.endswith(STX) for piece in pieces if piece.group is None)


class Transmitter:
    """Sends what a meter says.

    Args:
        env: the bench's clock.
        meter: may be exchanged at any frame boundary (``meter`` is an attribute).
        line: where to.
        truth: where each frame is entered as it starts.
        seed: of the gaps and of the faults; an attribute, from the next ``draw_anew`` on.
        frame_gap_s: shortest and longest silence between two frames, in seconds.
        only_when_heard: make no frame while nobody is on the line, for runs of days and years: who connects then
            finds it at a random place of a frame, as on a line that was always busy.
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
        only_when_heard: bool = False,
    ) -> None:
        self._env = env
        self.meter = meter
        self._line = line
        self._truth = truth
        self.seed = seed
        self.draw_anew("")
        self._frame_gap_s = frame_gap_s
        self._pieces = GroupPieces()
        self._encoders = {mode: FrameEncoder(mode) for mode in Mode}
        self._faults: Sequence[Fault] = ()
        self.step = ""
        self.before_frame: Callable[[], simpy.Event | None] = lambda: None
        """Called at each frame boundary: the place to exchange the meter, its state, the faults. An event that it gives
        is waited for, and it is called again."""
        self.lull_s: Callable[[], float] = lambda: 0.0
        """Behind ``before_frame``: for how many seconds nobody needs a frame for its own sake, where time is virtual.
        So long the line rests, less the frame that is due, or until somebody comes onto it, who finds that frame under
        way, or the gap behind it."""
        self._heard: simpy.Event | None = None
        self._silent_since_s = self._began_s = 0.0
        self._only_when_heard = only_when_heard
        line.before_first_receiver = self._resume

    def draw_anew(self, what: str, seed: int | None = None) -> None:
        """From the next frame on, gaps and faults are drawn by the seed and ``what`` is sent, whatever came before.

        Args:
            what: is sent.
            seed: in the place of that of the line.
        """
        self._drawn_for, self._frames_since = f"{self.seed if seed is None else seed} {what}", 0
        self._rng = Random(f"line {self._drawn_for}")

    @property
    def faults(self) -> Sequence[Fault]:
        """What is on the line, in each frame from the next one on.

        Raises:
            InputError: one that is new befalls a group that this meter does not have: it would test nothing.
        """
        return self._faults

    @faults.setter
    def faults(self, faults: Sequence[Fault]) -> None:
        known = {id(fault) for fault in self._faults}
        for fault in faults:
            if id(fault) not in known:
                check_fault(fault, self.meter)
        self._faults = faults

    def take_checked(self, faults: Sequence[Fault]) -> None:
        """Let these be on the line, which somebody looked at when they came: a meter may have changed meanwhile."""
        self._faults = faults

    def run(self, until: Callable[[], bool] = lambda: False) -> Generator[simpy.Event, None, None]:
        """The process: start it with ``env.process(transmitter.run())``.

        It ends at the first frame boundary, after ``before_frame``, at which ``until()`` holds.
        """
        shortest_s, longest_s = self._frame_gap_s
        spread_s = longest_s - shortest_s
        env, line, only_when_heard = self._env, self._line, self._only_when_heard
        while True:
            if only_when_heard and not line.is_heard:
                yield from self._be_silent()
            yield env.timeout(shortest_s + spread_s * self._rng.random())
            if only_when_heard and not line.is_heard:
                continue
            while (told := self.before_frame()) is not None:
                yield told
            if until():
                return
            if not self.meter.state.powered:  # asked for each frame: not by way of the attributes
                yield env.timeout(_POLL_S)
                continue
            if not line.is_heard and (rest_s := self._rest_s(env.now - self._began_s)) > 0.0:
                if (yield from self._be_silent(rest_s)):
                    continue
                yield env.timeout(shortest_s + spread_s * self._rng.random())
            self._began_s = env.now
            sent = self._send_frame()
            if isinstance(sent, simpy.Event):
                yield sent
            else:
                yield from sent

    def _send_frame(self) -> simpy.Event | Generator[simpy.Event, None, None]:
        """What happens at the end of a frame that goes out as the meter means it; else what is done until then."""
        self._frames_since += 1
        meter = self.meter
        mode, short = meter.state.settings.mode, meter.next_is_short()
        groups = meter.groups(short=short)
        if mode is Mode.HISTORIC and meter.phases > 1 and not short and not meter.sends_short_frames:
            return self._send_by_group(self._frame_pieces(groups, mode))
        if self._faults:
            frame = self._enter(self._frame_pieces(groups, mode), self._began_s, mode)
            return self._send(bursts_of(frame.pieces, frame.start_s, frame.character_s), frame.end_s)
        burst = Burst(self._began_s, mode.character_s, self._encoders[mode].encode(groups))
        self._enter_plain(burst, groups, mode)
        return self._start(burst)

    def _rest_s(self, period_s: float) -> float:
        """How long to rest before the frame that is due, where frames come every ``period_s`` seconds."""
        rest_s = self.lull_s() - period_s
        return rest_s if rest_s >= period_s else 0.0

    def _be_silent(self, rest_s: float | None = None) -> Generator[simpy.Event, Any, bool]:
        """Send nothing until somebody listens, or for so many seconds at the most.

        Returns:
            Whether a frame was under way when somebody came; it is over by now.
        """
        env = self._env
        self._heard = heard = env.event()
        self._silent_since_s = env.now

        def end(_: simpy.Event) -> None:
            if self._heard is heard:
                self._heard = None
                heard.succeed()

        if rest_s is not None:
            alarm = env.timeout(rest_s)
            assert alarm.callbacks is not None
            alarm.callbacks.append(end)
        under_way: tuple[Sequence[Burst], float] | None = yield heard
        if under_way is None:
            return False
        yield from self._send(*under_way)
        return True

    def _start(self, burst: Burst) -> simpy.Event:
        """Send a burst now; what happens at its end."""
        end = self._env.timeout(burst.end_s - self._env.now)
        self._line.send(burst, end)
        return end

    def _send(self, bursts: Sequence[Burst], end_s: float) -> Generator[simpy.Event, None, None]:
        """Bursts with what silence lies between them and behind, up to ``end_s``."""
        for burst in bursts:
            if burst.start_s > self._env.now:
                yield self._env.timeout(burst.start_s - self._env.now)
            yield self._start(burst)
        if end_s > self._env.now:
            yield self._env.timeout(end_s - self._env.now)

    def _resume(self) -> None:
        """Somebody listens again: a frame is under way, or the gap behind it."""
        heard, self._heard = self._heard, None
        if heard is None:
            return
        if self._only_when_heard:  # who rests for a while has asked already
            self.before_frame()
        heard.succeed(self._under_way() if self.meter.powered else None)

    def _under_way(self) -> tuple[Sequence[Burst], float] | None:
        """A frame that began some time ago: what is left to be sent behind what is on the line now, and its end.

        None where the gap behind it is now.
        """
        meter, now_s = self.meter, self._env.now
        mode = meter.mode
        character_s = mode.character_s
        groups = meter.groups(short=meter.next_is_short())
        pieces, data = [], b""
        if self._faults:
            self._frames_since += 1
            pieces = self._frame_pieces(groups, mode)
            length_s = end_of(pieces, 0.0, character_s)
        else:
            data = self._encoders[mode].encode(groups)
            length_s = character_s * len(data)
        silent_s = now_s - self._silent_since_s  # no frame began before the last had ended
        ago_s = self._rng.uniform(0.0, min(length_s + self._frame_gap_s[1], silent_s))
        if ago_s >= length_s:
            return None
        self._began_s = start_s = now_s - ago_s
        if self._faults:
            frame = self._enter(pieces, start_s, mode)
            bursts, end_s = bursts_of(frame.pieces, start_s, character_s), frame.end_s
        else:
            bursts = [Burst(start_s, character_s, data)]
            end_s = bursts[0].end_s
            self._enter_plain(bursts[0], groups, mode)
        left = [burst for burst in bursts if burst.end_s > now_s]
        if left and left[0].start_s <= now_s:
            self._line.current = left.pop(0)
        return left, end_s

    def _frame_pieces(self, groups: Sequence[Group], mode: Mode) -> list[Piece]:
        pieces = self._pieces.of(groups, mode)
        if not self._faults:
            return pieces
        seed = f"faults {self._drawn_for} {self._frames_since}"  # whatever befell frames before
        return befallen(pieces, self._faults, mode, late_random(lambda: seed))

    def _send_by_group(self, pieces: Sequence[Piece]) -> Generator[simpy.Event, None, None]:
        start_s, mode = self._env.now, self.meter.mode
        sent: list[Piece] = []
        for piece in pieces:
            now_s, character_s = self._env.now, mode.character_s
            if piece.is_plain:  # as most
                burst = Burst(now_s, character_s, piece.data)
                yield self._start(burst)
                if burst.end_s > self._env.now:
                    yield self._env.timeout(burst.end_s - self._env.now)
            else:
                yield from self._send(bursts_of((piece,), now_s, character_s), end_of((piece,), now_s, character_s))
            sent.append(piece)
            self.meter.integrate()
            if piece is not pieces[-1] and self.meter.sends_short_frames:
                self._line.send(Burst(self._env.now, mode.character_s, EOT))
                yield self._env.timeout(mode.character_s)
                sent.append(_EOT_PIECE)
                break
        self._enter(sent, start_s, mode)

    def _enter(self, pieces: Sequence[Piece], start_s: float, mode: Mode) -> SentFrame:
        complete = _is_complete(pieces)
        if not complete:  # a receiver may report the intact groups of a cut frame, or none (02E §1.5.2)
            pieces = weakened(pieces)
        frame = SentFrame(len(self._truth), mode, start_s, mode.character_s, tuple(pieces), complete, self.step)
        self._truth.append(frame)
        return frame

    def _enter_plain(self, burst: Burst, groups: Sequence[Group], mode: Mode) -> None:
        number = len(self._truth)
        self._truth.append(PlainFrame(number, mode, burst.start_s, groups, burst.data, self.step, self._pieces))
