# SPDX-License-Identifier: Apache-2.0
"""What a payload says of the labels, by the statement of the board."""

from xky.boards import Board

__all__ = ["claims_of"]


def claims_of(board: Board, probe: str) -> frozenset[str] | None:
    """Labels that a board claims to report at a kind of probe; None for all."""
    return None if board.labels is None else frozenset(board.labels)
