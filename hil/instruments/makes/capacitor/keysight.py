# SPDX-License-Identifier: Apache-2.0
"""Keysight 34460A to 34470A, and Agilent's 34401A successors of the same commands. Guide from memory, uncertain."""

from ...session import Session

__all__ = ["CLOCK_STEP_S", "MAKERS", "MODELS", "clock_s", "error_v", "prepare", "voltage_v"]

MAKERS = ("keysight", "agilent")
MODELS = ("3446", "3447", "3441")
CLOCK_STEP_S = 1e-3

_RANGE_V = 10.0
_OF_READING, _OF_RANGE = 35e-6, 5e-6  # 34461A, 10 V, one year: data sheet from memory, uncertain


def prepare(session: Session) -> None:
    """DC volts on the 10 V range, more than 10 GΩ of input."""
    session.write(f"CONF:VOLT:DC {_RANGE_V:g}")
    session.write("VOLT:DC:NPLC 1")
    session.write("VOLT:DC:IMP:AUTO ON")


def voltage_v(session: Session) -> float:
    """One reading."""
    return session.number("READ?")


def clock_s(session: Session) -> float:
    """Its time of the day: hours, minutes, seconds."""
    answer = session.query("SYST:TIME?")
    try:
        hours, minutes, seconds = (float(part) for part in answer.split(","))
    except ValueError:
        raise session.strange("SYST:TIME?", answer, "expected hours,minutes,seconds") from None
    return 3600 * hours + 60 * minutes + seconds


def error_v(voltage_v: float) -> float:
    """What a reading may be off."""
    return _OF_READING * abs(voltage_v) + _OF_RANGE * _RANGE_V
