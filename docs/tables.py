# SPDX-License-Identifier: Apache-2.0
"""Writes the tables in these pages that tell what the code tells: folders, modules, faults, boards.

``python docs/tables.py`` writes them; a test compares. A table stands between ``<!-- rooms of FOLDER -->`` and
``<!-- end of table -->``; ``<!-- rooms below FOLDER -->`` takes the folders below it, too, each with its own heading.
``<!-- faults -->`` is that of the faults, with their keys, ``<!-- boards -->`` that of the boards that are shipped,
``<!-- line rules -->`` what a line of line protocol may have wrong, ``<!-- requirements -->`` what the suite asks,
group by group, ``<!-- clauses -->`` which clause is asked for by what.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from itertools import takewhile
from pathlib import Path

from xky.boards.description.board import board_named, shipped_boards
from xky.emulator.faults import known_faults
from xky.hil.catalogue.clauses import clauses, requirements_by_clause
from xky.hil.catalogue.entries import Entry, entries
from xky.protocol.uplinks.line_rules import RULES

DOCS = Path(__file__).parent
ROOT = DOCS.parent
ONE_A_FILE = ("emulator/faults", "boards/defects")  # so many of a kind that their own pages list them
MARKED = re.compile(
    r"(<!-- (?:rooms (of|below) ([\w/]+)|faults|boards|line rules|requirements|clauses) -->\n).*?"
    r"(<!-- end of table -->)",
    re.DOTALL,
)


def first_line(file: Path) -> str:
    """What a module says of itself."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].removesuffix(".").replace("``", "`").replace("|", "\\|") if text else ""


def rows(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and first line of what lies in a folder, its own rooms first."""
    inside = sorted(path for path in folder.iterdir() if (path / "__init__.py").exists())
    yield from ((f"{path.name}/", first_line(path / "__init__.py")) for path in inside)
    yield from ((file.stem, first_line(file)) for file in sorted(folder.glob("*.py")) if file.stem != "__init__")


def table(folder: Path) -> str:
    """The table of a folder."""
    lines = [f"| `{name}` | {text} |" for name, text in rows(folder)]
    return "\n".join(["| module | holds |", "|---|---|", *lines]) + "\n"


def tables_below(folder: Path) -> str:
    """A heading and a table for a folder and for each one below it."""
    parts = []
    for init in sorted(folder.rglob("__init__.py"), key=lambda path: path.parent.as_posix()):
        room = init.parent.relative_to(ROOT).as_posix()
        listed = "One a file.\n" if room in ONE_A_FILE else table(init.parent)
        parts.append(f"\n## {room}/\n\n{first_line(init)}.\n\n{listed}")
    return "".join(parts) + "\n"


def table_of_faults() -> str:
    """Name, keys with what they are unless told, and first line of each fault."""
    lines = ["| name | keys | what it does |", "|---|---|---|"]
    for name, kind in known_faults().items():
        keys = ", ".join(
            f"`{field.name}`" + ("" if field.default is MISSING else f" = {json.dumps(field.default)}")
            for field in fields(kind)  # type: ignore[arg-type]  # each is a dataclass
        )
        text = (kind.__doc__ or "").split("\n", 1)[0].replace("``", "`")
        lines.append(f"| `{name}` | {keys or '–'} | {text} |")
    return "\n".join(lines) + "\n"


def first_sentence(file: Path) -> str:
    """What the comment above a board's file says first."""
    lines = takewhile(lambda line: line.startswith("#"), file.read_text(encoding="utf-8").splitlines())
    return re.split(r"\.(?= |$)", " ".join(line.strip("# ") for line in lines), maxsplit=1)[0]


def table_of_boards() -> str:
    """Name, first sentence, supply and simulated firmware of each board."""
    lines = ["| board | what | lives on | simulated firmware |", "|---|---|---|---|"]
    for name in sorted(shipped_boards()):
        board = board_named(name)
        supply = "not told" if board.power is None else {"tic": "TIC", "external": "its own"}[board.power.source]
        firmware = "–" if board.firmware is None else f"`{board.firmware}`"
        lines.append(f"| `{name}` | {first_sentence(ROOT / 'boards' / f'{name}.toml')} | {supply} | {firmware} |")
    return "\n".join(lines) + "\n"


