# SPDX-License-Identifier: Apache-2.0
"""Loads: what a house draws from, or gives to, the grid."""

from .draw import Draw, Hold, Load
from .household import Household

__all__ = ["Draw", "Hold", "Household", "Load"]
