# SPDX-License-Identifier: Apache-2.0
"""``xky fuzz --defects``: which built-in defect a hunt finds, how soon, and by how small a stimulus."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from xky.boards.defects import defect_named
from xky.protocol import InputError

from ..owned_folder import owned_folder
from ..standard_streams import says_or_tells
from ..terminal import complain
from .detection import Detection, Found, Run, detect, line_defects
from .kept_detection import KeptHunts

__all__ = ["print_detection"]

_GOAL_S = 60.0  # of the processor, median over the seeds


def print_detection(
    seeds: Sequence[int], *, defect: str | None = None, jobs: int | None = None, folder: Path, as_json: bool
) -> int:
    """Hunt them, and print a row of each as it is known. Each hunt is kept, and is not made again.

    Args:
        seeds: of the stories.
        defect: id of the one to hunt; None: all that a line can show.
        jobs: processes; None: as many as this machine has cores.
        folder: where the hunts are kept.
        as_json: print the document and nothing else.

    Returns:
        Exit status: 0 where each is found within its time, 3 else.

    Raises:
        InputError: no such defect, or no line can show it; the folder cannot be used.
        BenchError: there is no room in it.
    """
    ids = _chosen(defect)
    width = max(map(len, ids))
    made: list[Detection] = []
    was_heard = True

    def say(text: str) -> None:
        nonlocal was_heard
        if not as_json:
            was_heard = says_or_tells(lambda: print(text), text) and was_heard

    with owned_folder(folder, "hunts"):
        kept = KeptHunts(folder)
        of_all = len(ids) * len(seeds)
        so_far = sum((id_, seed) in kept.found for id_ in ids for seed in seeds)

        def keep(run: Run, found: Found) -> None:
            nonlocal so_far
            kept.add(run, found)
            so_far += 1
            if sys.stderr.isatty():
                complain(f"{run[0]}, seed {run[1]}: hunt {so_far} of {of_all}")

        say(_row(width, "defect", "found", "median s", "frames", "faults", "by"))
        try:
            for one in detect(ids, seeds, kept.found, keep, jobs=jobs):
                made.append(one)
                say(_told(width, one))
        except KeyboardInterrupt:
            complain(f"interrupted; the same command goes on from {kept.path}")
    late = [one.id for one in made if one.median_s is None or one.median_s > _GOAL_S]
    text = _sum(made, late)
    document = {"schema": "xky-fuzz-defects/1", "seeds": len(seeds), "defects": [one.document() for one in made]}
    was_heard = says_or_tells(lambda: print(json.dumps(document, indent=1) if as_json else text), text) and was_heard
    return 0 if was_heard and len(made) == len(ids) and not late else 3


def _chosen(defect: str | None) -> list[str]:
    shown = line_defects()
    if defect is None:
        return [*shown]
    defect_named(defect)
    if defect not in shown:
        raise InputError(f"--defect {defect}: is not shown by a line; xky certify --defect {defect} shows it")
    return [defect]


def _row(width: int, defect: str, found: str, median: str, frames: str, faults: str, by: str) -> str:
    return f"{defect:<{width}}  {found:>5}  {median:>8}  {frames:>6}  {faults:>6}  {by}".rstrip()


def _told(width: int, one: Detection) -> str:
    told = one.document()
    seconds = "-" if told["median_s"] is None else f"{told['median_s']:.1f}"
    found = f"{told['found']}/{told['hunts']}"
    return _row(width, one.id, found, seconds, str(told["frames"]), str(told["faults"]), told["requirement"])


def _sum(made: list[Detection], late: list[str]) -> str:
    found = f"{len(made) - len(late)} of {len(made)} found within a median of {_GOAL_S:.0f} s of the processor"
    return found + (f"; not: {', '.join(late)}" if late else "")
