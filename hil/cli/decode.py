# SPDX-License-Identifier: Apache-2.0
"""``xky decode``: the bytes of a line to a table, JSON lines or CSV, and what is wrong with them.

Events are counted and shown one by one as the decoder tells them, nothing is kept: a capture of any
size runs in the memory of one frame.
"""

import csv
import json
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from xky.hil.recording.frame_table import FrameTable
from xky.hil.recording.parquet import check_parquet, write_columns
from xky.hil.recording.source import Source, open_recording, open_source
from xky.protocol import (
    LABELS,
    BenchError,
    Cut,
    Damaged,
    Decoder,
    Event,
    Frame,
    Group,
    InputError,
    Interrupted,
    Mode,
    Noise,
)

__all__ = ["command"]

_LONG_FILE = 1_000_000  # bytes from which progress is worth showing
_WIDTH = 132  # of the table where no terminal tells its own
_CUT = {Cut.EOT: "EOT", Cut.STX: "the STX of the next frame", Cut.END: "the end of the input"}


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="Capture, carrier (WAV, CSV), port or pyserial URL, or -."),
    ],
    mode: Annotated[Mode | None, typer.Option(help="Mode of the line.", show_default="detected")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row a group.")] = False,
    parquet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a Parquet file: one row a frame, one column a label.")
    ] = None,
) -> None:
    """Decode a capture, carrier, port or '-' to a table, JSON lines, CSV or columns; tells what is wrong and where.

    Exit status 1 when a group was refused or noise lies after the first STX.
    """
    forms = [name for name, is_told in (("--json", as_json), ("--csv", as_csv), ("--parquet", parquet)) if is_told]
    if len(forms) > 1:
        raise InputError(f"{' and '.join(forms)}: only one form of output at a time; leave one out")
    if parquet is not None:
        _write_parquet(source, mode, parquet)
        return
    if hasattr(signal, "SIGPIPE"):  # `xky decode … | head` ends like any other filter
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    opened = open_source(source, mode)
    form: _Form = _JsonLines() if as_json else _Csv() if as_csv else _Tables()
    tally = _Tally()
    decoder = Decoder(mode)
    stopped = opened.endless
    lost: BenchError | None = None
    try:
        for chunk in _with_progress(opened):
            tally.bytes += len(chunk)
            _tell(decoder.feed(chunk), tally, form)
    except KeyboardInterrupt:
        stopped = True
    except BenchError as error:  # what came before the port was lost still counts
        lost = error
    _tell(decoder.close(), tally, form)
    if not (stopped or tally.groups or tally.first_stx is not None):
        raise InputError(
            f"{opened.name}: no TIC in its {tally.bytes} bytes, neither a group nor an STX (0x02); "
            "give the bytes of a TIC line as a UART receives them"
        )
    form.end(tally)
    if lost is not None:
        raise lost
    if tally.bad:
        raise typer.Exit(1)


def _write_parquet(source: str, mode: Mode | None, path: Path) -> None:
    check_parquet(path)
    written = write_columns(source, open_recording(source, mode), path)
    if written.unknown:
        labels = ", ".join(f"{label} ({count})" for label, count in sorted(written.unknown.items()))
        print(f"xky: labels of no table have no column: {labels}", file=sys.stderr)
    groups = f"{_count(written.good, 'good group')}, {written.damaged} refused"
    print(f"{_count(written.frames, 'frame')}, {groups}: {path}")
    if written.damaged or written.noise_inside:
        raise typer.Exit(1)


class _Tally:
    """What was seen, in numbers."""

    def __init__(self) -> None:
        self.bytes = 0
        self.frames = 0
        self.whole = 0
        self.groups = 0
        self.refused = 0
        self.noise = 0
        self.first_stx: int | None = None
        self._last_noise = -1

    def add(self, event: Event) -> None:
        if isinstance(event, Frame):
            self.frames += 1
            self.whole += event.complete
            self.groups += len(event.groups)
            self.refused += len(event.groups) - len(event.good)
            # groups outside any frame come with the offset of the first of them
            if self.first_stx is None and not (event.groups and event.groups[0].offset == event.offset):
                self.first_stx = event.offset
        elif isinstance(event, Noise):
            self.noise += event.length
            self._last_noise = event.offset

    @property
    def bad(self) -> bool:
        """Whether a group was refused or noise lies after the first STX."""
        return self.refused > 0 or (self.first_stx is not None and self._last_noise > self.first_stx)


