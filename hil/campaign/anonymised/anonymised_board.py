# SPDX-License-Identifier: Apache-2.0
"""A board of which no text of a person is left, no secret, and no value that was sent."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from xky.boards import Board
from xky.boards.description.board import board_named, shipped_boards

__all__ = ["LEFT_OUT", "anonymised_board"]

LEFT_OUT = "(left out)"
_OF_A_PERSON = frozenset({"username", "password", "token"})
_AS_IT_IS = frozenset({"sha256", "dev_eui", "join_eui"})  # a digit of them may be one of a value's by chance alone


def anonymised_board(board: Board, in_text: Sequence[Callable[[str], str]]) -> Board:
    """The board with its statement, without its free texts, its users and its secrets.

    Args:
        board: as it was run.
        in_text: each makes of a text one in which nothing stands that was sent and is personal.
    """
    told: dict[str, Any] = _walked(board.model_dump(mode="json"), lambda text: reduce(_applied, in_text, text))
    if board.title not in _shipped_titles():
        told["title"] = LEFT_OUT
    for waiver in told.get("waiver", ()):
        waiver["reason"] = LEFT_OUT
    if "app_key" in (told.get("lorawan") or {}):
        told["lorawan"]["app_key"] = "0" * 32
    return Board.model_validate(told)


def _applied(text: str, make: Callable[[str], str]) -> str:
    return make(text)


def _shipped_titles() -> set[str]:
    """Titles that everybody may read: those of the boards that come with the package."""
    return {board_named(name).title for name in shipped_boards()}


def _walked(value: Any, make: Callable[[str], str]) -> Any:
    """The same with every text in it made anew, but its keys."""
    if isinstance(value, dict):
        return {key: _of_key(key, one, make) for key, one in value.items()}
    if isinstance(value, list):
        return [_walked(one, make) for one in value]
    return make(value) if isinstance(value, str) else value


def _of_key(key: str, value: Any, make: Callable[[str], str]) -> Any:
    if key in _OF_A_PERSON and value is not None:
        return LEFT_OUT
    return value if key in _AS_IT_IS else _walked(value, make)
