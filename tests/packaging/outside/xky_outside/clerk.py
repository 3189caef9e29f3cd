# SPDX-License-Identifier: Apache-2.0
"""``clerk:``: a reader in virtual time, which tells each whole frame as it ends."""

from collections.abc import Callable

from xky.emulator.outputs import PortSettings
from xky.hil import Device, DeviceContext
from xky.protocol import Burst, Decoder, Frame, InputError
from xky.protocol.uart import Uart, received


class Clerk(Device):
    """Made of what stands behind the scheme, and of the options of a device."""

    virtual = True

    def __init__(self, rest: str, *, defect: str | None = None, line: str = "pty", parity: str = "strip") -> None:
        if rest or defect or line != "pty" or parity != "strip":
            raise InputError("clerk: takes no defect, --line or --parity; write clerk: alone")
        self._asked: list[PortSettings] = []

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        decoder, uart = Decoder(context.mode), Uart(context.mode.baud)
        self._asked = [PortSettings(context.env.now, context.mode.baud, uart.data_bits, uart.parity, uart.stop_bits)]

        def read(burst: Burst) -> None:
            for event in decoder.feed(received(burst, uart).handed_over):
                if isinstance(event, Frame) and event.complete:
                    context.probe.publish(event.good)

        def hear(burst: Burst) -> None:
            end = context.env.timeout(burst.end_s - context.env.now)
            end.callbacks.append(lambda _: read(burst))

        context.line.connect(hear)
        clock_starts()

    def stop(self) -> None:
        """Nothing outlives the clock."""

    @property
    def port_settings(self) -> list[PortSettings]:
        return self._asked
