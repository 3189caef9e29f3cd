# SPDX-License-Identifier: Apache-2.0
"""Columns of a portion as numbers: of frames and of readings alike, so that whole days are compared at once.

Every label is a column of floats: the number where it is one, else the number of its text in a list of all that were
said; NaN where nothing was said. The greatest number of a label has nine digits, which a float holds exactly.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xky.protocol import InputError

__all__ = [
    "Floats", "Instants", "Truths", "check_parquet", "coded", "instants", "label_columns", "numbered", "read_parquet",
    "texts",
]  # fmt: skip

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
    return table


def instants(table: Any, name: str) -> Instants:
    """A column of instants; where it is empty, the least number."""
    column = table.column(name)
    if column.null_count:
        column = import_module("pyarrow.compute").fill_null(column, np.iinfo(np.int64).min)
    return np.asarray(column.to_numpy(), np.int64)


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
