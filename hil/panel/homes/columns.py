# SPDX-License-Identifier: Apache-2.0
"""What was heard and what arrived, as columns: of numbers, and of texts without the blanks around them.

Needs numpy and pyarrow, the extra ``parquet``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from xky.boards import Board
from xky.hil.bench.mapping import claims_of
from xky.hil.bench.number import whole
from xky.hil.bench.reading import Said
from xky.protocol import InputError, Label, Mode, Timestamp
from xky.protocol.bulk import BulkDecoder, LabelColumn
from xky.protocol.labels import Kind, frame_labels

from ..layout import (
    ARRIVED_US,
    CAUSE,
    DUE_US,
    DUP,
    END_US,
    FROM_US,
    GOT,
    MESSAGE,
    NO_NUMBER,
    PROBE,
    SOURCE,
    STAMP_US,
    START_US,
    TO_US,
    WHAT,
)

__all__ = ["Arrived", "FrameColumns", "ReadingColumns", "due_table", "event_table", "labels_said", "stamp_of"]

arrow: Any = import_module("pyarrow")
compute: Any = import_module("pyarrow.compute")
_SECOND_US = 1_000_000
_INT64 = 2**63
_KEPT = 4096  # values whose numbers are known


def labels_said(board: Board, uplinks: Iterable[str], mode: Mode, phases: int, *, producer: bool) -> Sequence[Label]:
    """The labels that a gateway says of such a meter, in frame order; DATE is an instant, and no column.

    Args:
        board: with its statement; one that has none says each label.
        uplinks: kinds of the ways that it publishes by.
        mode: of the TIC.
        phases: of the meter.
        producer: whether it is a producer's.
    """
    claims = [claims_of(board, kind) for kind in uplinks]
    known = frame_labels(mode, phases, producer=producer)
    return [
        label
        for label in known
        if label.kind is not Kind.EMPTY and any(claim is None or label.name in claim for claim in claims)
    ]


def _fields(labels: Sequence[Label]) -> list[tuple[str, Any]]:
    return [(label.name, arrow.int64() if label.kind is Kind.NUMBER else arrow.string()) for label in labels]


class FrameColumns:
    """Frames to columns.

    Args:
        mode: of the line.
        labels: that have a column.
    """

    def __init__(self, mode: Mode, labels: Sequence[Label]) -> None:
        self._labels = labels
        self._decoder = BulkDecoder(mode)
        self.schema = arrow.schema([(START_US, arrow.int64()), (END_US, arrow.int64()), *_fields(labels)])

    def table(self, starts_us: Sequence[int], ends_us: Sequence[int], frames: Sequence[bytes]) -> Any:
        """The table of some whole frames, a row each."""
        batch = self._decoder.feed(b"".join(frames))
        assert len(batch) == len(frames)
        columns = [arrow.array(starts_us, arrow.int64()), arrow.array(ends_us, arrow.int64())]
        for label, (_, kind) in zip(self._labels, _fields(self._labels), strict=True):
            column = batch.columns.get(label.name)
            columns.append(arrow.nulls(len(batch), kind) if column is None else _column(column))
        return arrow.Table.from_arrays(columns, schema=self.schema)


def _column(column: LabelColumn) -> Any:
    absent = ~column.present
    if column.label.kind is Kind.NUMBER:
        return arrow.array(column.numbers, mask=absent)
    width = column.text.shape[1]
    padded = np.ascontiguousarray(column.text).view(f"S{width}")[:, 0]
    return compute.utf8_trim_whitespace(arrow.array(padded.tolist(), arrow.binary(), mask=absent).cast(arrow.string()))


class Arrived(NamedTuple):
    """A reading that arrived.

    Attributes:
        arrived_us: when, µs since 1970-01-01 UTC.
        probe: the way it took.
        source: topic, measurement or FPort.
        stamp_us: the time that the payload tells; None where it has none.
        said: of labels.
        message: number of the message, see ``chain.Message``.
        is_dup: whether the gateway said that it had sent it before.
    """

    arrived_us: int
    probe: str
    source: str
    stamp_us: int | None
    said: Mapping[str, Said]
    message: int
    is_dup: bool


class ReadingColumns:
    """Readings to columns.

    Args:
        labels: that have a column.
    """

    def __init__(self, labels: Sequence[Label]) -> None:
        self._labels = labels
        self._known = {label.name: label for label in labels}
        self.schema = arrow.schema(
            [
                (ARRIVED_US, arrow.int64()), (PROBE, arrow.string()), (SOURCE, arrow.string()),
                (STAMP_US, arrow.int64()), (MESSAGE, arrow.int64()), (DUP, arrow.bool_()), *_fields(labels),
            ]
        )  # fmt: skip

    def table(self, readings: Sequence[Arrived]) -> Any:
        """The table of some readings, a row each."""
        places: dict[str, tuple[list[int], list[Said]]] = {name: ([], []) for name in self._known}
        for row, one in enumerate(readings):
            for name, said in one.said.items():
                there = places.get(name)
                if there is not None:
                    there[0].append(row)
                    there[1].append(said)
        columns = [
            arrow.array([one.arrived_us for one in readings], arrow.int64()),
            arrow.array([one.probe for one in readings], arrow.string()),
            arrow.array([one.source for one in readings], arrow.string()),
            arrow.array([one.stamp_us for one in readings], arrow.int64()),
            arrow.array([one.message for one in readings], arrow.int64()),
            arrow.array([one.is_dup for one in readings], arrow.bool_()),
        ]
        for label in self._labels:
            columns.append(_scattered(label, len(readings), *places[label.name]))
        return arrow.Table.from_arrays(columns, schema=self.schema)


def _scattered(label: Label, count: int, rows: Sequence[int], said: Sequence[Said]) -> Any:
    is_number = label.kind is Kind.NUMBER
    if not rows:
        return arrow.nulls(count, arrow.int64() if is_number else arrow.string())
    if is_number:
        numbers, absent = np.zeros(count, np.int64), np.ones(count, np.bool_)
        numbers[list(rows)] = [_number(one.value, one.scale) for one in said]
        absent[list(rows)] = False
        return arrow.array(numbers, mask=absent)
    texts: list[str | None] = [None] * count
    for row, one in zip(rows, said, strict=True):
        value = one.value
        texts[row] = f"{value:0{label.size}}" if isinstance(value, int) else value.strip()
    return arrow.array(texts, arrow.string())


@lru_cache(_KEPT)
def _number(value: str | int, scale: Any) -> int:
    """In the label's unit, rounded; ``NO_NUMBER`` where it is none."""
    if scale is not None:
        try:
            value = round(scale.value(value))
        except ValueError:
            return NO_NUMBER
    number = value if isinstance(value, int) else whole(value)
    return number if number is not None and -_INT64 <= number < _INT64 else NO_NUMBER


