# SPDX-License-Identifier: Apache-2.0
"""Where the values of a board's file come from: the comment behind each, ``# WORD`` or ``# WORD: note``."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xky.protocol.tomlplaces import comments_of

__all__ = ["SOURCES", "Sourced", "values_of"]

SOURCES = {
    "slides": "the public presentation of the xKy boards",
    "article": "a public article about the board",
    "driver": "the public Tasmota driver for Winky boards",
    "repository": "the public repository of the device, its issues included",
    "datasheet": "a manufacturer's data sheet or a standard, read",
    "memory": "a manufacturer's figure, not read again",
    "measured": "measured by somebody and published",
    "derived": "reckoned from other values",
    "assumption": "an engineering default: nothing was found",
}
"""The words, and what each stands for."""
_COMMENT = re.compile(rf"({'|'.join(SOURCES)})(?::\s*(.*))?")


@dataclass(frozen=True, slots=True)
class Sourced:
    """One value of a file.

    Attributes:
        section: its table, such as ``power.capacitor``; empty at the head of the file.
        key: in the table.
        value: as TOML has it.
        source: a word of ``SOURCES``; empty where none is told.
        note: what else the comment says.
    """

    section: str
    key: str
    value: object
    source: str
    note: str


def values_of(text: str) -> list[Sourced]:
    """The values of a board's file in their order, each with its source.

    Args:
        text: of a file that is valid TOML.
    """
    comments = comments_of(text)
    found = []
    for path, value in _leaves(tomllib.loads(text)):
        comment = comments.get(path, "")
        match = _COMMENT.fullmatch(comment)
        source, note = (match[1], match[2] or "") if match else ("", comment)
        found.append(Sourced(".".join(path[:-1]), path[-1], value, source, note))
    return found


def _leaves(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, key))
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            yield from _leaves({str(number): one for number, one in enumerate(value)}, (*above, key))
        else:
            yield (*above, key), value
