# SPDX-License-Identifier: Apache-2.0
"""Characters into a file, whole bursts at a time: what a perfect receiver would have recorded."""

import math
from pathlib import Path

from xky.protocol import Burst, InputError

from ..sampling import Sampler

__all__ = ["FileOutput"]


class FileOutput:
    """A raw capture.

    Args:
        path: replaced when the output opens.

    Raises:
        InputError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); give another --out") from None
        self._sampler = Sampler()

    def __call__(self, burst: Burst) -> None:
        self._sampler.hear(burst)
        self._file.write(self._sampler.take(math.inf))

    def close(self) -> None:
        self._file.close()
