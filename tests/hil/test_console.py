# SPDX-License-Identifier: Apache-2.0
"""Text that is not ours is never markup: what a device, a path or a file says stands on the page as it is."""

import ast
import io
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.progress import Progress
from rich.table import Table
from typer.testing import CliRunner

from xky.hil.campaign.print_verdicts import print_verdicts
from xky.hil.command_folder import CommandFolder
from xky.hil.console import PlainConsole
from xky.hil.progress_column import PlainColumn

from ..command import PLAIN, xky

ROOT = Path(__file__).parents[2]
FOLDERS = ("protocol", "emulator", "boards", "hil", "fixtures")
ODD = ("a [/b] c", "[red]x[/red]", "[/]", "[", "\\[/x]", "back\\", "[link=file:///x]y[/link]", ":red_car:", "[1, 2]")


@pytest.fixture(autouse=True)
def _as_on_a_plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("text", ODD)
def test_brackets_stand_where_they_are_printed(text: str) -> None:
    stream = io.StringIO()
    console = PlainConsole(file=stream)
    table = Table(title=f"title {text}")
    table.add_column(f"column {text}")
    table.add_row(f"cell {text}")
    console.print(f"line {text}", style="bold")
    console.print(table)
    console.print_headline(f"word {text}", "red", f", rest {text}")
    told = stream.getvalue()
    for place in ("title", "column", "cell", "line", "word", ", rest"):
        assert f"{place} {text}" in told
    with Progress(PlainColumn("bar {task.description}"), console=console, transient=False) as progress:
        progress.add_task(text, total=1)
    assert f"bar {text}" in stream.getvalue()


def test_control_characters_do_not_steer_the_terminal() -> None:
    stream = io.StringIO()
    console = PlainConsole(file=stream)
    table = Table(title="\x1b]0;\x07")
    table.add_column("\x9b1m")
    table.add_row("\udcff\r")
    console.print("\x1b[2J")
    console.print(table)
    with Progress(PlainColumn("{task.description}"), console=console) as progress:
        progress.add_task("\x1b[3J", total=1)
    told = stream.getvalue()
    assert [one for one in told if not one.isprintable() and one != "\n"] == []
    for shown in (r"\x1b[2J", r"\x1b]0;\x07", r"\x9b1m", r"\xdcff\x0d", r"\x1b[3J"):
        assert shown in told


def test_nothing_prints_by_a_console_that_reads_markup() -> None:
    ours = {ROOT / "hil" / "console.py", ROOT / "hil" / "progress_column.py"}
    readers = ("Console", "TextColumn", "SpinnerColumn", "from_markup")
    found = []
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if path not in ours):
        text = path.read_text(encoding="utf-8")
        if not any(word in text for word in (*readers, "markup")):
            continue  # most of them, which need not be parsed
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called in readers:
                    found.append(f"{path}:{node.lineno}: {called}")
            elif isinstance(node, ast.keyword) and node.arg == "markup":
                found.append(f"{path}:{node.value.lineno}: markup=")
    assert not found


def test_the_table_of_verdicts_shows_the_words_of_device_and_path(capsys: pytest.CaptureFixture[str]) -> None:
    purpose = {"id": "TIC-CHK-1/[/one]", "mode": "historic", "verdict": "fail", "reason": "said \x1b[31m[/x]"}
    requirement = {"id": "TIC-CHK-1", "level": "must", "verdict": "fail", "title": "[/t]", "purposes": [purpose]}
    report: dict[str, Any] = {
        "device": "exec:cat {port} [/x]", "board": "b[/c]", "mode": "historic", "requirements": [requirement],
        "verdict": "fail", "decided": 1, "total": 1, "remarks": ["key [/k]"],
    }  # fmt: skip
    print_verdicts(report, Path("out/a[/b]"))
    told = capsys.readouterr().out
    for text in ("exec:cat {port} [/x] on board b[/c]", "[/t]", "TIC-CHK-1/[/one], historic: said \\x1b[31m[/x]",
                 "note: key [/k]", "Report: out/a[/b]/index.html"):  # fmt: skip
        assert text in told


@pytest.mark.nightly
def test_pages_of_power_show_the_words_of_a_board(tmp_path: Path) -> None:
    text = (ROOT / "boards" / "winky-c6.toml").read_text(encoding="utf-8")
    for key in ("id", "title"):
        text = "\n".join(
            f'{key} = "{key} [/{key}]"' if line.startswith(f"{key} = ") else line for line in text.splitlines()
        )
    (tmp_path / "a[red].toml").write_text(text, encoding="utf-8")
    board = "./a[red].toml"
    for arguments, expected in (
        (("power", "show", board), "title [/title] on"),
        (("power", "show", board, "--scenario", "supply-weak"), "title [/title]:"),
        (("power", "compare", board, board), "id [/id]"),
        (("boards", "show", board), "id [/id]: title [/title]"),
    ):
        run = xky(*arguments, cwd=tmp_path)
        assert (run.returncode, run.stderr) == (0, ""), arguments
        assert expected in run.stdout, arguments


def test_help_shows_the_names_of_packages_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside_commands").mkdir()
    (tmp_path / "outside_commands" / "__init__.py").touch()
    (tmp_path / "outside_commands" / "other.py").write_text('def command() -> None:\n    """Other."""\n')
    (tmp_path / "outside_commands" / "one.py").write_text(
        "import typer\n\n\ndef command(board: str = typer.Option('x', help='One of a[/b], [red]c.')) -> None:\n"
        '    """Take one."""\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    class Commands(CommandFolder):
        package = "outside_commands"

    app = typer.Typer(cls=Commands)
    app.callback()(lambda: None)
    run = CliRunner().invoke(app, ["one", "--help"])
    monkeypatch.delitem(sys.modules, "outside_commands")
    assert run.exit_code == 0, run.output
    assert "One of a[/b], [red]c." in run.output
