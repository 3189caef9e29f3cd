# SPDX-License-Identifier: Apache-2.0
"""An entry of the league: one file of ``entries/``, of which nothing is imported.

Its first comments hold two blocks as PEP 723 writes them: ``script`` is what it needs and how it is run, ``board`` the
file of a board, with what the decoder's own documentation promises: modes, labels, times. The suffix says what runs it.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import Field, field_validator

from xky.boards import Board
from xky.protocol import InputError
from xky.protocol.tomlfile import Section, parse_toml

__all__ = ["ENTRIES", "Entry", "Script", "Settings", "entry_file", "entry_named", "entry_names"]

ENTRIES = Path(str(resources.files(__package__) / "entries"))
SUFFIXES = (".js", ".py", ".yaml")
_BLOCK = re.compile(
    r"^(?P<mark>#|//) /// (?P<kind>[a-z]+)\n(?P<body>(?:(?P=mark)(?: .*)?\n)+?)(?P=mark) ///$", re.MULTILINE
)


class Settings(Section):
    """How the bench runs an entry.

    Attributes:
        line: how its port is made: ``pty``, ``tcp`` or ``rfc2217``.
        speed: bench seconds per real second; above 1 only for what does not look at a clock.
        needs: commands that have to be there besides.
    """

    line: str = "pty"
    speed: Annotated[float, Field(gt=0)] = 1.0
    needs: tuple[str, ...] = ()


class _Tools(Section):
    league: Annotated[Settings, Field(alias="xky-league")] = Settings()


class Script(Section):
    """What an entry needs.

    Attributes:
        requires_python: versions of Python in which it runs; None: it is no Python.
        dependencies: packages of PyPI, each with its version; the first is the decoder.
        requires_node: versions of Node, likewise.
        npm: packages of npm, as ``NAME@VERSION``.
    """

    requires_python: Annotated[str | None, Field(alias="requires-python")] = None
    dependencies: tuple[str, ...] = ()
    requires_node: Annotated[str | None, Field(alias="requires-node")] = None
    npm: tuple[str, ...] = ()
    tool: _Tools = _Tools()

    @field_validator("requires_python", "requires_node")
    @classmethod
    def _is_a_specifier(cls, versions: str | None) -> str | None:
        try:
            SpecifierSet(versions or "")
        except InvalidSpecifier:
            raise ValueError(f"{versions!r}: no versions; write such as >=3.12") from None
        return versions

    @field_validator("dependencies")
    @classmethod
    def _are_pinned(cls, dependencies: tuple[str, ...]) -> tuple[str, ...]:
        for one in dependencies:
            if "==" not in one:
                raise ValueError(f"{one!r}: has no version; write NAME==VERSION")
        return dependencies

    @field_validator("npm")
    @classmethod
    def _are_pinned_too(cls, packages: tuple[str, ...]) -> tuple[str, ...]:
        for one in packages:
            if "@" not in one[1:]:
                raise ValueError(f"{one!r}: has no version; write NAME@VERSION")
        return packages


@dataclass(frozen=True)
class Entry:
    """One decoder in one configuration.

    Attributes:
        name: on the command line.
        program: its file.
        script: what it needs.
        board_text: the board's file, as it stands in the comments.
    """

    name: str
    program: Path
    script: Script
    board_text: str

    @property
    def settings(self) -> Settings:
        """How the bench runs it."""
        return self.script.tool.league

    @property
    def packages(self) -> tuple[str, ...]:
        """The pinned packages, of PyPI or npm; the first is the decoder."""
        return self.script.dependencies or self.script.npm

    @cached_property
    def board(self) -> Board:
        """What it claims.

        Raises:
            InputError: the block is no board; the text names file, line and key.
        """
        return parse_toml(self.board_text, f"{self.program.name}, block board", Board)


def entry_names() -> list[str]:
    """The names of all entries."""
    return sorted(_name_of(path) for path in ENTRIES.iterdir() if path.suffix in SUFFIXES and path.stem != "__init__")


def entry_named(name: str) -> Entry:
    """An entry by its name.

    Raises:
        InputError: there is none, or its file is wrong.
    """
    known = {_name_of(path): path for path in ENTRIES.iterdir() if path.suffix in SUFFIXES}
    if name not in entry_names():
        near = get_close_matches(name, entry_names(), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"decoder {name!r}: not in the league; known: {', '.join(entry_names())}.{hint}")
    return entry_file(known[name])


def entry_file(path: Path) -> Entry:
    """The entry that a file is.

    Raises:
        InputError: a block is missing or wrong; the text names file, line and key.
    """
    blocks = {found["kind"]: _uncommented(found) for found in _BLOCK.finditer(path.read_text(encoding="utf-8"))}
    for kind in ("script", "board"):
        if kind not in blocks:
            raise InputError(f"{path}: has no block {kind}; write one in its comments, as PEP 723 says")
    script = parse_toml(blocks["script"], f"{path.name}, block script", Script)
    if not script.dependencies and not script.npm:
        raise InputError(f"{path}: pins no package; write dependencies or npm")
    return Entry(_name_of(path), path, script, blocks["board"])


def _uncommented(found: re.Match[str]) -> str:
    mark = found["mark"]
    return "".join(line.removeprefix(mark).removeprefix(" ") for line in found["body"].splitlines(keepends=True))


def _name_of(path: Path) -> str:
    return path.stem.replace("_", "-")
