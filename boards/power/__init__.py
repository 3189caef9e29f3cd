# SPDX-License-Identifier: Apache-2.0
"""The power train of a board: how it charges, what it carries, when it fails."""

from ..description.power import LoRa, Policy, PowerDescription, RailLoad

__all__ = ["LoRa", "Policy", "PowerDescription", "RailLoad"]
