# SPDX-License-Identifier: Apache-2.0
"""On which line of a TOML text a key stands, and the comment there: the standard library's reader does not tell.

The text is known to be valid, so that reading it takes no more than its marks: brackets, braces, commas,
signs of equality and ends of lines.
"""

import re
from collections.abc import Mapping, Sequence

__all__ = ["comments_of", "line_of"]

_TOKEN = re.compile(
    r"""(?P<blank> [ \t\r]+ | \#[^\n]* )
      | (?P<text> \"{3} (?: \\. | [^\\] )*? \"{3,5} | '{3} .*? '{3,5} | " (?: \\. | [^"\\] )* " | '[^']*' )
      | (?P<mark> [][{}=,\n] )
      | (?P<word> [^][\s\#"'{}=,]+ )""",
    re.VERBOSE | re.DOTALL,
)
_Path = tuple[str, ...]


def line_of(keys: Sequence[str], text: str) -> int:
    """Line of a key (table names and places in a list included); of what holds it where it is not written.

    >>> line_of(["event", "1", "at"], "x = 1\\n[[event]]\\nat = 2\\n[[event]]\\nat = 3\\n")
    5
    """
    lines = _Reader(text).lines
    path = tuple(keys)
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)


def comments_of(text: str) -> Mapping[tuple[str, ...], str]:
    """The comment at the end of each key's line, without its mark; keys that have none are left out.

    >>> comments_of("[a]\\nx = 1  # one\\ny = '# none'\\n")
    {('a', 'x'): 'one'}
    """
    reader = _Reader(text)
    return {path: reader.comments[line] for path, line in reader.lines.items() if line in reader.comments}


class _Reader:
    """Reads a valid text once.

    Attributes:
        lines: of each key, table, and place in a list.
        comments: by line.
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[_Path, int] = {}
        self.comments: dict[int, str] = {}
        self._tokens: list[tuple[str, str, int]] = []
        line = 1
        for token in _TOKEN.finditer(text):
            if token.lastgroup != "blank":
                self._tokens.append((token.lastgroup or "", token[0], line))
            elif token[0].startswith("#"):
                self.comments[line] = token[0].removeprefix("#").strip()
            line += token[0].count("\n")
        self._tokens.append(("end", "", line))
        self._place = 0
        self._last_of: dict[_Path, int] = {}  # place of the last table of a [[list]]
        self._read()

    def _read(self) -> None:
        table: _Path = ()
        while self._kind != "end":
            if self._skip("\n"):
                continue
            if self._next == "[":
                table = self._header()
            else:
                self._entry(table)

    @property
    def _kind(self) -> str:
        return self._tokens[self._place][0]

    @property
    def _next(self) -> str:
        """The next token, if it is a mark."""
        kind, token, _ = self._tokens[self._place]
        return token if kind == "mark" else ""

    def _skip(self, marks: str) -> bool:
        found = self._next != "" and self._next in marks
        self._place += found
        return found

    def _header(self) -> _Path:
        line = self._tokens[self._place][2]
        marks = 0
        while self._skip("["):
            marks += 1
        table: _Path = ()
        parts = self._key()
        for part in parts[:-1]:
            table = self._enter((*table, part), line)
        table = (*table, parts[-1])
        if marks == 2:
            self.lines.setdefault(table, line)
            self._last_of[table] = self._last_of.get(table, -1) + 1
        table = self._enter(table, line)
        self.lines[table] = line
        while self._skip("]"):
            pass
        return table

    def _enter(self, table: _Path, line: int) -> _Path:
        """The table, and of a list the last one; a table that only its parts are written of stands with the first."""
        self.lines.setdefault(table, line)
        return (*table, str(self._last_of[table])) if table in self._last_of else table

    def _key(self) -> list[str]:
        parts: list[str] = []
        while self._kind in ("text", "word"):
            kind, token, _ = self._tokens[self._place]
            parts += [token[1:-1]] if kind == "text" else [part for part in token.split(".") if part]
            self._place += 1
        return parts

    def _entry(self, table: _Path) -> None:
        line = self._tokens[self._place][2]
        for part in self._key():
            table = (*table, part)
            self.lines.setdefault(table, line)
        self._skip("=")
        self._value(table)

    def _value(self, path: _Path) -> None:
        if self._skip("["):
            number = 0
            while not self._skip("]"):
                if not self._skip(",\n"):
                    self.lines[(*path, str(number))] = self._tokens[self._place][2]
                    self._value((*path, str(number)))
                    number += 1
        elif self._skip("{"):
            while not self._skip("}"):
                if not self._skip(",\n"):
                    self._entry(path)
        else:
            while self._kind in ("text", "word"):  # a date and its time may be two words
                self._place += 1
