# SPDX-License-Identifier: Apache-2.0
"""A statement in a file of its own, laid over a board: what it says takes the place of what the board's file says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from xky.protocol import InputError
from xky.protocol.tomlfile import parse_toml, read_text, what_is_wrong
from xky.protocol.tomlplaces import line_of

from .board import Board, board_named, board_names

__all__ = ["board_with", "statement_named"]


class _AsItIs(BaseModel):
    model_config = ConfigDict(extra="allow")


def board_with(board: Board, statement: Path) -> Board:
    """The board as a statement has it.

    The file holds any keys of a board: a table is laid over the board's, key by key; anything else takes its place.
    Its ``[[reading]]`` take the place of the board's of the same probe.

    Args:
        board: by itself.
        statement: a TOML file.

    Raises:
        InputError: it cannot be read, is wrong, or does not fit the board; the text names file, line and key.
    """
    text = read_text(statement, "a statement")
    said = parse_toml(text, str(statement), _AsItIs).model_extra or {}
    data = _over(board.model_dump(mode="json"), said)
    try:
        found = Board.model_validate(data)
    except ValidationError as error:
        keys, complaint = what_is_wrong(error, data, Board)
        raise InputError(f"{statement}:{line_of(keys, text)}: {complaint}") from None
    mapped = {one.probe for one in found.reading}
    kept = [one for one in board.reading if one.probe not in mapped] if "reading" in said else []
    return found.model_copy(update={"reading": (*found.reading, *kept)})


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table laid over another."""
    laid = dict(below)
    for key, value in above.items():
        under = below.get(key)
        laid[key] = _over(under, value) if isinstance(value, Mapping) and isinstance(under, Mapping) else value
    return laid


def statement_named(name: str) -> Board:
    """What a person may give as a statement: a board by name or file, or a statement's file, laid over ``generic``.

    Raises:
        InputError: there is none, or it is wrong; the text names file, line and key.
    """
    if name in board_names():
        return board_named(name)
    if "." not in name and "/" not in name:
        return board_named(name)  # complains with the near one
    text = read_text(Path(name), "a statement")
    said = parse_toml(text, name, _AsItIs).model_extra or {}
    return parse_toml(text, name, Board) if "id" in said else board_with(board_named("generic"), Path(name))