def stamp_of(said: Mapping[str, Said], time_ns: int | None) -> int | None:
    """The instant that a payload tells, µs since 1970-01-01 UTC: that of its point, or of DATE.

    Args:
        said: of labels.
        time_ns: of a point; None where it has none.
    """
    if time_ns is not None:
        return time_ns // 1000
    date = said.get("DATE")
    if date is None:
        return None
    text = date.timestamp if date.timestamp is not None else str(date.value)
    if date.form == "iso":
        return _of_iso(text)
    if date.form == "unix":
        return round(float(text) * _SECOND_US) if text.replace(".", "", 1).isdecimal() else None
    return _of_horodate(text)


@lru_cache(_KEPT)
def _of_horodate(text: str) -> int | None:
    try:
        return int(Timestamp.parse(text).utc().timestamp()) * _SECOND_US
    except (InputError, ValueError):
        return None


def _of_iso(text: str) -> int | None:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if told.tzinfo is None else round(told.astimezone(UTC).timestamp() * _SECOND_US)


def due_table(dues: Sequence[tuple[int, str]]) -> Any:
    """The table of readings that were due: instant, and how far each got."""
    ordered = sorted(dues)
    columns = [arrow.array([at_us for at_us, _ in ordered], arrow.int64()),
               arrow.array([got for _, got in ordered], arrow.string())]  # fmt: skip
    return arrow.Table.from_arrays(columns, names=[DUE_US, GOT])


def event_table(events: Sequence[tuple[int, int, str, str]]) -> Any:
    """The table of what befell somebody: from, to, cause, what."""
    ordered = sorted(events)
    kinds = (arrow.int64(), arrow.int64(), arrow.string(), arrow.string())
    columns = [arrow.array([one[place] for one in ordered], kind) for place, kind in enumerate(kinds)]
    return arrow.Table.from_arrays(columns, names=[FROM_US, TO_US, CAUSE, WHAT])
