# SPDX-License-Identifier: Apache-2.0
"""Outputs, one file each: a new way out derives from ``PacedPort`` as ``stdout`` does; ``port_choice`` names it."""

from .output import Output
from .port import UNTOLD_BAUD, Port, PortSettings
from .port_choice import keeps_parity

__all__ = ["UNTOLD_BAUD", "Output", "Port", "PortSettings", "keeps_parity"]
