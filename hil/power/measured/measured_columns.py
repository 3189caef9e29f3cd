# SPDX-License-Identifier: Apache-2.0
"""Measured columns: CSV of meters, loggers and power profilers, with whatever units their headers tell.

Not the tables of ``emulator/load/table.py``: those are streamed as text, Parquet too, and their header tells what
separates. Here a header may stand behind a preamble and have commas in its names, and the numbers tell it.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from xky.protocol import InputError

__all__ = ["AMPERES", "SECONDS", "SUPPLY", "VOLTS", "Columns", "MeasuredColumn", "check_power", "read_columns"]

_UNIT_IN_BRACKETS = re.compile(r"\(([^)]*)\)|\[([^]]*)\]")
_LINES_BEFORE = 100  # of a preamble
_SHOWN = 40  # characters of a wrong field


def check_power(command: str) -> None:
    """Complain of libraries that are not there.

    Raises:
        InputError: numpy, scipy or tomlkit is missing.
    """
    for name in ("numpy", "scipy", "tomlkit"):
        if find_spec(name) is None:
            raise InputError(f"{command}: {name} is not installed; install it with: pip install 'xky-hil[power]'")


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredColumn:
    """A column that is looked for.

    Attributes:
        what: it holds, for complaints.
        words: a header that holds one of them is it.
        names: a header that is one of them is it.
        units: by how it is written, in lower case; factor to SI.
        example: of a header.
    """

    what: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    units: Mapping[str, float] = field(default_factory=dict)
    example: str = ""

    def is_named(self, name: str) -> bool:
        """Whether a header's name, without its unit, is that of this column."""
        return name in self.names or any(word in name for word in self.words)


SECONDS = MeasuredColumn(
    "time", ("time", "temps", "elapsed", "zeit"), ("t", "s", "ms", "us", "seconds"),
    {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60.0, "h": 3600.0}, "time (s)",
)  # fmt: skip
VOLTS = MeasuredColumn(
    "voltage", ("volt", "tension", "spannung", "vcap", "ucap"), ("v", "u", "mv", "v_cap", "u_cap"),
    {"v": 1.0, "mv": 1e-3, "volts": 1.0}, "voltage (V)",
)  # fmt: skip
AMPERES = MeasuredColumn(
    "current", ("current", "ampere", "amps", "courant", "strom", "load"), ("i", "a", "ma", "ua", "µa"),
    {"a": 1.0, "ma": 1e-3, "ua": 1e-6, "µa": 1e-6, "na": 1e-9, "amps": 1.0, "amperes": 1.0}, "current (A)",
)  # fmt: skip
SUPPLY = MeasuredColumn("supply, 1 on or 0 off", ("supply",), ("on",), {}, "supply")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file holds, in SI units; of equal length.

    Attributes:
        path: of the file.
        values: array by column; None where the file has none.
        first_line: number of the first line behind the header.
    """

    path: Path
    values: Mapping[MeasuredColumn, Any]
    first_line: int

    def complain(self, row: int, text: str) -> InputError:
        """An error that names file and line of a row."""
        lines = self.path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        at = [number for number, line in enumerate(lines, 1) if number >= self.first_line and line.strip()]
        return InputError(f"{self.path}:{at[row] if row < len(at) else len(lines)}: {text}")


def read_columns(path: Path, needed: Sequence[MeasuredColumn], optional: Sequence[MeasuredColumn] = ()) -> Columns:
    """Columns of a CSV file with a header; separated by comma, semicolon or tab; decimal comma unless that separates.

    Args:
        path: of the file.
        needed: columns without which it is refused.
        optional: columns that are taken where they are.

    Raises:
        InputError: it cannot be read, has no header, lacks a column, has an unknown unit, or a field is no number;
            the text names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a CSV file with a header") from None
    wanted = ", ".join(column.example for column in needed)
    number, header, separator = _header(path, text, wanted)
    places = _places(f"{path}:{number}", header, needed, optional)
    values = _numbers(path, text, number, separator, places)
    scaled = {column: values[:, k] * factor for k, (column, (_, factor)) in enumerate(places.items())}
    columns = Columns(path, {column: scaled.get(column) for column in (*needed, *optional)}, number + 1)
    _check_finite(columns)
    return columns


