# SPDX-License-Identifier: Apache-2.0
"""Measuring a board with the instruments of a bench: one file a routine, all end with the bench in its safe state."""

from .measurement import Judged, Measurement, Quantity, Verdict
from .rig import Settings
from .run import measure
from .safe_state import SafeState

__all__ = ["Judged", "Measurement", "Quantity", "SafeState", "Settings", "Verdict", "measure"]