def table_of_line_rules() -> str:
    """Name of each rule, what it says, and what InfluxDB 1.6.7 makes of it."""
    lines = ["| rule | what is wrong | InfluxDB 1.6.7 |", "|---|---|---|"]
    for rule in RULES.values():
        server = "204, and keeps it" if rule.is_stored else f"`{rule.server}`"
        lines.append(f"| `{rule.name}` | {rule.says} | {server} |")
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Text that ends no cell."""
    return text.replace("|", "\\|")


def anchor(id_: str) -> str:
    """A requirement by its id, as a link to its row."""
    return f"[{id_}](#{id_.lower()})"


def proof_of(entry: Entry) -> str:
    """The defects that must fail a requirement, or what decides it."""
    if entry.requirement.procedure is not None:
        return cell("; ".join(entry.requirement.procedure.needs))
    return ", ".join(f"`{name}`" for name in entry.defects)


def tables_of_requirements() -> str:
    """A heading and a table for each group: what is asked, why, where, by which purposes, and what proves it."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries().values():
        groups.setdefault(entry.group, []).append(entry)
    parts = []
    for title, members in groups.items():
        lines = [
            "| requirement | what must hold, and why | clause | purposes | defects that prove it, or what it needs |"
        ]
        lines.append("|---|---|---|---|---|")
        for entry in members:
            one = entry.requirement
            axis = ", compatibility" if one.compatibility else ""
            name = f'<a id="{one.id.lower()}"></a>{one.id}<br>{one.level}{axis}'
            told = f"{cell(one.text)}<br>*{cell(one.why)}*"
            purposes = ", ".join(f"`{purpose.name}`" for purpose in entry.purposes)
            lines.append(f"| {name} | {told} | {cell(one.clause)} | {purposes} | {proof_of(entry)} |")
        parts.append(f"\n### {title}\n\n" + "\n".join(lines) + "\n")
    return "".join(parts) + "\n"


def table_of_clauses() -> str:
    """Each clause with its requirements, their purposes and what proves them; or why it has none."""
    by_clause = requirements_by_clause(entry.requirement for entry in entries().values())
    lines = ["| clause | about | requirements | purposes | defects that prove them |", "|---|---|---|---|---|"]
    for name, one in clauses().items():
        ids = by_clause[name]
        if not ids:
            lines.append(f"| {name} | {cell(one.title)} | none: {cell(one.why)} | | |")
            continue
        members = [entries()[id_] for id_ in ids]
        purposes = sum(len(entry.purposes) for entry in members)
        defects = dict.fromkeys(defect for entry in members for defect in entry.defects)
        proven = ", ".join(f"`{defect}`" for defect in defects) or "needs instruments"
        lines.append(f"| {name} | {cell(one.title)} | {', '.join(map(anchor, ids))} | {purposes} | {proven} |")
    return "\n".join(lines) + "\n"


NAMED = {
    "faults": table_of_faults, "boards": table_of_boards, "line rules": table_of_line_rules,
    "requirements": tables_of_requirements, "clauses": table_of_clauses,
}  # fmt: skip


def written(page: str) -> str:
    """A page with its tables as they should be."""

    def fill(found: re.Match[str]) -> str:
        if found[3] is None:
            made = next(made for name, made in NAMED.items() if f"<!-- {name} -->" in found[1])
            return found[1] + made() + found[4]
        return found[1] + (table if found[2] == "of" else tables_below)(ROOT / found[3]) + found[4]

    return MARKED.sub(fill, page)


def main() -> None:
    """Write each page that is not as it should be, and say which."""
    for path in sorted(DOCS.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if (right := written(page)) != page:
            path.write_text(right, encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
