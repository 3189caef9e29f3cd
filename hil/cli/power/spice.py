# SPDX-License-Identifier: Apache-2.0
"""``xky power spice``: a board's power train as a netlist that ngspice runs as it is."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from xky.boards import board_named, board_names
from xky.boards.description.parts import ROOM_C
from xky.boards.power.netlist import Detail
from xky.emulator.supply import SUPPLIES, supply_named
from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written

from ...power.spice_run import netlist_from_empty
from ...terminal import printable

__all__ = ["command"]


def command(
    board: Annotated[str, typer.Argument(autocompletion=board_names, help="A name or a TOML file.")],
    supply: Annotated[str, typer.Option(help=f"What the meter gives: {', '.join(SUPPLIES)}.")] = "min_spec",
    detail: Annotated[
        Detail, typer.Option(help="averaged: from empty through a wake; carrier: 50 kHz and diodes, where it wakes.")
    ] = Detail.AVERAGED,
    temperature: Annotated[float, typer.Option(help="Of all parts, °C.")] = ROOM_C,
    out: Annotated[Path | None, typer.Option(help="Write FILE in the place of standard output.")] = None,
) -> None:
    """Print a board's power train as a netlist: ngspice -b FILE tells its voltages over a charge and a wake."""
    taken = board_named(board)
    text = netlist_from_empty(taken, supply_named(supply), detail, _checked(temperature))
    if out is None or str(out) == "-":
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="ascii")
    except OSError as error:
        raise cannot_be_written(f"--out {out}", error) from None
    print(printable(f"{out}: {detail} netlist of {taken.id} on {supply}; run it with ngspice -b {out}"))


def _checked(temperature_c: float) -> float:
    if not -55.0 <= temperature_c <= 125.0:  # what parts are made for
        raise InputError(f"--temperature {temperature_c:g}: expected -55 to 125 °C")
    return temperature_c
