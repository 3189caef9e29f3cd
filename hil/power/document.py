# SPDX-License-Identifier: Apache-2.0
"""An analysis as one JSON object: null where there is no figure."""

from dataclasses import asdict
from typing import Any

from xky.boards.power.analysis import Analysis
from xky.emulator.supply import Supply

from .wake_table import wake_of

__all__ = ["document_of"]


def document_of(analysis: Analysis, supply: Supply, temperature_c: float) -> dict[str, Any]:
    """The object that ``xky power BOARD --json`` prints; volts, seconds, joules, watts."""
    cold, energy = analysis.cold, analysis.per_reading
    per_reading_j = None if energy is None else energy.delivered_j + energy.regulator_j
    return {
        "board": analysis.board.id,
        "supply": supply.name,
        "open_circuit_v": supply.open_circuit_v,
        "source_ohm": supply.source_ohm,
        "mode": str(analysis.mode),
        "temperature_c": temperature_c,
        "lives": analysis.lives,
        "refused": analysis.refused or None,
        "trouble": (cold.trouble if cold else "") or None,
        "cold_start_s": cold.start_s if cold else None,
        "first_reading_s": cold.reading_s if cold else None,
        "resets": cold.resets if cold else None,
        "period_s": analysis.period_s or None,
        "min_period_s": analysis.min_period_s,
        "limited_by": analysis.limited_by if analysis.min_period_s else None,
        "brownout_margin_v": analysis.margin_v,
        "settled_v": analysis.settled_v,
        "energy_per_reading_j": per_reading_j,
        "energy_j": None if energy is None else {name.removesuffix("_j"): j for name, j in asdict(energy).items()},
        "mean_power_w": analysis.needs_w or None,
        "offered_power_w": analysis.offered_w,
        "wake": [asdict(step) for step in wake_of(analysis)],
        "ratings_exceeded": [
            {"part": one.part, "what": one.what, "value": one.borne, "limit": one.rated} for one in analysis.exceeded
        ],
    }
