# SPDX-License-Identifier: Apache-2.0
"""Quantities as a person writes them, with their unit: ``5.5 V``."""

import re
from collections.abc import Mapping

__all__ = ["QUANTITIES", "limit_of"]

QUANTITIES: Mapping[str, tuple[str, Mapping[str, float]]] = {  # the key in SI, and what a unit is worth in it
    "voltage": ("voltage_v", {"V": 1.0, "mV": 1e-3}),
    "current": ("current_a", {"A": 1.0, "mA": 1e-3, "uA": 1e-6, "µA": 1e-6}),
    "power": ("power_w", {"W": 1.0, "mW": 1e-3}),
    "frequency": ("frequency_hz", {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6}),
    "resistance": ("resistance_ohm", {"ohm": 1.0, "Ω": 1.0, "kohm": 1e3, "kΩ": 1e3}),
}
_WRITTEN = re.compile(r"([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?)\s*(\S*)")


def limit_of(name: str, written: object) -> tuple[str, float]:
    """A limit: its key with the SI unit, and its value in it.

    Raises:
        ValueError: no such quantity, no number, no unit, or one of another quantity; the text begins with the name.

    >>> limit_of("voltage", "5.5 V")
    ('voltage_v', 5.5)
    >>> limit_of("current", "300mA")
    ('current_a', 0.3)
    """
    if name not in QUANTITIES:
        raise ValueError(f"{name}: no quantity with a limit; known: {', '.join(QUANTITIES)}")
    key, units = QUANTITIES[name]
    known = " or ".join(units)
    found = _WRITTEN.fullmatch(str(written).strip())
    if found is None:
        such = f'"5.5 {next(iter(units))}"'
        raise ValueError(f"{name} = {written!r}: expected a number and its unit ({known}), such as {such}")
    number, unit = found.groups()
    if not unit:
        raise ValueError(f'{name} = {written!r}: has no unit; write "{number} {next(iter(units))}" (units: {known})')
    if unit not in units:
        raise ValueError(f"{name} = {written!r}: {unit!r} is no unit of it; write one of {known}")
    if float(number) <= 0:
        raise ValueError(f"{name} = {written!r}: is a limit of nothing; write what may be reached, above 0")
    return key, round(float(number) * units[unit], 12)
