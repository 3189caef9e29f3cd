# SPDX-License-Identifier: Apache-2.0
"""The clauses of the two texts of the TIC, with the requirements that come from each, or why there is none."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from xky.protocol.tomlfile import Section, parse_toml

from ..campaign.report.document import in_order
from ..campaign.requirement import Requirement

__all__ = ["Clause", "References", "clauses", "named_by", "references_of", "requirements_by_clause"]

_FILE = "clauses.toml"
_TEXTS = ("54E", "02E")
_PLACE = re.compile(
    r"(?P<text>54E|02E)\b|§(?P<first>[\d.]+\d|\d)(?: to §(?P<last>[\d.]+\d))?"
    r"|\btable (?P<table>\d+)|\bannex (?P<annex>A[\d.]*)"
    r"|(?<=, )(?P<more>A\.[\d.]*\d)"
)


class _Row(Section):
    number: str
    title: str
    why: str = ""
    tables: tuple[int, ...] = ()


class _Text(Section):
    title: str
    clause: tuple[_Row, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a text.

    Attributes:
        text: ``54E`` or ``02E``.
        number: as the text counts, such as ``5.3.6`` or ``A.5.3``.
        title: what it is about, in our own words.
        why: why no requirement comes from it; empty where one does.
    """

    text: str
    number: str
    title: str
    why: str

    @property
    def name(self) -> str:
        """As requirements write it, such as ``54E §5.3.6``."""
        return f"{self.text} {'annex ' if self.number.startswith('A') else '§'}{self.number}"


@dataclass(frozen=True, slots=True)
class References:
    """Where a requirement comes from.

    Attributes:
        clauses: names of clauses of the two texts.
        others: other texts, issues, and rules of our own, as they are written.
    """

    clauses: tuple[str, ...]
    others: tuple[str, ...]


@cache
def _tables() -> tuple[Mapping[str, Clause], Mapping[tuple[str, int], str]]:
    text = resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    found: dict[str, Clause] = {}
    tables: dict[tuple[str, int], str] = {}
    for name, said in (parse_toml(text, _FILE, _File).model_extra or {}).items():
        for row in _Text.model_validate(said).clause:
            clause = Clause(name, row.number, row.title, row.why)
            found[clause.name] = clause
            tables |= {(name, number): clause.name for number in row.tables}
    return found, tables


def clauses() -> Mapping[str, Clause]:
    """Every clause by its name, in the order of the texts."""
    return _tables()[0]


def references_of(written: str) -> References:
    """Where a requirement comes from, as its ``clause`` writes it.

    A part that begins with neither text is of another source, and taken as it stands.

    Raises:
        ValueError: it names a clause, or a table, that the texts do not have.
    """
    named: list[str] = []
    others: list[str] = []
    for part in (one.strip() for one in written.split(";")):
        if part.startswith(_TEXTS):
            named += _named_in(part)
        else:
            others.append(part)
    return References(tuple(dict.fromkeys(named)), tuple(others))


def _named_in(part: str) -> list[str]:
    known, tables = _tables()
    told, *_ = part.partition(": ")
    text, found = "", list[str]()
    for place in _PLACE.finditer(told):
        if place["text"]:
            text = place["text"]
        elif place["table"]:
            found.append(tables.get((text, int(place["table"])), f"{text} table {place['table']}"))
        elif place["first"]:
            found += [f"{text} §{number}" for number in _through(place["first"], place["last"] or place["first"])]
        else:
            found.append(f"{text} annex {place['annex'] or place['more']}")
    left = _PLACE.sub("", told).replace(",", "").strip()
    unknown = [one for one in found if one not in known]
    if unknown or left or not found:
        raise ValueError(f"{part!r}: names {', '.join(unknown) or left or 'no clause'}, which the texts do not have")
    return found


def _through(first: str, last: str) -> list[str]:
    """The clauses from one to another beside it."""
    stem, _, begin = first.rpartition(".")
    return [f"{stem}.{n}" if stem else str(n) for n in range(int(begin), int(last.rpartition(".")[2]) + 1)]


def named_by(written: str) -> Sequence[Clause]:
    """What a person may write to ask for a clause: ``54E §5.3.6``, ``5.3.6``, ``54E 5.3.6``, ``A.5.3``; with those
    below it."""
    text, number = "", written.replace("§", " ").replace("annex", " ").strip()
    for name in _TEXTS:
        if number.upper().startswith(name):
            text, number = name, number[len(name) :].strip()
    number = number.upper().rstrip(".")
    return [
        one
        for one in clauses().values()
        if text in ("", one.text) and (number in ("", one.number) or one.number.startswith(f"{number}."))
    ]


def requirements_by_clause(requirements: Iterable[Requirement]) -> Mapping[str, Sequence[str]]:
    """Ids of the requirements that come from each clause, by its name; an empty list for one that has none."""
    found: dict[str, list[str]] = {name: [] for name in clauses()}
    for one in requirements:
        for name in references_of(one.clause).clauses:
            found[name].append(one.id)
    return {name: sorted(ids, key=in_order) for name, ids in found.items()}
