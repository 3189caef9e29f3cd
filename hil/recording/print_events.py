# SPDX-License-Identifier: Apache-2.0
"""Events of a decoder on standard output, one by one: as tables for people, as JSON lines, as CSV."""

import csv
import json
import sys
from typing import Any, Protocol

from rich.text import Text

from xky.protocol import LABELS, Cut, Damaged, Event, Frame, Group, Interrupted, Mode, Noise
from xky.protocol.saved_text import Ending

from ..console import PlainConsole
from ..terminal import counted, printable
from .event_tally import EventTally
from .frame_table import FrameTable
from .source import told_of

__all__ = ["CsvRows", "EventPrinter", "FrameTables", "JsonLines"]

_WIDTH = 132  # of the table where no terminal tells its own
_CUT = {Cut.EOT: "EOT", Cut.STX: "the STX of the next frame", Cut.END: "the end of the input"}


class EventPrinter(Protocol):
    """A form of output."""

    def mended(self, ending: Ending) -> None:
        """Print, before all else, that a file was saved as text."""

    def show(self, event: Event, number: int) -> None:
        """Print an event; ``number`` is that of the frame told last."""

    def end(self, tally: EventTally) -> None:
        """Print what is to be said last."""


class JsonLines:
    """``xky decode --json``: a contract, DESIGN section 5."""

    def mended(self, ending: Ending) -> None:
        print(json.dumps({"event": "mended", "ending": ending}))

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

    def end(self, tally: EventTally) -> None:
        pass

    @staticmethod
    def _group(group: Group | Damaged) -> dict[str, Any]:
        if isinstance(group, Group):
            mark = {} if group.timestamp_mark is None else {"timestamp_mark": group.timestamp_mark}
            return {"label": group.label, "timestamp": group.timestamp, **mark, "value": group.value,
                    "offset": group.offset, "ok": True}  # fmt: skip
        return {"label": group.label, "offset": group.offset, "length": group.length,
                "ok": False, "reason": group.reason}  # fmt: skip


class CsvRows:
    """One row a group."""

    def __init__(self) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(["frame", "offset", "mode", "label", "timestamp", "value", "unit", "ok", "reason"])

    def mended(self, ending: Ending) -> None:
        print(f"xky: {told_of(ending)}", file=sys.stderr)  # rows are of groups

    def show(self, event: Event, number: int) -> None:
        if isinstance(event, Frame):
            self._writer.writerows(
                [number, group.offset, event.mode, group.label, group.timestamp, group.value,
                 _unit(group, event.mode), "true" if group.ok else "false", _reason(group)]
                for group in event.groups
            )  # fmt: skip

    def end(self, tally: EventTally) -> None:
        pass


def _reason(group: Group | Damaged) -> str | None:
    """Why a group was refused; of one that was kept what is to be said of its horodate."""
    if isinstance(group, Damaged):
        return group.reason
    return None if group.timestamp_mark is None else f"timestamp {group.timestamp_mark}"


def _unit(group: Group | Damaged, mode: Mode) -> str | None:
    known = LABELS[mode].get(group.label) if isinstance(group, Group) else None
    return known.unit if known else None


class FrameTables:
    """One table a frame, then a summary: for people."""

    def __init__(self) -> None:
        self._console = PlainConsole(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
        self._table = FrameTable(self._console)

    def mended(self, ending: Ending) -> None:
        self._print(told_of(ending), "yellow")

    def show(self, event: Event, number: int) -> None:
        if isinstance(event, Frame):
            self._frame(event, number)
        elif isinstance(event, Interrupted):
            self._print(f"frame {number} was cut at byte {event.offset} by {_CUT[event.by]}", "yellow")
        elif isinstance(event, Noise):
            self._print(f"byte {event.offset}: {counted(event.length, 'byte')} of noise", "yellow")

    def end(self, tally: EventTally) -> None:
        good = tally.groups - tally.refused
        self._print(
            f"{counted(tally.whole, 'whole frame')}, {tally.frames - tally.whole} partial; "
            f"{counted(good, 'good group')}, {tally.refused} refused; {counted(tally.noise, 'byte')} of noise"
            + "".join(f"; {counted(tally.marks[mark], f'{mark} horodate')}" for mark in sorted(tally.marks)),
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
        self._console.print(Text(printable(text), style), soft_wrap=True)


def _sentence(group: Damaged, mode: Mode, number: int) -> str:
    short = "hist" if mode is Mode.HISTORIC else "std"
    where = f"{short} frame {number}, byte {group.offset}, group {group.label or '?'}"
    return f"{where}: {group.detail}; group dropped"
