# SPDX-License-Identifier: Apache-2.0
"""What an analysis says, against the simulation that it is about."""

from functools import cache

import pytest

from xky.boards import Board, board_named
from xky.boards.description.states import OFF
from xky.boards.power.analysis import Analysis, analyse
from xky.boards.power.event_simulation import EventSimulation, PowerEventKind
from xky.emulator.supply import SUPPLIES
from xky.protocol import InputError, Mode

from .variants import BARE, STARTS_ALONE, WINKY

MIN_SPEC, HIGHEST = SUPPLIES["min_spec"], SUPPLIES["typical"]


def analysed(board: Board, supply: str = "min_spec", **options: object) -> Analysis:
    return _analysed(board.model_dump_json(), supply, tuple(options.items()))


@cache
def _analysed(board: str, supply: str, options: tuple[tuple[str, object], ...]) -> Analysis:
    looked_at = Board.model_validate_json(board)
    return analyse(looked_at, SUPPLIES[supply], highest=HIGHEST, **dict(options))  # type: ignore[arg-type]


def test_a_board_that_lives() -> None:
    told = analysed(WINKY)
    assert told.lives
    assert told.cold is not None and told.cold.start_s is not None
    assert told.cold.start_s == pytest.approx(214.13, abs=0.01)
    assert told.cold.resets == 0
    assert told.period_s == pytest.approx(36.55)
    assert told.min_period_s is not None and told.min_period_s < told.period_s
    assert told.limited_by == "energy"
    assert told.exceeded == []


def test_a_board_that_hangs_says_so_and_what_it_would_do_if_charged() -> None:
    told = analysed(BARE)
    assert not told.lives
    assert told.cold is not None
    assert told.cold.trouble.startswith("hangs: it resets again and again at 2.70 V")
    assert told.cold.reading_s is None
    assert told.margin_v is not None and told.margin_v < 0
    assert told.min_period_s is not None


def test_a_board_that_never_gets_its_rail() -> None:
    told = analysed(WINKY, "dead")
    assert not told.lives
    assert told.cold is not None
    assert told.cold.trouble == "never starts: it comes to 1.08 V, and needs 4.20 V"
    assert told.min_period_s is None
    assert told.margin_v is None


def test_v1_hangs_and_v2_starts() -> None:
    v1, v2 = analysed(board_named("winky-v1")), analysed(board_named("winky-v2"))
    assert v1.cold is not None and v1.cold.start_s is None and v1.cold.trouble.startswith("hangs")
    assert v2.lives


def test_what_has_its_own_supply_is_refused_with_the_figure() -> None:
    told = analysed(board_named("eky"))
    assert not told.lives
    assert told.needs_w == pytest.approx(0.66)
    assert "660 mW" in told.refused
    assert "131 mW" in told.refused
    assert "130 mW" in told.refused


def test_a_device_that_never_sleeps() -> None:
    told = analysed(board_named("zlinky"))
    assert told.lives
    assert (told.period_s, told.cycle) == (0.0, None)
    assert told.settled_v is not None
    # At power on, 3.6 V, it is next to its brown-out at 2.6 V; from there on it charges. A burst takes the rest
    assert told.margin_v == pytest.approx(3.6 - 2.6, abs=0.01)
    # 10 mA of the rail and 5 µA of the regulator, from where the voltage stands
    assert told.needs_w == pytest.approx(told.settled_v * 10.005e-3, rel=1e-3)


@pytest.mark.parametrize(("board", "supply"), [(WINKY, "min_spec"), (WINKY, "weak_old"), (STARTS_ALONE, "strong")])
def test_margin_is_the_least_distance_of_a_simulation(board: Board, supply: str) -> None:
    told = analysed(board, supply)
    simulation = EventSimulation(board, SUPPLIES[supply], train=told.train, keep=True)
    list(simulation.run(1800.0))
    least_v = min(
        one.state.terminal_v(inner_v) - one.state.off_terminal_v
        for one in simulation.stretches or ()
        if one.state.name != OFF
        for inner_v in (one.before_v, one.after_v)
    )
    assert told.margin_v == pytest.approx(least_v, abs=1e-6)


def test_a_period_is_kept_only_where_no_wake_is_skipped() -> None:
    """A little too short, and its firmware finds less than it wants at the beginning of a wake, and sleeps on."""
    shortest = analysed(WINKY).min_period_s
    assert shortest is not None
    kept, missed = analysed(WINKY, period_s=shortest + 0.01), analysed(WINKY, period_s=shortest - 0.1)
    assert kept.lives
    assert not missed.lives
    assert missed.settled_v is None and missed.per_reading is None
    for period_s, waits in ((shortest + 0.01, False), (shortest - 0.1, True)):
        simulation = EventSimulation(WINKY, MIN_SPEC, train=kept.train, sleep_s=period_s - 6.55)
        assert any(event.what is PowerEventKind.WAITS for event in simulation.run(3 * 3600.0)) == waits


def test_energy_of_a_period() -> None:
    told = analysed(WINKY)
    energy = told.per_reading
    assert energy is not None
    assert abs(energy.missing_j) < 1e-9 * energy.source_j
    assert abs(energy.stored_j) < 1e-9  # settled: it ends where it began
    assert told.needs_w == pytest.approx((energy.delivered_j + energy.regulator_j) / told.period_s)
    rail_c = sum(state.load.current_a * duration_s for state, duration_s in told.cycle.states) if told.cycle else 0.0
    assert energy.delivered_j == pytest.approx(3.3 * rail_c, rel=1e-6)


@pytest.mark.nightly
def test_heat_and_cold_change_what_comes_in() -> None:
    """Warm diodes drop less: it starts sooner."""
    starts_s = [
        told.cold.start_s
        for told in (analysed(WINKY, temperature_c=t) for t in (-20.0, 27.0, 60.0))
        if told.cold is not None and told.cold.start_s is not None
    ]
    assert starts_s == sorted(starts_s, reverse=True)
    assert starts_s[0] - starts_s[-1] > 1.0


def test_historic_frames_cost_more() -> None:
    standard, historic = analysed(WINKY), analysed(WINKY, mode=Mode.HISTORIC)
    assert standard.min_period_s is not None and historic.min_period_s is not None
    assert historic.min_period_s > standard.min_period_s + 1.0


@pytest.mark.parametrize(
    ("board", "options", "complaint"),
    [
        (board_named("generic"), {}, "board generic: its file has no [power] table"),
        (WINKY, {"period_s": 5.0}, "--period 5 s: shorter than the wake, which takes 6.55 s"),
    ],
)
def test_what_cannot_be_analysed(board: Board, options: dict[str, float], complaint: str) -> None:
    with pytest.raises(InputError) as error:
        analysed(board, **options)
    assert complaint in str(error.value)
