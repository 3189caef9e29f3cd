# SPDX-License-Identifier: Apache-2.0
"""``xky decode``: the bytes of a line to a table, JSON lines or CSV, and what is wrong with them.

Events are counted and shown one by one as the decoder tells them, nothing is kept: a capture of any
size runs in the memory of one frame.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import BenchError, Decoder, Event, InputError, Mode
from xky.protocol.saved_text import Ending

from ..named_file import named_file
from ..recording.event_tally import EventTally
from ..recording.print_events import CsvRows, EventPrinter, FrameTables, JsonLines
from ..recording.source import Source, open_recording, open_source, told_of
from ..terminal import complain, counted, printable

__all__ = ["command"]

_LONG_FILE = 1_000_000  # bytes from which progress is worth showing


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="Capture, carrier (WAV, CSV), port or pyserial URL, or -."),
    ],
    mode: Annotated[Mode | None, typer.Option(help="Mode of the line.", show_default="detected")] = None,
    baud: Annotated[
        int | None, typer.Option(min=1, help="Rate of a port; the mode's, but there are converters with their own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row a group.")] = False,
    parquet: Annotated[
        Path | None,
        typer.Option(
            callback=named_file, metavar="FILE", help="Write a Parquet file: one row a frame, one column a label."
        ),
    ] = None,
) -> None:
    """Decode a capture, carrier, port or '-' to a table, JSON lines, CSV or columns; tells what is wrong and where.

    Exit status 1 when a group was refused or noise lies after the first STX.
    """
    forms = [name for name, is_told in (("--json", as_json), ("--csv", as_csv), ("--parquet", parquet)) if is_told]
    if len(forms) > 1:
        raise InputError(f"{' and '.join(forms)}: only one form of output at a time; leave one out")
    if parquet is not None:
        if baud is not None:
            raise InputError("--baud: is for a port, and --parquet takes a capture; leave it out")
        _write_parquet(source, mode, parquet)
        return
    opened = open_source(source, mode, baud)
    printer: EventPrinter = JsonLines() if as_json else CsvRows() if as_csv else FrameTables()
    tally = EventTally()
    decoder = Decoder(mode)
    stopped = opened.endless
    lost: BenchError | None = None
    if isinstance(opened.form, Ending):
        printer.mended(opened.form)
    elif opened.form is not None:
        print(f"xky: {opened.name}: {told_of(opened.form)}", file=sys.stderr)
    try:
        for chunk in _with_progress(opened):
            tally.bytes += len(chunk)
            _tell(_in_file(decoder.feed(chunk), opened), tally, printer)
    except KeyboardInterrupt:
        stopped = True
    except BenchError as error:  # what came before the port was lost still counts
        lost = error
    _tell(_in_file(decoder.close(), opened), tally, printer)
    _tell_damage(opened, tally, stopped=stopped)
    printer.end(tally)
    if lost is not None:
        raise lost
    if tally.bad:
        raise typer.Exit(1)


def _write_parquet(source: str, mode: Mode | None, path: Path) -> None:
    from ..recording.parquet import check_parquet, write_parquet

    check_parquet(path)
    recording = open_recording(source, mode)
    written = write_parquet(source, recording, path)
    if (damage := recording.damage()) is not None:
        complain(f"{source}: {damage}")
    if written.unknown:
        labels = ", ".join(f"{label} ({count})" for label, count in sorted(written.unknown.items()))
        print(f"xky: labels of no table have no column: {printable(labels)}", file=sys.stderr)
    groups = f"{counted(written.good, 'good group')}, {written.damaged} refused"
    print(f"{counted(written.frames, 'frame')}, {groups}: {printable(str(path))}")
    if written.damaged or written.noise_inside:
        raise typer.Exit(1)


def _tell_damage(opened: Source, tally: EventTally, *, stopped: bool) -> None:
    damage = opened.damage()
    damaged = "" if damage is None else f"{damage}; "
    if damaged and not tally.bytes:
        raise InputError(f"{opened.name}: {damaged}give another capture")
    if not (stopped or tally.groups or tally.first_stx is not None):
        raise InputError(
            f"{opened.name}: {damaged}no TIC in its {tally.bytes} bytes, neither a group nor an STX (0x02); "
            "give the bytes of a TIC line as a UART receives them"
        )
    if damage is not None:
        complain(f"{opened.name}: {damage}")


def _in_file(events: Iterable[Event], source: Source) -> Iterable[Event]:
    return events if source.places is None else source.places.in_file(events)


def _tell(events: Iterable[Event], tally: EventTally, printer: EventPrinter) -> None:
    for event in events:
        tally.add(event)
        printer.show(event, tally.frames)
    sys.stdout.flush()


def _with_progress(source: Source) -> Iterator[bytes]:
    # on one terminal the bar and the output would tear each other apart, and the output moves anyway
    if (source.size or 0) < _LONG_FILE or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from source.chunks
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    from ..console import PlainConsole
    from ..progress_column import PlainColumn

    # by default Progress takes standard output over and writes it to its own console, standard error
    with Progress(
        PlainColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=PlainConsole(file=sys.stderr), transient=True, redirect_stdout=False,
    ) as progress:  # fmt: skip
        task = progress.add_task(source.name, total=source.size)
        for chunk in source.chunks:
            yield chunk
            progress.advance(task, len(chunk))
