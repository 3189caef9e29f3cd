# SPDX-License-Identifier: Apache-2.0
"""Rigol DG800, DG900, DG1000Z: packets into the volatile memory; the last one selects the waveform."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...roles.generator import Model, WaveformRecord, check_no_error

if TYPE_CHECKING:
    from pyvisa.resources import MessageBasedResource

    from ...session import Session

__all__ = ["EVEN", "MAKERS", "MODELS", "POINTS_MIN", "load", "switch_off", "switch_on"]

MAKERS = ("rigol",)
MODELS = (  # data sheets from memory, uncertain
    Model("DG8", 2_000_000, 125e6),
    Model("DG9", 16_000_000, 250e6),
    Model("DG1", 8_000_000, 60e6),
)
POINTS_MIN = 16_385  # shorter ones are stretched, or played at another rate
EVEN = False

_MIDDLE, _SWING = 8192, 8191  # 14 bits, unsigned: 1 to 16383
_PACKET = 8192  # points; the guide says 16384, of which working drivers report trouble
_LAST_PACKET_MIN = 8  # DG800 programming guide, p. 2-136


def switch_off(session: "MessageBasedResource | Session") -> None:
    """Take the signal off output 1."""
    session.write(":OUTP1 OFF")


def load(session: "MessageBasedResource", record: WaveformRecord) -> None:
    """Store packet by packet.

    Raises:
        BenchError: the generator complains.
    """
    import numpy as np

    codes = (np.rint(record.shape * _SWING).astype(np.int32) + _MIDDLE).astype("<u2")
    session.write("*CLS")
    session.write(":OUTP1:LOAD INF")  # before the level, which is half of it into 50 Ω
    for begin, end in _packets(len(codes)):
        flag = "END" if end == len(codes) else "CON"
        data = codes[begin:end].tobytes()
        header = f":SOUR1:TRAC:DATA:DAC16 VOLATILE,{flag},#5{len(data):05d}"
        session.write_raw(header.encode("ascii") + data + b"\n")
    session.write(f":SOUR1:FUNC:ARB:SRAT {record.rate_hz}")
    session.write(f":SOUR1:VOLT {record.peak_to_peak_v:.4f}")
    session.write(":SOUR1:VOLT:OFFS 0")
    check_no_error(session, ":SYST:ERR?")


def switch_on(session: "MessageBasedResource") -> None:
    """Let it play on output 1."""
    session.write(":OUTP1 ON")


def _packets(points: int) -> Iterator[tuple[int, int]]:
    """Begin and end of each; the last but one gives up some points if the last had too few."""
    begin = 0
    while begin < points:
        end = min(begin + _PACKET, points)
        if 0 < points - end < _LAST_PACKET_MIN:
            end -= _LAST_PACKET_MIN
        yield begin, end
        begin = end
