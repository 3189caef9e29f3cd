# SPDX-License-Identifier: Apache-2.0
"""The matrix of defects over several seeds: what holds with each of them holds; what does not names its seed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xky.protocol import InputError

from .defect_matrix import Matrix

__all__ = ["MatrixOfSeeds", "seeds_of"]

_MOST = 1000  # seeds; each takes some minutes on two cores
_RANGE = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


def seeds_of(text: str) -> range:
    """Seeds that a person names: ``7``, or ``0-19``, both ends among them.

    Raises:
        InputError: it is neither, ends before it begins, or is longer than anybody waits for.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        raise InputError(f"--seeds {text!r}: expected a seed or a range of them, such as 7 or 0-19")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise InputError(f"--seeds {text}: ends before it begins; write {last}-{first}")
    if last - first >= _MOST:
        raise InputError(f"--seeds {text}: are more than {_MOST}, which take days; give fewer")
    return range(first, last + 1)


@dataclass(frozen=True, slots=True)
class MatrixOfSeeds:
    """A matrix a seed.

    Attributes:
        seeds: in order.
        matrices: one each, over the same defects.
    """

    seeds: Sequence[int]
    matrices: Sequence[Matrix]

    @property
    def is_full(self) -> bool:
        """Whether each of them is."""
        return all(one.is_full for one in self.matrices)

    @property
    def alarms(self) -> list[str]:
        """What was not passed on a sound board, each with its seed."""
        return self._named([one.alarms for one in self.matrices])

    @property
    def unproven(self) -> list[str]:
        """Purposes that no defect fails, each with its seed."""
        return self._named([one.unproven for one in self.matrices])

    def _named(self, told: Sequence[Sequence[str]]) -> list[str]:
        return [f"seed {seed}: {one}" for seed, of in zip(self.seeds, told, strict=True) for one in of]

    def document(self) -> dict[str, Any]:
        """As ``certify --defects --seeds --json`` prints it: a defect is caught where it is with each seed."""
        defects = []
        for row in zip(*(one.defects for one in self.matrices), strict=True):
            defects.append(
                {
                    "id": row[0].id,
                    "source": row[0].source,
                    "caught": all(one.caught for one in row),
                    "caught_with": sum(one.caught for one in row),
                    "by": [id_ for id_ in row[0].by if all(id_ in one.by for one in row)],
                    "missed": self._named([one.missed for one in row]),
                }
            )
        return {
            "seeds": list(self.seeds),
            "defects": defects,
            "false_alarms": len(self.alarms),
            "alarms": self.alarms,
            "unproven": self.unproven,
        }
