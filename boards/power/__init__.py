# SPDX-License-Identifier: Apache-2.0
"""The power train of a board: how it charges, what it carries, when it fails."""

from .description import Load, LoRa, Policy, Power

__all__ = ["LoRa", "Load", "Policy", "Power"]
