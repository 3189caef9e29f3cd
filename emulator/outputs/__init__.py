# SPDX-License-Identifier: Apache-2.0
"""Ways out of the emulator, one file each."""

from .output import Output

__all__ = ["Output"]
