# SPDX-License-Identifier: Apache-2.0
"""The bench: one clock, a meter, its line, the truth about it, and a device that listens."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from xky.boards import Board, board_named
from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.runner import Late, RealTime, check_speed
from xky.emulator.supply import SUPPLIES, Supply, Terminals
from xky.protocol import BenchError, InputError

from .clock import Clock
from .devices import Device, DeviceContext, FedDevice
from .lamp import Lamp
from .probes import Probe, ProbeContext, open_probe
from .probes.lines import LinesProbe
from .reading import Reading
from .seldom_collected import SeldomCollected

if TYPE_CHECKING:
    from .network import Network

__all__ = ["Bench", "board_of", "probes_of"]


def board_of(device: Device, board: str | None) -> Board:
    """The board under test: the one named, else the one that the device's name tells, else ``generic``."""
    if board is not None:
        return board_named(board)
    return device.board or board_named("generic")


def probes_of(device: Device, board: Board) -> Sequence[str]:
    """Where a device is listened to unless somebody says: simulated firmware at the uplinks of its board, anything else
    at the lines that it prints."""
    return (board.uplinks if device.has_uplinks else ()) or ("lines",)


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
        probes: where the device is listened to, each a SPEC such as ``mqtt``; those of ``probes_of`` unless told.

    Attributes:
        probe: the first of the probes.
        network: what a simulated board reaches by Wi-Fi or Ethernet, once it has started.
        lamp: of a simulated board's indicator.
        virtual: whether time runs as fast as it can: device and probes live on the bench's clock alone.
        rests: asked at each frame boundary whether the line falls silent there, until ``go_on``.

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
        probes: Sequence[str] = (),
    ) -> None:
        check_speed(speed)
        if meter.mode not in board.modes:
            raise InputError(
                f"board {board.id}: does not read {meter.mode} mode; give --mode {' or '.join(board.modes)}"
            )
        self.device = device
        self.board = board
        self.env = Clock()
        self._runner: RealTime | None = None
        self._collector = SeldomCollected()
        self._speed = speed
        self.line = Line()
        self.terminals = Terminals(supply)
        self.lamp = Lamp(lambda: float(self.env.now))
        self.truth = Truth()
        self.network: Network | None = None
        self.rests: Callable[[], bool] = lambda: False
        self.probes: Sequence[Probe] = [open_probe(spec) for spec in probes or probes_of(device, board)]
        self.probe = self.probes[0]
        self._lines = LinesProbe()  # what it prints is heard all the same where nobody asked, and is no reading
        self.virtual = device.virtual and all(probe.virtual for probe in self.probes)
        self.transmitter = Transmitter(
            self.env, meter, self.line, self.truth, seed=seed, only_when_heard=only_when_heard
        )

    @property
    def meter(self) -> Linky:
        """The meter on the line."""
        return self.transmitter.meter

    @property
    def feeds_the_device(self) -> bool:
        """Whether the device lives on the bench's terminals I1-A."""
        power = self.board.power
        return isinstance(self.device, FedDevice) and power is not None and power.source == "tic"

    @property
    def speed(self) -> float:
        """Bench seconds per real second, where time is real."""
        return self._speed

    @property
    def late(self) -> list[Late]:
        """When the bench itself came too late."""
        return [] if self._runner is None else self._runner.late

    @property
    def now_s(self) -> float:
        """The present on the bench's clock, between its events too."""
        return float(self.env.now) if self._runner is None else max(self._runner.now_s(), float(self.env.now))

    @property
    def worst_late_s(self) -> float:
        """By how much it acted late at the worst since ``count_lateness_anew``, in seconds of its clock."""
        return 0.0 if self._runner is None else self._runner.worst_late_s * self._runner.speed

    def count_lateness_anew(self) -> None:
        """Forget how late it was at the worst; ``late`` keeps what it has."""
        if self._runner is not None:
            self._runner.worst_late_s = 0.0

    def __enter__(self) -> "Bench":
        try:
            if self.virtual:
                self._collector.begin()
            self.device.start(self._opened(), self._clock_starts)
        except BaseException:
            self._end()
            raise
        return self

    def check(self) -> None:
        """Open all that readings come by, and let go of it again: in the place of a run, which it ends.

        Raises:
            InputError: an address cannot be listened at, or the device cannot say anything to a probe.
            BenchError: what a probe reads from is not there, or is something else.
        """
        try:
            self.device.check(self._opened())
        finally:
            self._end()

    def _opened(self) -> DeviceContext:
        if not self.virtual:
            self._runner = RealTime(self.env, self._speed)
        place = ProbeContext(self.env, self._runner, self.board, self.meter.mode, self._speed)
        lines = next((probe for probe in self.probes if isinstance(probe, LinesProbe)), None)
        if lines is None:
            lines = self._lines
            lines.open(place)
        for probe in self.probes:
            probe.open(place)
            probe.check()
        return self._context(lines, place)

    def _context(self, lines: LinesProbe, place: ProbeContext) -> DeviceContext:
        fields = {name: value for probe in self.probes for name, value in probe.fields.items()}
        board, network, radio = self.board, None, None
        if self.device.has_uplinks and lines in self.probes and len(self.probes) > 1:
            raise InputError("lines: a simulated board says nothing beside its uplinks; give one or the other")
        if self.device.has_uplinks and lines not in self.probes:
            from .joined import joined

            board, network, radio = joined(board, self.probes, place)
        self.network = network
        handed_over = [tuple(probe.fields) for probe in self.probes if probe.must_be_handed_over]
        return DeviceContext(
            self.env, self._runner, self.line, lines, board, self.meter.mode, self._speed, self.terminals, fields,
            handed_over, network, radio, lines in self.probes, self.lamp,
        )  # fmt: skip

    def _clock_starts(self) -> None:
        env = self.env
        self.meter.run_by(lambda: float(env.now))
        self.go_on()

    def go_on(self) -> None:
        """Let the line speak, and the clock go on, which stood still meanwhile."""
        if self._runner is not None:
            self._runner.restart()
        self.env.process(self.transmitter.run(self.rests))

    def forget_before(self, at_s: float) -> None:
        """Let go of what was said until then, for a run without end; what was sent is the owner's to forget.

        Args:
            at_s: seconds on the bench's clock.
        """
        for probe in {*self.probes, self._lines}:
            probe.forget_before(at_s)
        if self._runner is not None:
            self._runner.late = [late for late in self._runner.late if late.due_s >= at_s]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self.device.stop()
        for probe in self.probes:
            probe.close()
        if self._runner is not None:
            self._runner.close()
        self._collector.end()

    @property
    def readings(self) -> list[Reading]:
        """What was seen by all probes, in order of arrival."""
        if len(self.probes) == 1:
            return self.probe.readings
        return sorted((one for probe in self.probes for one in probe.readings), key=lambda reading: reading.at_s)

    def run(self, until: Callable[[], bool]) -> None:
        """Let time pass until ``until()`` holds; it is asked after each event."""
        if self._runner is not None:
            self._runner.run(until)
            return
        step = self.env.step
        while not until():
            step()

    def run_for(self, duration_s: float) -> None:
        """Let ``duration_s`` seconds of the bench's clock pass."""
        alarm = self.env.timeout(duration_s)
        if self._runner is None:
            self.env.run_to(alarm)
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
        first = [len(probe.readings) for probe in self.probes]
        changed_s, begun = self.meter.changed_s, len(self.truth)  # one of the same instant was made before the change

        def found() -> Reading | None:
            whole = (
                frame.end_s
                for number, frame in enumerate(self.truth)
                if frame.complete and (frame.start_s > changed_s or (frame.start_s == changed_s and number >= begun))
            )
            earliest = next(whole, None)
            if earliest is None:
                return None
            later = (one for probe, seen in zip(self.probes, first, strict=True) for one in probe.readings[seen:])
            return min((one for one in later if one.at_s >= earliest), key=lambda one: one.at_s, default=None)

        self.run(lambda: found() is not None or alarm.processed or self.device.ended is not None)
        reading = found()
        if reading is not None:
            return reading
        if self.device.ended is not None:
            self.require_first_frame(self.device.ended, self.env.now)
            raise AssertionError(f"the device ended ({self.device.ended}); it last said: {self.device.last_words!r}")
        raise AssertionError(
            f"no reading within {timeout_s} s of the bench's clock; "
            f"{len(self.truth)} frames were sent, {len(self.readings)} readings came before"
        )

    def require_first_frame(self, ended: str | None, ended_s: float) -> None:
        """A device that ends before it was sent one frame was never tested.

        Raises:
            BenchError: that was the case.
        """
        if ended is not None and not any(frame.end_s <= ended_s for frame in self.truth):
            words = self.device.last_words
            raise BenchError(
                f"the device ended ({ended}) before the first frame was sent"
                + (f"; it said: {words}" if words and words != ended else "")
            )
