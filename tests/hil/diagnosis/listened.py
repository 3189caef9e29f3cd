# SPDX-License-Identifier: Apache-2.0
"""A line of the emulator in virtual time, as a serial port set to eight bits hands it over: in small reads."""

from collections.abc import Sequence

import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.faults import Fault
from xky.hil.diagnosis import Heard
from xky.protocol import Burst
from xky.protocol.capture import Run, RunBuilder
from xky.protocol.uart import Uart, received

__all__ = ["heard_of"]

_READ = 48  # characters; what a USB adapter hands over at once


def heard_of(
    meter: Linky,
    faults: Sequence[Fault] = (),
    *,
    for_s: float = 60.0,
    seed: int = 0,
    uart: Uart | None = None,
    kind: str = "serial",
) -> Heard:
    """What is heard of a meter for so long; at its own rate, with eight bits, unless told."""
    env, line = simpy.Environment(), Line()
    transmitter = Transmitter(env, meter, line, Truth(), seed=seed)
    transmitter.faults = tuple(faults)
    meter.run_by(lambda: float(env.now))
    receiver = Uart(meter.mode.baud, 8, "N") if uart is None else uart
    builder, runs = RunBuilder(10 / receiver.baud), list[Run]()

    def add(run: Run | None) -> None:
        if run is not None:
            runs.append(run)

    def hear(burst: Burst) -> None:
        reception = received(burst, receiver)
        for at in range(0, len(reception), _READ):
            data = reception.data[at : at + _READ]
            add(builder.add(reception.end_of(at + len(data) - 1), data))

    line.connect(hear)
    env.process(transmitter.run())
    env.run(until=for_s)
    add(builder.cut())
    return Heard("the line", kind, int(receiver.baud), tuple(runs), is_timed=True, lasted_s=for_s)
