# SPDX-License-Identifier: Apache-2.0
"""Winkys that differ in a part."""

from xky.boards import Board, board_named
from xky.boards.description.parts import Charger
from xky.boards.power import Policy, PowerDescription, RailLoad

__all__ = ["BARE", "FED_BY_REGULATOR", "STARTS_ALONE", "WINKY", "listening_hungrily", "with_power"]

WINKY = board_named("winky-c6")


def with_power(board: Board, **parts: object) -> Board:
    """The board with other parts in its power train; None takes one out."""
    assert board.power is not None
    return board.model_copy(update={"power": PowerDescription.model_validate({**board.power.model_dump(), **parts})})


BARE = with_power(WINKY, wake_up=None, policy=Policy())
"""As the first Winky was: nothing holds it back, and it does not look at its capacitor."""

STARTS_ALONE = with_power(WINKY, policy=Policy())
"""As the second one: a wake-up circuit, and firmware that does not look."""

FED_BY_REGULATOR = with_power(
    WINKY, clamp=None, charger=Charger(part="MCP1702-5002", output_v=5.0, input_max_v=13.2, output_max_a=0.25)
)
"""A regulator before the capacitor, rated for 13.2 V."""


def listening_hungrily(board: Board) -> Board:
    """The board with a radio that is never off while it listens."""
    assert board.power is not None
    return with_power(board, loads={**board.power.loads, "listen": RailLoad(current_a=0.08)})
