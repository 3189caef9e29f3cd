# SPDX-License-Identifier: Apache-2.0
"""What comes out: some frames of a stream, a row each, and a column for each label that one of them says."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..labels import Kind, Label

__all__ = ["Batch", "Bools", "Bytes", "Ints", "LabelColumn"]

Bytes: TypeAlias = NDArray[np.uint8]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass
class LabelColumn:
    """What one label says, a row a frame.

    Attributes:
        label: the row of the label table.
        present: whether a good group of the frame says it.
        numbers: its value, where the label is of decimal digits.
        text: its value padded with zero bytes, else; empty where the label has no data.
        sizes: characters of each text.
        season: letter of the horodate, for labels that have one.
        local_s: the legal time that it shows, in seconds since 1970-01-01 00:00 of a clock that never changes.
        in_calendar: whether there is such a day and hour.
    """

    label: Label
    present: Bools
    numbers: Ints
    text: Bytes
    sizes: Ints
    season: Bytes
    local_s: Ints
    in_calendar: Bools

    @classmethod
    def empty(cls, label: Label, rows: int) -> "LabelColumn":
        """Of a label that no frame has."""
        numeric = label.kind is Kind.NUMBER
        stamps = rows if label.stamped else 0
        return cls(
            label, np.zeros(rows, np.bool_), np.zeros(rows if numeric else 0, np.int64),
            np.zeros((0 if numeric else rows, label.size), np.uint8), np.zeros(0 if numeric else rows, np.int64),
            np.zeros(stamps, np.uint8), np.zeros(stamps, np.int64), np.zeros(stamps, np.bool_),
        )  # fmt: skip


@dataclass
class Batch:
    """Some frames of a stream, a row each, in order; cut ones too.

    Attributes:
        number: of the frame in the stream, from 1 on.
        offset: of its STX, or of the first group of one without.
        complete: STX to ETX.
        damaged: groups that were refused.
        columns: by label, those that a frame of the batch has.
    """

    number: Ints
    offset: Ints
    complete: Bools
    damaged: Ints
    columns: dict[str, LabelColumn] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.number)

    def column(self, label: Label) -> LabelColumn:
        """The column of a label, made where no frame had it yet."""
        if label.name not in self.columns:
            self.columns[label.name] = LabelColumn.empty(label, len(self))
        return self.columns[label.name]
