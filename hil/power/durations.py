# SPDX-License-Identifier: Apache-2.0
"""Times as a person writes them, ``30``, ``30s``, ``2min``, ``1h``, and as a person reads them."""

import re

from xky.protocol import InputError

__all__ = ["seconds_of", "told_time"]

_TIME = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(s|min|h|)\s*")
_UNITS_S = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}


def seconds_of(what: str, told: str) -> float:
    """Seconds of a time.

    Args:
        what: is being told; begins the complaint.
        told: such as ``2min``.

    Raises:
        InputError: it is none, or 0.
    """
    found = _TIME.fullmatch(told)
    seconds = float(found[1]) * _UNITS_S[found[2]] if found else 0.0
    if seconds <= 0:
        raise InputError(f"{what}: {told!r} is no time over 0; write it as 30, 30s, 2min or 1h")
    return seconds


def told_time(seconds: float) -> str:
    """A time with its unit, in four digits.

    >>> told_time(214.13), told_time(0.00123), told_time(5400)
    ('214.1 s', '1.23 ms', '1.5 h')
    """
    if seconds < 0.1:
        return f"{1e3 * seconds:.4g} ms"
    unit = "s" if seconds < 600 else "min" if seconds < 5400 else "h"
    return f"{seconds / _UNITS_S[unit]:.4g} {unit}"
