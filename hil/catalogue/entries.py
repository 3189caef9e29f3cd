# SPDX-License-Identifier: Apache-2.0
"""The one registry, joined: each requirement with its group, purposes, clauses and the defects that prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from xky.boards import known_defects
from xky.protocol import InputError

from ..campaign.report.document import in_order
from ..campaign.requirement import Purpose, Requirement
from ..campaign.suite import declared_purposes, groups
from .clauses import References, references_of

__all__ = ["Entry", "chosen", "entries"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One requirement with all that belongs to it.

    Attributes:
        requirement: as it is declared.
        group: what its file is about.
        purposes: the ways to show it.
        sources: where it comes from.
        defects: ids of the built-in defects that must fail it.
    """

    requirement: Requirement
    group: str
    purposes: tuple[Purpose, ...]
    sources: References
    defects: tuple[str, ...]

    @property
    def id(self) -> str:
        """Of the requirement."""
        return self.requirement.id


@cache
def entries() -> Mapping[str, Entry]:
    """Every requirement of the suite by its id, in the order in which a report has them."""
    purposes: dict[str, list[Purpose]] = {}
    for one in declared_purposes():
        purposes.setdefault(one.requirement.id, []).append(one)
    group_of = {one.requirement.id: title for title, members in groups().items() for one in members}
    proven: dict[str, list[str]] = {}
    for name, defect in known_defects().items():
        for id_ in defect.must_fail:
            proven.setdefault(id_, []).append(name)
    return {
        id_: Entry(
            purposes[id_][0].requirement, group_of[id_], tuple(purposes[id_]),
            references_of(purposes[id_][0].requirement.clause), tuple(proven.get(id_, ())),
        )
        for id_ in sorted(purposes, key=in_order)
    }  # fmt: skip


def chosen(asked: Sequence[str]) -> Sequence[Entry]:
    """Those that a person asks for: by the id of a requirement, of a purpose, or of a group such as ``TIC-CHK``.

    Args:
        asked: none takes all.

    Raises:
        InputError: there is no such requirement.
    """
    known = entries()
    if not asked:
        return list(known.values())
    found: dict[str, Entry] = {}
    for name in asked:
        id_ = name.partition("/")[0].upper()
        members = [known[id_]] if id_ in known else [one for one in known.values() if one.id.startswith(f"{id_}-")]
        if not members or ("/" in name and name.lower() not in {p.id.lower() for one in members for p in one.purposes}):
            near = get_close_matches(name if "/" in name else id_, _names(), 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise InputError(f"{name!r}: no such requirement, purpose or group; see xky requirements.{hint}")
        found |= {one.id: one for one in members}
    return [one for id_, one in known.items() if id_ in found]


def _names() -> list[str]:
    """Everything that may be asked for."""
    known = entries().values()
    return [*(one.id for one in known), *(purpose.id for one in known for purpose in one.purposes)]
