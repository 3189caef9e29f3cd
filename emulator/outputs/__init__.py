# SPDX-License-Identifier: Apache-2.0
"""Ways out of the emulator, one file each."""

from .output import Output
from .port import UNTOLD_BAUD, Port, PortSettings, keeps_parity

__all__ = ["UNTOLD_BAUD", "Output", "Port", "PortSettings", "keeps_parity"]
