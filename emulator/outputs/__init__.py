# SPDX-License-Identifier: Apache-2.0
"""Ways out of the emulator, one file each."""

from .output import Output
from .port import Port, PortSettings, keeps_parity

__all__ = ["Output", "Port", "PortSettings", "keeps_parity"]
