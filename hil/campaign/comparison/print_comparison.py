# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs, for people: what the runs differ in first, then what changed, the worst last."""

import json
from collections.abc import Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ...console import PlainConsole
from ...terminal import one_line, short_line
from ..verdict import Level, Verdict
from ..verdict_marks import MARK, STYLE
from ..wording import Wording
from .changes import Change, Comparison, MeasureChange, PurposeChange

__all__ = ["comparison_headline", "print_comparison"]

_BEFORE = "before: {device} on board {board_id}, {started}"
_AFTER = "after:  {device} on board {board_id}, {started}"
_NOT_STATED_BEFORE = "before: not the firmware of its statement: {remark}"
_NOT_STATED_AFTER = "after: not the firmware of its statement: {remark}"
_ONE_WORSE, _SEVERAL_WORSE = "{n} purpose got worse", "{n} purposes got worse"
_SHOWN = 10  # measures, of those that moved most
_PAST = {  # as the headline counts them; the worst last
    Change.NOT_ASKED: "not asked of the later run", Change.APPEARED: "new", Change.OTHER: "changed otherwise",
    Change.BETTER: "better", Change.GONE: "gone",
}  # fmt: skip


def print_comparison(made: Comparison, words: Wording | None = None) -> None:
    """Print it on standard output; in English unless told."""
    console, words = PlainConsole(), words or Wording()
    before, after = made.before, made.after
    for line, run in (_BEFORE, before), (_AFTER, after):
        told = {"device": one_line(run.device), "board_id": one_line(run.board), "started": one_line(run.started)}
        console.print(words.fill(line, **told))
    for line, run in (_NOT_STATED_BEFORE, before), (_NOT_STATED_AFTER, after):
        for remark in run.disagreements:
            console.print(words.fill(line, remark=one_line(remark)))
    for one in made.differences:
        was, is_ = _told(one.before), _told(one.after)
        console.print(
            words.fill("other {what}: {was} before, {is_now} after", what=one_line(one.what), was=was, is_now=is_)
        )
    lengths = {"n_before": f"{before.duration_s:.1f}", "n_after": f"{after.duration_s:.1f}"}
    console.print(words.fill("on the line: {n_before} s before, {n_after} s after", **lengths))
    if made.measures:
        _measures(console, made.measures, words)
    for change, past in _PAST.items():
        ids = list(dict.fromkeys(one.id for one in made.purposes if one.change is change and not _is_whole(one)))
        if ids:
            colon = ":" if words.language == "en" else " :"
            console.print(f"{words.say(past)}{colon} {', '.join(map(one_line, ids))}")
    _changes(console, sorted(filter(_is_whole, made.purposes), key=lambda one: one.level == Level.MUST), words)
    word = words.say("WORSE" if made.worse else "NO WORSE")
    console.print_headline(word, STYLE["fail" if made.worse else "pass"], comparison_headline(made, words)[len(word) :])


def comparison_headline(made: Comparison, words: Wording | None = None) -> str:
    """What it comes to, in one line; in English unless told."""
    words = words or Wording()
    worse = words.say("nothing got worse")
    if made.worse:
        worse = words.fill(_ONE_WORSE if len(made.worse) == 1 else _SEVERAL_WORSE, n=len(made.worse))
    others = [f"{made.counted(change)} {words.say(told)}" for change, told in _PAST.items() if made.counted(change)]
    verdicts = {"was": words.say(made.before.verdict.value), "is_now": words.say(made.after.verdict.value)}
    runs = words.fill("{was} before, {is_now} after", **verdicts)
    return f"{words.say('WORSE' if made.worse else 'NO WORSE')}  {'; '.join([worse, *others, runs])}."


def _is_whole(one: PurposeChange) -> bool:
    """Whether it is told whole: it got worse, and is still there."""
    return one.is_worse and one.after is not None


def _changes(console: PlainConsole, changes: list[PurposeChange], words: Wording) -> None:
    """What got worse: each on a line, with its reason below; shoulds, then musts."""
    several = len({one.probe for one in changes}) > 1
    for one in changes:
        at = f", {one_line(one.probe)}" if several else ""
        told = Text.assemble(_verdict(one.before, words), " → ", _verdict(one.after, words))
        told.append(f"  {one_line(one.id)}", "bold").append(
            f", {_said(words, one.mode)}{at} ({words.say(one.level.value)})"
        )
        console.print(told)
        if one.reason:
            console.print(Padding(Text(short_line(words.say(one.reason)), "dim"), (0, 0, 0, 4), expand=False))


def _measures(console: PlainConsole, measures: Sequence[MeasureChange], words: Wording) -> None:
    """Those that moved most by their limits."""
    table = Table(title=words.say("What was measured"), title_justify="left")
    for column in ("purpose", "what", "before", "after", "limit"):
        table.add_column(words.say(column), overflow="fold")
    moved = sorted(measures, key=lambda one: abs(one.after - one.before) / abs(one.limit or 1.0), reverse=True)
    for one in moved[:_SHOWN]:
        unit = one_line(one.unit)
        was, is_, limit = (f"{words.number(f'{number:.4g}')} {unit}" for number in (one.before, one.after, one.limit))
        table.add_row(
            f"{one_line(one.purpose)}, {_said(words, one.mode)}", _said(words, one.what), was, is_,
            f"{words.say(one.bound)} {limit}",
        )  # fmt: skip
    console.print(table)
    if len(moved) > _SHOWN:
        console.print(words.fill("and {n} more that were measured; xky diff --json tells all", n=len(moved) - _SHOWN))


def _verdict(verdict: Verdict | None, words: Wording) -> Text:
    if verdict is None:
        return Text("–", "dim")
    return Text(f"{MARK[verdict.value]} {words.say(verdict.value)}", STYLE[verdict.value])


def _said(words: Wording, text: str) -> str:
    """A text of somebody's report in the language, on one line."""
    return one_line(words.say(text))


def _told(said: Any) -> str:
    return short_line(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
