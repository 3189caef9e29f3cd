# SPDX-License-Identifier: Apache-2.0
"""CSV with the columns ``time_s`` and ``volts``: for spreadsheets, oscilloscopes and everything else."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xky.protocol import InputError

from .waveform import Samples

__all__ = ["HEADER", "CsvWriter", "read_csv"]

HEADER = "time_s,volts"
Column: TypeAlias = NDArray[np.float64]
Table: TypeAlias = NDArray[np.float64]

_NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*"
_ROW = re.compile(f"{_NUMBER},{_NUMBER}", re.ASCII | re.IGNORECASE)
_UNEVEN = 0.5  # of a step, that a time may be off: figures are rounded


class CsvWriter:
    """Writes samples as they come, the first at 0 s.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._stream = path.open("w", encoding="ascii", newline="\n")
        self._stream.write(f"{HEADER}\n")
        self._rate_hz = rate_hz
        self._written = 0

    def write(self, samples: Samples) -> None:
        """Append samples in volts."""
        times_s = np.arange(self._written, self._written + len(samples)) / self._rate_hz
        self._stream.writelines(map("{:.9f},{:.4f}\n".format, times_s.tolist(), samples.tolist()))
        self._written += len(samples)

    def close(self) -> None:
        """End the file."""
        self._stream.close()


def read_csv(path: Path, piece: int) -> tuple[int, Iterator[Samples]]:
    """Samples a second, and the samples in volts, ``piece`` at a time.

    Raises:
        InputError: it cannot be read, its columns are others, or (while reading too) a row cannot be used.
    """
    try:
        stream = path.open(encoding="ascii", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a readable file") from None
    try:
        if stream.readline().strip().lower() != HEADER:
            raise InputError(f"{path}:1: expected the columns {HEADER}")
        first = _rows(path, stream, 2, piece)
        rate_hz = _rate_hz(path, first[:, 0])
    except InputError:
        stream.close()
        raise
    return rate_hz, _pieces(path, stream, piece, first)


def _rate_hz(path: Path, times_s: Column) -> int:
    if len(times_s) < 2:
        raise InputError(f"{path}: too few samples to tell their rate by; expected a recording of I1-I2")
    lasts_s = times_s[-1] - times_s[0]
    rate_hz = round((len(times_s) - 1) / lasts_s) if lasts_s > 0 else 0
    if rate_hz < 1:
        raise InputError(f"{path}: the times do not rise; expected seconds, a sample each microsecond or so")
    return rate_hz


def _pieces(path: Path, stream: TextIO, piece: int, rows: Table) -> Iterator[Samples]:
    step_s = float(np.median(np.diff(rows[:, 0])))
    line, last_s = 2, float(rows[0, 0]) - step_s
    with stream:
        while len(rows):
            steps_s = np.diff(rows[:, 0], prepend=last_s)
            uneven = np.flatnonzero(abs(steps_s - step_s) >= _UNEVEN * step_s)
            if len(uneven):
                raise InputError(
                    f"{path}:{line + uneven[0]}: {steps_s[uneven[0]]:.3g} s after the row before; expected "
                    f"{step_s:.3g} s, as between the others"
                )
            yield rows[:, 1].astype(np.float32)
            line, last_s = line + len(rows), float(rows[-1, 0])
            rows = _rows(path, stream, line, piece)


def _rows(path: Path, stream: TextIO, line: int, count: int) -> Table:
    """The next rows, the first of which stands in ``line``."""
    texts = list(islice(stream, count))
    if not texts:
        return np.zeros((0, 2))
    try:
        rows = np.loadtxt(texts, np.float64, comments=None, delimiter=",", ndmin=2)
    except ValueError:
        rows = np.zeros((0, 2))
    if rows.shape == (len(texts), 2) and np.isfinite(rows).all():
        return rows
    for number, text in enumerate(texts, line):
        if not _ROW.fullmatch(text.strip()):
            found = repr(text.strip()[:40])
            raise InputError(f"{path}:{number}: {found}: expected a time in seconds and volts, as 0.000001,1.25")
    raise InputError(f"{path}:{line}: numbers too large; expected seconds and volts")
