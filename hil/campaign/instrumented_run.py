# SPDX-License-Identifier: Apache-2.0
"""What parts of a run that instruments of a bench play take of their campaign."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from xky.boards import Board

from ..bench.devices import Device
from .judgement import Asked
from .rehearsal import Timing

if TYPE_CHECKING:
    from ..bench_file import BenchFile, OpenBench

__all__ = ["InstrumentedRun"]


class InstrumentedRun(Protocol):
    """The names are the campaign's."""

    @property
    def options(self) -> Timing: ...

    @property
    def board(self) -> Board: ...

    @property
    def on_hardware(self) -> bool: ...

    @property
    def bench_file(self) -> "BenchFile | None": ...

    @property
    def instruments(self) -> "OpenBench | None": ...

    @property
    def specs(self) -> Sequence[str]: ...

    @property
    def left(self) -> Sequence[Asked]: ...

    @property
    def on_wait(self) -> Callable[[str], None]: ...

    def open(self) -> Device: ...
