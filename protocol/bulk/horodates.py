# SPDX-License-Identifier: Apache-2.0
"""Horodates of many groups at once, to seconds of local time."""

from functools import lru_cache

import numpy as np

from .columns import Bools, Bytes, Ints

__all__ = ["local_s", "local_s_of"]

_ZERO = ord("0")
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@lru_cache(maxsize=4096)
def local_s_of(stamp: str) -> tuple[int, bool]:
    """One horodate; an array of one would cost fifty times as much."""
    seconds, exists = local_s(np.frombuffer(stamp.encode(), np.uint8)[None, :])
    return int(seconds[0]), bool(exists[0])


def local_s(stamps: Bytes) -> tuple[Ints, Bools]:
    """Horodates to seconds of local time, and whether there is such a day and hour."""
    digits = stamps[:, 1:].astype(np.int64) - _ZERO
    year, month, day, hour, minute, second = (10 * digits[:, 0::2] + digits[:, 1::2]).T
    year = year + 2000  # two digits (54E §6.2.1.1)
    leap = year % 4 == 0  # 2000 to 2099
    in_year = (month >= 1) & (month <= 12)
    at = np.where(in_year, month, 1)
    days = _DAYS[at] + ((at == 2) & leap)
    exists = in_year & (day >= 1) & (day <= days) & (hour < 24) & (minute < 60) & (second < 60)
    months = ((year - 1970) * 12 + at - 1).astype("datetime64[M]")
    midnight = months.astype("datetime64[D]").astype(np.int64) + day - 1
    return midnight * 86400 + hour * 3600 + minute * 60 + second, exists
