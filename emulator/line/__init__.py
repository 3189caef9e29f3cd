# SPDX-License-Identifier: Apache-2.0
"""The pair I1-I2: who sends on it, and what has arrived at its ends."""

from .line import Line
from .transmitter import Transmitter

__all__ = ["Line", "Transmitter"]
