# SPDX-License-Identifier: Apache-2.0
"""The bench: one clock, a meter, its line, the truth about it, and a device that listens."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

import simpy

from xky.boards import Board, board_named
from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.runner import Late, RealTime, check_speed
from xky.emulator.supply import SUPPLIES, Supply, Terminals
from xky.protocol import BenchError, InputError

from .devices import Device, DeviceContext
from .probe import Probe
from .reading import Reading

__all__ = ["Bench", "board_of"]


def board_of(device: Device, board: str | None) -> Board:
    """The board under test: the one named, else the one that the device's name tells, else ``generic``."""
    if board is not None:
        return board_named(board)
    return device.board or board_named("generic")


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """What a run keeps is no garbage: to look for some in it again and again costs a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Bench:
    """Wires a meter to a device. Use it as a context: it leaves nothing running behind.

    Args:
        device: not started yet.
        board: what the device is, or claims to be.
        meter: put on the line; may be exchanged later by ``transmitter.meter``.
        seed: of gaps and faults.
        speed: bench seconds per real second; devices in virtual time run as fast as they can.
        only_when_heard: see ``Transmitter``; for a device that sleeps through days.
        supply: of the meter, on terminals I1-A; what every meter gives at least, unless told.

    Raises:
        InputError: the board does not read the meter's mode, or ``speed`` is none that a bench can run at.
        BenchError: the device cannot be started.
    """

    def __init__(
        self,
        device: Device,
        board: Board,
        meter: Linky,
        *,
        seed: int = 0,
        speed: float = 1.0,
        only_when_heard: bool = False,
        supply: Supply = SUPPLIES["min_spec"],
    ) -> None:
        check_speed(speed)
        if meter.mode not in board.modes:
            raise InputError(
                f"board {board.id}: does not read {meter.mode} mode; give --mode {' or '.join(board.modes)}"
            )
        self.device = device
        self.board = board
        self.env = simpy.Environment()
        self._runner: RealTime | None = None
        self._speed = speed
        self.line = Line()
        self.terminals = Terminals(supply)
        self.truth = Truth()
        self.probe = Probe(lambda: float(self.env.now))
        self.transmitter = Transmitter(
            self.env, meter, self.line, self.truth, seed=seed, only_when_heard=only_when_heard
        )

    @property
    def meter(self) -> Linky:
        """The meter on the line."""
        return self.transmitter.meter

    @property
    def late(self) -> list[Late]:
        """When the bench itself came too late."""
        return [] if self._runner is None else self._runner.late

    def __enter__(self) -> "Bench":
        if not self.device.virtual:
            self._runner = RealTime(self.env, self._speed)
        context = DeviceContext(
            self.env, self._runner, self.line, self.probe, self.board, self.meter.mode, self._speed, self.terminals
        )
        try:
            self.device.start(context, self._clock_starts)
        except BaseException:
            self.device.stop()
            raise
        return self

    def _clock_starts(self) -> None:
        if self._runner is not None:
            self._runner.restart()
        self.meter.run_by(lambda: float(self.env.now))
        self.env.process(self.transmitter.run())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.device.stop()
        if self._runner is not None:
            self._runner.close()

    def run(self, until: Callable[[], bool]) -> None:
        """Let time pass until ``until()`` holds; it is asked after each event."""
        if self._runner is not None:
            self._runner.run(until)
            return
        with _seldom_collecting():
            while not until():
                self.env.step()

    def run_for(self, duration_s: float) -> None:
        """Let ``duration_s`` seconds of the bench's clock pass."""
        alarm = self.env.timeout(duration_s)
        if self._runner is None:
            with _seldom_collecting():
                self.env.run(until=alarm)
        else:
            self.run(lambda: alarm.processed)

    def next_reading(self, timeout_s: float) -> Reading:
        """The first reading that can hold a frame begun after the last change of the meter.

        Args:
            timeout_s: how long to wait, seconds on the bench's clock.

        Raises:
            AssertionError: none came in time, or the device ended: the device's fault.
            BenchError: the device ended before a frame was sent.
        """
        alarm = self.env.timeout(timeout_s)
        first = len(self.probe.readings)
        changed_s = self.meter.changed_s

        def found() -> Reading | None:
            whole = (frame.end_s for frame in self.truth if frame.complete and frame.start_s >= changed_s)
            earliest = next(whole, None)
            if earliest is None:
                return None
            fresh = (reading for reading in self.probe.readings[first:] if reading.at_s >= earliest)
            return next(fresh, None)

        self.run(lambda: found() is not None or alarm.processed or self.device.ended is not None)
        reading = found()
        if reading is not None:
            return reading
        if self.device.ended is not None:
            self.require_first_frame(self.device.ended, self.env.now)
            raise AssertionError(f"the device ended ({self.device.ended}); it last said: {self.device.last_words!r}")
        raise AssertionError(
            f"no reading within {timeout_s} s of the bench's clock; "
            f"{len(self.truth)} frames were sent, {len(self.probe.readings)} readings came before"
        )

    def require_first_frame(self, ended: str | None, ended_s: float) -> None:
        """A device that ends before it was sent one frame was never tested.

        Raises:
            BenchError: that was the case.
        """
        if ended is not None and not any(frame.end_s <= ended_s for frame in self.truth):
            words = self.device.last_words
            raise BenchError(
                f"the device ended ({ended}) before the first frame was sent" + (f"; it said: {words}" if words else "")
            )
