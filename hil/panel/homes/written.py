# SPDX-License-Identifier: Apache-2.0
"""Files of a panel: each is there whole or not at all, and a disc that is full is told in a line."""

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from xky.protocol import BenchError
from xky.protocol.whole_file import whole_file

__all__ = ["GrowingTable", "room_is_needed", "write_json", "write_table"]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ROWS = 20_000  # that stand in memory; a gateway that listens always hears 90 000 frames a day


class GrowingTable:
    """A table that is written as it grows, and is there when it is whole.

    Args:
        path: of the file; its folder is made with the first rows.
        schema: of the rows.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        self._path, self._schema = path, schema
        self._waiting: list[Any] = []
        self._rows = 0
        self._open = ExitStack()
        self._writer: Any = None

    def add(self, table: Any) -> None:
        """Some rows more.

        Raises:
            OSError: no room is left, for one.
        """
        self._waiting.append(table)
        self._rows += len(table)
        if self._rows >= _ROWS:
            self._write(self._rows - self._rows % _ROWS)

    def finish(self) -> None:
        """It is whole."""
        self._write(self._rows)
        with self._open:
            self._writer.close()

    def close(self) -> None:
        """Let go of it where it is not."""
        if self._writer is not None and self._writer.is_open:
            with suppress(OSError):
                self._writer.close()
            self._open.__exit__(RuntimeError, RuntimeError("not whole"), None)

    def _write(self, rows: int) -> None:
        """Write so many: how a table grew does not show in its file."""
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial = self._open.enter_context(whole_file(self._path))
            self._writer = import_module("pyarrow.parquet").ParquetWriter(partial, self._schema, compression="zstd")
        if self._waiting:
            arrow = import_module("pyarrow")
            waiting = arrow.concat_tables(self._waiting).combine_chunks()
            self._writer.write_table(waiting.slice(0, rows), row_group_size=_ROWS)
            left = waiting.slice(rows)
            self._waiting, self._rows = [left] if len(left) else [], len(left)


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
