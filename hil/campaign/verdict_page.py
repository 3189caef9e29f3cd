# SPDX-License-Identifier: Apache-2.0
"""Verdicts on a terminal, read from its last line upwards: passes in few words, what is wrong last and whole."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..terminal import printable
from .contested import contested_lines
from .verdict_marks import MARK, STYLE, rank, ranked
from .waivers import waived_lines
from .wording import Wording

__all__ = ["print_page", "run_title"]

_WHOLE = 3  # so many of these ranks are told whole: an undecided should is nothing that anybody waits for


def print_page(console: Console, report: dict[str, Any], words: Wording | None = None) -> None:
    """All requirements: those that need nobody on a line a verdict, then the others, the worst last."""
    words = words or Wording()
    console.print(Text(printable(run_title(report, words)), "bold"))
    rest = [one for one in report["requirements"] if rank(one) >= _WHOLE]
    for verdict in ("pass", "not applicable", "inconclusive"):
        ids = [one["id"] for one in rest if one["verdict"] == verdict]
        if ids:
            head = Text(f"{MARK[verdict]} {words.say(verdict)} ", STYLE[verdict])
            _print(console, head, f"{len(ids)}{words.colon}{', '.join(ids)}")
    for remark in report["remarks"]:
        _print(console, Text(""), printable(words.fill("note: {remark}", remark=remark)))
    for one in reversed(ranked(report["requirements"])):
        if rank(one) < _WHOLE:
            _print_whole(console, one, words, names_probes=len(report.get("probes", ())) > 1)
    console.print()


def run_title(report: dict[str, Any], words: Wording) -> str:
    """Which device was judged, on which board, in which mode."""
    told = {name: report[name] for name in ("device", "board", "mode")}
    return words.fill("{device} on board {board}, mode {mode}", **told)


def _print_whole(console: Console, one: dict[str, Any], words: Wording, *, names_probes: bool) -> None:
    console.print()
    head = Text(f"{MARK[one['verdict']]} {words.say(one['verdict'])} ", STYLE[one["verdict"]])
    told = f"({words.say(one['level'])}) {printable(words.say(one['title']))}"
    _print(console, head.append(f"{one['id']} ", "bold"), told)
    _print(console, Text(printable(words.clause(one["clause"])), "dim"), "", 2)
    guilty = [purpose for purpose in one["purposes"] if purpose["verdict"] in ("fail", "inconclusive")]
    for purpose in guilty:
        at = f", {printable(purpose['probe'])}" if names_probes else ""
        name, mode = purpose["id"].partition("/")[2], words.say(purpose["mode"])
        head = Text(f"{MARK[purpose['verdict']]} {name}, {mode}{at}{words.colon}", "bold")
        _print(console, head, printable(words.say(purpose["reason"])), 2)
        trail = Table.grid(padding=(0, 2))
        for title, line in _trail(purpose):
            trail.add_row(Text(title and words.say(title), "dim"), Text(printable(words.say(line))))
        console.print(Padding(trail, (0, 0, 0, 4), expand=False))
    for line in (*waived_lines(one), *contested_lines(one)):
        _print(console, Text(""), printable(words.say(line)), 2)
    passed = len(one["purposes"]) - len(guilty)
    if passed:
        template = "{n} other purpose not failed" if passed == 1 else "{n} other purposes not failed"
        _print(console, Text(words.fill(template, n=passed), "dim"), "", 2)


def _trail(purpose: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What it rests on, a line each; its title stands before the first of a kind."""
    for title in ("sent", "expected", "seen"):
        for number, line in enumerate(purpose[title]):
            yield "" if number else title, line


def _print(console: Console, head: Text, text: str, indent: int = 0) -> None:
    """A head in its style, then text that is nobody's markup."""
    console.print(Padding(Text.assemble(head, text), (0, 0, 0, indent), expand=False))
