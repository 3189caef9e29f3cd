# SPDX-License-Identifier: Apache-2.0
"""Records of a scope in the range that what is seen needs."""

from typing import TYPE_CHECKING

from xky.protocol import BenchError, Mode

from ..instruments.roles.scope import LINE, ScopeRecord

if TYPE_CHECKING:
    from .rig import Rig

__all__ = ["fine_record", "line_record", "record_of"]

_POINTS = {Mode.STANDARD: 1_000_000, Mode.HISTORIC: 1_000_000}
_INTERVAL_S = 1e-6  # twenty samples a period of the carrier
_SCALES_V = (0.5, 1.0, 2.0, 5.0, 10.0)  # a division, of which there are eight
_FINE_V = 0.1  # two divisions are the 0.2 V that a 1 may have; what is over the range is a 0
_CUT = 0.98  # of the range


def line_record(rig: "Rig") -> ScopeRecord:
    """Of I1-I2, in the finest range that cuts nothing."""
    return record_of(rig, LINE, _POINTS[rig.settings.mode], _INTERVAL_S)


def fine_record(rig: "Rig") -> ScopeRecord:
    """Of I1-I2, in a range for what is left of the carrier in a 1."""
    return rig.scope.record(LINE, scale_v=_FINE_V, points=_POINTS[rig.settings.mode] // 10, interval_s=_INTERVAL_S)


def record_of(rig: "Rig", channel: int, points: int, interval_s: float) -> ScopeRecord:
    """Of a channel, in the finest range that cuts nothing.

    Raises:
        BenchError: even the coarsest cuts it.
        LostInstrument: the scope does not answer.
    """
    for scale_v in _SCALES_V:
        look = rig.scope.record(channel, scale_v=scale_v, points=points // 10, interval_s=interval_s)
        if abs(look.voltage_v).max() < _CUT * 5 * scale_v:
            return rig.scope.record(channel, scale_v=scale_v, points=points, interval_s=interval_s)
    raise BenchError(
        f"{rig.scope.resource}: channel {channel} is beyond {5 * _SCALES_V[-1]:g} V; look at the probe and its factor"
    )
