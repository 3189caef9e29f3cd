# SPDX-License-Identifier: Apache-2.0
"""Rigol DS1000Z (DS1054Z, DS1074Z, DS1104Z, MSO1000Z): eight bits, memory in pieces. From memory, uncertain."""

from typing import TYPE_CHECKING

from ...roles.scope import ScopeRecord
from ...session import Session

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GAIN_ERROR", "MAKERS", "MODELS", "TIME_ERROR", "beside", "capture", "prepare", "record"]

MAKERS = ("rigol",)
MODELS = ("DS1", "MSO1")
GAIN_ERROR, TIME_ERROR = 0.03, 25e-6  # data sheet from memory, uncertain

_DEPTHS = (12_000, 120_000, 1_200_000, 12_000_000)  # of one channel
_DIVISIONS = 12
_PIECE = 250_000  # bytes that one answer holds
_CAPTURE_S = 60.0
_PIECE_S = 30.0


def prepare(session: Session, channel: int, scale_v: float, points: int, interval_s: float) -> None:
    """Only one channel is on, so that it has the whole memory: the smallest that holds the points."""
    for other in (1, 2, 3, 4):
        session.write(f":CHAN{other}:DISP {'ON' if other == channel else 'OFF'}")
    session.write(f":CHAN{channel}:PROB 1")
    session.write(f":CHAN{channel}:OFFS 0")
    session.write(f":CHAN{channel}:SCAL {scale_v:g}")
    depth = next((depth for depth in _DEPTHS if depth >= points), _DEPTHS[-1])
    session.write(":RUN")  # it takes a depth only while it runs
    session.write(f":ACQ:MDEP {depth}")
    session.write(f":TIM:MAIN:SCAL {depth * interval_s / _DIVISIONS:g}")


def beside(session: Session, channel: int, scale_v: float, points: int) -> None:
    """Two channels have half the memory each, at the same rate."""
    session.write(f":CHAN{channel}:DISP ON")
    session.write(f":CHAN{channel}:PROB 1")
    session.write(f":CHAN{channel}:OFFS 0")
    session.write(f":CHAN{channel}:SCAL {scale_v:g}")
    depth = next((depth for depth in _DEPTHS if depth >= points), _DEPTHS[-1])
    interval_s = session.number(":TIM:MAIN:SCAL?") * _DIVISIONS / depth
    session.write(f":ACQ:MDEP {depth // 2}")
    session.write(f":TIM:MAIN:SCAL {depth // 2 * interval_s / _DIVISIONS:g}")


def capture(session: Session) -> None:
    """Trigger by force: any moment will do."""
    session.write(":SING")
    session.write(":TFOR")
    session.until(":TRIG:STAT?", "STOP", within_s=_CAPTURE_S)


def record(session: Session, channel: int) -> ScopeRecord:
    """Fetch the memory piece by piece."""
    session.write(f":WAV:SOUR CHAN{channel}")
    session.write(":WAV:MODE RAW")
    session.write(":WAV:FORM BYTE")
    answer = session.query(":WAV:PRE?")
    try:
        _, _, points, _, interval_s, _, _, step_v, origin, reference = (float(part) for part in answer.split(","))
    except ValueError:
        raise session.strange(":WAV:PRE?", answer, "expected ten numbers") from None
    import numpy as np

    voltage_v: NDArray[np.float32] = np.empty(int(points), np.float32)
    for first in range(1, int(points) + 1, _PIECE):
        last = min(first + _PIECE - 1, int(points))
        session.write(f":WAV:STAR {first}")
        session.write(f":WAV:STOP {last}")
        piece = session.query_block(":WAV:DATA?", within_s=_PIECE_S)
        if len(piece) != last - first + 1:
            raise session.strange(":WAV:DATA?", f"{len(piece)} points", f"expected {last - first + 1}")
        np.multiply(np.frombuffer(piece, np.uint8), np.float32(step_v), out=voltage_v[first - 1 : last])
    voltage_v -= np.float32((origin + reference) * step_v)
    return ScopeRecord(voltage_v, interval_s, step_v)
