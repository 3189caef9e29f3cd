# SPDX-License-Identifier: Apache-2.0
"""The page on uplinks: its mapping, its commands and its tables are what the product makes of them."""

import re
import shlex
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from xky.hil.bench.probes import probe_kinds
from xky.hil.campaign.suite import known_ids

from ..command import xky

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "uplinks.md").read_text(encoding="utf-8")
TABLES = PAGE.partition("<!-- outages -->\n")[2].partition("<!-- end of outages -->")[0]


def block(kind: str) -> str:
    """The one block of a kind."""
    [found] = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def outages() -> ModuleType:
    spec = spec_from_file_location("outages", DOCS / "outages.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["outages"] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_the_mapping_of_the_page_makes_of_its_sample_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "their-gateway.toml").write_text(block("toml"), encoding="utf-8")
    (tmp_path / "sample.json").write_text(block("json"), encoding="utf-8")
    command, _, printed = block("console").partition("\n")
    ended = xky(*shlex.split(command.removeprefix("$ xky ")), cwd=tmp_path)
    assert ended.returncode == 0
    assert [line.rstrip() for line in ended.stdout.splitlines()] == printed.splitlines()


@pytest.mark.realtime
def test_the_python_of_the_page_runs() -> None:
    exec(compile(block("python"), "uplinks.md", "exec"), {})


def test_each_kind_of_probe_and_each_requirement_has_its_row() -> None:
    for kind in probe_kinds():
        assert re.search(rf"^\| .*`{kind}(`|:)", PAGE, re.MULTILINE), kind
    for id_ in known_ids():
        if id_.startswith("XKY-UPL-") and "/" not in id_:
            assert f"\n| `{id_}` |" in PAGE


@pytest.mark.nightly
def test_what_an_hour_costs_is_what_the_page_says(outages: ModuleType) -> None:
    for board, outage in (("winky-lab", outages.OUTAGES[0]), ("loky", outages.OUTAGES[3])):
        for row in outages.rows(board, outage):
            assert f"| {' | '.join(row)} |\n" in TABLES


@pytest.mark.nightly
def test_each_table_is_what_the_command_prints(outages: ModuleType) -> None:
    assert outages.tables() == TABLES
