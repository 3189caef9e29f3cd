# SPDX-License-Identifier: Apache-2.0
"""Keysight N6705 with an N6781A in slot 1, as an ammeter without burden. Guide from memory, uncertain."""

from ...session import Session

__all__ = ["MAKERS", "MODELS", "current_a", "is_on", "prepare", "switch"]

MAKERS = ("keysight", "agilent")
MODELS = ("N6705",)


def prepare(session: Session) -> None:
    """An ammeter that goes through its ranges by itself, without a gap."""
    session.write("EMUL AMET,(@1)")
    session.write("SENS:CURR:RANG:AUTO ON,(@1)")


def switch(session: Session, *, on: bool) -> None:
    """Close or open its path."""
    session.write(f"OUTP {'ON' if on else 'OFF'},(@1)")


def is_on(session: Session) -> bool:
    """Whether its path is closed; it says 0 or 1."""
    return session.choice("OUTP? (@1)", {"0": False, "1": True})


def current_a(session: Session) -> float:
    """One reading."""
    return session.number("MEAS:CURR? (@1)")
