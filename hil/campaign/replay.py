# SPDX-License-Identifier: Apache-2.0
"""A device hears a capture, and what it says is recorded to be judged."""

from collections.abc import Iterable

import simpy

from xky.boards import Board
from xky.emulator import Line
from xky.emulator.line.replay import Replay
from xky.emulator.runner import RealTime
from xky.protocol import Burst, Mode

from ..bench.devices import Device, DeviceContext
from ..bench.limits import LATENCY_S
from ..bench.probes.lines import LinesProbe
from ..bench.probes.probe import ProbeContext
from .oracle.replayed import truth_of
from .record import Record

__all__ = ["replay_to"]


def replay_to(device: Device, board: Board, bursts: Iterable[Burst], mode: Mode, *, speed: float = 1.0) -> Record:
    """Send bursts to a device and record what it says; ``Oracle(record).accusations`` judges that.

    Args:
        device: not started yet.
        board: what it is, or claims to be.
        bursts: of ``bursts_of``, times from 0 on; they are kept.
        mode: that of the line.
        speed: bench seconds per real second; devices in virtual time run as fast as they can.

    Raises:
        BenchError: the device cannot be started.
    """
    bursts = list(bursts)
    env = simpy.Environment()
    runner = None if device.virtual else RealTime(env, speed)
    line, probe = Line(), LinesProbe()
    probe.open(ProbeContext(env, runner, board, mode, speed))
    replay = Replay(env, line, bursts)

    def clock_starts() -> None:
        if runner is not None:
            runner.restart()
        env.process(replay.run())

    try:
        device.start(DeviceContext(env, runner, line, probe, board, mode, speed), clock_starts)
        if runner is None:
            while not replay.ended:
                env.step()
        else:
            runner.run(lambda: replay.ended or device.ended is not None)
        last_words = env.timeout(LATENCY_S * speed)
        if runner is None:
            env.run(until=last_words)
        else:
            runner.run(lambda: last_words.processed)
    finally:
        device.stop()
        if runner is not None:
            runner.close()
    return Record(
        mode, board, speed, None, truth_of(bursts), probe.readings, probe.remarks, ended=device.ended,
        last_words=device.last_words, stderr=device.stderr, overruns=device.overruns,
        port_settings=tuple(device.port_settings), late=[] if runner is None else runner.late,
        duration_s=float(env.now),
    )  # fmt: skip
