# SPDX-License-Identifier: Apache-2.0
"""docs/diagnose.md shows what is printed, and each cause there is."""

import json
import re
from pathlib import Path

import pytest

from ..command import xky
from ..hil.diagnosis.test_causes import PLAIN

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diagnose.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```\n\$ xky (.*?)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("command", "shown"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_page_shows_what_is_printed(command: str, shown: str) -> None:
    ended = xky(*command.split(), cwd=ROOT)
    assert [line.rstrip() for line in ended.stdout.splitlines()] == shown.splitlines()


def test_each_cause_is_on_the_page() -> None:
    schema = json.loads((ROOT / "hil" / "diagnosis" / "diagnosis.schema.json").read_text(encoding="utf-8"))
    causes = set(schema["properties"]["cause"]["enum"]) - {"good", "not known"}
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == causes
    assert len(SHOWN) == 2


def test_each_fault_whose_settings_matter_is_on_the_page_with_those_it_is_proven_by() -> None:
    rows = {row[1]: row[2] for row in re.finditer(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE)}
    for name, values, cause in PLAIN:
        if (name, {}, cause) not in PLAIN and not values.keys() <= {"label"}:
            told = {key if value is True else str(value) for key, value in values.items() if value != "LABEL"}
            _, _, behind = rows[cause].partition(f"`{name}`")
            assert all(one in behind for one in told), (cause, name, values)
