# SPDX-License-Identifier: Apache-2.0
"""Which parts of a program were run, as a build with ``docs/examples/coverage.c`` tells it: a byte of a file each.

A program that was not built so leaves the file as it is, and nothing is known of it.
"""

import mmap
import re
import tempfile
from collections.abc import Mapping

__all__ = ["CoverageMap"]

_PLACES = 65_536  # as in docs/examples/coverage.c
_MARKED = re.compile(rb"[^\0]")


class CoverageMap:
    """The file that a program and all that it starts mark.

    Raises:
        OSError: there is no room for it.
    """

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="xky-coverage-")  # noqa: SIM115 - close() closes it
        self._file.truncate(_PLACES)
        self._marks = mmap.mmap(self._file.fileno(), _PLACES)

    @property
    def environment(self) -> Mapping[str, str]:
        """What the program is to find in its environment."""
        return {"XKY_COVERAGE": self._file.name}

    def take(self) -> frozenset[int]:
        """The places that were run since the last time; those run from now on are marked anew."""
        marks = self._marks[:]
        self._marks[:] = bytes(_PLACES)
        return frozenset(found.start() for found in _MARKED.finditer(marks))

    def close(self) -> None:
        """Remove the file; whoever still marks it marks nothing."""
        self._marks.close()
        self._file.close()
