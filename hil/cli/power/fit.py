# SPDX-License-Identifier: Apache-2.0
"""``xky power fit``: a measured charge or discharge curve to capacitance, ESR, source resistance and leakage."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from xky.boards.board import board_file, board_named
from xky.emulator.supply import SUPPLIES, Supply, supply_named
from xky.protocol import InputError

from ...plot import check_plot
from ...power.measured_columns import check_power
from ...terminal import printable

if TYPE_CHECKING:
    from ...power.fit import Fit, Found

__all__ = ["command"]


def command(
    board: Annotated[str, typer.Argument(help="The board that was measured: a name or a TOML file.")],
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
    out: Annotated[Path | None, typer.Option(help="Write the board with the fitted values: FITTED.toml.")] = None,
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

    from ...power.curve_file import read_curve
    from ...power.fit import fit
    from ...power.fitted_board import fitted_text, write_whole

    try:
        fitted = fit(power, source, read_curve(measured, power.mcu.off_a), source_known=source_ohm is not None)
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(str(measured)) else f"{measured}: {error}") from None
    if out is not None:
        write_whole(out, "--out", fitted_text(board_file(board)[1], fitted.found, measured.name))
    if plot is not None:
        from ...power.plot.fit import draw_fit

        draw_fit(fitted, plot, f"{board_named(board).title}: {measured.name}")
    if as_json:
        print(json.dumps(_as_json(board, measured, source, fitted), ensure_ascii=False))
    else:
        _print(board, measured, source, fitted, out)


def _source(name: str, open_circuit_v: float | None, source_ohm: float | None) -> Supply:
    supply = supply_named(name)
    for option, value, most in (("--open-circuit-v", open_circuit_v, 30.0), ("--source-ohm", source_ohm, 10_000.0)):
        if value is not None and not 0 < value <= most:
            raise InputError(f"{option} {value:g}: expected a number over 0, at most {most:g}")
    if open_circuit_v is not None:
        supply = replace(supply, open_circuit_v=open_circuit_v)
    return supply if source_ohm is None else replace(supply, source_ohm=source_ohm)


def _as_json(board: str, measured: Path, source: Supply, fitted: "Fit") -> dict[str, Any]:
    return {
        "board": board, "file": str(measured), "supply": source.name, "open_circuit_v": source.open_circuit_v,
        "rows": int(fitted.rows.counts.sum()), "noise_v": fitted.noise_v, "coverage_k": 2,
        "parameters": {one.key: {k: v for k, v in asdict(one).items() if k != "key"} for one in fitted.found},
        "warnings": list(fitted.warnings),
    }  # fmt: skip


def _print(board: str, measured: Path, source: Supply, fitted: "Fit", out: Path | None) -> None:
    console = Console()
    table = Table(
        title=f"{printable(board)} fitted to {printable(measured.name)}".replace("[", r"\["), title_justify="left"
    )
    for column in ("", "value", "± (k = 2)", "nominal", "difference"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    for one in fitted.found:
        table.add_row(*_row(one))
    console.print(table)
    for note in filter(None, map(_note, fitted.found)):
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    rows = int(fitted.rows.counts.sum())
    console.print(f"{rows} rows, noise {1e3 * fitted.noise_v:.3g} mV; the source's {source.open_circuit_v:g} V rms "
                  "without load are taken as known.", highlight=False, soft_wrap=True)  # fmt: skip
    for warning in fitted.warnings:
        console.print(f"warning: {warning}", markup=False, highlight=False, soft_wrap=True)
    if out is not None:
        console.print(f"written: {out}", markup=False, highlight=False, soft_wrap=True)


def _row(one: "Found") -> tuple[str, ...]:
    scale, unit = (1e6, "µA") if one.unit == "A" else (1.0, one.unit)
    nominal = f"{scale * one.nominal:.4g}"
    if not one.seen:
        unsure = f"({scale * one.uncertainty:.2g})" if one.uncertainty else "known"
        return f"{one.title} ({unit})", nominal if not one.uncertainty else "not seen", unsure, nominal, ""
    difference = one.value - one.nominal
    share = f" ({100 * difference / one.nominal:+.0f} %)" if one.nominal else ""
    return (f"{one.title} ({unit})", f"{scale * one.value:.4g}", f"{scale * one.uncertainty:.2g}", nominal,
            f"{scale * difference:+.3g}{share}")  # fmt: skip


def _note(one: "Found") -> str | None:
    if not one.seen and one.uncertainty:
        return f"{one.title}: not seen in this curve, the nominal value was taken; it needs {one.needs}"
    if one.seen and one.from_assumed > 0.5 * one.uncertainty:
        return f"{one.title}: ± {one.from_assumed:.2g} {one.unit} of it come from nominal values that were taken"
    return None
