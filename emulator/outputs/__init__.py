# SPDX-License-Identifier: Apache-2.0
"""Outputs of the emulator, one file each: what brings the characters of a line out."""

from .output import Output
from .port import UNTOLD_BAUD, Port, PortSettings
from .port_choice import keeps_parity

__all__ = ["UNTOLD_BAUD", "Output", "Port", "PortSettings", "keeps_parity"]
