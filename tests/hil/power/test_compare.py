# SPDX-License-Identifier: Apache-2.0
"""``xky power compare``: two revisions side by side."""

import json
from pathlib import Path

import pytest

from xky.boards.power.analysis import analyse
from xky.emulator.supply import SUPPLIES
from xky.hil.cli import app
from xky.hil.power.compare import compare
from xky.protocol import InputError, Mode

from .populations import WINKY, build

SMALL = build(capacitor={"capacitance_f": 0.5}).model_copy(update={"id": "winky-small"})
SUPPLY = SUPPLIES["min_spec"]


@pytest.mark.nightly
def test_the_second_less_the_first() -> None:
    found = compare(WINKY, SMALL, SUPPLY)
    rows = {row.name: row for row in found.rows}
    one, other = (analyse(board, SUPPLY, highest=SUPPLIES["typical"]) for board in (WINKY, SMALL))
    assert rows["margin over brown-out"].values == (one.margin_v, other.margin_v)
    start = rows["first wake after a cold start"]
    assert start.difference is not None and start.difference == pytest.approx(start.values[0] / 1.5 * -1.0, rel=0.01)
    assert rows["lives on this supply"].values == ("yes", "yes")
    assert rows["ratings exceeded"].difference is None
    assert [(part.name, part.values) for part in found.parts] == [("power.capacitor.capacitance_f", (1.5, 0.5))]


def test_the_same_board_twice() -> None:
    found = compare(WINKY, WINKY, SUPPLY, period_s=60.0)
    assert not found.parts
    assert {row.difference for row in found.rows} == {0.0, None}
    assert found.analyses[0].period_s == pytest.approx(60.0)


def test_a_board_with_a_supply_of_its_own() -> None:
    found = compare(WINKY, build(source="external"), SUPPLY)
    rows = {row.name: row.values for row in found.rows}
    assert rows["lives on this supply"] == ("yes", "refused")
    assert "live on the TIC" in str(rows["why not"][1])


def test_modes() -> None:
    historic = WINKY.model_copy(update={"id": "old", "modes": (Mode.HISTORIC,)})
    assert compare(WINKY, historic, SUPPLY).analyses[0].mode is Mode.HISTORIC
    with pytest.raises(InputError, match="board old does not read it; it reads historic"):
        compare(WINKY, historic, SUPPLY, mode=Mode.STANDARD)
    with pytest.raises(InputError, match="no TIC mode in common"):
        compare(WINKY.model_copy(update={"modes": (Mode.STANDARD,)}), historic, SUPPLY)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import xky.boards

    text = (Path(next(iter(xky.boards.__path__))) / "winky-c6.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(
        text.replace('id = "winky-c6"', 'id = "winky-small"').replace("= 1.5 ", "= 0.5 "), encoding="utf-8"
    )
    picture = tmp_path / "both.svg"
    app(["power", "compare", "winky-c6", str(other), "--plot", str(picture)], standalone_mode=False)
    out = capsys.readouterr().out
    assert "difference" in out and "capacitor.capacitance_f" in out and "winky-small" in out
    drawn = picture.read_text(encoding="utf-8")
    for words in ("winky-c6: first wake at 214 s", "winky-small: brown-out", "power on, 4.20 V", "(V)", "(s)"):
        assert words in drawn
    dead = str(tmp_path / "dead.png")
    app(["power", "compare", "winky-c6", str(other), "--supply", "dead", "--plot", dead, "--json"],
        standalone_mode=False)  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    lives = next(row for row in told["rows"] if row["name"] == "lives on this supply")
    assert lives == {"name": "lives on this supply", "unit": "", "values": ["no", "no"], "difference": None}
    assert (tmp_path / "dead.png").read_bytes().startswith(b"\x89PNG")
