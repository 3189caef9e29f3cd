# SPDX-License-Identifier: Apache-2.0
"""The league for people on a terminal or in a log: how each decoder did, then requirements × decoders."""

from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ...campaign.verdict_marks import MARK, STYLE
from ...console import PlainConsole
from .document import columns

__all__ = ["print_league"]

_WIDTH = 120  # of a table where no terminal tells its own


def print_league(league: dict[str, Any], out: Path) -> None:
    """Print both tables, what was skipped, and where the rest is."""
    console = PlainConsole()
    console = console if console.is_terminal else PlainConsole(width=_WIDTH)
    if columns(league):
        console.print(_decoders(league))
        console.print(_requirements(league))
        console.print("✓ pass, ✗ fail, ? inconclusive, – not applicable, or not promised by its documentation")
    for decoder in league["decoders"]:
        if decoder["skipped"]:
            console.print(f"skipped: {decoder['name']}: {decoder['skipped']}")
    console.print(f"{out / 'index.html'}: each wrong or missing reading with what was on the line")


def _decoders(league: dict[str, Any]) -> Table:
    levels = {one["id"]: one["level"] for one in league["requirements"]}
    table = Table(title="Decoders", title_justify="left")
    for name in ("", "decoder", "mode", "must: failed", "should: failed", "decided", "hunted", "besides"):
        table.add_column(name)
    for letter, (decoder, run) in _lettered(league):
        failed = [levels[id_] for id_, verdict in run["verdicts"].items() if verdict == "fail"]
        hunts = [one for one in decoder["hunts"] if one["mode"] == run["mode"]]
        mishaps = [one for where in (run, *hunts) for one in where["mishaps"]]
        table.add_row(
            letter, decoder["name"], run["mode"], str(failed.count("must")), str(failed.count("should")),
            f"{run['decided']} of {run['total']}", ", ".join(f"{len(one['findings'])} found" for one in hunts) or "–",
            ", ".join(f"{one['kind']}: {one['count']}" for one in mishaps) or "–",
        )  # fmt: skip
    return table


def _requirements(league: dict[str, Any]) -> Table:
    table = Table(title="Requirements", title_justify="left")
    table.add_column("requirement", no_wrap=True)
    table.add_column("level", no_wrap=True)
    for letter, _ in _lettered(league):
        table.add_column(letter, no_wrap=True)
    for one in league["requirements"]:
        verdicts = [run["verdicts"].get(one["id"], "not applicable") for _, (_, run) in _lettered(league)]
        table.add_row(one["id"], one["level"], *(Text(MARK[verdict], STYLE[verdict]) for verdict in verdicts))
    return table


def _lettered(league: dict[str, Any]) -> list[tuple[str, tuple[dict[str, Any], dict[str, Any]]]]:
    """The columns, each with a letter, since names of decoders would need a page each."""
    return [(_letters(number), column) for number, column in enumerate(columns(league))]


def _letters(number: int) -> str:
    rounds, letter = divmod(number, 26)
    return ("" if not rounds else chr(ord("A") + rounds - 1)) + chr(ord("A") + letter)
