# SPDX-License-Identifier: Apache-2.0
"""What is on the line in the trials of an indicator, by the names that records and reports have."""

__all__ = [
    "ANY_GROUPS", "BEFORE_FRAMES", "CARRIER", "GOOD", "HELD", "PAUSE", "PULSES",
    "RATES", "SILENCE", "STANDBY", "UNPOWERED", "WRONG_CHECKSUM",
]  # fmt: skip

BEFORE_FRAMES = "no frame yet"
GOOD = "good frames"
WRONG_CHECKSUM = "frames with one wrong checksum"
ANY_GROUPS = "frames with some groups only"
CARRIER = "a carrier that does not end"
RATES = "frames at the limits of rate and gaps"
PULSES = "pulses of carrier"
STANDBY = "frames with the address alone"
PAUSE = "a pause of 8.9 s"
SILENCE = "nothing"
HELD = "nothing behind a bad frame"
UNPOWERED = "no power"
