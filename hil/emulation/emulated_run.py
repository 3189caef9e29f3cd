# SPDX-License-Identifier: Apache-2.0
"""One emulated Linky on its line, from the first frame to the last."""

import simpy

from xky.emulator import Line, Transmitter, Truth
from xky.emulator.scenario.actions import Actions
from xky.emulator.scenario.emulated import Emulated
from xky.emulator.scenario.play import Play
from xky.emulator.scenario.terminal_feed import TerminalFeed
from xky.emulator.scenario.timeline import Timeline

from .control import Session
from .emulated_board import EmulatedBoard

__all__ = ["EmulatedRun"]


class EmulatedRun:
    """A meter that talks, and what happens to it.

    Args:
        env: the clock.
        emulated: the meter, and its scenario if it has one.
        frames: the run ends after so many; None: with the scenario, if at all.
        keep_timeline: for a picture of the run.
        board: name or file of a simulated board on the line and on terminals I1-A; None: none.
        speed: of the clock, for what a board keeps of its past.

    Raises:
        InputError: there is no such board, or it does not read the meter's mode.

    Attributes:
        seed: of the meter.
        line: that it talks on.
        transmitter: which talks.
        actions: what may happen to it.
        truth: of the frame under way, and of it alone.
        timeline: what happened, if it is kept.
        board: that listens, if there is one.
        session: of clients that drive it, if there are any; it is told of frame boundaries.
        ended: whether the last frame is over.
    """

    def __init__(
        self,
        env: simpy.Environment,
        emulated: Emulated,
        frames: int | None,
        *,
        keep_timeline: bool,
        board: str | None = None,
        speed: float = 1.0,
    ) -> None:
        written, scenario = emulated.meter, emulated.scenario
        self._env = env
        self.seed = written.seed
        self.line, self.truth, self.timeline = Line(), Truth(), Timeline()
        self._keep_timeline = keep_timeline
        meter = written.build(at_us=None if scenario is None else scenario.at_us)
        meter.run_by(lambda: float(env.now))
        self.transmitter = Transmitter(env, meter, self.line, self.truth, seed=written.seed)
        self.transmitter.before_frame = self._before_frame
        self._frames, self._sent = frames, 0
        self._play: Play | None = None
        if scenario is not None:
            self._play = Play(env, self.transmitter, scenario, self.timeline.remark)
            env.process(self._play.run())
            self.actions = self._play.actions
        else:
            self.actions = Actions(env, self.transmitter, written, self.timeline.remark)
        self.board: EmulatedBoard | None = None
        if board is not None:
            feed = self.actions.terminal_feed = TerminalFeed(env)
            self.board = EmulatedBoard(env, board, meter.mode, self.line, feed.terminals, speed=speed)
        self.session: Session | None = None
        self.ended = False
        env.process(self.transmitter.run(until=lambda: self.ended))

    def _before_frame(self) -> None:
        self.ended = (self._frames is not None and self._sent >= self._frames) or (
            self._play is not None and self._play.ended
        )
        if self.transmitter.meter.powered:
            self._sent += 1
        if self.session is not None:
            self.session.between_frames(self.truth)
        self.truth.clear()  # an emulator that runs for days keeps no journal
        if self._keep_timeline:
            self.timeline.look(self.transmitter.meter)

    def run_virtual(self) -> None:
        """As fast as it can."""
        while not self.ended:
            self._env.step()
