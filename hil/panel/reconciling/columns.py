# SPDX-License-Identifier: Apache-2.0
"""Columns of a portion as numbers: of frames and of readings alike, so that whole days are compared at once.

Every label is a column of floats: the number where it is one, else the number of its text in a list of all that were
said; NaN where nothing was said. The greatest number of a label has nine digits, which a float holds exactly.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xky.protocol import InputError

from ..layout import DUP, MESSAGE, STAMP_US

__all__ = [
    "Floats", "Instants", "Truths", "check_parquet", "coded", "in_this_time", "instants", "label_columns", "numbered",
    "read_parquet", "sent_as", "texts",
]  # fmt: skip

_YEARS = 1999, 2100  # a meter's clock shows 2000 to 2099 (54E §6.2.1.1), and the first midnight lies before
_FIRST_US, _LAST_US = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in _YEARS)

Floats = npt.NDArray[np.float64]
Instants = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


def check_parquet(what: str) -> None:
    """Complain of a missing package before anything is read.

    Raises:
        InputError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise InputError(f"{what}: Parquet needs pyarrow; install it with: pip install 'xky-hil[parquet]'")


def read_parquet(path: Path, columns: Sequence[str]) -> Any:
    """A table of Arrow.

    Args:
        path: of the file.
        columns: that it must have.

    Raises:
        InputError: it cannot be read, or has not these columns.
    """
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    try:
        with path.open("rb") as opened:
            table = parquet.ParquetFile(opened).read(use_threads=False)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); run the panel again") from None
    except arrow.ArrowException as error:
        raise InputError(
            f"{path}: not Parquet that can be read: {str(error).splitlines()[0]}; run the panel again"
        ) from None
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise InputError(f"{path}: has no column {missing[0]}; run the panel again")
    for name in columns:
        _check(arrow, path, name, table.column(name))
    return table


def _check(arrow: Any, path: Path, name: str, column: Any) -> None:
    """Complain of a column that holds something else than it is called by, before anybody counts with it."""
    may_be_empty = name == STAMP_US  # a payload need not tell its time, and may tell any
    if name.endswith("_us"):
        is_right = arrow.types.is_int64(column.type)
        if is_right and not may_be_empty and len(column):
            bounds = import_module("pyarrow.compute").min_max(column).as_py()
            is_right = bounds["min"] is not None and in_this_time(bounds["min"]) and in_this_time(bounds["max"])
        expected = f"whole microseconds of the years {_YEARS[0]} to {_YEARS[1]}"
    else:
        is_right, expected = _is_text(arrow, column.type), "texts"
    if not is_right or (column.null_count and not may_be_empty):
        raise InputError(f"{path}: column {name}: expected {expected} in each row; run the panel again")


def in_this_time(at_us: int) -> bool:
    """Whether an instant can be one of a panel, and none that is damaged or in another unit."""
    return _FIRST_US <= at_us < _LAST_US


def instants(table: Any, name: str) -> Instants:
    """A column of instants; where it is empty, the least number."""
    column = table.column(name)
    if column.null_count:
        column = import_module("pyarrow.compute").fill_null(column, np.iinfo(np.int64).min)
    return np.asarray(column.to_numpy(), np.int64)


def sent_as(table: Any) -> tuple[Instants, Truths]:
    """Of each reading the number of its message, and whether its gateway said that it had sent it before.

    Of a panel whose readings do not tell, -1 and no.
    """
    number, dup = np.full(table.num_rows, -1, np.int64), np.zeros(table.num_rows, bool)
    kinds = import_module("pyarrow").types
    if MESSAGE in table.column_names and kinds.is_int64(table.column(MESSAGE).type):
        number = np.asarray(table.column(MESSAGE).fill_null(-1).to_numpy(), np.int64)
    if DUP in table.column_names and kinds.is_boolean(table.column(DUP).type):
        dup = np.asarray(table.column(DUP).fill_null(False).to_numpy(), bool)
    return number, dup


def texts(table: Any, name: str) -> list[str]:
    """A column of texts; where it is empty, an empty one."""
    return [one or "" for one in table.column(name).to_pylist()]


def coded(tables: Sequence[Any], labels: Sequence[str]) -> list[Floats]:
    """The labels of each table, a row a row and a column a label; a text has one number in all of them."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    matrices = [np.full((table.num_rows, len(labels)), np.nan) for table in tables]
    for place, label in enumerate(labels):
        columns = [table.column(label) if label in table.column_names else None for table in tables]
        there = [(number, column) for number, column in enumerate(columns) if column is not None]
        if any(_is_text(arrow, column.type) for _, column in there):
            chunks = [chunk for _, column in there for chunk in _as_texts(arrow, compute, column).chunks]
            codes = _floats(arrow.chunked_array(chunks, arrow.string()).combine_chunks().dictionary_encode().indices)
        else:
            codes = np.concatenate([_floats(column) for _, column in there]) if there else np.empty(0)
        begin = 0
        for number, column in there:
            matrices[number][:, place] = codes[begin : begin + len(column)]
            begin += len(column)
    return matrices


def _is_text(arrow: Any, kind: Any) -> bool:
    types = arrow.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind))


def _as_texts(arrow: Any, compute: Any, column: Any) -> Any:
    """Without the padding that a gateway may trim."""
    return compute.utf8_trim_whitespace(column.cast(arrow.string()))


def _floats(column: Any) -> Floats:
    """An array of Arrow, whole or in chunks; NaN where it is empty."""
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    return np.asarray(whole.to_numpy(zero_copy_only=False), np.float64)


def label_columns(table: Any, others: Sequence[str]) -> list[str]:
    """The columns that are labels."""
    return [name for name in table.column_names if name not in others]


def numbered(table: Any, name: str) -> tuple[Instants, list[str]]:
    """A column of few texts: a number for each row, and what each number stands for."""
    column = table.column(name).combine_chunks()
    if hasattr(column, "combine_chunks"):
        column = column.combine_chunks()
    arrow = import_module("pyarrow")
    if not arrow.types.is_dictionary(column.type):
        column = column.cast(arrow.string()).dictionary_encode()
    codes = import_module("pyarrow.compute").fill_null(column.indices, -1)
    return np.asarray(codes.to_numpy(zero_copy_only=False), np.int64), [
        one or "" for one in column.dictionary.to_pylist()
    ]
