# SPDX-License-Identifier: Apache-2.0
"""The board files of a panel, kept in its folder: a panel is the same, and is read, wherever they and it lie."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from xky.boards import Board, board_named
from xky.boards.description.board import board_file
from xky.protocol import InputError
from xky.protocol.whole_file import whole_file

from .layout import BOARDS

__all__ = ["board_in", "board_texts", "check_boards", "keep_boards"]


def board_texts(names: Iterable[str]) -> Mapping[str, str]:
    """Of the boards that are written by their path: name of the file to its text.

    Raises:
        InputError: a file cannot be read, or two that differ have one name.
    """
    found: dict[str, str] = {}
    for path in names:
        if path.endswith(".toml"):
            name, text = Path(path).name, board_file(path)[1]
            if found.setdefault(name, text) != text:
                raise InputError(f"boards: two files are called {name}; give one of them another name")
    return found


def check_boards(folder: Path, texts: Mapping[str, str]) -> None:
    """Complain of a panel's folder that was made with other files.

    Raises:
        InputError: one of them differs.
    """
    for name, text in texts.items():
        path = folder / BOARDS / name
        if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
            raise InputError(f"--out {folder}: holds a panel of another {name}; give another folder")


def keep_boards(folder: Path, texts: Mapping[str, str]) -> None:
    """Write them into a panel's folder."""
    for name, text in texts.items():
        (folder / BOARDS).mkdir(exist_ok=True)
        with whole_file(folder / BOARDS / name) as partial:
            partial.write_text(text, encoding="utf-8", newline="")


def board_in(folder: Path, name: str) -> Board:
    """The board of a home, as its panel's folder has it.

    Args:
        folder: of the panel.
        name: of a board, or of the file that was kept.

    Raises:
        InputError: there is none, or its file is wrong.
    """
    kept = folder / BOARDS / name
    return board_named(str(kept) if name.endswith(".toml") and kept.exists() else name)
