# SPDX-License-Identifier: Apache-2.0
"""``xky certify`` for people: the steps as they are played, and a table of verdicts."""

import sys
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from xky.protocol import Mode
from xky.protocol.pseudonym import Pseudonyms

from ..archive.seal import UNSEALED, Seal
from ..console import PlainConsole
from ..progress_column import PlainColumn
from .campaign import Campaign
from .certify import Shrink, certify
from .contested import contested_lines
from .headline_notes import headline_notes
from .verdict_marks import MARK, STYLE
from .verdict_page import print_page, run_title
from .waivers import waived_lines
from .wording import Wording

__all__ = ["TimeLeft", "certify_with_progress", "headline", "print_verdicts"]


class TimeLeft(ProgressColumn):
    """Real time to the end of the run, this mode and those behind it; of a simulated board, by its steps so far."""

    def render(self, task: Task) -> Text:
        length_s, elapsed_s = task.fields["length_s"], task.elapsed or 0.0
        left_s = max(length_s - elapsed_s, 0.0) + task.fields["then_s"] if length_s else task.time_remaining
        if left_s is None or task.finished:
            return Text("")
        minutes, seconds = divmod(round(left_s), 60)
        return Text(f"{minutes}:{seconds:02} left", "cyan")


def certify_with_progress(
    campaign: Campaign,
    out: Path,
    *,
    strict: bool,
    seal: Seal = UNSEALED,
    pseudonyms: Pseudonyms | None = None,
    resume: bool = False,
    shrink: Shrink | None = None,
) -> dict[str, Any]:
    """Run a campaign, with its steps on standard error as they come; its report."""
    console = PlainConsole(file=sys.stderr)  # this very stream: pytest's own output is kept apart meanwhile
    columns = (PlainColumn("{task.description}"), BarColumn(), PlainColumn("{task.completed}/{task.total}"))
    with Progress(
        *columns, TimeElapsedColumn(), TimeLeft(), PlainColumn("{task.fields[step]}"), console=console,
        redirect_stdout=False, redirect_stderr=False, disable=not console.is_terminal,
    ) as progress:  # fmt: skip
        tasks: dict[Mode, Any] = {}

        def announce(of: Mode, steps: int, duration_s: float) -> None:
            length = f"{steps} steps, {duration_s:.0f} s on the line" if duration_s else f"{steps} steps"
            console.print(f"{of}: {length}")
            then_s = sum(campaign.lengths_s[later] for later in campaign.modes[campaign.modes.index(of) + 1 :])
            tasks[of] = progress.add_task(str(of), total=steps, step="", length_s=duration_s, then_s=then_s)

        def step(of: Mode, name: str, number: int) -> None:
            progress.update(tasks[of], completed=number, step=name)

        def done(of: Mode) -> None:
            progress.update(tasks[of], completed=progress.tasks[tasks[of]].total, step="")

        campaign.on_plan, campaign.on_step, campaign.on_played = announce, step, done
        campaign.on_wait = lambda line: console.print(line, soft_wrap=True)
        return certify(campaign, out, strict=strict, resume=resume, seal=seal, pseudonyms=pseudonyms, shrink=shrink)


def print_verdicts(report: dict[str, Any], out: Path | None, words: Wording | None = None) -> None:
    """On a terminal what is wrong last and whole; else a table, a row a requirement, that every log can keep.

    Args:
        report: as ``report.json`` has it.
        out: the folder that holds it; None where it could not be kept.
        words: of the language to tell it in; English unless told.
    """
    console, words = PlainConsole(), words or Wording()
    if console.is_terminal:
        print_page(console, report, words)
    else:
        _print_table(console, report, words)
    word, rest = _headline(report, out, words)
    console.print_headline(word, STYLE[report["verdict"]], rest)


def headline(report: dict[str, Any], out: Path | None, words: Wording | None = None) -> str:
    """What a run comes to, in one line; ``out`` and ``words`` as in ``print_verdicts``."""
    return "".join(_headline(report, out, words or Wording()))


def _headline(report: dict[str, Any], out: Path | None, words: Wording) -> tuple[str, str]:
    shoulds = sum(one["level"] == "should" and one["verdict"] == "fail" for one in report["requirements"])
    decided = words.fill("decided {n} of {n_total}", n=report["decided"], n_total=report["total"])
    more = words.semicolon + words.fill("shoulds not met: {n}", n=shoulds) if shoulds else ""
    more += "".join(words.semicolon + words.say(note) for note in headline_notes(report))
    kept = "" if out is None else " " + words.fill("Report: {path}", path=out / "index.html")
    return words.say(report["verdict"]).upper(), f"  {decided}{more}.{kept}"


def _print_table(console: PlainConsole, report: dict[str, Any], words: Wording) -> None:
    """A row a requirement, with what was wrong first; notes below."""
    table = Table(title=run_title(report, words), title_justify="left")
    for column in ("requirement", "level", "verdict"):
        table.add_column(words.say(column), no_wrap=True)
    table.add_column(words.say("what must hold, or what was wrong"))
    for one in report["requirements"]:
        verdict = one["verdict"]
        told = words.say(one["title"])
        if verdict in ("fail", "inconclusive"):
            first = next(purpose for purpose in one["purposes"] if purpose["verdict"] == verdict)
            at = f", {first['probe']}" if len(report.get("probes", ())) > 1 else ""
            told += f"\n{first['id']}, {words.say(first['mode'])}{at}{words.colon}{words.say(first['reason'])}"
        told += "".join(f"\n{words.say(line)}" for line in (*waived_lines(one), *contested_lines(one)))
        mark = Text(f"{MARK[verdict]} {words.say(verdict)}", STYLE[verdict])
        table.add_row(one["id"], words.say(one["level"]), mark, told)
    console.print(table)
    for remark in report["remarks"]:
        console.print(words.fill("note: {remark}", remark=remark))
