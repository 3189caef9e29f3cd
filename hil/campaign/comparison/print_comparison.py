# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs, for people: what the runs differ in first, then what changed, the worst last."""

import json
from collections.abc import Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ...console import PlainConsole
from ...terminal import counted, one_line, short_line
from ..verdict import Level, Verdict
from ..verdict_page import MARK, STYLE
from .changes import Change, Comparison, MeasureChange, PurposeChange

__all__ = ["comparison_headline", "print_comparison"]

_SHOWN = 10  # measures, of those that moved most
_PAST = {  # as the headline counts them; the worst last
    Change.NOT_ASKED: "not asked of the later run", Change.APPEARED: "new", Change.OTHER: "changed otherwise",
    Change.BETTER: "better", Change.GONE: "gone",
}  # fmt: skip


def print_comparison(made: Comparison) -> None:
    """Print it on standard output."""
    console = PlainConsole()
    before, after = made.before, made.after
    console.print(f"before: {one_line(before.device)} on board {one_line(before.board)}, {before.started}")
    console.print(f"after:  {one_line(after.device)} on board {one_line(after.board)}, {after.started}")
    for when, run in (("before", before), ("after", after)):
        for told in run.disagreements:
            console.print(f"{when}: not the firmware of its statement: {one_line(told)}")
    for one in made.differences:
        console.print(f"other {one_line(one.what)}: {_told(one.before)} before, {_told(one.after)} after")
    console.print(f"on the line: {before.duration_s:.1f} s before, {after.duration_s:.1f} s after")
    if made.measures:
        _measures(console, made.measures)
    for change, told in _PAST.items():
        ids = list(dict.fromkeys(one.id for one in made.purposes if one.change is change and not _is_whole(one)))
        if ids:
            console.print(f"{told}: {', '.join(map(one_line, ids))}")
    _changes(console, sorted(filter(_is_whole, made.purposes), key=lambda one: one.level == Level.MUST))
    word = "WORSE" if made.worse else "NO WORSE"
    console.print_headline(word, STYLE["fail" if made.worse else "pass"], comparison_headline(made)[len(word) :])


def comparison_headline(made: Comparison) -> str:
    """What it comes to, in one line."""
    worse = f"{counted(len(made.worse), 'purpose')} got worse" if made.worse else "nothing got worse"
    others = [f"{made.counted(change)} {told}" for change, told in _PAST.items() if made.counted(change)]
    runs = f"{made.before.verdict.value} before, {made.after.verdict.value} after"
    return f"{'WORSE' if made.worse else 'NO WORSE'}  {'; '.join([worse, *others, runs])}."


def _is_whole(one: PurposeChange) -> bool:
    """Whether it is told whole: it got worse, and is still there."""
    return one.is_worse and one.after is not None


def _changes(console: PlainConsole, changes: list[PurposeChange]) -> None:
    """What got worse: each on a line, with its reason below; shoulds, then musts."""
    several = len({one.probe for one in changes}) > 1
    for one in changes:
        at = f", {one_line(one.probe)}" if several else ""
        told = Text.assemble(_verdict(one.before), " → ", _verdict(one.after))
        told.append(f"  {one_line(one.id)}", "bold").append(f", {one_line(one.mode)}{at} ({one.level.value})")
        console.print(told)
        if one.reason:
            console.print(Padding(Text(short_line(one.reason), "dim"), (0, 0, 0, 4), expand=False))


def _measures(console: PlainConsole, measures: Sequence[MeasureChange]) -> None:
    """Those that moved most by their limits."""
    table = Table(title="What was measured", title_justify="left")
    for column in ("purpose", "what", "before", "after", "limit"):
        table.add_column(column, overflow="fold")
    moved = sorted(measures, key=lambda one: abs(one.after - one.before) / abs(one.limit or 1.0), reverse=True)
    for one in moved[:_SHOWN]:
        unit = one_line(one.unit)
        table.add_row(
            f"{one_line(one.purpose)}, {one_line(one.mode)}", one_line(one.what), f"{one.before:.4g} {unit}",
            f"{one.after:.4g} {unit}", f"{one.bound} {one.limit:.4g} {unit}",
        )  # fmt: skip
    console.print(table)
    if len(moved) > _SHOWN:
        console.print(f"and {len(moved) - _SHOWN} more that were measured; xky diff --json tells all")


def _verdict(verdict: Verdict | None) -> Text:
    return Text("–", "dim") if verdict is None else Text(f"{MARK[verdict.value]} {verdict.value}", STYLE[verdict.value])


def _told(said: Any) -> str:
    return short_line(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
