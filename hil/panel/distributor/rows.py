# SPDX-License-Identifier: Apache-2.0
"""The rows of an export, as they stand in its file: CSV with its head, or the JSON of the metering interface.

What cannot be read is a complaint with its line; the rows around it are read all the same.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xky.emulator.legal_time import PARIS, instant_us
from xky.protocol import InputError

from ..export_text import as_utf8
from .curve import Finding
from .export_file import HEAD, HEADER, MARK, STEP
from .form import STEPS_MIN

__all__ = ["Row", "Rows", "read_rows"]

_LENGTH = re.compile(r"PT(\d+)M|PT(1)H")
_WATTS = re.compile(r"\d{1,9}(?:[.,]0+)?")
_SHOWN = 40  # characters of a wrong cell
_TOLD = 3  # rows that are complained of one by one


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        end_us: end of its interval, µs since 1970-01-01 UTC.
        average_w: None where the value is empty.
        step_min: where the row tells it.
        ambiguous: its local time comes twice that day, and nothing tells which one it is.
    """

    end_us: int
    average_w: int | None
    step_min: int | None = None
    ambiguous: bool = False


@dataclass(slots=True)
class Rows:
    """What stands in the file.

    Attributes:
        rows: in the order of the file.
        step_min: of the head; None where it is empty or not there.
        first_day: of the head.
        last_day: of the head: the one after the last that is told of.
        measured: of the head.
        prm: of the head.
        findings: rows that cannot be read.
    """

    rows: list[Row] = field(default_factory=list)
    step_min: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    measured: str = ""
    prm: str = ""
    findings: list[Finding] = field(default_factory=list)


