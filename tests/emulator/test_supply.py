# SPDX-License-Identifier: Apache-2.0
"""Terminals I1-A: what meters give, and what a scenario does to it."""

from pathlib import Path

import pytest

from xky.emulator import scenario_named
from xky.emulator.scenario.supply_script import supplies_of
from xky.emulator.supply import SUPPLIES, Supply, Terminals, supply_named
from xky.protocol import InputError

MINIMUM = SUPPLIES["min_spec"]


@pytest.mark.parametrize(
    ("name", "most_mw"),
    [("min_spec", 131), ("min_spec_13", 134), ("typical", 188), ("strong", 282), ("weak_old", 91), ("dead", 1)],
)
def test_each_model_gives_what_its_row_says(name: str, most_mw: int) -> None:
    assert round(1e3 * supply_named(name).most_w) == most_mw


@pytest.mark.parametrize("name", ["min_spec", "min_spec_13"])
def test_the_minimum_is_within_the_specification(name: str) -> None:
    supply = supply_named(name)
    assert supply.open_circuit_v <= 13
    loaded = [(supply.open_circuit_v * r / (r + supply.source_ohm), r) for r in range(225, 336)]
    assert any(5.4 <= v <= 6.6 and v * v / r >= 0.130 for v, r in loaded)


def test_an_unknown_model_is_told_with_those_that_are_known() -> None:
    with pytest.raises(InputError, match="supply 'minspec': not known; known: min_spec, "):
        supply_named("minspec")


def test_who_lives_on_the_terminals_is_told_of_a_change() -> None:
    terminals = Terminals(MINIMUM)
    told: list[Supply] = []
    terminals.connect(lambda: told.append(terminals.supply))
    terminals.supply = MINIMUM.cut
    terminals.supply = MINIMUM.sagging(0.5)
    assert [one.open_circuit_v for one in told] == [0.0, 6.0]
    assert {one.source_ohm for one in told} == {274.0}


def scenario(tmp_path: Path, *events: str) -> str:
    lines = ["at = '2026-03-02T10:00'", "end = '2026-03-02T12:00'"]
    for event in events:
        lines += ["[[event]]", event]
    path = tmp_path / "s.toml"
    path.write_text("\n".join(lines).replace("'", '"') + "\n")
    return str(path)


def changes(name: str) -> list[tuple[float, float]]:
    return [(at_s, one.open_circuit_v) for at_s, one in supplies_of(scenario_named(name), MINIMUM)]


def test_a_cut_out_a_sag_and_another_model_follow_each_other(tmp_path: Path) -> None:
    name = scenario(
        tmp_path,
        "at = '10:01'\nterminal_a = { share = 0, for_s = 30 }",
        "at = '10:02'\nterminal_a = { model = 'weak_old' }",
        "at = '10:03'\nterminal_a = { share = 0.5, for_s = 10 }",
        "at = '10:04'\noutage = { for_s = 20 }",
    )
    assert changes(name) == [
        (60, 0), (90, 12), (120, 10), (180, 5), (190, 10), (240, 0), (260, 10)
    ]  # fmt: skip


def test_what_begins_before_the_last_has_ended_takes_its_place(tmp_path: Path) -> None:
    name = scenario(
        tmp_path,
        "at = '10:01'\nterminal_a = { share = 0, for_s = 300 }",
        "at = '10:02'\nterminal_a = { model = 'strong' }",
    )
    assert changes(name) == [(60, 0), (120, 13)]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("{ for_s = 3 }", "one of model and share is wanted"),
        ("{ share = 0, model = 'dead' }", "one of model and share is wanted"),
        ("{ share = 1.5 }", "less than or equal to 1"),
        ("{ model = 'weak' }", "weak_old"),
        ("{ shar = 0 }", "Did you mean share"),
    ],
)
def test_a_wrong_table_is_told_with_its_line(tmp_path: Path, table: str, complaint: str) -> None:
    name = scenario(tmp_path, f"at = '10:01'\nterminal_a = {table}")
    with pytest.raises(InputError, match=r"s\.toml:5: event\.0\.terminal_a") as told:
        scenario_named(name)
    assert complaint in str(told.value)
