# SPDX-License-Identifier: Apache-2.0
"""Listens to a line for a diagnosis: a port for so long, each setting in turn until one makes sense; or a recording."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

from xky.protocol import InputError, Mode
from xky.protocol.capture import Run, RunBuilder

from ..recording.port import LivePort, open_live
from ..recording.port_name import is_port
from ..recording.source import open_recording
from ..terminal import counted
from .characters import characters_of
from .heard import Heard
from .reading import read

__all__ = ["heard_of"]

_TRIAL_S = 4.0  # at one setting: the longest frame takes 3.7 s (docs/line.md), the first group comes long before
_MOST = 1 << 24  # bytes: 4.8 hours of standard mode, 39 of historic


def heard_of(
    source: str, mode: Mode | None, baud: int | None, for_s: float | None, clock: Callable[[], float] = time.monotonic
) -> Heard:
    """What is heard of a port, or read from a recording.

    Args:
        source: port, pyserial URL, capture, recording of the carrier, or ``-``.
        mode: of the line; None finds it.
        baud: of a port; None takes the mode's, or tries both.
        for_s: how long to listen, in seconds; of a recording, how much of it to look at. None: a minute of a port,
            all of a recording.
        clock: monotonic seconds.

    Raises:
        InputError: no such file or no port, or one that is empty.
        BenchError: the port cannot be opened, or is lost before anything was heard.
    """
    if is_port(source):
        return _of_port(source, mode, baud, 60.0 if for_s is None else for_s, clock)
    if baud is not None:
        raise InputError(f"--baud {baud}: {source} is no port; leave --baud out, bytes of a file have no rate any more")
    return _of_recording(source, mode, for_s)


def _of_recording(source: str, mode: Mode | None, for_s: float | None) -> Heard:
    recording = open_recording(source, mode)
    runs, size, notes = list[Run](), 0, list[str]()
    for run in recording.runs:
        if for_s is not None and run.end_s > for_s:
            break
        if size >= _MOST:
            notes.append(f"only its first {run.end_s / 3600:.1f} hours were looked at")
            break
        runs.append(run)
        size += len(run.data)
    if not size:
        raise InputError(f"{source}: holds no byte of a line, or none in that time; give another capture")
    if (damage := recording.damage()) is not None:
        notes.append(f"the file is damaged: {damage}")
    header = recording.header
    is_timed = header.started is not None
    if not is_timed:
        notes.append("its times are not known, so neither its rate nor its silences are")
    baud = header.baud if is_timed else None
    return Heard(source, header.port, baud, tuple(runs), is_timed, runs[-1].end_s, tuple(notes))


def _of_port(source: str, mode: Mode | None, baud: int | None, for_s: float, clock: Callable[[], float]) -> Heard:
    rates = [baud or mode.baud] if baud or mode else [each.baud for each in reversed(Mode)]
    notes = list[str]()
    tried = list[Heard]()
    for rate in rates:
        began_s = clock()
        live = open_live(source, mode, rate)
        with closing(live.chunks):  # type: ignore[type-var]  # a generator, which closes its port
            if live.kind != "serial" and not source.startswith("rfc2217"):
                return _listened(source, live, None, for_s, live.chunks, began_s, clock)
            if len(rates) == 1:
                return _listened(source, live, rate, for_s, live.chunks, began_s, clock)
            heard = _listened(source, live, rate, min(_TRIAL_S, for_s), live.chunks, began_s, clock)
            notes.append(f"tried {rate} baud for {heard.lasted_s:.0f} s: {_what_came(heard)}")
            tried.append(heard)
            if read(characters_of(heard.data).codes).mode is not None:
                whole = _listened(source, live, rate, for_s, live.chunks, began_s, clock, heard.runs)
                return _noted(whole, notes)
    return _noted(max(tried, key=lambda heard: len(heard.data)), notes)


def _what_came(heard: Heard) -> str:
    good = len(read(characters_of(heard.data).codes).groups)
    return f"{counted(len(heard.data), 'byte')}, {counted(good, 'good group')}"


def _noted(heard: Heard, notes: list[str]) -> Heard:
    return Heard(heard.name, heard.kind, heard.baud, heard.runs, heard.is_timed, heard.lasted_s, tuple(notes))


def _listened(
    source: str, live: LivePort, baud: int | None, for_s: float, chunks: Iterator[bytes], began_s: float,
    clock: Callable[[], float], before: tuple[Run, ...] = (),
) -> Heard:  # fmt: skip
    """What comes until so long after the beginning, or until the port ends."""
    builder = RunBuilder(10 / (baud or Mode.STANDARD.baud))
    runs = [*before]
    for chunk in chunks:
        at_s = clock() - began_s
        if chunk and (run := builder.add(at_s, chunk)) is not None:
            runs.append(run)
        if at_s >= for_s:
            break
    lasted_s = clock() - began_s
    if (rest := builder.cut()) is not None:
        runs.append(rest)
    return Heard(source, live.kind, baud, tuple(runs), is_timed=True, lasted_s=lasted_s)
