# SPDX-License-Identifier: Apache-2.0
"""Winky's firmware without an uplink of its own: wakes, listens, publishes the bare reading, sleeps."""

from .sleeper import SleepingFirmware

__all__ = ["FIRMWARE", "WinkyFirmware"]


class WinkyFirmware(SleepingFirmware):
    """One running Winky."""


FIRMWARE = WinkyFirmware
