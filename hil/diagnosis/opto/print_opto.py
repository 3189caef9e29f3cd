# SPDX-License-Identifier: Apache-2.0
"""How an opto stage does: for people, and as JSON as ``opto.schema.json`` has it."""

from typing import Any

from rich.table import Table

from xky.protocol import Mode

from ...console import PlainConsole
from .trial import OptoTrial, OptoVerdict

__all__ = ["opto_document", "print_opto"]

SCHEMA = "xky-opto/1"


def print_opto(trial: OptoTrial, console: PlainConsole) -> None:
    """Print it."""
    console.print(trial.sentence, style="bold")
    table = Table(box=None, pad_edge=False)
    for column in ("baud", "level", "lots that do", "worst margin", "median", "what goes wrong", "what decides"):
        table.add_column(column, overflow="fold")
    for one in trial.verdicts:
        table.add_row(
            str(one.mode.baud), f"{one.level_v:g} V", f"{one.share:.0%}", _told(one.worst_s), _told(one.median_s),
            one.trouble or "–", one.decides or "–",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"{trial.lots} lots, seed {trial.seed}. Margin: how far from its middle the worst bit could be sampled, clocks "
        "2 % apart; '–': bits are wrong. A receiver must read a 0 from 0.8 V on (54E §5.3.4)."
    )
    for source in trial.stage.kind.sources:
        console.print(f"source: {source}")


def opto_document(trial: OptoTrial) -> dict[str, Any]:
    """All of it."""
    stage = trial.stage
    return {
        "schema": SCHEMA,
        "opto": stage.kind.name,
        "series_ohm": stage.series_ohm,
        "load_ohm": stage.load_ohm,
        "supply_v": stage.supply_v,
        "lots": trial.lots,
        "seed": trial.seed,
        "sentence": trial.sentence,
        "does": {str(mode): trial.does(mode) for mode in Mode},
        "sources": list(stage.kind.sources),
        "verdicts": [_row(one) for one in trial.verdicts],
    }


def _row(one: OptoVerdict) -> dict[str, Any]:
    return {
        "mode": str(one.mode),
        "baud": one.mode.baud,
        "level_v": one.level_v,
        "share": round(one.share, 4),
        "margin_worst_us": _microseconds(one.worst_s),
        "margin_median_us": _microseconds(one.median_s),
        "trouble": one.trouble,
        "decides": one.decides,
    }


def _microseconds(margin_s: float) -> float | None:
    return round(margin_s * 1e6, 1) if margin_s > 0 else None


def _told(margin_s: float) -> str:
    return f"{margin_s * 1e6:.0f} µs" if margin_s > 0 else "–"