def _header(path: Path, text: str, wanted: str) -> tuple[int, list[str], str]:
    """Number of the header's line, its fields, and the separator."""
    before: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n", _LINES_BEFORE)[:_LINES_BEFORE], 1):
        line = line.strip("\r")  # noqa: PLW2901
        if not line.strip():
            continue
        separator = next((one for one in "\t;," if one in line), ",")
        if _is_number(line.split(separator)[0]):
            if before is None:
                raise InputError(f"{path}:{number}: no header; write a first line such as: {wanted}")
            fields = [name.strip().strip('"').lstrip("#").strip() for name in before[1].split(separator)]
            return before[0], fields, separator
        before = number, line
    if before is None:
        raise InputError(f"{path}: is empty; give a CSV file with a header such as: {wanted}")
    raise InputError(
        f"{path}:{before[0]}: no row of numbers follows; expected a header such as: {wanted}, then numbers"
    )


def _is_number(field: str) -> bool:
    try:
        float(field.strip().strip('"').replace(",", "."))
    except ValueError:
        return False
    return True


def _places(
    place: str, header: Sequence[str], needed: Sequence[MeasuredColumn], optional: Sequence[MeasuredColumn]
) -> dict[MeasuredColumn, tuple[int, float]]:
    """Where each column stands, and its factor to SI."""
    found: dict[MeasuredColumn, tuple[int, float]] = {}
    for number, title in enumerate(header):
        name, unit = _split_title(title)
        for column in (*needed, *optional):
            if column in found or not column.is_named(name):
                continue
            if unit and column.units and unit not in column.units:
                known = ", ".join(column.units)
                raise InputError(f"{place}: column {title!r}: unit {unit!r} is not known; known: {known}")
            found[column] = number, column.units.get(unit or name, 1.0)
            break
    for column in needed:
        if column not in found:
            names = ", ".join(map(repr, header))
            raise InputError(f"{place}: no column of {column.what} among {names}; name it such as: {column.example}")
    return found


def _split_title(title: str) -> tuple[str, str]:
    """Name and unit of a column, in lower case; ``Current(uA)``, ``time [ms]``, ``current_ma``, ``load, A``."""
    title = title.strip().lower().replace("μ", "µ")
    match = _UNIT_IN_BRACKETS.search(title)
    if match:
        return title[: match.start()].strip(), (match[1] or match[2] or "").strip()
    last = re.search(r"[\s_,/]+([a-zµ]+)$", title)
    if last and any(last[1] in column.units for column in (SECONDS, VOLTS, AMPERES)):
        return title[: last.start()].strip(), last[1]
    return title, ""


def _numbers(
    path: Path, text: str, header_line: int, separator: str, places: Mapping[MeasuredColumn, tuple[int, float]]
) -> Any:
    import numpy as np

    if separator != "," and "," in text:
        text = text.replace(",", ".")
    used = [number for number, _ in places.values()]
    try:
        return np.loadtxt(
            io.StringIO(text), delimiter=separator, skiprows=header_line, usecols=used, ndmin=2, comments=None,
            quotechar='"',
        )  # fmt: skip
    except ValueError as error:
        for number, line in enumerate(text.splitlines()[header_line:], header_line + 1):
            if not line.strip():
                continue
            fields = line.split(separator)
            for column, (place, _) in places.items():
                if place >= len(fields):
                    raise InputError(
                        f"{path}:{number}: has {len(fields)} fields, and {column.what} is field {place + 1}; mend it"
                    ) from None
                if not _is_number(fields[place]):
                    shown = fields[place].strip()[:_SHOWN]
                    raise InputError(
                        f"{path}:{number}: {column.what} {shown!r} is no number; write one, such as 3.25, or take the "
                        "line out"
                    ) from None
        raise InputError(f"{path}: cannot be read ({error}); give a CSV file with a header") from None


def _check_finite(columns: Columns) -> None:
    import numpy as np

    for column, values in columns.values.items():
        if values is not None and not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values))[0])
            raise columns.complain(row, f"{column.what} is no finite number; take the line out")
