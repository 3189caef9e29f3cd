# SPDX-License-Identifier: Apache-2.0
"""A measurement as one JSON object; volts, amperes, seconds; null where there is no value."""

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

from ..instruments import Instrument
from .curve_files import CURVE
from .measurement import Measurement
from .rig import Settings
from .safe_state import SafeState

__all__ = ["SCHEMA", "document_of"]

SCHEMA = "xky-measurement/1"


def document_of(
    found: Measurement,
    settings: Settings,
    instruments: Mapping[str, Instrument],
    state: SafeState,
    fitted: dict[str, Any] | None,
) -> dict[str, Any]:
    """The object that ``xky bench measure --json`` prints, and ``--out`` keeps.

    Args:
        found: by the routine.
        settings: asked for.
        instruments: that it was found with, by role.
        state: of the outputs at the end.
        fitted: what ``xky power fit`` makes of the curve; None where it makes nothing.
    """
    share = found.largest_difference_v / found.full_scale_v if found.full_scale_v else None
    return {
        "schema": SCHEMA,
        "measured": found.routine,
        "board": settings.board.id,
        "supply": settings.supply.name,
        "open_circuit_v": settings.supply.open_circuit_v,
        "source_ohm": settings.supply.source_ohm,
        "mode": str(settings.mode),
        "verdict": None if found.verdict is None else str(found.verdict),
        "quantities": [_finite(asdict(one)) for one in found.quantities],
        "limits": [_finite(asdict(one)) for one in found.limits],
        "curve": {
            "file": CURVE,
            "rows": len(found.curve),
            "full_scale_v": found.full_scale_v,
            "largest_difference_v": found.largest_difference_v,
            "largest_difference": share,
        }
        if found.curve
        else None,
        "fit": fitted,
        "clocks": [asdict(one) for one in found.clocks],
        "instruments": [
            {"role": role, "make": one.make, "identity": one.identity, "resource": one.resource}
            for role, one in instruments.items()
        ],
        "safe": {"safe": state.safe, "unknown": state.unknown},
        "remarks": found.remarks,
    }


def _finite(told: dict[str, Any]) -> dict[str, Any]:
    """What JSON has no number for is null."""
    return {key: None if isinstance(value, float) and not isfinite(value) else value for key, value in told.items()}
