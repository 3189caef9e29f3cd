# SPDX-License-Identifier: Apache-2.0
"""Recordings of I1-I2 in files: WAV or CSV, by the ending of the name; read and written piece by piece."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from .csv_file import CsvWriter, read_csv
from .wav import WavWriter, read_wav
from .waveform import Samples

__all__ = ["CarrierRecording", "Writer", "open_recording", "recording_writer"]

Writer: TypeAlias = WavWriter | CsvWriter

_Kind: TypeAlias = tuple[Callable[[Path, int], Writer], Callable[[Path, int], tuple[int, Iterator[Samples]]]]
_KINDS: dict[str, _Kind] = {".wav": (WavWriter, read_wav), ".csv": (CsvWriter, read_csv)}
_PIECE = 1 << 21  # samples at once: two seconds at 1 MS/s


@dataclass(frozen=True, slots=True)
class CarrierRecording:
    """Samples of a line.

    Attributes:
        rate_hz: samples a second.
        pieces: the samples in volts, read once.
    """

    rate_hz: int
    pieces: Iterator[Samples]


def open_recording(path: Path) -> CarrierRecording:
    """Read a recording.

    Raises:
        InputError: the file is of another kind, cannot be read, or (while reading) something in it cannot be used.
    """
    rate_hz, pieces = _KINDS[_kind(path)][1](path, _PIECE)
    return CarrierRecording(rate_hz, pieces)


@contextmanager
def recording_writer(path: Path, rate_hz: int) -> Iterator[Writer]:
    """A file that is there when the block has ended well, and as it was before if not.

    Raises:
        InputError: the file is of another kind or cannot be written; in the block too.
    """
    kind = _kind(path)
    try:
        with whole_file(path) as partial:
            writer = _KINDS[kind][0](partial, rate_hz)
            try:
                yield writer
            finally:
                writer.close()
    except OSError as error:
        raise cannot_be_written(str(path), error) from None


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise InputError(f"{path}: unknown ending {path.suffix!r}; give a name that ends in {' or '.join(_KINDS)}")
    return kind
