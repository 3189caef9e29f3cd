# SPDX-License-Identifier: Apache-2.0
"""Listens to a line for a diagnosis: a port for so long, each setting in turn until one makes sense; or a recording."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

from xky.protocol import BenchError, InputError, Mode
from xky.protocol.capture import Run, RunBuilder

from ..recording.port import LivePort, has_rate, open_live
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
        baud: of a port; None takes the mode's, or tries both; a pseudo-terminal and a socket have none.
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
    rates = _rates(source, mode, baud)
    notes, best = list[str](), Heard(source, "serial", rates[0], (), is_timed=True)
    is_trial = len(rates) > 1
    for rate in rates:
        live = open_live(source, None if rate is None else mode, rate)
        listened = _Listening(source, live, rate if has_rate(source) else None, clock)
        with closing(live.chunks):  # type: ignore[type-var]  # a generator, which closes its port
            listened.go_on(min(_TRIAL_S, for_s) if is_trial else for_s)
            heard = listened.heard
            good = len(read(characters_of(heard.data).codes).groups) if is_trial else 0
            if is_trial:
                came = f"{counted(len(heard.data), 'byte')}, {counted(good, 'good group')}"
                notes.append(f"tried {rate} baud for {heard.lasted_s:.0f} s: {came}")
            if good:
                listened.go_on(for_s)
        heard = listened.heard
        best = max(best, heard, key=lambda each: len(each.data)) if best.data or heard.data else heard
        if not is_trial or good or listened.is_over:
            best = heard
            break
    return replace(best, notes=(*notes, *best.notes))


def _rates(source: str, mode: Mode | None, baud: int | None) -> Sequence[int | None]:
    """At which to listen, in turn; None of a port that has no rate and hands the line over as it was sent."""
    if baud is not None:
        return (baud,)
    if not has_rate(source):
        return (None,)
    return [each.baud for each in reversed(Mode)] if mode is None else [mode.baud]


class _Listening:
    """What comes of a port, for as long as it is asked for."""

    def __init__(self, source: str, port: LivePort, baud: int | None, clock: Callable[[], float]) -> None:
        self._source, self._port, self._baud, self._clock = source, port, baud, clock
        self._builder = RunBuilder(10 / (baud or Mode.STANDARD.baud))
        self._runs = list[Run]()
        self._began_s = clock()
        self._notes: tuple[str, ...] = ()
        self._lost: str | None = None
        self.is_over = False
        """Whether nothing more can come, or the person wants no more."""

    def go_on(self, until_s: float) -> None:
        """Listen until so long after the beginning, to the end of the port, or to Ctrl-C."""
        try:
            for chunk in self._port.chunks:
                at_s = self._clock() - self._began_s
                if chunk and (run := self._builder.add(at_s, chunk)) is not None:
                    self._runs.append(run)
                if at_s >= until_s:
                    return
            self._end(f"the port was closed by its other side after {self._lasted_s():.0f} s")
        except KeyboardInterrupt:
            self._end(f"ended by the person after {self._lasted_s():.0f} s")
        except BenchError as error:
            if not self.heard.data:
                raise
            self._lost = str(error)
            self._end(f"the port was lost after {self._lasted_s():.0f} s")

    def _end(self, note: str) -> None:
        self.is_over, self._notes = True, (note,)

    def _lasted_s(self) -> float:
        return self._clock() - self._began_s

    @property
    def heard(self) -> Heard:
        """All until now."""
        if (rest := self._builder.cut()) is not None:
            self._runs.append(rest)
        return Heard(
            self._source,
            self._port.kind,
            self._baud,
            tuple(self._runs),
            True,
            self._lasted_s(),
            self._notes,
            self._lost,
        )
