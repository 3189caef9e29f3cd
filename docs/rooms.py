# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of folders and modules in these pages, from the first line of each module.

``python docs/rooms.py`` writes them; a test compares. A table stands between ``<!-- rooms of FOLDER -->`` and
``<!-- end of rooms -->``; ``<!-- rooms below FOLDER -->`` takes the folders below it, too, each with its own heading.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
ONE_A_FILE = ("emulator/faults", "boards/defects")  # so many of a kind that their own pages list them
MARKED = re.compile(r"(<!-- rooms (of|below) ([\w/]+) -->\n).*?(<!-- end of rooms -->)", re.DOTALL)


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


def written(page: str) -> str:
    """A page with its tables as they should be."""

    def fill(found: re.Match[str]) -> str:
        make = table if found[2] == "of" else tables_below
        return found[1] + make(ROOT / found[3]) + found[4]

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
