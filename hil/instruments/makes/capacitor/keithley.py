# SPDX-License-Identifier: Apache-2.0
"""Keithley DMM6500 and DMM7510, their SCPI set; functions and ranges as PyMeasure's driver sends them."""

from ...session import Session

__all__ = ["CLOCK_STEP_S", "MAKERS", "MODELS", "clock_s", "error_v", "prepare", "voltage_v"]

MAKERS = ("keithley",)
MODELS = ("DMM6500", "DMM7510", "MODEL DMM6500", "MODEL DMM7510")
CLOCK_STEP_S = 1e-6

_RANGE_V = 10.0
_OF_READING, _OF_RANGE = 30e-6, 5e-6  # DMM6500, 10 V, one year: data sheet from memory, uncertain


def prepare(session: Session) -> None:
    """DC volts on the 10 V range, more than 10 GΩ of input; the buffer, and so its time, goes on."""
    session.write(':SENS:FUNC "VOLT:DC"')
    session.write(f":SENS:VOLT:DC:RANG {_RANGE_V:g}")
    session.write(":SENS:VOLT:DC:NPLC 1")
    session.write(":SENS:VOLT:DC:INP AUTO")


def voltage_v(session: Session) -> float:
    """One reading."""
    return session.number(":READ?")


def clock_s(session: Session) -> float:
    """Seconds since the first reading in the buffer: it takes one more, and says when."""
    return session.number(':READ? "defbuffer1", REL')


def error_v(voltage_v: float) -> float:
    """What a reading may be off."""
    return _OF_READING * abs(voltage_v) + _OF_RANGE * _RANGE_V
