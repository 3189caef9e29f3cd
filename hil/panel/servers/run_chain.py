# SPDX-License-Identifier: Apache-2.0
"""The chain of a run of ``xky panel run``, made where its homes are played: their boards say what messages mean."""

from collections.abc import Sequence

from xky.boards import Board
from xky.protocol import Mode

from ..homes.home import Home
from ..possible import board_of_panel
from .patience import PATIENCE_S
from .server_chain import ServerChain

__all__ = ["run_chain"]


def run_chain(
    name: str,
    homes: Sequence[Home],
    broker: str | None,
    database: str | None,
    *,
    patience_s: float = PATIENCE_S,
) -> ServerChain:
    """Made where a home is played, which may be another process or machine.

    Args:
        name: of the panel.
        homes: that it may carry.
        broker: ``mqtt://…``, or None.
        database: ``influx://…``, or None.
        patience_s: how long a server that went away is waited for, real seconds.
    """

    by_number = {home.number: home for home in homes}

    def board_of(number: int) -> tuple[Board, Mode]:
        home = by_number[number]
        return board_of_panel(home.board), Mode(home.mode)

    return ServerChain(name, board_of, broker, database, patience_s=patience_s)
