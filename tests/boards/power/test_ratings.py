# SPDX-License-Identifier: Apache-2.0
"""What parts bear on the highest supply that a meter may give, against what they are rated for."""

from dataclasses import replace

import pytest

from xky.boards import Board, board_named
from xky.boards.description.parts import Charger, Diode
from xky.boards.power.ratings import Rated, ratings_exceeded, ratings_of
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES

from .variants import FED_BY_REGULATOR, WINKY, with_power

HIGHEST = SUPPLIES["typical"]  # 13 V rms without load
PEAK_V = 13 * 2**0.5


def exceeded(board: Board) -> dict[str, Rated]:
    assert board.power is not None
    return {f"{one.part}, {one.what}": one for one in ratings_exceeded(Train(board.power), HIGHEST)}


def test_a_sound_board_keeps_all_of_its_ratings() -> None:
    assert exceeded(WINKY) == {}


def test_input_of_a_regulator_before_the_capacitor_goes_up_to_the_peak() -> None:
    """Charged full, nothing is drawn, and what is rated for 13.2 V sees a sine's peak less two diodes."""
    (one,) = exceeded(FED_BY_REGULATOR).values()
    assert (one.part, one.rated) == ("MCP1702-5002", 13.2)
    assert one.what == "input voltage, V"
    assert PEAK_V - 1.5 < one.borne < PEAK_V - 0.2


def test_a_clamp_at_its_input_keeps_it_whole() -> None:
    charger = Charger(part="MCP1702-5002", output_v=5.0, input_max_v=13.2, output_max_a=0.25, input_clamp_v=13.0)
    assert exceeded(with_power(FED_BY_REGULATOR, charger=charger)) == {}


def test_without_a_clamp_the_capacitor_takes_what_there_is() -> None:
    told = exceeded(with_power(WINKY, clamp=None))
    assert {"two-cell supercapacitor, 1.5 F 6 V, voltage, V", "low-Iq 3.3 V LDO, 400 mA, input voltage, V"} <= set(told)
    assert all(one.borne > PEAK_V - 1.5 for one in told.values())


def test_a_lower_supply_spares_them() -> None:
    power = with_power(WINKY, clamp=None).power
    assert power is not None
    assert ratings_exceeded(Train(power), replace(HIGHEST, open_circuit_v=4.0)) == []


def test_diodes_of_a_doubler_block_twice_as_much() -> None:
    def reverse_v(kind: str) -> float:
        board = with_power(WINKY, rectifier={"kind": kind, "diode": Diode(part="d", reverse_max_v=4.0)})
        return exceeded(board)["d, reverse voltage, V"].borne

    assert reverse_v("doubler") == pytest.approx(2 * reverse_v("bridge"), rel=0.01)


def test_bulk_capacitance_gives_a_part_of_a_burst() -> None:
    def most_a(board: Board) -> float:
        assert board.power is not None
        rated = ratings_of(Train(board.power), HIGHEST)
        return next(one.borne for one in rated if one.what == "output current, A")

    alone = with_power(WINKY, bulk=None)
    assert most_a(alone) == pytest.approx(0.35)
    assert 0.15 < most_a(WINKY) < most_a(alone)


@pytest.mark.parametrize("name", ["winky-v1", "winky-v2"])
def test_boards_with_an_mcp1702_before_their_capacitor(name: str) -> None:
    (one,) = exceeded(board_named(name)).values()
    assert one.part.startswith("MCP1702")
    assert one.borne == pytest.approx(17.2, abs=0.1)
