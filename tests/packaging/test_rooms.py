# SPDX-License-Identifier: Apache-2.0
"""The house: no module that holds two ideas, and pages that say where things are as it is."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [path for top in ("protocol", "emulator", "boards", "hil", "fixtures") for path in (ROOT / top).rglob("*.py")]
TABLES = runpy.run_path(str(ROOT / "docs" / "tables.py"))
LONGEST = 400  # lines; a module over it holds two ideas


def test_no_module_is_longer_than_one_idea() -> None:
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_every_module_says_what_it_holds() -> None:
    assert [path for path in CODE if not TABLES["first_line"](path)] == []


@pytest.mark.by_day(15)
@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_the_tables_of_the_pages_are_those_of_the_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == TABLES["written"](text), "run python docs/tables.py"


def test_where_things_are_names_every_module() -> None:
    page = (ROOT / "docs" / "rooms.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(ROOT).as_posix() for path in CODE}
    assert [folder for folder in sorted(folders) if f"\n## {folder}/\n" not in page] == []
