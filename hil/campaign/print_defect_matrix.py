# SPDX-License-Identifier: Apache-2.0
"""``xky certify --defects``: which requirement catches which defect, and whether a sound board is accused."""

import json
import sys

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..console import PlainConsole
from ..progress_column import PlainColumn
from ..standard_streams import says_or_tells
from .defect_matrix import DEFAULT_BOARD, Matrix, make_matrix, number_of_runs

__all__ = ["print_matrix"]


def print_matrix(board: str | None, seed: int, *, as_json: bool) -> int:
    """Make the matrix and print it.

    Args:
        board: simulated board that has the defects; None takes the plain reader.
        seed: of meters, gaps and faults.
        as_json: print the document and nothing else.

    Returns:
        Exit status: 0 for a full matrix, 3 else: the bench is wrong.

    Raises:
        InputError: no such board, or it has no simulated firmware.
    """
    console = PlainConsole(file=sys.stderr)
    columns = (PlainColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=number_of_runs())
        made = make_matrix(
            board=board or DEFAULT_BOARD,
            seed=seed,
            on_run=lambda name: progress.update(task, advance=1, description=name),
        )

    def say() -> None:
        if as_json:
            sys.stdout.write(json.dumps(made.document(), indent=1, ensure_ascii=False) + "\n")
        else:
            _print(made)

    return 0 if says_or_tells(say, _sum(made)) and made.is_full else 3


def _print(made: Matrix) -> None:
    console = PlainConsole()
    table = Table(title="Defects by requirements", title_justify="left")
    table.add_column("defect", no_wrap=True)
    table.add_column("caught")
    table.add_column("by")
    for one in made.defects:
        mark = Text("✓", "green") if one.caught else Text("✗", "bold red")
        by = [Text(_short(id_), "bold" if id_ in one.named else "") for id_ in one.by]
        missed = [Text(f"not {_short(id_)}", "red") for id_ in one.missed]
        table.add_row(one.id, mark, Text(", ").join((*by, *missed)))
    console.print(table)
    for told in made.alarms:
        console.print(f"false alarm: {told}")
    for purpose in made.unproven:
        console.print(f"no defect fails {purpose}")
    console.print(f"{_sum(made)}. Bold: what the defect must fail. Names that tell no family begin with TIC-.")


def _sum(made: Matrix) -> str:
    caught = sum(one.caught for one in made.defects)
    return (
        f"{caught} of {len(made.defects)} defects caught, {len(made.alarms)} false alarms on {', '.join(made.sound)}; "
        f"{len(made.requirements)} requirements, {len(made.purposes)} purposes"
    )


def _short(requirement: str) -> str:
    """Without the name of the family, which nearly all have."""
    return requirement.replace("TIC-", "")
