# SPDX-License-Identifier: Apache-2.0
"""The statements of docs/statement.md are right, and say what the page says of them."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from xky.boards import board_named
from xky.boards.description.laid_over import board_with
from xky.boards.description.statement import LabelPath, ReadingMap
from xky.hil.bench.mapping import Statement
from xky.hil.bench.reading import Reading, Said
from xky.hil.ends.end import Payload

PAGE = (Path(__file__).parents[2] / "docs" / "statement.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_each_statement_of_the_page_is_right(block: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(block, encoding="utf-8")
    board = board_with(board_named("generic"), tmp_path / "s.toml")
    assert len(board.reading) == len(tomllib.loads(block)["reading"])


@pytest.mark.parametrize("model", [ReadingMap, LabelPath])
def test_each_key_has_its_row(model: Any) -> None:
    for name, field in model.model_fields.items():
        assert f"\n| `{field.alias or name}` |" in PAGE


@pytest.mark.parametrize(
    ("number", "probe", "source", "content", "said"),
    [
        (0, "mqtt", "tele/w/SENSOR", {"CONTRACT": {"CONSO": 5}, "METER": {"P": 6}}, {"EAST": 5, "SINSTS": 6}),
        (1, "mqtt", "home/meter/index", 2188.83, {"BASE": "2188.83"}),
        (2, "influx", "conso", {"tags": {"sensor": "VA"}, "fields": {"value": 5.0}}, {"SINSTS": 5}),
        (2, "influx", "linky", {"tags": {}, "fields": {"papp": 400}}, {"PAPP": 400}),
        (3, "lorawan", "1", {"index_wh": 7, "current_a": 1}, {"BASE": 7, "IINST": 1}),
    ],
)
def test_an_example_says_what_it_is_for(
    number: int, probe: str, source: str, content: Any, said: dict[str, int | str]
) -> None:
    maps = [ReadingMap.model_validate(one) for one in tomllib.loads(BLOCKS[number])["reading"]]
    found = Statement(maps, probe).read(Payload(0.0, source, content))
    assert isinstance(found, Reading)
    assert {label: one.value for label, one in found.said.items()} == said
    assert all(isinstance(one, Said) for one in found.said.values())
