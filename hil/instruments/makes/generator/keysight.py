# SPDX-License-Identifier: Apache-2.0
"""Keysight (Agilent) 33500 and 33600: one block of 16-bit numbers into the volatile memory."""

from typing import TYPE_CHECKING

from ...roles.generator import Model, WaveformRecord, check_no_error

if TYPE_CHECKING:
    from pyvisa.resources import MessageBasedResource

    from ...session import Session

__all__ = ["EVEN", "MAKERS", "MODELS", "POINTS_MIN", "load", "switch_off", "switch_on"]

MAKERS = ("keysight", "agilent")
MODELS = (  # data sheets from memory, uncertain; options give more
    Model("335", 1_000_000, 250e6),
    Model("336", 4_000_000, 660e6),
)
POINTS_MIN = 8
EVEN = False

_NAME = "tic"
_FULL_SCALE = 32767


def switch_off(session: "MessageBasedResource | Session") -> None:
    """Take the signal off output 1."""
    session.write("OUTP1 OFF")


def load(session: "MessageBasedResource", record: WaveformRecord) -> None:
    """Clear the memory, where a name must be new, store, select.

    Raises:
        BenchError: the generator complains.
    """
    import numpy as np

    codes = np.rint(record.shape * _FULL_SCALE).astype("<i2")
    session.write("*CLS")
    session.write("OUTP1:LOAD INF")  # before the level, which is half of it into 50 Ω
    session.write("DATA:VOL:CLE")
    session.write("FORM:BORD SWAP")  # little-endian
    session.write_binary_values(f"DATA:ARB:DAC {_NAME},", codes.tolist(), datatype="h", is_big_endian=False)
    session.write(f"FUNC:ARB {_NAME}")
    session.write(f"FUNC:ARB:SRAT {record.rate_hz}")
    session.write("FUNC:ARB:FILT STEP")  # edges as they are
    session.write("FUNC ARB")
    session.write(f"VOLT {record.peak_to_peak_v:.4f}")
    session.write("VOLT:OFFS 0")
    check_no_error(session, "SYST:ERR?")


def switch_on(session: "MessageBasedResource") -> None:
    """Let it play on output 1."""
    session.write("OUTP1 ON")
