# SPDX-License-Identifier: Apache-2.0
"""One label of a mapping: what a payload says of it, by the kind of its data.

Where a number is due, a text that is one counts as one; with the size that the label has on the line it stays the text
as sent. What is no number where one is due is a report of that text.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from typing import Any

from xky.boards.description.statement import LabelPath
from xky.protocol import LABELS
from xky.protocol.labels import Kind
from xky.protocol.uplinks.payload_path import PayloadPath

from .number import Scale, is_number, scale_of
from .reading import Said, writable

__all__ = ["Column", "said_as", "text_of"]

_KNOWN = {name: label for table in LABELS.values() for name, label in table.items()}
_EXACT = 10**15  # up to there a float has each whole number


def said_as(label: str, value: Any, scale: Scale | None = None, timestamp: str | None = None, form: str = "") -> Said:
    """What a JSON value says of a label.

    Args:
        label: of the TIC, or any other key.
        value: as JSON has it; null says nothing, and is none.
        scale: of numbers that are not the label's own; see ``Said``.
        timestamp: the horodate as it was said.
        form: of the horodate.
    """
    if type(value) is int and timestamp is None and not form:  # as most are: a number is one for every label
        return Said(value, None, scale)
    known = _KNOWN.get(label)
    kind = None if known is None else known.kind
    if kind is Kind.EMPTY and form:
        return Said("", text_of(value), None, form)
    form = "" if timestamp is None else form
    if known is not None and kind is Kind.NUMBER:
        number = _number(value, known.size if scale is None else 0)
        if number is not None and scale is not None:
            return Said(number, timestamp, scale, form)
        whole = _whole(number)
        if whole is not None:
            return Said(whole, timestamp, None, form)
    elif isinstance(value, int) and not isinstance(value, bool):
        return Said(value, timestamp, None, form)
    return Said(text_of(value), timestamp, None, form)


def _number(value: Any, size: int) -> int | str | None:
    """A number as it is said, None where it is none; a text of ``size`` digits stays one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < _EXACT else repr(value)  # the shortest that it is
    if isinstance(value, str) and is_number(text := value.strip()):
        return None if len(text) == size and text.isdecimal() else text
    return None


def _whole(number: int | str | None) -> int | None:
    """A number as an integer that a float holds exactly; None where it is none."""
    if number is None:
        return None
    if not isinstance(number, int):
        exact = Fraction(number)
        if exact.denominator != 1:
            return None
        number = int(exact)
    return number if abs(number) < _EXACT else None


def text_of(value: Any) -> str:
    """A JSON value as text: itself, or as JSON writes it."""
    if isinstance(value, str):
        return writable(value)
    try:
        return str(value) if type(value) is int else json.dumps(value, default=str)
    except (ValueError, RecursionError):
        return "?"


class Column:
    """One label of a mapping, its paths made ready; the same value is said by the same object again.

    Args:
        label: of the TIC.
        described: where it stands.

    Attributes:
        find: what finds its value in a payload; None where nothing does.
    """

    __slots__ = ("_form", "_last", "_last_said", "_last_stamp", "_scale", "_stamp", "find", "label", "path")

    def __init__(self, label: str, described: LabelPath) -> None:
        self.label = label
        self.path = PayloadPath(described.path)
        self.find = self.path.find
        self._form = "" if described.form == "sent" else described.form
        self._stamp = None if described.timestamp is None else PayloadPath(described.timestamp)
        scale, step = described.exact_scale, described.exact_step
        self._scale = None if scale == 1 and step == 0 else scale_of(str(scale), str(step))
        self._last: object = None
        self._last_stamp: object = None
        self._last_said: Said | None = None

    @property
    def reads(self) -> Iterator[tuple[str, ...]]:
        """The names that it reads."""
        yield from self.path.names
        if self._stamp is not None:
            yield from self._stamp.names

    def said(self, content: Any) -> Said | None:
        """What a payload says of the label; None where nothing is found."""
        value = self.find(content)
        return None if value is None else self.said_of(value, content)

    def said_of(self, value: Any, content: Any) -> Said | None:
        """The same, of the value that was found in the payload."""
        stamp = None if self._stamp is None else self._stamp.find(content)
        if type(value) is not type(self._last) or value != self._last or stamp != self._last_stamp:
            told = None if stamp is None else text_of(stamp)
            self._last_said = said_as(self.label, value, self._scale, told, self._form)
            self._last, self._last_stamp = value, stamp
        return self._last_said
