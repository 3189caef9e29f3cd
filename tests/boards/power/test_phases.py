# SPDX-License-Identifier: Apache-2.0
"""The phases of a wake: one table for the firmware on a line and for all that reckons without one."""

import pytest

from xky.boards import board_named, board_names
from xky.boards.description.phases import phases_of, planned_phases, state_names, wake_s
from xky.protocol import Mode

WITH_POWER = [name for name in board_names() if board_named(name).power is not None]


@pytest.mark.parametrize("name", WITH_POWER)
@pytest.mark.parametrize("mode", Mode)
def test_each_state_of_a_board_has_its_load(name: str, mode: Mode) -> None:
    board = board_named(name)
    assert board.power is not None
    assert set(state_names(board, mode)) <= set(board.power.loads)


def test_what_takes_no_time_is_planned_but_draws_nothing() -> None:
    loky = board_named("loky")
    planned = [phase.load for phase in planned_phases(loky, Mode.STANDARD)]
    assert planned == ["boot", "associate", "address", "connect", "listen", "transmit", "windows"]
    assert [phase.load for phase in phases_of(loky, Mode.STANDARD)] == ["boot", "listen", "transmit", "windows"]


def test_a_cycle_ends_with_its_sleep_and_a_board_that_never_sleeps_runs() -> None:
    assert state_names(board_named("winky-c6"), Mode.STANDARD) == [
        "boot", "associate", "address", "connect", "listen", "publish", "sleep"
    ]  # fmt: skip
    assert state_names(board_named("papsdroid"), Mode.HISTORIC) == ["run"]


def test_frames_of_historic_mode_take_longer_to_listen_to() -> None:
    winky = board_named("winky-c6")
    assert wake_s(winky, Mode.HISTORIC) - wake_s(winky, Mode.STANDARD) == pytest.approx(1.0)
