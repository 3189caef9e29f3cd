# SPDX-License-Identifier: Apache-2.0
"""The options of every command that runs a device: which it is, how it is reached, where it is listened to."""

from pathlib import Path
from typing import Annotated

import typer

from xky.boards import board_names, known_defects
from xky.emulator.outputs.port_choice import DEVICE_LINES
from xky.protocol import Mode

__all__ = [
    "BenchOption", "BoardOption", "DefectOption", "DeviceArgument", "FlashOption", "LabelsOption", "LineOption",
    "ModeOption", "ParityOption", "ProbeOption", "ResetOption", "SpeedOption", "StatementOption",
]  # fmt: skip

DeviceArgument = Annotated[
    str | None,
    typer.Argument(
        help="Such as sim:winky-c6, 'exec:./firmware {port}', serial:/dev/ttyUSB1, labgrid:PLACE; not with --defects, "
        "and not needed with --bench."
    ),
]
BenchOption = Annotated[
    Path | None, typer.Option(help="A bench file: what leads where, instruments, how they are made safe.")
]
BoardOption = Annotated[
    str | None, typer.Option(autocompletion=board_names, help="The board that it is: a name or a TOML file.")
]
StatementOption = Annotated[
    Path | None, typer.Option(help="What its supplier declares: a file with keys of a board, laid over it.")
]
ModeOption = Annotated[Mode | None, typer.Option(help="Only this TIC mode; else every mode of the board.")]
LabelsOption = Annotated[str | None, typer.Option(help="Labels that the device claims: EAST,SINSTS,…")]
LineOption = Annotated[
    str,
    typer.Option(
        help=f"How an exec: device's port is made: {', '.join(DEVICE_LINES)}; the wire to a serial: one, serial:PORT."
    ),
]
ResetOption = Annotated[
    str | None,
    typer.Option(help="How a real board is started anew: rts, dtr, or a command, {port} replaced."),
]
FlashOption = Annotated[
    str | None,
    typer.Option(help="Command that puts its program on a real board, once a run, {port} replaced."),
]
ParityOption = Annotated[
    str,
    typer.Option(
        help="strip takes it off the characters of a pty, keep leaves it in bit 7; adapter has a real line's make it."
    ),
]
SpeedOption = Annotated[float, typer.Option(help="Run the line so many times faster, for programs that do not care.")]
DefectOption = Annotated[
    str | None, typer.Option(autocompletion=known_defects, help="Build this defect into simulated firmware.")
]
ProbeOption = Annotated[
    list[str] | None,
    typer.Option(metavar="SPEC", help="Where readings are seen: lines, mqtt, influx, lorawan, or an address."),
]
