# SPDX-License-Identifier: Apache-2.0
"""Keithley 2450, its SCPI set, as an ammeter: a source of 0 V; commands as PyMeasure's driver sends them."""

from ...session import Session

__all__ = ["MAKERS", "MODELS", "current_a", "is_on", "prepare", "switch"]

MAKERS = ("keithley",)
MODELS = ("2450", "MODEL 2450")

_MOST_A = 1.0  # its highest range


def prepare(session: Session) -> None:
    """A source of no voltage, through which the board's current goes."""
    session.write(":SOUR:FUNC VOLT")
    session.write(":SOUR:VOLT 0")
    session.write(f":SOUR:VOLT:ILIM {_MOST_A:g}")
    session.write(':SENS:FUNC "CURR"')
    session.write(":SENS:CURR:RANG:AUTO 1")


def switch(session: Session, *, on: bool) -> None:
    """Close or open its path."""
    session.write(f":OUTP {'ON' if on else 'OFF'}")


def is_on(session: Session) -> bool:
    """Whether its path is closed; it says 0 or 1."""
    return session.choice(":OUTP?", {"0": False, "1": True})


def current_a(session: Session) -> float:
    """One reading."""
    return session.number(":READ?")
