# SPDX-License-Identifier: Apache-2.0
"""The points in a file of readings, whatever it is: line protocol, CSV or JSON of InfluxDB, or CSV of a person's own.

What a file is shows in its first line. A row that cannot be read is told with its line; the others are read.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from xky.protocol import InputError
from xky.protocol.uplinks.line_protocol import Point, lines_of, parse_line

from ...export_text import as_utf8

__all__ = ["ExportPoint", "Points", "read_points"]

_TIMES = ("time", "_time", "timestamp", "datetime", "date", "ts", "horodate")
_INFLUX_2 = ("_time", "_value", "_field")
_TOLD = 3  # rows that are complained of one by one
_SHOWN = 60
_NOT_FIELDS = ("", "result", "table", "_start", "_stop", "_time", "_value", "_field", "_measurement")


class ExportPoint(NamedTuple):
    """One row.

    Attributes:
        line: of the file, from 1; of JSON the row of its series.
        time: as it is written, an integer where it is one.
        series: measurement and tags; empty of a person's own CSV.
        fields: column to what is written there; an empty cell is left out.
        content: a point as a statement sees it; None where it is none.
    """

    line: int
    time: int | str
    series: tuple[str, ...]
    fields: Mapping[str, Any]
    content: Mapping[str, Any] | None


@dataclass(slots=True)
class Points:
    """What stands in a file.

    Attributes:
        points: in the order of the file.
        columns: names of columns, or of fields.
        empty: column to how many of its cells are empty.
        remarks: rows that cannot be read.
    """

    points: list[ExportPoint] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    empty: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read_points(path: Path, time_column: str | None = None) -> Points:
    """The points of a file.

    Args:
        path: of the file.
        time_column: of a person's own CSV; one of the usual names unless told.

    Raises:
        InputError: it cannot be read, is empty, or is nothing of that kind.
    """
    try:
        data = as_utf8(path.read_bytes(), path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); mend the path in panel.toml") from None
    begins = data[:4096].lstrip()
    if not begins:
        raise InputError(f"{path}: is empty; export it again")
    if begins[:1] in (b"{", b"["):
        return _of_json(path, data)
    rows = _csv_rows(path, data.decode("utf-8", "replace").splitlines(), _delimiter(begins))
    header = next((row for row in rows if any(row) and not row[0].startswith("#")), [])
    if time_column is None and "time" in header and header[0] == "name":
        return _of_influx(rows)
    if time_column is None and set(_INFLUX_2) <= set(header):
        return _of_influx_2(rows)
    found = _of_lines(data) if b"=" in begins.partition(b"\n")[0] else Points()
    if found.points:
        return found
    return _of_csv(path, rows, time_column)


def _csv_rows(path: Path, lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """A row a line: a quote that nobody closes spoils its own line, and none behind it."""
    try:
        if not any('"' in line for line in lines):
            return list(csv.reader(lines, delimiter=delimiter))
        return [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    except csv.Error as error:
        raise InputError(f"{path}: no CSV that can be read ({error}); export it again") from None


def _delimiter(begins: bytes) -> str:
    first = begins.partition(b"\n")[0]
    return max((",", ";", "\t"), key=lambda one: (first.count(one.encode()), one == ","))


def _of_lines(data: bytes) -> Points:
    found, wrong = Points(), []
    for number, line in lines_of(data):
        point = parse_line(line)
        if isinstance(point, Point) and point.time is not None:
            _add(found, number, point.measurement, point.tags, point.fields, point.time)
        else:
            wrong.append((number, line.decode("utf-8", "replace")))
    found.remarks += _complaints(wrong, "a point with its time")
    return found


def _of_influx(rows: Sequence[Sequence[str]]) -> Points:
    """``influx -format csv``: a header for each set of columns, ``name[,tags],time,…``."""
    found, header, wrong = Points(), [""], []
    for number, row in enumerate(rows, 1):
        if not any(row):
            continue
        if row[0] == "name" and "time" in row:
            header = list(row)
        elif len(row) != len(header):
            wrong.append((number, ",".join(row)))
        else:
            told = dict(zip(header, row, strict=True))
            tags = dict(one.split("=", 1) for one in told.pop("tags", "").split(",") if "=" in one)
            name, time = told.pop("name"), told.pop("time")
            _add_texts(found, number, name, tags, told, time)
    found.remarks += _complaints(wrong, f"{len(header)} columns")
    return found


def _of_influx_2(rows: Sequence[Sequence[str]]) -> Points:
    """Annotated CSV: a row a field; those of one point follow each other or not."""
    found, header = Points(), [""]
    points: dict[tuple[str, ...], tuple[int, dict[str, str], dict[str, str], str, str]] = {}
    wrong = []
    for number, row in enumerate(rows, 1):
        if not any(row) or row[0].startswith("#"):
            continue
        if set(_INFLUX_2) <= set(row):
            header = list(row)
            continue
        if len(row) != len(header):
            wrong.append((number, ",".join(row)))
            continue
        told = dict(zip(header, row, strict=True))
        tags = {key: value for key, value in told.items() if key not in _NOT_FIELDS and value}
        key = (told["_time"], told.get("_measurement", ""), *sorted(f"{name}={value}" for name, value in tags.items()))
        point = points.setdefault(key, (number, tags, {}, told.get("_measurement", ""), told["_time"]))
        point[2][told["_field"]] = told["_value"]
    for number, tags, fields, name, time in points.values():
        _add_texts(found, number, name, tags, fields, time)
    found.remarks += _complaints(wrong, f"{len(header)} columns")
    return found


def _of_json(path: Path, data: bytes) -> Points:
    try:
        told: Any = json.loads(data)
    except (ValueError, RecursionError):
        told = _json_lines(path, data)
    results = told.get("results") if isinstance(told, dict) else None
    if not isinstance(results, list):
        raise InputError(f"{path}: no answer of InfluxDB to SELECT; expected an object with results and their series")
    found, wrong = Points(), []
    for result in results:
        for series in result.get("series", []) if isinstance(result, dict) else []:
            columns, tags = series.get("columns", []), series.get("tags") or {}
            for number, row in enumerate(series.get("values", []), 1):
                fields = dict(zip(columns, row, strict=False))
                time = fields.pop("time", None)
                for name in fields:
                    found.columns.setdefault(name)
                if time is None or len(row) != len(columns):
                    wrong.append((number, json.dumps(row)))
                    continue
                for name, value in fields.items():
                    if value is None:
                        found.empty[name] = found.empty.get(name, 0) + 1
                _add(found, number, str(series.get("name", "")), tags,
                     {name: value for name, value in fields.items() if value is not None}, time)  # fmt: skip
    found.remarks += _complaints(wrong, "a time and a value for each column")
    return found


def _json_lines(path: Path, data: bytes) -> Any:
    """Of a long answer InfluxDB gives an object a line."""
    try:
        parts = [json.loads(line) for line in data.splitlines() if line.strip()]
        return {"results": [result for part in parts for result in part["results"]]}
    except (ValueError, RecursionError, KeyError, TypeError):
        raise InputError(f"{path}: no valid JSON; export it again") from None


def _of_csv(path: Path, rows: Sequence[Sequence[str]], time_column: str | None) -> Points:
    begin = next((place for place, row in enumerate(rows) if any(row) and not row[0].startswith("#")), None)
    header = [] if begin is None else [cell.strip() for cell in rows[begin]]
    lower = [cell.lower() for cell in header]
    if time_column is not None:
        place = header.index(time_column) if time_column in header else None
    else:
        place = next((lower.index(name) for name in _TIMES if name in lower), None)
    if place is None or begin is None:
        wanted = time_column or ", ".join(_TIMES)
        raise InputError(
            f"{path}: has no column of time ({wanted}), only {', '.join(header)[:_SHOWN]}; write its name as "
            "columns.time into panel.toml"
        )
    found, wrong = Points(), []
    for number, row in enumerate(rows[begin + 1 :], begin + 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header) or not row[place].strip():
            wrong.append((number, ",".join(row)))
            continue
        told = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        time = told.pop(header[place])
        for name, cell in told.items():
            found.columns.setdefault(name)
            if not cell:
                found.empty[name] = found.empty.get(name, 0) + 1
        found.points.append(
            ExportPoint(number, _integer(time), (), {name: cell for name, cell in told.items() if cell}, None)
        )
    found.remarks += _complaints(wrong, f"a time and {len(header)} columns")
    return found


def _add_texts(
    found: Points, number: int, name: str, tags: Mapping[str, str], told: Mapping[str, str], time: str
) -> None:
    fields: dict[str, Any] = {}
    for key, cell in told.items():
        found.columns.setdefault(key)
        if cell == "":
            found.empty[key] = found.empty.get(key, 0) + 1
        else:
            fields[key] = _typed(cell)
    _add(found, number, name, tags, fields, _integer(time))


def _add(
    found: Points, number: int, name: str, tags: Mapping[str, Any], fields: Mapping[str, Any], time: int | str
) -> None:
    for key in fields:
        found.columns.setdefault(key)
    series = (name, *sorted(f"{key}={value}" for key, value in tags.items()))
    content = {"measurement": name, "tags": dict(tags), "fields": dict(fields), "time": time}
    found.points.append(ExportPoint(number, time, series, fields, content))


def _integer(text: str) -> int | str:
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and len(digits) <= 19 else text


def _typed(cell: str) -> int | float | str:
    """A field as InfluxDB's own type, as far as CSV tells it."""
    number = _integer(cell)
    if isinstance(number, int):
        return number
    try:
        return float(cell) if len(cell) <= _SHOWN else cell
    except ValueError:
        return cell


def _complaints(wrong: Sequence[tuple[int, str]], expected: str) -> Iterator[str]:
    """Of rows that cannot be read."""
    for number, text in wrong[:_TOLD]:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        yield f"line {number}: {shown!r}; expected {expected}; not read"
    if len(wrong) > _TOLD:
        lines = [number for number, _ in wrong[_TOLD:]]
        yield f"{len(lines)} more lines like these, {_runs(lines)}; not read"


def _runs(numbers: Iterable[int]) -> str:
    runs = [[one[1] for one in run] for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0])]
    shown = [f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs[:_TOLD]]
    return ", ".join(shown) + (" …" if len(runs) > _TOLD else "")
