# SPDX-License-Identifier: Apache-2.0
"""A board's file with fitted values in the place of its own, and all else of it as it was written."""

from collections.abc import Sequence
from pathlib import Path

import tomlkit

from xky.boards.description.board import Board
from xky.protocol.errors import cannot_be_written
from xky.protocol.tomlfile import parse_toml
from xky.protocol.whole_file import whole_file

from ...terminal import one_line
from .fit import FittedParameter

__all__ = ["fitted_text", "write_whole"]

_OF_THE_BOARD = ("capacitance_f", "esr_ohm", "leakage_a")  # the source's resistance is the meter's


def fitted_text(text: str, parameters: Sequence[FittedParameter], measured: str) -> str:
    """The text of a board's file with what a curve showed.

    Args:
        text: of the board's file.
        parameters: of the fit; what was not seen stays as it is.
        measured: name of the curve's file.
    """
    document = tomlkit.parse(text)
    capacitor = document["power"]["capacitor"]
    for one in parameters:
        if one.key not in _OF_THE_BOARD or not one.seen:
            continue
        value = tomlkit.item(float(f"{max(one.value, 0.0):.6g}"))
        value.comment(f"measured: fit to {one_line(measured)}, ±{one.uncertainty:.2g} (k = 2)")
        value.trivia.comment_ws = "  "
        capacitor[one.key] = value
    changed = tomlkit.dumps(document)
    parse_toml(changed, "the fitted board", Board)
    return changed


def write_whole(path: Path, option: str, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    try:
        with whole_file(path) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise cannot_be_written(f"{option} {path}", error) from None
