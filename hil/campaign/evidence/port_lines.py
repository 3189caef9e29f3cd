# SPDX-License-Identifier: Apache-2.0
"""``port.jsonl.gz``: what the device asked of its port, a line each time."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from xky.emulator.outputs import PortSettings

from .lines import Line, read_lines, write_lines

__all__ = ["read_port", "write_port"]


class _Settings(Line):
    at_s: float
    baud: int | None
    data_bits: int | None
    parity: str | None
    stop_bits: int | float | None
    without_parity: bool


def write_port(path: Path, settings: Sequence[PortSettings]) -> int:
    """Write what was asked; the number of lines."""
    return write_lines(path, (_Settings(**asdict(one)).told() for one in settings))


def read_port(path: Path, lines: int) -> tuple[PortSettings, ...]:
    """What was asked, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    return tuple(PortSettings(**line.model_dump()) for _, line in read_lines(path, lines, _Settings))
