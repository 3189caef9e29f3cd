# SPDX-License-Identifier: Apache-2.0
"""What of a bench file can be looked at although something in it is wrong, so that each such thing is told at once."""

import copy
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from xky.protocol.tomlfile import all_that_is_wrong

from .schema import AccessPointTable, BenchFile, InputTable, InstrumentTable, LineTable, ProbeTable

__all__ = ["Complaint", "UsablePart"]

Complaint = tuple[Sequence[str], str]
"""Keys down to what is blamed, and a line that begins with them."""

_TABLES: Mapping[str, type[BaseModel]] = {
    "line": LineTable, "input": InputTable, "access_point": AccessPointTable,
}  # fmt: skip
_ROWS: Mapping[str, type[BaseModel]] = {"probe": ProbeTable, "instrument": InstrumentTable}


class UsablePart:
    """A bench file without what its schema does not take.

    Args:
        data: as TOML has it.

    Attributes:
        complaints: of the schema, of each place that is wrong.
        lost: tables of which nothing is left: ``("line",)``, ``("instrument", "0")``; a row has its number still.
        file: the rest; None where nothing can be read.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.complaints: list[Complaint] = []
        self.lost: set[tuple[str, ...]] = set()
        self._data = copy.deepcopy(dict(data))
        self.file: BenchFile | None = None
        while self.file is None:
            try:
                self.file = BenchFile.model_validate(self._data)
            except ValidationError as error:
                told = all_that_is_wrong(error, self._data, BenchFile)
            else:
                break
            self.complaints += told
            taken = [self._take_out(keys) for keys, _ in told]
            if not any(taken):
                break

    def _take_out(self, keys: Sequence[str]) -> bool:
        """Whether what is blamed could be taken out."""
        if not keys or keys[0] not in self._data:
            return False
        head = keys[0]
        if head in _ROWS and len(keys) > 1:
            row = self._data[head][int(keys[1])]
            needed = _needed(_ROWS[head])
            if len(keys) == 2 or keys[2] in needed:
                self._data[head][int(keys[1])] = dict.fromkeys(needed, "")
                self.lost.add((head, keys[1]))
                return True
            return _without(row, keys[2:], needed)
        if len(keys) == 1 or keys[1] in _needed(_TABLES.get(head)):
            del self._data[head]
            self.lost.add((head,))
            return True
        return _without(self._data[head], keys[1:], _needed(_TABLES.get(head)))


def _needed(table: type[BaseModel] | None) -> list[str]:
    return [] if table is None else [name for name, field in table.model_fields.items() if field.is_required()]


def _without(table: dict[str, Any], keys: Sequence[str], needed: Sequence[str] = ()) -> bool:
    """Take out the deepest key that stands in a table, of a list the whole of it; a misspelt one is put right."""
    key = keys[0]
    below = table.get(key)
    if len(keys) > 1 and isinstance(below, dict):
        return _without(below, keys[1:])
    if key not in table:
        return False
    value = table.pop(key)
    for meant in difflib.get_close_matches(key, [one for one in needed if one not in table], 1):
        table[meant] = value
    return True
