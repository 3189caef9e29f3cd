# SPDX-License-Identifier: Apache-2.0
"""Loads: what a house draws from, or gives to, the grid."""

from .appliances import APPLIANCES, COMMON
from .draw import Draw, Hold, Load, Signals
from .household import Household
from .steps import Ramp, Repeated, Steps
from .trace import read_trace

__all__ = [
    "APPLIANCES", "COMMON",
    "Draw", "Hold", "Household", "Load", "Ramp", "Repeated", "Signals", "Steps",
    "read_trace",
]  # fmt: skip
