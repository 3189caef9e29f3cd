# SPDX-License-Identifier: Apache-2.0
"""Characters into a file or standard output, whole bursts at a time: what a perfect receiver would have recorded."""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xky.protocol import BenchError, Burst, InputError
from xky.protocol.errors import cannot_be_written

from ..line.sampler import Sampler

__all__ = ["FileOutput"]


class FileOutput:
    """A raw capture.

    Args:
        path: replaced when the output opens; ``-`` is standard output.

    Raises:
        InputError: the file cannot be written.
        BenchError: while it is written, there is no room any more.
        BrokenPipeError: nobody reads standard output any more.
    """

    def __init__(self, path: Path) -> None:
        is_stdout = str(path) == "-"
        self._name = "standard output" if is_stdout else str(path)
        if is_stdout and sys.stdout is None:
            raise InputError("--out -: standard output is closed; leave it open, or give a file")
        try:
            self._file = os.fdopen(os.dup(sys.stdout.fileno()), "wb") if is_stdout else path.open("wb")
        except OSError as error:
            raise cannot_be_written(str(path), error, "give another --out") from None
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
        except BrokenPipeError:
            raise
        except OSError as error:
            with suppress(OSError):
                self._file.close()  # what it still holds cannot be written either
            raise BenchError(f"{self._name}: cannot be written on ({error.strerror}); make room") from None
