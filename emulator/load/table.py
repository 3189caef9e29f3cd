# SPDX-License-Identifier: Apache-2.0
"""Tables in files, CSV or Parquet, as rows of text: what the text means is not known here.

Both kinds give the same, so that everything behind says the same of both.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TextIO

from xky.protocol import InputError

__all__ = ["Table", "open_table"]

_PARQUET_MAGIC = b"PAR1"  # its first four bytes, by the format's specification
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")


class Table(Protocol):
    """A header, and rows that are read as they are asked for."""

    header: tuple[str, ...]

    def where(self, number: int) -> str:
        """File and row, as a message begins."""
        ...

    def rows(self, places: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        """Number of each row, and its cells of these places of the header; an empty cell is an empty text."""
        ...


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """A table, until the block ends: Parquet by its name or first bytes, else CSV in UTF-8.

    CSV may part its cells by comma, semicolon or tabulator; unless by comma, numbers may have a decimal comma.

    Raises:
        InputError: the file cannot be read as that or is empty, or pyarrow is missing; in the block too.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_PARQUET_MAGIC))
        if not start:
            raise InputError(f"{path}: empty; expected a table with a header")
        if start == _PARQUET_MAGIC or path.suffix.lower() in (".parquet", ".pq"):
            with _parquet_errors(path) as parquet:
                yield _Parquet(path, parquet)
        else:
            with path.open(newline="", encoding="utf-8-sig") as text:
                yield _Csv(path, text)
    except UnicodeDecodeError:
        raise InputError(f"{path}: not text in UTF-8; save it as CSV in UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}; give a readable file") from None


class _Csv:
    def __init__(self, path: Path, text: TextIO) -> None:
        self._path = path
        first = text.readline()
        text.seek(0)
        self._delimiter = max(",;\t", key=first.count)
        self._lines = csv.reader(text, delimiter=self._delimiter, strict=True)
        self.header = tuple(next(self._filled(), []))

    def where(self, number: int) -> str:
        return f"{self._path}:{number}"

    def rows(self, places: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        for cells in self._filled():
            number = self._lines.line_num
            if len(cells) != len(self.header):
                hint = "; a decimal comma needs semicolons between columns" if self._delimiter == "," else ""
                raise InputError(
                    f"{self.where(number)}: {len(cells)} columns; expected {len(self.header)} as in the header{hint}"
                )
            yield number, [self._plain(cells[place]) for place in places]

    def _filled(self) -> Iterator[list[str]]:
        """The lines that are not blank."""
        try:
            yield from filter(None, self._lines)
        except csv.Error as error:
            raise InputError(f"{self.where(self._lines.line_num)}: not CSV: {error}; mend the line") from None

    def _plain(self, cell: str) -> str:
        if self._delimiter != "," and _DECIMAL_COMMA.fullmatch(cell):
            return cell.replace(",", ".")
        return cell


class _Parquet:
    def __init__(self, path: Path, parquet: Any) -> None:
        self._path = path
        self._file = parquet.ParquetFile(path)
        self.header = tuple(self._file.schema_arrow.names)

    def where(self, number: int) -> str:
        return f"{self._path}: row {number}"

    def rows(self, places: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        number = 0
        names = [self.header[place] for place in places]
        for batch in self._file.iter_batches(columns=names):
            columns = [_microseconds(batch.column(name)).to_pylist() for name in names]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, [_text(cell) for cell in cells]


@contextmanager
def _parquet_errors(path: Path) -> Iterator[Any]:
    """The module that reads Parquet; what it finds wrong with the file is told in a line."""
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise InputError(
            f"{path}: Parquet needs pyarrow, which is not installed; run pip install 'xky-hil[parquet]', or give CSV"
        ) from None
    try:
        yield parquet
    except arrow.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not Parquet that can be read: {reason}; write it anew, or give CSV") from None


def _microseconds(column: Any) -> Any:
    """The column; times finer than Python's are cut to microseconds."""
    arrow = import_module("pyarrow")
    if arrow.types.is_timestamp(column.type):
        return column.cast(arrow.timestamp("us", tz=column.type.tz), safe=False)
    return column


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date | datetime) else str(cell)
