# SPDX-License-Identifier: Apache-2.0
"""How long a device may take, how old a value may be: by the frame, or as its board says; the oracle judges by it."""

from dataclasses import dataclass

from xky.boards import Board
from xky.protocol.quick import quick

__all__ = ["LATENCY_S", "TimeLimits", "limits_for"]

LATENCY_S = 0.5  # real seconds that a program may take to print, on top of what it may take to know


@quick
@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Limits in seconds on the bench's clock.

    Attributes:
        freshness_s: age of a value when it is reported, from the end of its group.
        completeness_s: from a new value on the line to its report.
        recovery_s: from the end of a disturbance to a sound reading.
        detection_s: what a device may take besides to find a new TIC mode; 0 for one that does not look for it.
        latency_s: tolerance of the bench on the two last.
    """

    freshness_s: float
    completeness_s: float
    recovery_s: float
    detection_s: float
    latency_s: float


def limits_for(board: Board, period_s: float, speed: float = 1.0) -> TimeLimits:
    """The limits where frames come every ``period_s`` seconds.

    Two frame periods and 2 s of age (and what the board takes to publish), 3 periods to report, 2 to
    recover. A device that sleeps reports at its own pace and is given two of its reporting periods, so
    that one whole wake lies within. Faster than a real line, the latency of a program counts for more
    on the bench's clock.
    """
    pace_s = board.report_period_s
    limits = board.limits
    latency_s = LATENCY_S * max(speed, 1.0)

    publishing_s = 0.0 if board.wake is None else board.wake.publish_s
    freshness_s = 2 * period_s + 2.0 + publishing_s if limits.freshness_s is None else limits.freshness_s
    return TimeLimits(
        freshness_s=freshness_s + latency_s - LATENCY_S,
        completeness_s=(pace_s * 2 or period_s * 3) if limits.completeness_s is None else limits.completeness_s,
        recovery_s=(pace_s * 2 or period_s * 2) if limits.recovery_s is None else limits.recovery_s,
        detection_s=limits.detection_s if board.detects_mode else 0.0,
        latency_s=latency_s,
    )
