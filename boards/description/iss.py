# SPDX-License-Identifier: Apache-2.0
"""Where a firmware image finds its peripherals: the ``[iss]`` table of a board's file, for devices ``iss:``.

Memory is not written here: it follows from the segments and the symbols of the image.
"""

from typing import Annotated, Literal

from pydantic import Field

from xky.protocol.tomlfile import Section

__all__ = ["Iss", "IssTimer", "IssUart"]

_Address = Annotated[int, Field(ge=0, lt=1 << 32)]


class IssUart(Section):
    """A UART, or what the firmware prints on.

    Attributes:
        kind: a file of ``hil/iss/uarts/``.
        base: address of its first register.
        stride: bytes from one register to the next; DesignWare's 16550 has 4.
    """

    kind: str = "16550"
    base: _Address
    stride: Literal[1, 2, 4] | None = None


class IssTimer(Section):
    """What counts time.

    Attributes:
        kind: a file of ``hil/iss/timers/``.
        base: address of its first register.
        hz: ticks in a second.
    """

    kind: str = "clint"
    base: _Address
    hz: Annotated[int, Field(gt=0)]


class Iss(Section):
    """A microcontroller.

    Attributes:
        arch: its instructions.
        uart: where the TIC comes in.
        console: where the firmware prints JSON lines; None: on the transmitter of ``uart``.
        timer: None: it has none.
        clock_hz: of processor and UART; an instruction takes one cycle of it.
    """

    arch: Literal["rv32imac"] = "rv32imac"
    uart: IssUart
    console: IssUart | None = None
    timer: IssTimer | None = None
    clock_hz: Annotated[int, Field(ge=10_000, le=10_000_000_000)]