def read_rows(path: Path) -> Rows:
    """The rows of a file.

    Raises:
        InputError: it cannot be read, or is no export.
    """
    try:
        data = as_utf8(path.read_bytes(), path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the distributor's export") from None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # such files were seen
    if text.lstrip(f"{MARK} \t\r\n")[:1] in ("{", "["):
        return _of_json(path, text)
    return _of_csv(path, text)


def _of_csv(path: Path, text: str) -> Rows:
    found = Rows()
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    between = "\t" if "\t".join(HEADER) in text else ";"  # a spreadsheet writes it again with tabs
    told = [(number, [cell.strip() for cell in line.split(between)]) for number, line in lines if line]
    header = next((place for place, (_, cells) in enumerate(told) if cells[:2] == list(HEADER)), None)
    if header is None:
        raise InputError(
            f"{path}: has no line {';'.join(HEADER)}; give the load curve (Courbe de charge) that the distributor "
            "exports, as CSV or as JSON of its metering interface"
        )
    if header >= 2 and told[header - 2][1][0] == HEAD[0]:
        _take_head(path, found, dict(zip(told[header - 2][1], told[header - 1][1], strict=False)))
    wrong = []
    for number, cells in told[header + 1 :]:
        try:
            end = datetime.fromisoformat(cells[0])
            value = cells[1] if len(cells) > 1 else ""
            if end.tzinfo is None:
                raise ValueError("no offset")
            found.rows.append(Row(instant_us(end), _watts(value)))
        except (ValueError, OverflowError):
            wrong.append((number, ";".join(cells)))
    found.findings += _complaints(wrong, "line", f"expected {HEADER[0]} with its offset, ';' and whole watts")
    return found


def _take_head(path: Path, found: Rows, head: Mapping[str, str]) -> None:
    unit, kind = head.get("Unite", "W"), head.get("Type de donnees", "")
    if unit != "W" or (kind and kind != "Courbe de charge"):
        raise InputError(
            f"{path}: is {kind or 'of another kind'} in {unit or 'no unit'}; give the Courbe de charge in W"
        )
    found.measured, found.prm = head.get("Grandeur metier", ""), head.get(HEAD[0], "")
    step = head.get(STEP, "")
    if step.isdecimal() and int(step) in STEPS_MIN:
        found.step_min = int(step)
    elif step:
        found.findings.append(
            Finding(f"{STEP} is {step[:_SHOWN]!r}, none of {STEPS_MIN}; steps are told by the rows", "row")
        )
    found.first_day, found.last_day = (_day(head.get(key, "")) for key in ("Date de debut", "Date de fin"))


def _day(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _watts(text: str) -> int | None:
    """Whole watts.

    Raises:
        ValueError: it is something else.
    """
    if not text:
        return None
    if not _WATTS.fullmatch(text):
        raise ValueError("no watts")
    return int(re.split("[.,]", text)[0])


def _of_json(path: Path, text: str) -> Rows:
    try:
        told: Any = json.loads(text.lstrip(MARK))
    except (ValueError, RecursionError):
        raise InputError(f"{path}: no valid JSON; fetch it again from the metering interface") from None
    found = Rows()
    outer = told.get("meter_reading", told) if isinstance(told, dict) else {"interval_reading": told}
    readings = outer.get("interval_reading") if isinstance(outer, dict) else None
    if not isinstance(readings, list):
        raise InputError(f"{path}: has no list interval_reading; give a load curve of the metering interface")
    found.prm = str(outer.get("usage_point_id") or "")
    kind = outer.get("reading_type")
    unit = kind.get("unit", "W") if isinstance(kind, dict) else "W"
    if unit != "W":
        raise InputError(f"{path}: is in {unit!r}; give a load curve, which is in W")
    found.first_day = _day(str(outer.get("start") or ""))
    found.last_day = _day(str(outer.get("end") or ""))
    wrong: list[tuple[int, str]] = []
    found.rows = list(_json_rows(readings, wrong))
    found.findings += _complaints(
        wrong, "interval_reading", "expected date as 2026-01-05 00:30:00, value in W, interval_length PT30M"
    )
    return found


def _json_rows(readings: Sequence[Any], wrong: list[tuple[int, str]]) -> Iterator[Row]:
    """Local times have no offset: of two that look the same, the first as time goes is that of summer."""
    parsed: list[tuple[datetime, int | None, int]] = []
    for number, one in enumerate(readings):
        try:
            parsed.append(_parsed(one))
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            wrong.append((number, json.dumps(one)))
    walls = [wall for wall, _, _ in parsed]
    times = Counter(walls)
    falls = len(walls) > 1 and walls[0].replace(tzinfo=None) > walls[-1].replace(tzinfo=None)
    seen: set[datetime] = set()
    for wall, average_w, step_min in parsed:
        if wall.tzinfo is not None:
            yield Row(instant_us(wall), average_w, step_min)
            continue
        aware = wall.replace(tzinfo=PARIS)
        twice = aware.utcoffset() != aware.replace(fold=1).utcoffset()
        fold = int(twice and (wall in seen) != falls)
        yield Row(instant_us(aware.replace(fold=fold)), average_w, step_min, ambiguous=twice and times[wall] != 2)
        seen.add(wall)


def _parsed(one: Mapping[str, Any]) -> tuple[datetime, int | None, int]:
    """Local time, watts and step of an entry.

    Raises:
        ValueError: one of them cannot be; KeyError, TypeError likewise.
    """
    wall = datetime.fromisoformat(one["date"])
    length = _LENGTH.fullmatch(one.get("interval_length", "PT30M"))
    if length is None:
        raise ValueError("no interval")
    step_min = 60 if length[2] else int(length[1])
    if step_min not in STEPS_MIN or (wall.tzinfo is None and not _exists(wall)):
        raise ValueError("no step, or no such hour")
    value = one.get("value")
    return wall, _watts("" if value is None else str(value)), step_min


def _exists(wall: datetime) -> bool:
    """Whether a local time is none of the hour that the spring change skips."""
    aware = wall.replace(tzinfo=PARIS)
    return aware.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) == wall


def _complaints(wrong: list[tuple[int, str]], place: str, expected: str) -> Iterator[Finding]:
    for number, text in wrong[:_TOLD]:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        yield Finding(f"{place} {number}: {shown!r}; {expected}; not counted", "row")
    if len(wrong) > _TOLD:
        yield Finding(f"{len(wrong) - _TOLD} more rows like these; not counted", "row")
