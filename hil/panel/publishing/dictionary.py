# SPDX-License-Identifier: Apache-2.0
"""The data dictionaries: what each file holds and what each column means, for programs and for people."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["DICTIONARY", "PUBLIC", "TRUSTED", "Column", "Table", "dictionary_json", "dictionary_page"]

DICTIONARY = "dictionary"
CELLS_FILE, CURVES_FILE, HOMES_FILE = "groups.csv", "curves.csv", "homes.csv"


class Column(NamedTuple):
    """One column: name, type (text, integer, number, datetime), unit or nothing, what it means."""

    name: str
    type: str
    unit: str
    means: str


class Table(NamedTuple):
    """One file of comma-separated values: UTF-8, a line of names first, lines end in LF."""

    file: str
    row: str
    columns: Sequence[Column]


_CONTRACT = "tariff; 'other': one that no group of the same set names, 'any': not told"
_PUBLIC_TRAITS = (
    Column("contract", "text", "", _CONTRACT),
    Column("producer", "text", "", "yes: the homes inject too; no; 'any': both"),
    Column("phases", "text", "", "of the connection: 1 or 3; 'any': both"),
)
PUBLIC = (
    Table(CELLS_FILE, "a group of homes", (
        Column("group", "text", "", "names it in curves.csv"), *_PUBLIC_TRAITS,
        Column("homes", "integer", "", "how many homes it has; k at least"),
    )),
    Table(CURVES_FILE, "a span of the clock of a group's mean day", (
        Column("group", "text", "", "of groups.csv"),
        Column("day_type", "text", "", "weekday: Monday to Friday; weekend: Saturday and Sunday"),
        Column("begins", "text", "", "of the span, on the legal clock of France, HH:MM"),
        Column("minutes", "integer", "min", "length of the span"),
        Column("consumed_w", "integer", "W", "power drawn: mean over the homes of the group and the days, to 10 W; "
               "empty: withheld, as one or two homes have too much of it"),
        Column("injected_w", "integer", "W", "power injected, likewise; 0 where no home is a producer; empty too where "
               "some are and others are not, as it would be the curve of those few"),
    )),
)  # fmt: skip
TRUSTED = (
    Table(HOMES_FILE, "a home", (
        Column("home", "text", "", "pseudonym by key: HMAC-SHA-256, the same in each set by that key"),
        Column("contract", "text", "", "tariff"),
        Column("producer", "text", "", "yes: it injects too; no"),
        Column("phases", "integer", "", "of the connection: 1 or 3"),
        Column("mode", "text", "", "of its TIC: historic or standard"),
        Column("board", "text", "", "of its gateway"),
    )),
    Table(CURVES_FILE, "a half hour of a home", (
        Column("home", "text", "", "of homes.csv"),
        Column("ends", "datetime", "", "of the half hour, ISO 8601 with offset, as the distributor stamps it"),
        Column("consumed_wh", "number", "Wh", "energy drawn; empty where no reading tells it"),
        Column("injected_wh", "number", "Wh", "energy injected; 0 of a home that never said any"),
    )),
)  # fmt: skip


def dictionary_json(product: str, tables: Sequence[Table], provenance: Mapping[str, Any]) -> str:
    """For programs."""
    document = {
        "schema": "xky-panel-dictionary/1",
        "product": product,
        "files": [
            {
                "file": table.file, "format": "CSV, UTF-8, comma, LF, names in the first line", "row": table.row,
                "columns": [
                    {"name": one.name, "type": one.type, "unit": one.unit or None, "means": one.means}
                    for one in table.columns
                ],
            }
            for table in tables
        ],
        "provenance": dict(provenance),
    }  # fmt: skip
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def dictionary_page(title: str, tables: Sequence[Table], provenance: Mapping[str, Any]) -> str:
    """For people, in Markdown."""
    lines = [f"# {title}", ""]
    for table in tables:
        lines += [
            f"## {table.file}",
            "",
            f"A row is {table.row}.",
            "",
            "| column | type | unit | means |",
            "|---|---|---|---|",
        ]
        lines += [f"| `{one.name}` | {one.type} | {one.unit} | {one.means} |" for one in table.columns]
        lines.append("")
    lines += ["## Provenance", "", "| what | value |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in provenance.items() if name != "steps"]
    lines += ["", "Steps taken:", "", *(f"{number}. {step}" for number, step in enumerate(provenance["steps"], 1)), ""]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_cell(one)}" for name, one in value.items())
    return "" if value is None else str(value).replace("|", "\\|")
