# SPDX-License-Identifier: Apache-2.0
"""The capture file: the bytes of a line and when they came. docs/capture.md is the description.

A gzip stream of JSON lines: a header, a run of bytes a line, and a last line when the capture ended in order.
What was written up to a sync point can be read whatever happens later: a file that was cut, or whose end is
damaged, is read up to its last whole line.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any, Protocol

from .errors import InputError
from .mode import ETX, Mode

__all__ = [
    "FORMAT", "CaptureReader", "CaptureWriter", "Header", "Run", "RunBuilder", "Writable", "is_capture",
    "runs_at_line_rate",
]  # fmt: skip

FORMAT = "xky-capture/1"
_GZIP = b"\x1f\x8b"  # RFC 1952 §2.3.1
_GZIP_WINDOW = 16 + zlib.MAX_WBITS  # zlib's way to ask for gzip's header and trailer
_HEADER_MAX = 4096  # characters; a first line longer than that is not ours
_LINE_MAX = 1 << 24  # characters; half a second of the fastest emulated line, each character escaped, has fewer
_PORTION = 1 << 18  # bytes inflated at once: a few compressed ones may stand for gigabytes
SILENCE_S = 0.005  # a third of the shortest silence between two frames (54E §5.3.6)
_FRAME_GAP_S = 0.0167  # the shortest silence between two frames (54E §5.3.6)
_LONGEST_S = 100 * 366 * 86_400.0  # no capture lasts a hundred years


class Writable(Protocol):
    """Where a capture goes: a raw file, or what behaves like one."""

    def write(self, data: bytes, /) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Header:
    """How a capture was made.

    Attributes:
        started: second 0 of the runs, ISO 8601 in UTC; None where nobody knows.
        port: ``serial``, ``pty``, ``network``, or ``file`` for bytes that came without times.
        baud: bits per second of the line; None where the port does not tell.
        uart: data bits, parity and stop bits of the receiver; with 8N1 on a line, bit 7 is the parity bit.
        anonymised: whether addresses are pseudonyms.
    """

    started: str | None
    port: str
    baud: int | None = None
    uart: str = "8N1"
    anonymised: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes that came without a silence between them.

    Attributes:
        end_s: when the read that brought the last of them returned, in seconds since ``Header.started``: at most
            what the port and the system take after the end of that character.
        data: as they came, eight bits each.
    """

    end_s: float
    data: bytes


_OF_HEADER: dict[str, tuple[type, ...]] = {
    "started": (str, NoneType), "port": (str,), "baud": (int, NoneType), "uart": (str,), "anonymised": (bool,),
}  # fmt: skip
_SHOWN = 60  # characters of what a header has wrong


class RunBuilder:
    """Puts together what comes in small portions: a run hides 5 ms of silence in all, at most.

    Args:
        character_s: duration of a character on the line, in seconds; may be set anew at any time.
    """

    def __init__(self, character_s: float) -> None:
        self.character_s = character_s
        self._data = bytearray()
        self._begin_s = 0.0
        self._end_s = 0.0

    def add(self, at_s: float, data: bytes) -> Run | None:
        """Take what a read that returned at ``at_s`` brought; the run before, where a silence lies between."""
        duration_s = len(data) * self.character_s
        silent_s = max(  # in all; and just now, for what comes faster than its line
            at_s - self._begin_s - len(self._data) * self.character_s,
            at_s - self._end_s,
        )
        ended = self.cut() if silent_s - duration_s > SILENCE_S else None
        if not self._data:
            self._begin_s = max(at_s - duration_s, self._end_s)
        self._data += data
        self._end_s = at_s
        return ended

    def cut(self) -> Run | None:
        """End the run here; None where nothing came since the last."""
        if not self._data:
            return None
        run = Run(self._end_s, bytes(self._data))
        self._data.clear()
        return run


class CaptureWriter:
    """Writes a capture.

    Args:
        stream: takes the compressed bytes; what a write leaves over is written again.
        header: goes out at once.

    Raises:
        OSError: that of the stream, as in each of its methods.
    """

    def __init__(self, stream: Writable, header: Header) -> None:
        self._stream = stream
        self._gzip = zlib.compressobj(wbits=_GZIP_WINDOW)
        self._line({"format": FORMAT, **asdict(header)})
        self.sync()

    def add(self, run: Run) -> None:
        """Write a run; it is safe once ``sync`` was called."""
        self._line([round(run.end_s, 6), run.data.decode("latin-1")])

    def sync(self) -> None:
        """Hand everything over, so that it can be read whatever comes after."""
        self._write(self._gzip.flush(zlib.Z_SYNC_FLUSH))

    def close(self, ended: str, at_s: float) -> None:
        """Write the last line; ``ended`` says why, ``at_s`` when."""
        self._line({"ended": ended, "at_s": round(at_s, 6)})
        self._write(self._gzip.flush(zlib.Z_FINISH))

    def _line(self, content: Any) -> None:
        self._write(self._gzip.compress(json.dumps(content).encode() + b"\n"))

    def _write(self, data: bytes) -> None:
        while data:
            data = data[self._stream.write(data) or 0 :]


