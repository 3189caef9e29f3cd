# SPDX-License-Identifier: Apache-2.0
"""``xky power fit``: a measured charge or discharge curve to capacitance, ESR, source resistance and leakage."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xky.boards import board_names
from xky.boards.description.board import board_file, board_named
from xky.emulator.supply import SUPPLIES, Supply, supply_named
from xky.protocol import InputError

from ...console import PlainConsole
from ...named_file import named_file
from ...plot import check_plot
from ...power.measured.measured_columns import check_power

__all__ = ["command"]


def command(
    board: Annotated[
        str, typer.Argument(autocompletion=board_names, help="The board that was measured: a name or a TOML file.")
    ],
    measured: Annotated[
        Path,
        typer.Argument(help="CSV with a header: time, voltage; optional: current of the load, supply (1 or 0)."),
    ],
    supply: Annotated[str, typer.Option(help=f"What it was charged from: {', '.join(SUPPLIES)}.")] = "min_spec",
    open_circuit_v: Annotated[
        float | None, typer.Option(help="Voltage without load as measured, V rms; in the place of the supply's.")
    ] = None,
    source_ohm: Annotated[
        float | None, typer.Option(help="Resistance of the source as measured: it is not fitted then.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(callback=named_file, help="Write the board as fitted: FITTED.toml.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw curve, fit and residuals: FILE.svg or FILE.png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON object.")] = False,
) -> None:
    """Fit a board's capacitor and the meter's resistance to a measured curve; each value with its uncertainty."""
    check_power("power fit")
    if plot is not None:
        check_plot(plot)
    if out is not None and out.suffix != ".toml":
        raise InputError(f"--out {out}: give a name that ends in .toml")
    power = board_named(board).power
    if power is None or power.source != "tic":
        raise InputError(f"{board}: no power train on the TIC; a fit needs [power] with a rectifier and a capacitor")
    source = _source(supply, open_circuit_v, source_ohm)

    from ...power.measured.curve_file import read_curve
    from ...power.measured.fit import fit
    from ...power.measured.fitted_board import fitted_text, write_whole
    from ...power.measured.print_fit import document_of_fit, print_fit

    try:
        fitted = fit(power, source, read_curve(measured, power.mcu.off_a), source_known=source_ohm is not None)
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(str(measured)) else f"{measured}: {error}") from None
    if out is not None:
        write_whole(out, "--out", fitted_text(board_file(board)[1], fitted.parameters, measured.name))
    if plot is not None:
        from ...power.plot.fit import draw_fit

        draw_fit(fitted, plot, f"{board_named(board).title}: {measured.name}")
    if as_json:
        print(json.dumps(document_of_fit(fitted, board, measured, source), ensure_ascii=False))
        return
    console = PlainConsole()
    print_fit(fitted, board, measured, source, console)
    if out is not None:
        console.print(f"written: {out}", highlight=False, soft_wrap=True)


def _source(name: str, open_circuit_v: float | None, source_ohm: float | None) -> Supply:
    supply = supply_named(name)
    for option, value, most in (("--open-circuit-v", open_circuit_v, 30.0), ("--source-ohm", source_ohm, 10_000.0)):
        if value is not None and not 0 < value <= most:
            raise InputError(f"{option} {value:g}: expected a number over 0, at most {most:g}")
    if open_circuit_v is not None:
        supply = replace(supply, open_circuit_v=open_circuit_v)
    return supply if source_ohm is None else replace(supply, source_ohm=source_ohm)
