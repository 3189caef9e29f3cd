# SPDX-License-Identifier: Apache-2.0
"""``xky fuzz --defects``: which built-in defect a hunt finds, how soon, and by how small a stimulus."""

import json
import sys

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from ..console import PlainConsole
from ..progress_column import PlainColumn
from ..standard_streams import says_or_tells
from ..terminal import counted
from .detection import Detection, detect, line_defects

__all__ = ["print_detection"]

_GOAL_S = 60.0  # of the processor, median over the seeds


def print_detection(seed: int, seeds: int, *, as_json: bool) -> int:
    """Hunt them all, and print the table.

    Args:
        seed: the first one.
        seeds: how many.
        as_json: print the document and nothing else.

    Returns:
        Exit status: 0 where each is found within its time, 3 else.
    """
    console = PlainConsole(file=sys.stderr)
    columns = (PlainColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=seeds * len(line_defects()))
        made = detect(
            range(seed, seed + seeds), on_hunt=lambda name: progress.update(task, advance=1, description=name)
        )
    late = [one.id for one in made if one.median_s is None or one.median_s > _GOAL_S]

    def say() -> None:
        if as_json:
            document = {"schema": "xky-fuzz-defects/1", "seeds": seeds, "defects": [one.document() for one in made]}
            sys.stdout.write(json.dumps(document, indent=1) + "\n")
        else:
            _print(made, late, seeds)

    return 0 if says_or_tells(say, _sum(made, late)) and not late else 3


def _print(made: list[Detection], late: list[str], seeds: int) -> None:
    console = PlainConsole()
    table = Table(title=f"Defects that a hunt found without being told, {counted(seeds, 'seed')}", title_justify="left")
    table.add_column("defect", no_wrap=True)
    for column in ("found", "median s", "frames", "faults"):
        table.add_column(column, justify="right")
    table.add_column("by", no_wrap=True)
    for one in made:
        told = one.document()
        seconds = "-" if told["median_s"] is None else f"{told['median_s']:.1f}"
        table.add_row(
            one.id, f"{told['found']}/{seeds}", seconds, str(told["frames"]), str(told["faults"]), told["requirement"]
        )
    console.print(table)
    console.print(_sum(made, late))


def _sum(made: list[Detection], late: list[str]) -> str:
    found = f"{len(made) - len(late)} of {len(made)} found within a median of {_GOAL_S:.0f} s of the processor"
    return found + (f"; not: {', '.join(late)}" if late else "")
