# SPDX-License-Identifier: Apache-2.0
"""Rigol DP800 (DP811, DP821, DP831, DP832): channel 1. Programming guide from memory, uncertain."""

from ...session import Session

__all__ = ["MAKERS", "MODELS", "current_a", "is_on", "set_current", "set_voltage", "switch", "voltage_v"]

MAKERS = ("rigol",)
MODELS = ("DP8",)


def set_voltage(session: Session, voltage_v: float) -> None:
    """Set the voltage; the output stays as it is."""
    session.write(f":SOUR1:VOLT {voltage_v:.3f}")


def set_current(session: Session, current_a: float) -> None:
    """Set the most that it gives."""
    session.write(f":SOUR1:CURR {current_a:.4f}")


def switch(session: Session, *, on: bool) -> None:
    """Switch the output."""
    session.write(f":OUTP CH1,{'ON' if on else 'OFF'}")


def is_on(session: Session) -> bool:
    """Whether the output is on; it says ON or OFF."""
    return session.choice(":OUTP? CH1", {"OFF": False, "ON": True})


def voltage_v(session: Session) -> float:
    """Measured at its terminals."""
    return session.number(":MEAS:VOLT? CH1")


def current_a(session: Session) -> float:
    """Measured."""
    return session.number(":MEAS:CURR? CH1")
