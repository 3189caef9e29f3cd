# SPDX-License-Identifier: Apache-2.0
"""Characters into a file, whole bursts at a time: what a perfect receiver would have recorded."""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xky.protocol import BenchError, Burst, InputError

from ..line.sampler import Sampler

__all__ = ["FileOutput"]


class FileOutput:
    """A raw capture.

    Args:
        path: replaced when the output opens.

    Raises:
        InputError: the file cannot be written.
        BenchError: while it is written, there is no room any more.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); give another --out") from None
        self._path = path
        self._sampler = Sampler()

    def __call__(self, burst: Burst) -> None:
        self._sampler.hear(burst)
        with self._told():
            self._file.write(self._sampler.take(math.inf))

    def close(self) -> None:
        with self._told():
            self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            with suppress(OSError):
                self._file.close()  # what it still holds cannot be written either
            raise BenchError(f"{self._path}: cannot be written on ({error.strerror}); make room") from None
