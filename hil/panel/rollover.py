# SPDX-License-Identifier: Apache-2.0
"""An index has nine digits: behind 999 999 999 Wh it begins anew, and the energy goes on (54E §6.2.2)."""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["near_to", "unrolled"]

_ROUND_WH = 10.0**9
# What may be drawn from one reading to the next: 36 kVA for a day. A step that is further from a whole round is no
# beginning anew, but another meter, or a wrong value. An assumption.
_STEP_WH = 1e6

Array = npt.NDArray[Any]


def unrolled(wh: Array) -> Array:
    """An index, or a sum of some, counted on where it begins anew.

    >>> unrolled(np.array([999_999_990.0, 999_999_998.0, 3.0, 8.0])).astype(int).tolist()
    [999999990, 999999998, 1000000003, 1000000008]
    >>> unrolled(np.array([600_000_000.0, 5.0, 9.0])).astype(int).tolist()
    [600000000, 5, 9]

    Args:
        wh: in the order of time, each a number.
    """
    if len(wh) < 2:
        return wh
    steps = np.diff(wh)
    rounds = -np.rint(steps / _ROUND_WH)
    rounds[np.abs(steps + rounds * _ROUND_WH) > _STEP_WH] = 0
    on: Array = wh + _ROUND_WH * np.concatenate([[0.0], np.cumsum(rounds)])
    return on


def near_to(wh: Any, other_wh: float) -> Any:
    """An index, or an array of some, as the energy that is nearest to another one.

    >>> near_to(np.array([999_999_998.0, 3.0]), 1_000_000_002.5).astype(int).tolist()
    [999999998, 1000000003]
    """
    return wh + _ROUND_WH * np.rint((other_wh - wh) / _ROUND_WH)
