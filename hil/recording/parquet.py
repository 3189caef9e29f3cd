# SPDX-License-Identifier: Apache-2.0
"""A capture as a Parquet file: a row a frame, a column a label. Needs the extra ``parquet``.

Written a portion at a time, a row group each, so that months fit into the memory of some hours.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xky.emulator.legal_time import PARIS
from xky.protocol import LABELS, InputError, Label, Mode
from xky.protocol.capture import Run
from xky.protocol.errors import cannot_be_written
from xky.protocol.labels import Kind
from xky.protocol.whole_file import whole_file

from .source import Recording

if TYPE_CHECKING:
    from xky.protocol.bulk import Batch, BulkDecoder, LabelColumn

__all__ = ["ParquetWritten", "check_parquet", "write_parquet"]

_PORTION = 1 << 24  # bytes decoded at once: 5 h of a standard line
_MICROSECONDS = 1_000_000


def check_parquet(path: Path) -> None:
    """Complain now of what would keep the file from being written.

    Raises:
        InputError: a place that cannot be written to, or no pyarrow.
    """
    if path.is_dir():
        raise InputError(f"--parquet {path}: is a folder; give the name of a file")
    if not path.parent.is_dir():
        raise InputError(f"--parquet {path}: there is no folder {path.parent}; make it, or give another name")
    if any(find_spec(name) is None for name in ("numpy", "pyarrow")):
        raise InputError(f"--parquet {path}: needs pyarrow; install it with: pip install 'xky-hil[parquet]'")


class ParquetWritten:
    """What was written, in numbers.

    Attributes:
        frames: rows.
        good: groups kept.
        damaged: groups refused.
        noise_inside: whether noise lies after the first STX.
        unknown: labels without a column, and how often they came.
    """

    def __init__(self, frames: int, decoder: "BulkDecoder") -> None:
        self.frames = frames
        self.good = decoder.good
        self.damaged = decoder.damaged
        self.noise_inside = decoder.noise_inside
        self.unknown = decoder.unknown


def write_parquet(name: str, recording: Recording, path: Path) -> ParquetWritten:
    """Write a recording to a Parquet file, whole or not at all.

    Args:
        name: of the recording, for complaints.
        recording: read once.
        path: replaced.

    Raises:
        InputError: no TIC in it, or the file cannot be written.
    """
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    decoder = import_module("xky.protocol.bulk").BulkDecoder(recording.mode)
    table = _Table(arrow, recording)
    try:
        with whole_file(path) as partial:
            with parquet.ParquetWriter(partial, table.schema, compression="zstd") as writer:
                for data in _portions(table.watch(recording.runs)):
                    _write(writer, table, decoder.feed(data))
                _write(writer, table, decoder.close())
            if not (table.frames or decoder.damaged):
                damage = recording.damage()
                damaged = "" if damage is None else f"{damage}; "
                raise InputError(
                    f"{name}: {damaged}no TIC in it, neither a group nor an STX (0x02); give the bytes of a TIC line"
                )
    except OSError as error:
        raise cannot_be_written(f"--parquet {path}", error) from None
    return ParquetWritten(table.frames, decoder)


def _write(writer: Any, table: "_Table", batch: "Batch") -> None:
    if len(batch):
        writer.write_table(table.of(batch))


def _portions(runs: Iterator[Run]) -> Iterator[bytes]:
    pieces: list[bytes] = []
    size = 0
    for run in runs:
        pieces.append(run.data)
        size += len(run.data)
        if size >= _PORTION:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


class _Table:
    """Batches to Arrow tables of one schema."""

    def __init__(self, arrow: Any, recording: Recording) -> None:
        self._arrow = arrow
        self._numpy = import_module("numpy")
        self._mode: Mode = recording.mode
        self._places = recording.places
        started = recording.header.started
        self._started_us = None if started is None else int(_instant(started).timestamp() * _MICROSECONDS)
        self._character_s = recording.mode.character_s
        self._run_ends: list[int] = []  # offsets after each run that rows may still begin in
        self._run_ends_s: list[float] = []
        self.frames = 0
        fields = [("frame", arrow.int64()), ("offset", arrow.int64()), ("received", arrow.timestamp("us", tz="UTC")),
                  ("complete", arrow.bool_()), ("damaged", arrow.int64())]  # fmt: skip
        for label in LABELS[self._mode].values():
            fields += [(name, kind) for name, kind in self._kinds(label)]
        self.schema = arrow.schema(fields)

    def _kinds(self, label: Label) -> Iterator[tuple[str, Any]]:
        """Names and types of the columns of a label."""
        arrow = self._arrow
        if label.kind is not Kind.EMPTY:
            yield label.name, arrow.int64() if label.kind is Kind.NUMBER else arrow.string()
        if label.stamped:
            yield _time_name(label), arrow.timestamp("ms", tz=str(PARIS))
            yield f"{label.name}_season", arrow.string()

    def watch(self, runs: Iterator[Run]) -> Iterator[Run]:
        """The same runs, whose times are kept until the rows that begin in them were made."""
        offset = 0
        for run in runs:
            offset += len(run.data)
            if self._started_us is not None:
                self._run_ends.append(offset)
                self._run_ends_s.append(run.end_s)
            yield run

    def of(self, batch: "Batch") -> Any:
        """The table of a batch."""
        arrow = self._arrow
        columns = [arrow.array(batch.number), arrow.array(self._offsets(batch)), self._received(batch),
                   arrow.array(batch.complete), arrow.array(batch.damaged)]  # fmt: skip
        for label in LABELS[self._mode].values():
            column = batch.columns.get(label.name)
            if column is None:
                columns += [arrow.nulls(len(batch), kind) for _, kind in self._kinds(label)]
            else:
                columns += self._columns(column)
        self.frames += len(batch)
        return arrow.Table.from_arrays(columns, schema=self.schema)

    def _offsets(self, batch: "Batch") -> Any:
        """Those of the file, also where it does not hold the bytes as they were sent."""
        if self._places is None:
            return batch.offset
        return self._numpy.array([self._places.place_of(offset) for offset in batch.offset.tolist()], "int64")

    def _columns(self, column: "LabelColumn") -> Iterator[Any]:
        label, absent = column.label, ~column.present
        if label.kind is Kind.NUMBER:
            yield self._arrow.array(column.numbers, mask=absent)
        elif label.kind is not Kind.EMPTY:
            yield self._text(column.text, column.sizes, column.present)
        if label.stamped:
            instants = self._arrow.array(self._instants(column), mask=absent | ~column.in_calendar)
            yield instants.cast(self._arrow.timestamp("s", tz="UTC")).cast(self._arrow.timestamp("ms", tz=str(PARIS)))
            yield self._text(column.season[:, None], column.present.astype("int64"), column.present)

    def _text(self, characters: Any, sizes: Any, present: Any) -> Any:
        """An array of strings out of padded characters."""
        numpy, arrow = self._numpy, self._arrow
        sizes = numpy.where(present, sizes, 0)
        offsets = numpy.concatenate([[0], numpy.cumsum(sizes)]).astype(numpy.int32)
        width = characters.shape[1]
        written = characters if (sizes == width).all() else characters[numpy.arange(width) < sizes[:, None]]
        bits = numpy.packbits(present, bitorder="little")
        buffers = [arrow.py_buffer(numpy.ascontiguousarray(array)) for array in (offsets, written, bits)]
        return arrow.StringArray.from_buffers(len(sizes), *buffers)

    def _instants(self, column: "LabelColumn") -> Any:
        """Seconds since the epoch; a blank season (DPM and FPM) means the legal time of that day."""
        numpy = self._numpy
        season = column.season & 0xDF  # upper case; a blank gets 0
        summer, winter = season == ord("E"), season == ord("H")
        instants = column.local_s - numpy.where(summer, 7200, 3600)
        for row in numpy.flatnonzero(~(summer | winter) & column.present & column.in_calendar).tolist():
            wall = datetime.fromtimestamp(int(column.local_s[row]), UTC)
            instants[row] = int(wall.replace(tzinfo=PARIS).timestamp())
        return instants

    def _received(self, batch: "Batch") -> Any:
        """When the first character of each frame was there: the others of its run follow at the rate of the line."""
        numpy, arrow = self._numpy, self._arrow
        kind = arrow.timestamp("us", tz="UTC")
        if self._started_us is None:
            return arrow.nulls(len(batch), kind)
        ends, ends_s = numpy.array(self._run_ends), numpy.array(self._run_ends_s)
        runs = numpy.searchsorted(ends, batch.offset, side="right")
        at_s = ends_s[runs] - (ends[runs] - 1 - batch.offset) * self._character_s
        done = int(runs[-1])
        del self._run_ends[:done], self._run_ends_s[:done]
        return arrow.array(self._started_us + (at_s * _MICROSECONDS).round().astype("int64")).cast(kind)


def _instant(started: str) -> datetime:
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        raise InputError(f"the capture's header says started {started!r}; expected ISO 8601") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _time_name(label: Label) -> str:
    return label.name if label.kind is Kind.EMPTY else f"{label.name}_time"
