# SPDX-License-Identifier: Apache-2.0
"""A fit for people, and as one JSON object."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from xky.emulator.supply import Supply

from ...console import PlainConsole
from .fit import Fit, FittedParameter

__all__ = ["document_of_fit", "print_fit"]


def document_of_fit(fitted: Fit, board: str, measured: Path, source: Supply) -> dict[str, Any]:
    """The object that ``xky power fit --json`` prints."""
    return {
        "board": board, "file": str(measured), "supply": source.name, "open_circuit_v": source.open_circuit_v,
        "rows": int(fitted.rows.counts.sum()), "noise_v": fitted.noise_v, "coverage_k": 2,
        "parameters": {one.key: {k: v for k, v in asdict(one).items() if k != "key"} for one in fitted.parameters},
        "warnings": list(fitted.warnings),
    }  # fmt: skip


def print_fit(fitted: Fit, board: str, measured: Path, source: Supply, console: PlainConsole) -> None:
    """Print each value with its uncertainty, and what a person should know of them.

    Args:
        fitted: to be told.
        board: as it was named.
        measured: file of the curve.
        source: that it was charged from.
        console: to print on.
    """
    table = Table(title=f"{board} fitted to {measured.name}", title_justify="left")
    for column in ("", "value", "± (k = 2)", "nominal", "difference"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    for one in fitted.parameters:
        table.add_row(*_row(one))
    console.print(table)
    for note in filter(None, map(_note, fitted.parameters)):
        console.print(note, highlight=False, soft_wrap=True)
    rows = int(fitted.rows.counts.sum())
    console.print(f"{rows} rows, noise {1e3 * fitted.noise_v:.3g} mV; the source's {source.open_circuit_v:g} V rms "
                  "without load are taken as known.", highlight=False, soft_wrap=True)  # fmt: skip
    for warning in fitted.warnings:
        console.print(f"warning: {warning}", highlight=False, soft_wrap=True)


def _row(one: FittedParameter) -> tuple[str, ...]:
    scale, unit = (1e6, "µA") if one.unit == "A" else (1.0, one.unit)
    nominal = f"{scale * one.nominal:.4g}"
    if not one.seen:
        unsure = f"({scale * one.uncertainty:.2g})" if one.uncertainty else "known"
        return f"{one.title} ({unit})", nominal if not one.uncertainty else "not seen", unsure, nominal, ""
    difference = one.value - one.nominal
    share = f" ({100 * difference / one.nominal:+.0f} %)" if one.nominal else ""
    return (f"{one.title} ({unit})", f"{scale * one.value:.4g}", f"{scale * one.uncertainty:.2g}", nominal,
            f"{scale * difference:+.3g}{share}")  # fmt: skip


def _note(one: FittedParameter) -> str | None:
    if not one.seen and one.uncertainty:
        return f"{one.title}: not seen in this curve, the nominal value was taken; it needs {one.needs}"
    if one.seen and one.from_assumed > 0.5 * one.uncertainty:
        return f"{one.title}: ± {one.from_assumed:.2g} {one.unit} of it come from nominal values that were taken"
    return None
