# SPDX-License-Identifier: Apache-2.0
"""A point of InfluxDB, what may be wrong with a line, and the line that says a point.

The type of a field is the type of its value: ``float``, ``int``, ``Unsigned``, ``str``, ``bool``.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from .line_rules import RULES

__all__ = ["FieldValue", "LineFault", "Point", "Unsigned", "make_line", "type_of"]


class Unsigned(int):
    """An integer that is sent with ``u``: InfluxDB 2 and 3 know it, 1 does not."""


FieldValue: TypeAlias = float | int | str | bool
_TYPES: dict[type, str] = {
    float: "float", int: "integer", Unsigned: "unsigned", str: "string", bool: "boolean",
}  # fmt: skip


def type_of(value: FieldValue) -> str:
    """How InfluxDB calls the type: ``float``, ``integer``, ``unsigned``, ``string`` or ``boolean``."""
    return _TYPES[type(value)]


class LineFault(NamedTuple):
    """What is wrong with a line.

    Attributes:
        rule: name of a row of ``RULES``.
        column: where, in characters of the line, from 1.
        found: what stands there.
    """

    rule: str
    column: int
    found: str

    @property
    def text(self) -> str:
        """For people: where, what was found, how to mend it."""
        return f"column {self.column}: {_shown(self.found)}: {RULES[self.rule].says}"


class Point(NamedTuple):
    """A line that can be read.

    Attributes:
        measurement: its name.
        tags: in the order of the line.
        fields: likewise; the type of a value is the type of the field.
        time: in the unit of the request's precision; None where the server puts its own.
        faults: what is wrong although the point is stored.
    """

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, FieldValue]
    time: int | None = None
    faults: tuple[LineFault, ...] = ()


def _shown(found: str) -> str:
    return repr(found if len(found) <= 40 else found[:37] + "...")


_IN_MEASUREMENT = str.maketrans({",": "\\,", " ": "\\ "})
_IN_NAME = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\="})
_IN_TEXT = str.maketrans({'"': '\\"', "\\": "\\\\"})
_UNSAFE = re.compile(r"[\n\r\0]|\\\Z|\\[,\"= ]")  # has no spelling that every server reads back


def make_line(point: Point) -> str:
    """The line that says a point, without its LF.

    Raises:
        ValueError: line protocol cannot say it: no field, an empty name or tag, a line feed, CR or NUL in a name or
            tag, a backslash at its end or before what is escaped, a field or tag called ``time``, a tabulator where it
            would be lost, NaN, an integer beyond 64 bits.
    """
    if not point.fields:
        raise ValueError("a point without fields cannot be said")
    head = _measurement(point.measurement)
    for key, tag in point.tags.items():
        head += f",{_key(key)}={_name(tag)}"
    fields = ",".join([f"{_key(key)}={_value(value)}" for key, value in point.fields.items()])
    if fields[0] == "\t":
        raise ValueError("a tabulator before the first field would be lost")
    return f"{head} {fields}" if point.time is None else f"{head} {fields} {point.time}"


@lru_cache(512)
def _name(name: str) -> str:
    if not name or _UNSAFE.search(name):
        raise ValueError(f"{_shown(name)}: cannot be a name or a tag in line protocol")
    return name.translate(_IN_NAME)


@lru_cache(512)
def _key(name: str) -> str:
    if name == "time":
        raise ValueError("time: no name of a tag or a field")
    return _name(name)


@lru_cache(128)
def _measurement(name: str) -> str:
    _name(name)
    if name[0] in "#\t":
        raise ValueError(f"{_shown(name)}: a measurement does not begin like a comment or a space")
    return name.translate(_IN_MEASUREMENT)


def _value(value: FieldValue) -> str:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value}: has no place in line protocol")
        return repr(value)
    if isinstance(value, str):
        return f'"{value.translate(_IN_TEXT)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    low, high, suffix = (0, 2**64, "u") if isinstance(value, Unsigned) else (-(2**63), 2**63, "i")
    if not low <= value < high:
        raise ValueError(f"{value}: beyond 64 bits")
    return f"{int(value)}{suffix}"
