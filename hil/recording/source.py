# SPDX-License-Identifier: Apache-2.0
"""Where bytes of a line come from: a capture, raw or with times, a recorded carrier, a port, standard input."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

from xky.protocol import Decoder, Frame, InputError, Mode, decode
from xky.protocol.capture import Header, Run, is_capture, runs_at_line_rate
from xky.protocol.file_places import FilePlaces
from xky.protocol.saved_text import SAMPLE, Ending, TextMender, ending_of
from xky.protocol.written_bytes import WrittenBytes, WrittenForm, written_form_of

from .capture_file import CaptureFile
from .port_name import is_port

__all__ = ["Recording", "Source", "open_recording", "open_source", "told_of"]

_CHUNK = 1 << 16
_ENDINGS = {Ending.LF: "LF alone", Ending.CR: "CR alone", Ending.CRLF: "CR and LF"}
_CARRIER_CSV = b"time_s,volts"  # how emulator/carrier/csv_file.py begins


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes as they come.

    Attributes:
        name: as a person knows it.
        size: bytes in all, None where that is not known.
        endless: a port, which ends when the person says so.
        chunks: the bytes, read once, as a line sends them.
        form: how a file that does not hold the bytes as they were sent holds them; None of any other.
        places: of such a file: where in it the bytes of ``chunks`` stand.
        damage: what of a capture file cannot be read, once that was met; None of a whole one.
    """

    name: str
    size: int | None
    endless: bool
    chunks: Iterator[bytes]
    form: Ending | WrittenForm | None = None
    places: FilePlaces | None = None
    damage: Callable[[], str | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Recording:
    """Bytes and when they came.

    Attributes:
        header: how they were recorded; ``started`` is None where their times are those of a line that never pauses.
        mode: told by the first good group, else by its rate; standard where nothing tells.
        runs: the bytes, read once.
        ended: why the recording ended, once it is read; None where it was cut.
        places: of a file that does not hold the bytes as they were sent: where in it those of ``runs`` stand.
        damage: what of a capture file cannot be read, once that was met; None of a whole one.
    """

    header: Header
    mode: Mode
    runs: Iterator[Run]
    ended: Callable[[], str | None]
    places: FilePlaces | None = None
    damage: Callable[[], str | None] = lambda: None


def open_recording(spec: str, mode: Mode | None = None) -> Recording:
    """Open a capture for its times: a file of ``xky capture``, or raw bytes, which get those of a line.

    Args:
        spec: file, or ``-`` for standard input.
        mode: of the line, for raw bytes; None tells it from the first good group.

    Raises:
        InputError: no such file, it cannot be read, it is empty, a damaged header, or damage before the first byte.
    """
    if is_port(spec):
        raise InputError(f"{spec}: is a port; give a capture file (xky capture {spec} --out FILE makes one)")
    name = "standard input" if spec == "-" else spec
    mender = None
    if spec != "-" and _is_carrier(Path(spec)):
        pieces = _read_carrier(Path(spec), mode)
    else:
        stream = sys.stdin.buffer if spec == "-" else _open_file(spec)
        form = _form_of(stream, mode)
        mender = _reader_of(form, mode)
        pieces = _mended(_pieces(name, stream), mender)
        if form is not None:
            print(f"xky: {name}: {told_of(form)}", file=sys.stderr)
    start = _start_of(pieces)
    if is_capture(start):
        file = CaptureFile(name, chain((start,), pieces))
        runs = file.runs_in_order()
        first = list(islice(runs, 1))
        if not first and (damage := file.damage()) is not None:
            raise InputError(f"{name}: {damage}; give another capture")
        runs = chain(first, runs)
        if mode is None:  # what the groups say before what the rate does: there are converters
            mode, first = _mode_of_runs(runs)
            runs = chain(first, runs)
        mode = mode or next((mode for mode in Mode if mode.baud == file.header.baud), Mode.STANDARD)
        return Recording(file.header, mode, runs, file.ended, damage=file.damage)
    if mode is None:
        while (mode := _mode_of(start)) is None and len(start) < _CHUNK and (piece := next(pieces, b"")):
            start += piece
    rate = mode or Mode.STANDARD
    runs = runs_at_line_rate(chain((start,), pieces), rate)
    return Recording(Header(None, "file", rate.baud), rate, runs, lambda: "the end of the file", mender)


def told_of(form: Ending | WrittenForm) -> str:
    """The sentence on a file that does not hold the bytes of a line as they were sent."""
    if isinstance(form, WrittenForm):
        return f"is {form}; read as the bytes that it tells"
    return f"saved as text: its lines end with {_ENDINGS[form]}; read as the line sent them"


def _mode_of(data: bytes) -> Mode | None:
    """The mode of the first frame with a good group; None where there is none."""
    return next((event.mode for event in decode(data) if isinstance(event, Frame) and event.good), None)


def _mode_of_runs(runs: Iterator[Run]) -> tuple[Mode | None, list[Run]]:
    """The same of runs, and those that were taken for it."""
    decoder, taken, size = Decoder(), list[Run](), 0
    while size < _CHUNK and (run := next(runs, None)) is not None:
        taken.append(run)
        size += len(run.data)
        for event in decoder.feed(run.data):
            if isinstance(event, Frame) and event.good:
                return event.mode, taken
    return next((event.mode for event in decoder.close() if isinstance(event, Frame) and event.good), None), taken


def open_source(spec: str, mode: Mode | None = None, baud: int | None = None) -> Source:
    """Open a capture file, a recording of the carrier (WAV, or CSV with its header), a port (path or pyserial URL),
    or ``-`` for standard input.

    Args:
        spec: what the person gave.
        mode: sets the speed of a port or a carrier; None finds it by listening.
        baud: bits per second of a port, where they are not the mode's.

    Raises:
        InputError: no such file, it cannot be read, or (while reading) it is empty; a rate that is for no port.
        BenchError: the port cannot be opened, or (while reading) is lost.
    """
    if baud is not None and not is_port(spec):
        raise InputError(f"--baud {baud}: {spec} is no port; leave --baud out, bytes of a file have no rate any more")
    if spec == "-":
        return _source("standard input", None, sys.stdin.buffer, mode)
    path = Path(spec)
    if is_port(spec):
        from .port import read_port

        return Source(spec, None, True, read_port(spec, mode, baud))
    if _is_carrier(path):
        return Source(spec, None, False, _read_carrier(path, mode))
    stream = _open_file(spec)
    size = None  # of a named pipe; nor does a compressed file tell how much is in it
    if path.is_file() and not is_capture(os.pread(stream.fileno(), 2, 0)):
        size = os.fstat(stream.fileno()).st_size
    return _source(spec, size, stream, mode)


def _source(name: str, size: int | None, stream: IO[bytes], mode: Mode | None) -> Source:
    form = _form_of(stream, mode)
    mender = _reader_of(form, mode)
    files: list[CaptureFile] = []
    chunks = _mended(_read_stream(name, stream, files), mender)
    return Source(name, size, False, chunks, form, mender, lambda: files[0].damage() if files else None)


def _form_of(stream: IO[bytes], mode: Mode | None) -> Ending | WrittenForm | None:
    """How a regular file holds bytes that are not as they were sent; whatever else there is may be a live line."""
    sample = b""
    with suppress(OSError, ValueError):  # a stream in memory has no descriptor
        descriptor = stream.fileno()
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            sample = os.pread(descriptor, SAMPLE, os.lseek(descriptor, 0, os.SEEK_CUR))
    if not sample or is_capture(sample):
        return None
    return ending_of(sample, mode) or written_form_of(sample, mode)


def _reader_of(form: Ending | WrittenForm | None, mode: Mode | None) -> TextMender | WrittenBytes | None:
    if isinstance(form, WrittenForm):
        return WrittenBytes(form)
    return None if form is None else TextMender(mode)


def _mended(pieces: Iterator[bytes], mender: TextMender | WrittenBytes | None) -> Iterator[bytes]:
    if mender is None:
        yield from pieces
        return
    for piece in pieces:
        if mended := mender.feed(piece):
            yield mended
    if mended := mender.close():
        yield mended


def _open_file(spec: str) -> IO[bytes]:
    path = Path(spec)
    if path.is_dir():
        raise InputError(f"{spec}: is a folder; give one capture file")
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        raise InputError(f"{spec}: no such file; give a capture, a serial port, or - for standard input") from None
    except OSError as error:
        raise InputError(f"{spec}: cannot be read ({error.strerror}); check its permissions") from None


def _is_carrier(path: Path) -> bool:
    if path.suffix.lower() == ".wav":
        return path.exists()
    with suppress(OSError):
        if path.suffix.lower() == ".csv" and path.is_file():
            with path.open("rb") as stream:
                return stream.read(len(_CARRIER_CSV)).lower() == _CARRIER_CSV
    return False


def _read_carrier(path: Path, mode: Mode | None) -> Iterator[bytes]:
    from .carrier_source import read_carrier

    return read_carrier(path, mode)


def _read_stream(name: str, stream: IO[bytes], files: list[CaptureFile]) -> Iterator[bytes]:
    """The bytes of the line, out of a capture with times too, which is noted in ``files`` when the reading begins."""
    pieces = _pieces(name, stream)
    start = _start_of(pieces)
    if is_capture(start):
        files.append(CaptureFile(name, chain((start,), pieces)))
        yield from (run.data for run in files[0].runs())
    else:
        yield start
        yield from pieces


def _start_of(pieces: Iterator[bytes]) -> bytes:
    """The first bytes: one more where the first alone may be that of a capture with times."""
    start = next(pieces)
    return start + next(pieces, b"") if is_capture(start + b"\x8b") and len(start) == 1 else start


def _pieces(name: str, stream: IO[bytes]) -> Iterator[bytes]:
    # read1 hands over what a pipe has now; a raw file's read does that already
    read = getattr(stream, "read1", stream.read)
    empty = True
    with stream:
        while chunk := read(_CHUNK):
            empty = False
            yield chunk
    if empty:
        raise InputError(f"{name}: is empty; expected the bytes of a TIC line, STX to ETX")
