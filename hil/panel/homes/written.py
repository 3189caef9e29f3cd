# SPDX-License-Identifier: Apache-2.0
"""A home's local day on disc: each file is there whole or not at all, and a disc that is full is told in a line."""

import errno
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from xky.protocol import BenchError
from xky.protocol.whole_file import whole_file

from ..layout import DUE, EVENTS, FRAMES, MIDNIGHTS, READINGS, day_folder

__all__ = ["DayRows", "room_is_needed", "write_day", "write_json", "write_table"]

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(slots=True)
class DayRows:
    """What is known of a day.

    Attributes:
        frames, readings: tables, one behind the other.
        dues: instant, and how far it got.
        midnights: energies at both ends, as ``midnights.json`` has them.
    """

    frames: list[Any] = field(default_factory=list)
    readings: list[Any] = field(default_factory=list)
    dues: list[tuple[int, str]] = field(default_factory=list)
    midnights: dict[str, Any] = field(default_factory=dict)


@contextmanager
def room_is_needed(folder: Path) -> Iterator[None]:
    """A disc that is full, or a folder that cannot be written to any more, is one line.

    Raises:
        BenchError: that was the case.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise BenchError(
                f"--out {folder}: no room is left for a panel; free some, and give the same command again"
            ) from None
        raise BenchError(
            f"--out {folder}: cannot be written ({error.strerror or error}); mend that, and give the same command again"
        ) from None


def write_table(path: Path, table: Any) -> None:
    """Write a table; its bytes depend on what is in it alone."""
    parquet = import_module("pyarrow.parquet")
    with whole_file(path) as partial:
        parquet.write_table(table, partial, compression="zstd")


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """Write an object."""
    with whole_file(path) as partial:
        partial.write_text(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def write_day(
    home: Path, day: date, rows: DayRows, events: Sequence[tuple[int, int, str, str]], frames: Any, readings: Any
) -> None:
    """Write a portion.

    Args:
        home: its folder.
        day: local one.
        rows: what is known of it.
        events: from, to, cause, what.
        frames: schema of the frames.
        readings: schema of the readings.

    Raises:
        OSError: no room is left, for one.
    """
    arrow, columns = import_module("pyarrow"), import_module(f"{__package__}.columns")
    folder = day_folder(home, day)
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / FRAMES, _together(arrow, rows.frames, frames))
    write_table(folder / DUE, columns.due_table(rows.dues))
    write_table(folder / READINGS, _together(arrow, rows.readings, readings))
    write_table(folder / EVENTS, columns.event_table(events))
    write_json(folder / MIDNIGHTS, rows.midnights)


def _together(arrow: Any, tables: Sequence[Any], schema: Any) -> Any:
    return arrow.concat_tables(tables).combine_chunks() if tables else schema.empty_table()
