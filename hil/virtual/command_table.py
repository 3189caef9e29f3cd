# SPDX-License-Identifier: Apache-2.0
"""Commands as a maker's guide writes them, ``SOURce#:VOLTage[:LEVel]``, and what is done when one of them comes.

By SCPI-99 (6.2): the small letters of a word may be left out, all of them together; case does not count; a colon may
stand before all; what is in brackets may be left out; ``#`` is a number, 1 where none stands. A command behind ``;``
goes on in the branch of the one before (6.2.4), unless it begins with a colon or an asterisk.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

__all__ = ["Answer", "Call", "CommandTable", "OutOfRange", "number", "split", "switched"]

Answer = str | bytes | None
_TOKEN = re.compile(r"([A-Z*]+)([a-z]*)|(\[)|(\])|(#)|(:)|(\?)|(\d+)")
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z]*)\s*")
_UNITS = {"": 1.0, "V": 1.0, "MV": 1e-3, "A": 1.0, "MA": 1e-3, "S": 1.0, "MS": 1e-3, "US": 1e-6, "NS": 1e-9,
          "K": 1e3, "M": 1e6, "HZ": 1.0, "KHZ": 1e3}  # fmt: skip


class OutOfRange(ValueError):  # noqa: N818  # what SCPI calls it
    """A number that the instrument does not take."""


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it came.

    Attributes:
        numbers: of its words, in the order of the ``#``.
        arguments: as they stood between the commas.
        block: data behind them.
    """

    numbers: tuple[int, ...] = ()
    arguments: tuple[str, ...] = ()
    block: bytes = b""

    def number(self, place: int, least: float, most: float) -> float:
        """An argument that is a number.

        Raises:
            ValueError: it is none, or is missing.
            OutOfRange: the instrument does not take it.
        """
        value = number(self.text(place))
        if not least <= value <= most:
            raise OutOfRange
        return value

    def switched(self, place: int) -> bool:
        """An argument that is on or off.

        Raises:
            ValueError: it is neither, or is missing.
        """
        return switched(self.text(place))

    def text(self, place: int) -> str:
        """An argument.

        Raises:
            ValueError: it is missing.
        """
        if place >= len(self.arguments):
            raise ValueError(f"argument {place} is missing")
        return self.arguments[place]


class CommandTable:
    """What an instrument understands.

    Args:
        commands: by how the guide writes them, a question with its ``?``.
    """

    def __init__(self, commands: Mapping[str, Callable[[Call], Answer]]) -> None:
        self._commands = [(_compiled(written), act) for written, act in commands.items()]

    def find(self, header: str) -> tuple[Callable[[Call], Answer], tuple[int, ...]] | None:
        """What is to be done for a header, and the numbers in it; None where it is not understood."""
        for pattern, act in self._commands:
            if found := pattern.fullmatch(header):
                return act, tuple(int(digits or 1) for digits in found.groups())
        return None


@cache
def _compiled(written: str) -> re.Pattern[str]:
    parts = [":?"]
    for short, rest, opens, closes, numbered, colon, asks, digits in _TOKEN.findall(written):
        if short:
            parts.append(re.escape(short) + (f"(?:{rest})?" if rest else ""))
        elif opens or closes:
            parts.append("(?:" if opens else ")?")
        elif numbered:
            parts.append(r"(\d*)")
        elif colon:
            parts.append(":")
        else:
            parts.append(r"\?" if asks else digits)
    return re.compile("".join(parts), re.IGNORECASE)


@dataclass(slots=True)
class _Split:
    parts: list[str] = field(default_factory=lambda: [""])
    quote: str = ""


def split(text: str, by: str) -> list[str]:
    """At a character that stands in no quotes; each part without the spaces around."""
    state = _Split()
    for letter in text:
        if letter == by and not state.quote:
            state.parts.append("")
            continue
        if letter in "\"'" and state.quote in ("", letter):
            state.quote = "" if state.quote else letter
        state.parts[-1] += letter
    return [part.strip() for part in state.parts]


def number(text: str) -> float:
    """A decimal number, with a unit or without.

    Raises:
        ValueError: it is none.
    """
    found = _NUMBER.fullmatch(text)
    if found is None or found[2].upper() not in _UNITS:
        raise ValueError(f"{text!r} is no number")
    return float(found[1]) * _UNITS[found[2].upper()]


def switched(text: str) -> bool:
    """Whether it says on.

    Raises:
        ValueError: it says neither on nor off.
    """
    states = {"ON": True, "1": True, "OFF": False, "0": False}
    if text.upper() not in states:
        raise ValueError(f"{text!r} is neither ON nor OFF")
    return states[text.upper()]
