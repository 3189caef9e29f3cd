# SPDX-License-Identifier: Apache-2.0
"""Instruments of a bench file, held and open: what a measurement needs of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from xky.protocol import BenchError

from ..bench_file import OpenBench, bench_file
from ..instruments import Instrument

__all__ = ["BenchInstruments", "opened_instruments"]


class BenchInstruments:
    """What of a bench file counts here."""

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        order: Sequence[str],
        board: str | None,
        source_ohm: float | None,
    ) -> None:
        self.instruments, self.order, self.board, self.source_ohm = instruments, order, board, source_ohm


@contextmanager
def opened_instruments(path: Path, tell: Callable[[str], None] = lambda line: None) -> Iterator[BenchInstruments]:
    """The instruments of a file, until the block ends; what a run before left that died is made safe first.

    Args:
        path: of the file.
        tell: told in a line what a person ought to know of the bench at once.

    Raises:
        InputError: the file cannot be read, or is wrong.
        BenchError: an instrument does not answer, is another, or another run has it.
    """
    file = bench_file(path)
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(OpenBench(file, tell))
        except BenchError as error:
            raise BenchError(f"{error}; nothing was switched on") from error
        yield BenchInstruments(opened.instruments, file.safe.order, file.device.board, file.source_ohm)
