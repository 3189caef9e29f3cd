# SPDX-License-Identifier: Apache-2.0
"""Instruments of a bench file, open: the least that a measurement needs of it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from xky.protocol import InputError

from ..instruments import Instrument, open_instrument

__all__ = ["BenchInstruments", "opened_instruments"]

_LIMIT = re.compile(r"\s*([\d.]+)\s*([VA])\s*")


class BenchInstruments:
    """What of a bench file counts here."""

    def __init__(self, instruments: Mapping[str, Instrument], order: Sequence[str], board: str | None) -> None:
        self.instruments, self.order, self.board = instruments, order, board


@contextmanager
def opened_instruments(path: Path) -> Iterator[BenchInstruments]:
    """The instruments of a file, until the block ends.

    Raises:
        InputError: the file cannot be read.
        BenchError: an instrument does not answer, or is another.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--bench {path}: cannot be read ({error.strerror}); give the name of a bench file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"--bench {path}: {error}") from None
    instruments: dict[str, Instrument] = {}
    try:
        for one in told.get("instrument", []):
            limits = {f"{key}_{unit}": value for key, text in one.get("limits", {}).items()
                      for value, unit in [_limit(path, key, text)]}  # fmt: skip
            instruments[one["role"]] = open_instrument(one["role"], one["resource"], one.get("make"), limits)
        yield BenchInstruments(instruments, told.get("safe", {}).get("order", []), told.get("device", {}).get("board"))
    finally:
        for instrument in instruments.values():
            instrument.close()


def _limit(path: Path, key: str, text: str) -> tuple[float, str]:
    found = _LIMIT.fullmatch(str(text))
    if found is None:
        raise InputError(f"{path}: limits.{key} = {text!r}: expected a number with its unit, as 5.5 V")
    return float(found[1]), found[2].lower()
