# SPDX-License-Identifier: Apache-2.0
"""The Linky: what it is over time, what it counts, and what it says of itself."""

from .linky import Linky, Peak, Snapshot

__all__ = ["Linky", "Peak", "Snapshot"]
