# SPDX-License-Identifier: Apache-2.0
"""Siglent SDS1000X-E (SDS1104X-E, SDS1202X-E): eight bits, a word before each block. Guide from memory, uncertain."""

from ...roles.scope import ScopeRecord
from ...session import Session

__all__ = ["GAIN_ERROR", "MAKERS", "MODELS", "TIME_ERROR", "beside", "capture", "prepare", "record"]

MAKERS = ("siglent",)
MODELS = ("SDS1",)
GAIN_ERROR, TIME_ERROR = 0.03, 25e-6  # data sheet from memory, uncertain

_SIZES = {14_000: "14K", 140_000: "140K", 1_400_000: "1.4M", 14_000_000: "14M"}  # of one channel
_DIVISIONS = 14
_CODES = 25  # of the converter, a division
_CAPTURE_S = 60.0
_BLOCK_S = 60.0


def prepare(session: Session, channel: int, scale_v: float, points: int, interval_s: float) -> None:
    """Only one channel is on, so that it has the whole memory: the smallest that holds the points."""
    session.write("CHDR OFF")  # answers without their question and unit
    for other in (1, 2, 3, 4):
        session.write(f"C{other}:TRA {'ON' if other == channel else 'OFF'}")
    session.write(f"C{channel}:ATTN 1")
    session.write(f"C{channel}:OFST 0V")
    session.write(f"C{channel}:VDIV {scale_v:g}V")
    size = next((size for size in _SIZES if size >= points), max(_SIZES))
    session.write(f"MSIZ {_SIZES[size]}")
    session.write(f"TDIV {size * interval_s / _DIVISIONS:g}S")


def beside(session: Session, channel: int, scale_v: float, points: int) -> None:
    """On models of four channels 1 and 4 have a converter and a memory each, so that nothing is shared."""
    session.write(f"C{channel}:TRA ON")
    session.write(f"C{channel}:ATTN 1")
    session.write(f"C{channel}:OFST 0V")
    session.write(f"C{channel}:VDIV {scale_v:g}V")


def capture(session: Session) -> None:
    """Trigger by force: any moment will do."""
    session.write("TRMD SINGLE")
    session.write("FRTR")
    session.until("SAST?", "Stop", within_s=_CAPTURE_S)


def record(session: Session, channel: int) -> ScopeRecord:
    """Fetch the memory in one block, behind ``DAT2,`` and before two line feeds."""
    scale_v = session.number(f"C{channel}:VDIV?")
    offset_v = session.number(f"C{channel}:OFST?")
    rate_hz = session.number("SARA?")
    session.write("WFSU SP,0,NP,0,FP,0")  # every point, all of them, from the first
    block = session.query_block(f"C{channel}:WF? DAT2", within_s=_BLOCK_S, head="DAT2,", line_ends=2)
    import numpy as np

    voltage_v = np.frombuffer(block, np.int8) * np.float32(scale_v / _CODES)
    if offset_v:
        voltage_v -= np.float32(offset_v)
    return ScopeRecord(voltage_v, 1 / rate_hz, scale_v / _CODES)
