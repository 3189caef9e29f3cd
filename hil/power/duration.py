# SPDX-License-Identifier: Apache-2.0
"""Times as people write them: ``10s``, ``2min``, ``1h``, ``1.5 h``; a bare number is seconds."""

import re

from xky.protocol import InputError

__all__ = ["seconds_of", "told"]

_UNITS_S = {"": 1.0, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_WRITTEN = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)")


def seconds_of(text: str, where: str) -> float:
    """A time in seconds.

    Args:
        text: a number over 0, and a unit: ms, s, min, h or d.
        where: it was written, for the complaint.

    Raises:
        InputError: it is no such time.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or found[2] not in _UNITS_S or not float(found[1]) > 0:
        raise InputError(f"{where} {text!r}: expected a time over 0, as 10s, 2min or 1h; a bare number is seconds")
    return float(found[1]) * _UNITS_S[found[2]]


def told(seconds: float) -> str:
    """A time for people, with four digits.

    >>> told(214.13), told(0.00123), told(5400)
    ('214.1 s', '1.23 ms', '1.5 h')
    """
    unit = "ms" if seconds < 0.1 else "s" if seconds < 600 else "min" if seconds < 5400 else "h"
    return f"{seconds / _UNITS_S[unit]:.4g} {unit}"
