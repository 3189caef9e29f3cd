# SPDX-License-Identifier: Apache-2.0
"""The earlier parts of a run that was interrupted: what each left of modes that were cut, and as a report has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xky.protocol import Mode

from ..record import Record

__all__ = ["Part", "Parts"]


@dataclass(frozen=True, slots=True)
class Part:
    """What an earlier part left of modes that were cut.

    Attributes:
        started: ISO 8601.
        records: of the modes that it did not play to their ends.
    """

    started: str
    records: Mapping[Mode, Record]

    @property
    def told(self) -> dict[str, Any]:
        """As a report has it."""
        cuts = {
            mode.value: round(record.duration_s if record.cut_short_s is None else record.cut_short_s, 3)
            for mode, record in self.records.items()
        }
        return {"started": self.started, "cut_at_s": cuts}


@dataclass
class Parts:
    """All of them.

    Attributes:
        parts: in order.
    """

    parts: Sequence[Part]

    @property
    def records(self) -> Sequence[Record]:
        """Of all modes that were cut."""
        return [record for part in self.parts for record in part.records.values()]

    @property
    def told(self) -> list[dict[str, Any]]:
        """As a report has them."""
        return [part.told for part in self.parts]
