# SPDX-License-Identifier: Apache-2.0
"""What a line says: groups, frames, and the three ways in which bytes can disappoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from .mode import Mode
from .quick import quick
from .timestamp import TimestampMark, timestamp_mark

__all__ = ["Cut", "Damaged", "Event", "Frame", "Group", "Interrupted", "Noise", "Reason"]


class Reason(StrEnum):
    """Why a group was refused."""

    CHECKSUM = "checksum"  # the checksum character is not the one computed
    STRUCTURE = "structure"  # fields or delimiters are missing or too many, a horodate has no such form
    LABEL = "label"  # empty, or over nine characters
    LENGTH = "length"  # a known label whose data has another size than its table says
    CHARSET = "charset"  # a character that has no place there
    OVERLONG = "overlong"  # no end of group within the decoder's bound


@quick
@dataclass(frozen=True, slots=True)
class Group:
    """One label's line as it was sent; ``timestamp`` is the raw horodate, None where there is none.

    ``offset`` is the absolute place of the LF in the bytes that were fed; it is no part of equality.
    """

    label: str
    value: str
    timestamp: str | None = None
    offset: int = field(default=0, compare=False)

    @property
    def ok(self) -> Literal[True]:
        """It was kept."""
        return True

    @property
    def timestamp_mark(self) -> TimestampMark | None:
        """What is to be said of the horodate, whose content no checksum tells; see ``timestamp_mark``."""
        return None if self.timestamp is None else timestamp_mark(self.label, self.timestamp)

    @property
    def reason(self) -> None:
        """Nothing is wrong with it."""
        return


@quick
@dataclass(frozen=True, slots=True)
class Damaged:
    """A group that was refused: where it lies (LF to CR, in bytes), why, and what it held.

    ``label`` is the text before the first separator, None where nothing readable stands there.
    """

    reason: Reason
    offset: int
    length: int
    label: str | None = None
    raw: bytes = b""
    detail: str = ""

    @property
    def ok(self) -> Literal[False]:
        """It was refused."""
        return False

    @property
    def value(self) -> None:
        """What a refused group holds is not handed out as a value."""
        return

    @property
    def timestamp(self) -> None:
        """Nor as a horodate."""
        return


@quick
@dataclass(frozen=True, slots=True)
class Frame:
    """STX to ETX, or what was heard of it (``complete`` false); groups in order, refused ones included."""

    mode: Mode
    groups: tuple[Group | Damaged, ...]
    complete: bool = True
    offset: int = field(default=0, compare=False)

    @property
    def good(self) -> tuple[Group, ...]:
        """The groups that were kept, in order."""
        return tuple(group for group in self.groups if isinstance(group, Group))

    @property
    def said(self) -> Sequence[tuple[str, str, str | None]]:
        """What the groups that were kept say, in order: label, value, horodate."""
        return [(group.label, group.value, group.timestamp) for group in self.good]

    @property
    def values(self) -> Mapping[str, str]:
        """Label to value of the groups kept; the last one where a label came twice."""
        return {group.label: group.value for group in self.good}

    @property
    def has_good(self) -> bool:
        """Whether any group was kept."""
        return any(isinstance(group, Group) for group in self.groups)

    def __getitem__(self, label: str) -> str:
        return self.values[label]


class Cut(StrEnum):
    """What ended a frame before its ETX."""

    EOT = "eot"
    STX = "stx"
    END = "end"  # of the input


@quick
@dataclass(frozen=True, slots=True)
class Interrupted:
    """The frame told just before was cut; ``offset`` is the place of what cut it."""

    offset: int
    by: Cut


@quick
@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that belong to no group and no delimiter."""

    offset: int
    length: int


Event = Frame | Damaged | Interrupted | Noise
