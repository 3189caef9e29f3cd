# SPDX-License-Identifier: Apache-2.0
"""``xky requirements`` as a person meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.hil import catalogue
from xky.hil.catalogue.clauses import clauses
from xky.hil.catalogue.entries import entries
from xky.hil.cli import app
from xky.protocol import InputError

from ...schema import require_schema

SCHEMA = json.loads((Path(catalogue.__path__[0]) / "requirements.schema.json").read_text(encoding="utf-8"))


def requirements(*arguments: str) -> str:
    """What ``xky requirements`` prints; its errors are raised."""
    run = CliRunner().invoke(app, ["requirements", *arguments], catch_exceptions=False, env={"COLUMNS": "132"})
    assert run.exit_code == 0
    return run.stdout


def test_all_are_listed() -> None:
    table = requirements()
    assert all(f" {id_} " in table for id_ in entries())
    assert f"{len(entries())} requirements" in table


def test_one_is_explained_in_both_languages() -> None:
    for language, words in (
        ("en", ("TIC-CHK-3 (must) A group whose", "why", "54E §5.3.6", "/space-checksum", "drops-space-checksum")),
        ("fr", ("TIC-CHK-3 (obligatoire) Un groupe dont", "pourquoi", "étiquette disparaît", "prouvée par")),
    ):  # fmt: skip
        page = requirements("TIC-CHK-3", "--lang", language)
        assert all(word in page for word in words), page


def test_what_needs_an_instrument_says_how_it_is_tried() -> None:
    page = requirements("TIC-INP-11")
    assert all(word in page for word in ("needs", "impedance meter", "1. Join I1 and I2", "limits", "below 15 pF"))
    assert "réel" not in page
    assert "Relier I1 et I2" in requirements("TIC-INP-11", "--lang", "fr")


def test_a_statement_tells_which_concern_the_device_and_why_not(tmp_path: Path) -> None:
    statement = tmp_path / "mine.toml"
    statement.write_text('labels = ["EAST", "BASE"]\n', encoding="utf-8")
    table = requirements("--statement", str(statement))
    assert "TIC-MOD-2: the board does not claim to find the TIC mode by itself" in table
    assert "depends: the device reports labels that its steps can show" in " ".join(table.replace("│", " ").split())


def test_on_what_it_depends_is_said_in_french_too() -> None:
    page = requirements("TIC-LNK-11", "--board", "generic", "--lang", "fr")
    assert "selon: le banc peut redémarrer l'appareil pendant que la ligne parle (--reset)" in " ".join(page.split())


def test_a_clause_tells_its_requirements_or_why_it_has_none() -> None:
    assert "TIC-INP-8" in requirements("--clause", "54E §5.3.4")
    assert "binds the meter" in requirements("--clause", "5.3.3")


@pytest.mark.parametrize(
    "arguments",
    [(), ("TIC-INP",), ("--device", "sim:loky"), ("--clause", "02E"), ("--board", "eky", "--probe", "mqtt")],
)
def test_json_keeps_its_schema(arguments: tuple[str, ...]) -> None:
    told = json.loads(requirements(*arguments, "--json"))
    require_schema(told, SCHEMA)
    if not arguments:
        assert [one["id"] for one in told["requirements"]] == list(entries())
        assert [one["clause"] for one in told["clauses"]] == list(clauses())


@pytest.mark.parametrize("kind", ["reqif", "needs", "csv"])
def test_an_export_is_a_file_or_standard_output(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert requirements("--export", kind, str(path)) == ""
    assert "TIC-CHK-1" in path.read_text(encoding="utf-8").replace("TIC_CHK_1", "TIC-CHK-1")
    assert requirements("--export", kind, "-")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("TIC-CHK-33",), "'TIC-CHK-33': no such requirement, purpose or group; .* Did you mean TIC-CHK-3"),
        (("--clause", "77"), "--clause '77': no such clause"),
        (("--export", "doc", "x"), "--export doc: no such format; known: reqif, needs, csv"),
        (("--export", "csv", "/nowhere/x"), "--export csv /nowhere/x: cannot be written"),
        (("--export", "csv", "-", "--json"), "--export: writes the whole catalogue; leave --json out"),
        (("--statement", "/nowhere.toml"), "/nowhere.toml"),
        (("--device", "sim:winki"), "winki"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(arguments: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as raised:
        requirements(*arguments)
    assert "\n" not in str(raised.value)