def is_capture(start: bytes) -> bool:
    """Whether bytes begin like a capture file; no TIC line begins so."""
    return start.startswith(_GZIP)


class CaptureReader:
    """Reads a capture; iterating gives its runs, once.

    Args:
        pieces: the file, in pieces of any size.

    Attributes:
        header: how it was made.
        ended: why it ended, None as long as that is not known: the file was cut, or is not read to its end.
        lasted_s: when it ended, as far as its last line was read and tells.
        trouble: what is damaged and where, so that it is not read further; None where it was read to its end.

    Raises:
        InputError: it is no capture of this format, or was cut before its first line ended.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.ended: str | None = None
        self.lasted_s: float | None = None
        self.trouble: str | None = None
        self._lines = self._split(pieces)
        try:
            header = json.loads(next(self._lines, "null"))
        except (ValueError, RecursionError):
            header = None
        if not isinstance(header, dict) or "format" not in header:
            raise InputError("a gzip file, but no capture: it does not begin with the header of one, or was cut in it")
        if header["format"] != FORMAT:
            raise InputError(f"is of format {header['format']!r}, this program reads {FORMAT!r}; take a later one")
        known = {name: header[name] for name in Header.__slots__ if name in header}
        for name, value in known.items():
            if not isinstance(value, _OF_HEADER[name]) or (isinstance(value, bool) and name != "anonymised"):
                raise InputError(f"the header's {name} is {str(value)[:_SHOWN]!r}, which {FORMAT} does not have there")
        try:
            self.header = Header(**known)
        except TypeError:
            raise InputError(f"the header lacks what {FORMAT} has in it; found: {', '.join(header)[:_SHOWN]}") from None

    def __iter__(self) -> Iterator[Run]:
        for number, line in enumerate(self._lines, start=2):  # the header is line 1
            try:
                content = json.loads(line)
                if isinstance(content, dict):
                    self.ended = str(content["ended"])
                    at_s = content.get("at_s")
                    self.lasted_s = at_s if isinstance(at_s, float | int) else None
                    continue
                end_s, text = content
                run = Run(float(end_s), text.encode("latin-1"))
                if not 0.0 <= run.end_s <= _LONGEST_S:
                    raise ValueError(end_s)
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
                self.trouble = f"line {number} of it is damaged"
                return
            yield run
        if self.ended is None and self.trouble is None:
            self.trouble = "it was cut before the capture ended"

    def _split(self, pieces: Iterable[bytes]) -> Iterator[str]:
        """The whole lines, as far as they can be read."""
        rest = b""
        number = 1
        for text in self._inflated(pieces):
            *lines, rest = (rest + text).split(b"\n")
            for line in lines:
                number += 1
                yield line.decode("utf-8", "replace")
            if number == 1 and len(rest) > _HEADER_MAX:
                return
            if len(rest) > _LINE_MAX:
                self.trouble = f"line {number} of it is longer than {_LINE_MAX >> 20} MiB"
                return

    def _inflated(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        gzip = zlib.decompressobj(_GZIP_WINDOW)
        at = 0  # of what is inflated next, in the file
        for piece in pieces:
            rest, full = piece, False
            while (rest or full) and not gzip.eof:
                before = gzip.copy()
                try:
                    text = gzip.decompress(rest, _PORTION)
                except zlib.error:  # which takes what was good in this portion with it
                    for code in rest:
                        try:
                            text = before.decompress(bytes((code,)))
                        except zlib.error:
                            break
                        yield text
                        at += 1
                    self.trouble = f"its compressed bytes make no sense at byte {at}"
                    if self.ended is not None:  # all were inflated, and only then compared with the sum of them
                        self.trouble = "its bytes do not fit the checksum at its end"
                    return
                at += len(rest) - len(gzip.unconsumed_tail)
                rest, full = gzip.unconsumed_tail, len(text) == _PORTION
                yield text
            if gzip.eof and (rest or gzip.unused_data):
                self.trouble = "what stands behind its end is not read"
                return


def runs_at_line_rate(pieces: Iterable[bytes], mode: Mode) -> Iterator[Run]:
    """Runs of bytes whose times nobody noted, as a line would have sent them: a run ends with its frame."""
    at_s = 0.0
    rest = b""
    for piece in pieces:
        *frames, rest = (rest + piece).split(ETX)
        for frame in frames:
            at_s += (len(frame) + 1) * mode.character_s
            yield Run(at_s, frame + ETX)
            at_s += _FRAME_GAP_S
        if len(rest) >= _HEADER_MAX:  # no frame is that long
            at_s += len(rest) * mode.character_s
            yield Run(at_s, rest)
            rest = b""
    if rest:
        yield Run(at_s + len(rest) * mode.character_s, rest)