def _tell(events: Iterable[Event], tally: _Tally, form: "_Form") -> None:
    for event in events:
        tally.add(event)
        form.show(event, tally.frames)
    sys.stdout.flush()


def _with_progress(source: Source) -> Iterator[bytes]:
    # on one terminal the bar and the output would tear each other apart, and the output moves anyway
    if (source.size or 0) < _LONG_FILE or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from source.chunks
        return
    # by default Progress takes standard output over and writes it to its own console, standard error
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(source.name, total=source.size)
        for chunk in source.chunks:
            yield chunk
            progress.advance(task, len(chunk))


class _Form(Protocol):
    """A form of output."""

    def show(self, event: Event, number: int) -> None:
        """Print an event; ``number`` is that of the frame told last."""

    def end(self, tally: _Tally) -> None:
        """Print what is to be said last."""


class _JsonLines:
    """``xky decode --json``: a contract, DESIGN section 5."""

    def show(self, event: Event, number: int) -> None:
        line: dict[str, Any]
        if isinstance(event, Frame):
            groups = [self._group(group) for group in event.groups]
            line = {"event": "frame", "frame": number, "offset": event.offset, "mode": event.mode,
                    "complete": event.complete, "groups": groups}  # fmt: skip
        elif isinstance(event, Interrupted):
            line = {"event": "interrupted", "frame": number, "offset": event.offset, "by": event.by}
        elif isinstance(event, Noise):
            line = {"event": "noise", "offset": event.offset, "length": event.length}
        else:
            return  # a damaged group is listed in its frame
        print(json.dumps(line))

    def end(self, tally: _Tally) -> None:
        pass

    @staticmethod
    def _group(group: Group | Damaged) -> dict[str, Any]:
        if isinstance(group, Group):
            return {"label": group.label, "timestamp": group.timestamp, "value": group.value,
                    "offset": group.offset, "ok": True}  # fmt: skip
        return {"label": group.label, "offset": group.offset, "length": group.length,
                "ok": False, "reason": group.reason}  # fmt: skip


class _Csv:
    """One row a group."""

    def __init__(self) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(["frame", "offset", "mode", "label", "timestamp", "value", "unit", "ok", "reason"])

    def show(self, event: Event, number: int) -> None:
        if isinstance(event, Frame):
            self._writer.writerows(
                [number, group.offset, event.mode, group.label, group.timestamp, group.value,
                 _unit(group, event.mode), "true" if group.ok else "false", group.reason]
                for group in event.groups
            )  # fmt: skip

    def end(self, tally: _Tally) -> None:
        pass


def _unit(group: Group | Damaged, mode: Mode) -> str | None:
    known = LABELS[mode].get(group.label) if isinstance(group, Group) else None
    return known.unit if known else None


class _Tables:
    """One table a frame, then a summary: for people."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
        self._table = FrameTable(self._console)

    def show(self, event: Event, number: int) -> None:
        if isinstance(event, Frame):
            self._frame(event, number)
        elif isinstance(event, Interrupted):
            self._print(f"frame {number} was cut at byte {event.offset} by {_CUT[event.by]}", "yellow")
        elif isinstance(event, Noise):
            self._print(f"byte {event.offset}: {_count(event.length, 'byte')} of noise", "yellow")

    def end(self, tally: _Tally) -> None:
        good = tally.groups - tally.refused
        self._print(
            f"{_count(tally.whole, 'whole frame')}, {tally.frames - tally.whole} partial; "
            f"{_count(good, 'good group')}, {tally.refused} refused; {_count(tally.noise, 'byte')} of noise",
            "bold red" if tally.bad else "bold green",
        )
        if tally.refused and not good:
            self._print("not one group is good: is this a TIC line, and of this mode?", "red")

    def _frame(self, frame: Frame, number: int) -> None:
        sys.stdout.write(self._table.text(frame, number))
        for group in frame.groups:
            if isinstance(group, Damaged):
                self._print(_sentence(group, frame.mode, number), "red")

    def _print(self, text: str, style: str) -> None:
        self._console.print(Text(text, style), soft_wrap=True)


def _sentence(group: Damaged, mode: Mode, number: int) -> str:
    short = "hist" if mode is Mode.HISTORIC else "std"
    where = f"{short} frame {number}, byte {group.offset}, group {group.label or '?'}"
    return f"{where}: {group.detail}; group dropped"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
