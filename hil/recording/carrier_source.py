# SPDX-License-Identifier: Apache-2.0
"""The bytes in a recording of I1-I2: what a receiver makes of the carrier."""

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from xky.emulator.carrier import Demodulated, Samples, listen, open_recording, quadrature_receiver
from xky.protocol import Frame, InputError, Mode, decode
from xky.protocol.uart import CharacterDefect

from ..terminal import printable

__all__ = ["read_carrier"]

_SILENT_V = 0.4  # a 0 has 0.8 V, a 1 less than this (54E §5.3.4)


def read_carrier(path: Path, mode: Mode | None) -> Iterator[bytes]:
    """The characters of a WAV or CSV, piece by piece; characters with a wrong parity or stop bit are counted on
    standard error and handed over as a serial port does.

    Args:
        path: the recording.
        mode: sets the rate; None takes that at which a group makes sense, else that with fewer errors.

    Raises:
        InputError: the file cannot be used, or (while reading) there is no carrier in it.
    """
    recording = open_recording(path)
    return _read(path, recording.pieces, recording.rate_hz, mode)


def _read(path: Path, pieces: Iterator[Samples], rate_hz: int, mode: Mode | None) -> Iterator[bytes]:
    loudest_v, length = 0.0, 0
    loud = None
    for piece in pieces:
        piece_v = float(abs(piece).max(initial=0.0))
        loudest_v = max(loudest_v, piece_v)
        if piece_v >= _SILENT_V:
            loud = piece
            break
        length += len(piece)
    if loud is None:
        raise InputError(
            f"{path}: no carrier: {loudest_v:.3f} V at most in {length / rate_hz:.3f} s; expected 0.8 V in each 0 "
            "(a step of a WAV is 1 mV)"
        )
    found = mode or _find_mode(loud, rate_hz)
    complaints = _Complaints()
    for characters in listen(chain([loud], pieces), rate_hz, found):
        complaints.add(characters, length / rate_hz)
        yield characters.data
    complaints.tell(path)


def _find_mode(samples: Samples, rate_hz: int) -> Mode:
    by_mode = {mode: quadrature_receiver(samples, rate_hz, mode) for mode in (Mode.STANDARD, Mode.HISTORIC)}
    for mode, characters in by_mode.items():
        if any(event.good for event in decode(characters.data, mode) if isinstance(event, Frame)):
            return mode
    return min(by_mode, key=lambda mode: len(by_mode[mode].errors) / (len(by_mode[mode]) or 1))


class _Complaints:
    """How many characters were not as they should be, and where the first was."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(CharacterDefect, 0)
        self._first_s: float | None = None

    def add(self, characters: Demodulated, start_s: float) -> None:
        for index, error in sorted(characters.errors.items()):
            self._counts[error] += 1
            if self._first_s is None:
                self._first_s = start_s + float(characters.starts_s[index])

    def tell(self, path: Path) -> None:
        if self._first_s is None:
            return
        parity, framing = self._counts[CharacterDefect.PARITY], self._counts[CharacterDefect.FRAMING]
        counts = f"characters with a wrong parity: {parity}, with a low stop bit: {framing}"
        print(printable(f"xky: {path}: {counts}; the first at {self._first_s:.6f} s"), file=sys.stderr)
