# SPDX-License-Identifier: Apache-2.0
"""From a frame to the meter that says it: registers, load, clock, calendar and quirks, read back from the groups.

What a frame does not tell is filled in as plainly as possible: yesterday's weather of a load curve, the
source behind the voltage, the off-peak hours of another day. What the meter says is compared with the frame byte
for byte, so that nothing is claimed that is not so.
"""

from .meter_of_frame import described_by
from .same_frame import require_same

__all__ = ["described_by", "require_same"]
