# SPDX-License-Identifier: Apache-2.0
"""The Linky: what it is over time, what it counts, and what it says of itself."""

from .electrical import Grid
from .linky import DEFAULT_AT, Linky
from .quirks import Quirks
from .snapshot import Snapshot
from .state import RESERVE_S, MeterState

__all__ = ["DEFAULT_AT", "RESERVE_S", "Grid", "Linky", "MeterState", "Quirks", "Snapshot"]
