# SPDX-License-Identifier: Apache-2.0
"""The chain of a run of ``xky panel run``: its homes are drawn again, so that their boards are known."""

from xky.boards import Board
from xky.protocol import Mode

from ..homes.home import drawn_home
from ..panel_file import PanelFile
from ..possible import board_of_panel
from .patience import PATIENCE_S
from .server_chain import ServerChain

__all__ = ["run_chain"]


def run_chain(
    name: str,
    panel: PanelFile,
    seed: int,
    broker: str | None,
    database: str | None,
    *,
    patience_s: float = PATIENCE_S,
) -> ServerChain:
    """Made where a home is played, which may be another process or machine.

    Args:
        name: of the panel.
        panel: its file.
        seed: of the run.
        broker: ``mqtt://…``, or None.
        database: ``influx://…``, or None.
        patience_s: how long a server that went away is waited for, real seconds.
    """

    def board_of(home: int) -> tuple[Board, Mode]:
        drawn = drawn_home(panel, seed, home)
        return board_of_panel(drawn.board), Mode(drawn.mode)

    return ServerChain(name, board_of, broker, database, patience_s=patience_s)
