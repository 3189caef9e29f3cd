# SPDX-License-Identifier: Apache-2.0
"""Values in the units in which people say them: 200 nA, not 2e-07; what a key's name says of its unit."""

from math import floor, isfinite, log10

__all__ = ["scaled_unit", "told_value", "unit_of"]

_UNITS = {
    "f": "F", "ohm": "Ω", "a": "A", "v": "V", "s": "s", "c": "°C", "w": "W", "hz": "Hz", "j": "J", "ev": "eV",
}  # fmt: skip
_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_SPLIT = ("A", "W")  # below one of these people say thousandths; of the others from a tenth on, 0.2 Ω and 0.5 s
_WHOLE = ("°C", "eV", "mW", "")  # never with a prefix


def unit_of(key: str) -> str:
    """The unit that the end of a key's name says: ``A`` of ``off_a``; empty where it says none."""
    last = key.rsplit(".", 1)[-1]
    return _UNITS.get(last.rsplit("_", 1)[-1], "") if "_" in last else ""


def scaled_unit(largest: float, unit: str) -> tuple[float, str]:
    """For values up to ``largest``: what they are multiplied by, and the unit that they have then.

    >>> scaled_unit(0.08, "A")
    (1000.0, 'mA')
    """
    least = 1.0 if unit in _SPLIT else 0.1
    size = abs(largest)
    if unit in _WHOLE or size == 0 or not isfinite(size) or least <= size < 1000:
        return 1.0, unit
    power = min(max(3 * floor(log10(size * (1 + 1e-12)) / 3), min(_PREFIXES)), max(_PREFIXES))
    return (10.0**-power, f"{_PREFIXES[power]}{unit}") if unit != "s" or power < 0 else (1.0, unit)


def told_value(value: float, unit: str, *, digits: int = 4, signed: bool = False) -> str:
    """A value with its unit, the prefix that suits it, and so many digits.

    >>> told_value(1.975e-07, "A", signed=True)
    '+197.5 nA'
    """
    factor, named = scaled_unit(value, unit)
    number = f"{value * factor:{'+' if signed else ''}.{digits}g}"
    return f"{number} {named}".rstrip()
