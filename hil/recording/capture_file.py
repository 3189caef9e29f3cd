# SPDX-License-Identifier: Apache-2.0
"""A capture file as far as it can be read, and the one sentence on what of it is damaged."""

from collections.abc import Iterator

from xky.protocol import InputError
from xky.protocol.capture import CaptureReader, Run

__all__ = ["CaptureFile"]


class CaptureFile:
    """A capture file, read once.

    Args:
        name: as a person knows it.
        pieces: its bytes.

    Attributes:
        header: how it was made.

    Raises:
        InputError: it is no capture, or not even its header can be read.
    """

    def __init__(self, name: str, pieces: Iterator[bytes]) -> None:
        try:
            self._reader = CaptureReader(pieces)
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
        self.header = self._reader.header
        self._trouble: str | None = None
        self._read_s: float | None = None  # the end of the last run that was handed over

    def runs(self) -> Iterator[Run]:
        """The runs for their bytes: a time that cannot be right does them no harm."""
        for run in self._reader:
            self._read_s = run.end_s
            yield run
        self._trouble = self._reader.trouble

    def runs_in_order(self) -> Iterator[Run]:
        """The runs for their times: as long as none says that it came later than what came behind it."""
        held: Run | None = None
        for run in self._reader:
            if held is not None:
                if held.end_s > run.end_s:
                    self._trouble = f"its times go back, from second {held.end_s:.3f} to {run.end_s:.3f}"
                    return
                self._read_s = held.end_s
                yield held
            held = run
        self._trouble = self._reader.trouble
        if held is None:
            return
        if self._reader.lasted_s is not None and held.end_s > self._reader.lasted_s:
            self._trouble = f"its times go back, from second {held.end_s:.3f} to its end at {self._reader.lasted_s:.3f}"
            return
        self._read_s = held.end_s
        yield held

    def ended(self) -> str | None:
        """Why the recording ended, once it is read; None where it was cut."""
        return self._reader.ended

    def damage(self) -> str | None:
        """What is damaged, where, and how much could be read; None of a whole file, and until that was met."""
        if self._trouble is None:
            return None
        read = "nothing before that can be read" if self._read_s is None else f"read up to second {self._read_s:.1f}"
        return f"{self._trouble}; {read}"
