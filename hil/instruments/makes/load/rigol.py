# SPDX-License-Identifier: Apache-2.0
"""Rigol DL3000 (DL3021, DL3031): constant current. Programming guide from memory, uncertain."""

from ...session import Session

__all__ = ["MAKERS", "MODELS", "current_a", "is_on", "set_current", "switch"]

MAKERS = ("rigol",)
MODELS = ("DL3",)


def set_current(session: Session, current_a: float) -> None:
    """Constant current, so much; the input stays as it is."""
    session.write(":SOUR:FUNC CURR")
    session.write(f":SOUR:CURR:LEV:IMM {current_a:.4f}")


def switch(session: Session, *, on: bool) -> None:
    """Switch the input."""
    session.write(f":SOUR:INP:STAT {'ON' if on else 'OFF'}")


def is_on(session: Session) -> bool:
    """Whether the input is on; it says 0 or 1."""
    return session.choice(":SOUR:INP:STAT?", {"0": False, "1": True})


def current_a(session: Session) -> float:
    """Measured."""
    return session.number(":MEAS:CURR?")
