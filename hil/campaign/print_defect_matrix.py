# SPDX-License-Identifier: Apache-2.0
"""``xky certify --defects``: which requirement catches which defect, and whether a sound board is accused."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..console import PlainConsole
from ..progress_column import PlainColumn
from ..standard_streams import says_or_tells
from ..terminal import counted
from .defect_matrix import DEFAULT_BOARD, Matrix, make_matrices, make_matrix, number_of_runs
from .defect_seeds import MatrixOfSeeds

__all__ = ["print_matrices", "print_matrix"]


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
    with _progress(number_of_runs()) as on_run:
        made = make_matrix(board=board or DEFAULT_BOARD, seed=seed, on_run=on_run)

    def say() -> None:
        if as_json:
            _write(made.document())
        else:
            _print(made)

    return 0 if says_or_tells(say, _sum(made)) and made.is_full else 3


def print_matrices(board: str | None, seeds: Sequence[int], *, as_json: bool) -> int:
    """The same with each of some seeds: what holds with all of them, and with which seed something does not."""
    with _progress(number_of_runs() * len(seeds)) as on_run:
        matrices = list(make_matrices(board=board or DEFAULT_BOARD, seeds=seeds, on_run=on_run))
    made = MatrixOfSeeds(seeds, matrices)

    def say() -> None:
        if as_json:
            _write(made.document())
        else:
            _print_seeds(made)

    return 0 if says_or_tells(say, _sum_of(made)) and made.is_full else 3


@contextmanager
def _progress(runs: int) -> Iterator[Callable[[str], None]]:
    """A bar on standard error; told the name of each run as it ends."""
    console = PlainConsole(file=sys.stderr)
    columns = (PlainColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=runs)
        yield lambda name: progress.update(task, advance=1, description=name)


def _write(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _print_seeds(made: MatrixOfSeeds) -> None:
    console = PlainConsole()
    for one in made.document()["defects"]:
        for told in one["missed"]:
            console.print(f"{one['id']} not caught: {told}")
    for told in made.alarms:
        console.print(f"false alarm: {told}")
    for told in made.unproven:
        console.print(f"no defect fails: {told}")
    console.print(f"{_sum_of(made)}.")


def _sum_of(made: MatrixOfSeeds) -> str:
    defects, first = made.document()["defects"], made.matrices[0]
    return (
        f"{counted(len(made.seeds), 'seed')}: {sum(one['caught'] for one in defects)} of {len(defects)} defects caught "
        f"with each, {len(made.alarms)} false alarms on {', '.join(first.sound)}"
    )


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
