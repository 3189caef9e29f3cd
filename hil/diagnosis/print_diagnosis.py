# SPDX-License-Identifier: Apache-2.0
"""A diagnosis for people: a sentence, a table of what was seen, and what to try next."""

from collections.abc import Iterator

from rich.table import Table

from ..console import PlainConsole
from ..terminal import counted
from .causes.meter import SELDOM_LEFT_OUT
from .diagnosis import Diagnosis
from .examined import Examined

__all__ = ["print_diagnosis"]

_BITS = ("bit 0", "bit 1", "bit 2", "bit 3", "bit 4", "bit 5", "bit 6", "parity")
_PLACES = ("start", "label", "separator", "value", "checksum", "end", "delimiter")


def print_diagnosis(diagnosis: Diagnosis, console: PlainConsole) -> None:
    """Print it."""
    console.print(diagnosis.sentence, style="bold")
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, told in _rows(diagnosis.line):
        table.add_row(name, told)
    console.print(table)
    for finding in diagnosis.findings[1:]:
        console.print(f"besides: {finding.sentence}")
    for note in diagnosis.line.heard.notes:
        console.print(f"note: {note}")
    steps = [step for finding in diagnosis.findings for step in finding.next]
    for number, step in enumerate(dict.fromkeys(steps), start=1):
        console.print(f"{'try next:' if number == 1 else '':9} {number}. {step}")


def _rows(line: Examined) -> Iterator[tuple[str, str]]:
    heard, reading, damage, rate = line.heard, line.reading, line.damage, line.rate
    yield "mode", "not known" if line.mode is None else str(line.mode)
    read_at = "" if heard.baud is None else f"read at {heard.baud} baud; "
    measured = "not known" if rate is None else f"{rate.low_baud:.0f} to {rate.high_baud:.0f} baud"
    yield "rate", f"{read_at}measured: {measured}"
    eighth = line.characters.eighth
    parity = (
        "not there: the port takes it off, or none is sent"
        if not heard.has_parity
        else "not known"
        if eighth is None
        else str(eighth)
    )
    yield "eighth bit", parity
    total = len(line.characters.codes)
    yield (
        "heard",
        f"{counted(total, 'character')} in {heard.lasted_s:.1f} s" if heard.is_timed else counted(total, "character"),
    )
    groups = len(reading.groups) + len(reading.refused)
    yield "frames", f"{counted(len(reading.frames), 'frame')}, {len(reading.whole)} whole and without damage"
    yield "groups", f"{counted(groups, 'group')}, {len(reading.refused)} refused"
    if heard.has_parity and line.characters.tells_damage:
        yield "wrong parity", _share(len(line.characters.spoilt), total)
    if damage.turned:
        yield "wrong bits", f"{_share(len(damage.turned), total)}; {damage.to_0} became 0, {damage.to_1} became 1"
        yield "by bit", ", ".join(f"{name} {count}" for name, count in zip(_BITS, damage.by_bit, strict=True))
        places = damage.by_place
        yield "by place", ", ".join(f"{place} {places[place]}" for place in _PLACES if places[place])
    if damage.lost:
        yield "lost", f"{counted(sum(damage.lost), 'character')} at {counted(len(damage.lost), 'place')}"
    if damage.more:
        yield "more", f"characters that no meter sends at {counted(damage.more, 'place')}"
    if damage.unknown:
        yield "unexplained", counted(damage.unknown, "damaged place")
    yield "missing", ", ".join(map(_missing, line.missing)) or "no group"
    yield "silences", _silences(line)


def _missing(label: str) -> str:
    return f"{label} (some sound meters leave it out)" if label in SELDOM_LEFT_OUT else label


def _silences(line: Examined) -> str:
    if not line.heard.is_timed:
        return "not known"
    if not line.silences:
        return "none over 0.1 s"
    longest = max(line.silences, key=lambda silence: silence.for_s)
    count = counted(len(line.silences), "silence")
    return f"{count} over 0.1 s, the longest {longest.for_s:.1f} s at second {longest.at_s:.1f}"


def _share(count: int, total: int) -> str:
    return f"{counted(count, 'character')} ({100 * count / total:.2g} %)" if total else "0 characters"
