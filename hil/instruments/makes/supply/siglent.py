# SPDX-License-Identifier: Apache-2.0
"""Siglent SPD1000X (SPD1168X, SPD1305X): commands as PyMeasure's drivers of both send them."""

from ...session import Session

__all__ = ["MAKERS", "MODELS", "current_a", "is_on", "set_current", "set_voltage", "switch", "voltage_v"]

MAKERS = ("siglent",)
MODELS = ("SPD1",)

_OUTPUT_ON = 0x10  # of the status register; 1 is constant current


def set_voltage(session: Session, voltage_v: float) -> None:
    """Set the voltage; the output stays as it is."""
    session.write(f"CH1:VOLT {voltage_v:.3f}")


def set_current(session: Session, current_a: float) -> None:
    """Set the most that it gives."""
    session.write(f"CH1:CURR {current_a:.3f}")


def switch(session: Session, *, on: bool) -> None:
    """Switch the output."""
    session.write(f"OUTP CH1,{'ON' if on else 'OFF'}")


def is_on(session: Session) -> bool:
    """Whether the output is on: it has no question for that but the status register, in hexadecimal."""
    answer = session.query("SYST:STAT?")
    try:
        return bool(int(answer, 16) & _OUTPUT_ON)
    except ValueError:
        raise session.strange("SYST:STAT?", answer, "expected a hexadecimal number as 0x10") from None


def voltage_v(session: Session) -> float:
    """Measured at its terminals."""
    return session.number("MEAS:VOLT? CH1")


def current_a(session: Session) -> float:
    """Measured."""
    return session.number("MEAS:CURR? CH1")
