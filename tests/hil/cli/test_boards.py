# SPDX-License-Identifier: Apache-2.0
"""``xky boards`` as a person meets it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.boards import board_names
from xky.hil.cli import app
from xky.protocol import InputError


def boards(*arguments: str) -> str:
    """What ``xky boards`` prints; its errors are raised."""
    run = CliRunner().invoke(app, ["boards", *arguments], catch_exceptions=False, env={"COLUMNS": "132"})
    assert run.exit_code == 0
    return run.stdout


def row(table: str, *words: str) -> str:
    """The one row that has these words."""
    (found,) = (line for line in table.splitlines() if all(word in line for word in words))
    return found


def test_every_board_is_listed_with_what_it_lives_on_and_runs() -> None:
    told = json.loads(boards("--json"))
    assert [one["id"] for one in told] == board_names()
    assert {tuple(one) for one in told} == {("id", "title", "power", "mcu", "firmware")}
    assert {(one["id"], one["power"], one["firmware"]) for one in told} >= {
        ("winky-c6", "tic", "winky"), ("eky", "external", "eky"), ("loky", "tic", "loky"),
        ("denky-d4", "external", None), ("generic", None, "reader"),
    }  # fmt: skip
    table = boards()
    assert all(name in table for name in board_names())
    assert "its own" in row(table, "eky", "ESP32 with LAN8720")


def test_a_board_is_shown_with_the_source_of_each_value() -> None:
    table = boards("show", "winky-c6")
    assert "winky-c6: Winky C6 (laboratory edition, OneForAll)" in table
    row(table, "capacitance_f", "1.5", "driver", "reference capacitance 1500 mF")
    row(table, "esr_ohm", "0.2", "datasheet", "AVX SCM 1.5 F 6 V")
    assert "assumption: an engineering default: nothing was found" in table
    assert "none told" not in table


def test_the_same_as_json() -> None:
    told = json.loads(boards("show", "winky-c6", "--json"))
    assert (told["id"], told["power"], told["mcu"]) == ("winky-c6", "tic", "ESP32-C6")
    assert {
        "section": "power.capacitor", "key": "capacitance_f", "value": 1.5, "source": "driver",
        "note": "reference capacitance 1500 mF",
    } in told["values"]  # fmt: skip


def test_a_file_of_ones_own_is_shown_and_a_value_without_a_source_stands_out(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('id = "mine"\ntitle = "\\u001b[2Jx"\n[receiver]\nbuffer_bytes = 99\n', encoding="utf-8")
    table = boards("show", str(path))
    row(table, "receiver", "buffer_bytes", "99", "none told")
    assert "\x1b" not in table
    assert json.loads(boards("show", str(path), "--json"))["values"][-1]["source"] is None


def test_what_is_wrong_is_told() -> None:
    with pytest.raises(InputError, match=r"^board 'winky-c7': not known; known: .* Did you mean winky-c6\?$"):
        boards("show", "winky-c7")
    with pytest.raises(InputError, match=r"^--json: write it behind show$"):
        boards("--json", "show", "eky")


@pytest.mark.parametrize("arguments", [(), ("show", "winky-c6")])
def test_eighty_columns_hold_every_word(arguments: tuple[str, ...]) -> None:
    terminal = {"COLUMNS": "80", "FORCE_COLOR": "1", "TERM": "xterm"}
    run = CliRunner().invoke(app, ["boards", *arguments], catch_exceptions=False, env=terminal)
    text = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
    words = set(boards(*arguments).split()) - {"section", "│"}
    assert "…" not in text
    told = [
        line for line in text.splitlines() if not re.match(r"\w+: ", line)
    ]  # the words of sources wrap by themselves
    assert max(map(len, told)) <= 80
    assert {word for word in words if re.fullmatch(r"[\w.,()-]+", word)} <= set(re.split(r"[\s\[\]]+", text))
