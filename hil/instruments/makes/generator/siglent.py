# SPDX-License-Identifier: Apache-2.0
"""Siglent SDG: TrueArb, so that samples are played as they are; DDS, their other way, would resample them."""

from typing import TYPE_CHECKING

from xky.protocol import BenchError

from ...roles.generator import Model, WaveformRecord

if TYPE_CHECKING:
    from pyvisa.resources import MessageBasedResource

    from ...session import Session

__all__ = ["EVEN", "MAKERS", "MODELS", "POINTS_MIN", "load", "switch_off", "switch_on"]

MAKERS = ("siglent",)
MODELS = (
    Model("SDG1", 16_384, 30e6),  # SDG1000X: maker's notes
    Model("SDG2", 8_000_000, 75e6),  # SDG2000X: data sheet from memory, uncertain
)
POINTS_MIN = 2
EVEN = True

_NAME = "tic"
_FULL_SCALE = 32767  # 16 bits, whatever the converter has
_MARK = b"WAVEDATA,"
_LONGEST_HEADER = 512


def switch_off(session: "MessageBasedResource | Session") -> None:
    """Take the signal off output 1."""
    session.write("C1:OUTP OFF")


def load(session: "MessageBasedResource", record: WaveformRecord) -> None:
    """Store, read back, select.

    The data has no length before it and no end of line behind: it ends with the message.

    Raises:
        BenchError: what was stored is something else; some units take other headers without a word.
    """
    import numpy as np

    data = np.rint(record.shape * _FULL_SCALE).astype("<i2").tobytes()
    session.write("C1:OUTP LOAD,HZ")  # before the level, which is half of it into 50 Ω
    session.write_raw(f"C1:WVDT WVNM,{_NAME},".encode("ascii") + _MARK + data)
    session.write(f"C1:WVDT? USER,{_NAME}")
    if _read_back(session, len(data)) != data:
        raise BenchError(
            f"{session.resource_name}: the generator stored another waveform than it was sent; give its USB or "
            "TCPIP::HOST::INSTR resource, where a message has an end"
        )
    session.write(f"C1:ARWV NAME,{_NAME}")
    session.write(f"C1:SRATE MODE,TARB,VALUE,{record.rate_hz},INTER,LINE")
    session.write(f"C1:BSWV WVTP,ARB,AMP,{record.peak_to_peak_v:.4f},OFST,0")


def switch_on(session: "MessageBasedResource") -> None:
    """Let it play on output 1."""
    session.write("C1:OUTP ON")


def _read_back(session: "MessageBasedResource", count: int) -> bytes:
    answer = bytearray()
    while not answer.endswith(_MARK):
        answer += session.read_bytes(1)
        if len(answer) > _LONGEST_HEADER:
            return b""
    return session.read_bytes(count)
