# SPDX-License-Identifier: Apache-2.0
"""Acme supplies, which answer in millivolts and milliamperes."""

MAKERS = ("acme",)
MODELS = ("PSU",)


def set_voltage(session, voltage_v: float) -> None:
    session.write(f"MILLIVOLTS {1000 * voltage_v:.0f}")


def set_current(session, current_a: float) -> None:
    session.write(f"MILLIAMPERES {1000 * current_a:.0f}")


def switch(session, *, on: bool) -> None:
    session.write(f"OUTPUT {'ON' if on else 'OFF'}")


def is_on(session) -> bool:
    return session.choice("OUTPUT?", {"OFF": False, "ON": True})


def voltage_v(session) -> float:
    return session.number("MILLIVOLTS?") / 1000


def current_a(session) -> float:
    return session.number("MILLIAMPERES?") / 1000
