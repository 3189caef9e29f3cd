# SPDX-License-Identifier: Apache-2.0
"""``xky boards``: what boards are known, and each value of a board's file with where it comes from."""

import json
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from xky.boards import Board, board_named, board_names
from xky.boards.description.board import board_file, shipped_boards
from xky.boards.description.sources import SOURCES, Sourced, values_of
from xky.protocol import InputError
from xky.protocol.tomlfile import parse_toml

from ..console import PlainConsole
from ..terminal import printable

__all__ = ["group"]

_WIDTH = 132  # of a table where no terminal tells its own
_WIDE = 110  # from there on five columns have room
_STYLES = {"assumption": "yellow", "memory": "yellow", "": "bold red"}
_SUPPLY = {None: "–", "tic": "TIC", "external": "its own"}
_IN_THE_TITLE = ("id", "title")
_NAMES = (*_IN_THE_TITLE, "firmware")  # what a thing is called has no source

group = typer.Typer(
    help="The boards known, and where each of their values comes from.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@group.callback(invoke_without_command=True)
def boards(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list and nothing else.")] = False,
) -> None:
    """List the boards known; xky boards show NAME tells one with its sources."""
    if ctx.invoked_subcommand is not None:
        if as_json:
            raise InputError(f"--json: write it behind {ctx.invoked_subcommand}")
        return
    known = [board for name in board_names() if (board := _looked_at(name)) is not None]
    if as_json:
        _dump([_summary(board) for board in known])
        return
    console = _console()
    table = Table() if console.width >= _WIDE else Table(box=None, pad_edge=False)
    for column in ("board", "what", "supply", "microcontroller", "simulated firmware"):
        table.add_column(column, no_wrap=column == "board", overflow="fold")
    for board in known:
        told = _summary(board)
        table.add_row(board.id, board.title, _SUPPLY[told["power"]], told["mcu"] or "–", board.firmware or "–")
    console.print(table)


@group.command()
def show(
    name: Annotated[
        str,
        typer.Argument(autocompletion=board_names, metavar="NAME", help="A board, or the path of a board's TOML file."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Print each value of a board's file with its source and what else its line says."""
    shown, text = board_file(name)
    board, values = parse_toml(text, shown, Board), values_of(text)
    if as_json:
        rows = [
            {"section": one.section, "key": one.key, "value": one.value, "source": one.source or None, "note": one.note}
            for one in values
        ]
        _dump(_summary(board) | {"values": rows})
        return
    console = _console()
    shown_values = [one for one in values if one.section or one.key not in _IN_THE_TITLE]
    title = Text(f"{board.id}: {printable(board.title)}")
    console.print((_wide if console.width >= _WIDE else _narrow)(title, shown_values))
    used = {one.source for one in values}
    for word, meaning in SOURCES.items():
        if word in used:
            console.print(f"{word}: {meaning}", highlight=False)


def _wide(title: Text, values: Sequence[Sourced]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("section", "key", "value", "source", "note"):
        table.add_column(column, no_wrap=column not in ("value", "note"))
    for section, group in groupby(values, key=lambda one: one.section):
        table.add_section()
        for number, one in enumerate(group):
            table.add_row(Text("" if number else section), *_cells(one))
    return table


def _narrow(title: Text, values: Sequence[Sourced]) -> Table:
    """The same without lines, a section's name above its values: notes keep the room that words need."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("key", "value", "source", "note"):
        table.add_column(column, overflow="fold", no_wrap=column in ("key", "source"))
    for section, group in groupby(values, key=lambda one: one.section):
        if section:
            table.add_row(Text(f"[{section}]", "bold"))
        for one in group:
            table.add_row(*_cells(one))
    return table


def _cells(one: Sourced) -> tuple[Text, ...]:
    source = one.source or ("" if _is_name(one) else "none told")
    style = _STYLES.get(one.source, "")
    return Text(printable(one.key)), Text(printable(_text(one))), Text(source, style=style), Text(printable(one.note))


def _looked_at(name: str) -> Board | None:
    """A board; None, and a word on standard error, for one of a package that does not work."""
    try:
        return board_named(name)
    except InputError as error:
        if name in shipped_boards():
            raise
        print(f"xky: {printable(str(error))}", file=sys.stderr)
        return None


def _summary(board: Board) -> dict[str, str | None]:
    power = board.power
    return {
        "id": board.id,
        "title": board.title,
        "power": None if power is None else power.source,
        "mcu": None if power is None else power.mcu.part,
        "firmware": board.firmware,
    }


def _is_name(one: Sourced) -> bool:
    return not one.section and one.key in _NAMES


def _text(one: Sourced) -> str:
    if isinstance(one.value, list):
        return ", ".join(str(part) for part in one.value)
    if isinstance(one.value, bool):
        return str(one.value).lower()
    return f"{one.value:g}" if isinstance(one.value, float) else str(one.value)


def _console() -> PlainConsole:
    console = PlainConsole()
    return console if console.is_terminal else PlainConsole(width=_WIDTH)


def _dump(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n")
