# SPDX-License-Identifier: Apache-2.0
"""What a hunt finds: every built-in defect that a line can show, without being told which it is, and how soon."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass
from statistics import median
from typing import Any

from xky.boards import Defect, known_defects

from ..campaign.campaign import Campaign, Options
from ..campaign.defect_matrix import DEFAULT_BOARD
from ..campaign.suite import tested_purposes
from ..campaign.verdict import Level
from ..worker_pool import worker_pool
from .hunt import Hunt
from .tally import Limits

__all__ = ["Detection", "Found", "Run", "detect", "line_defects"]

_OF_THE_LINE = "TIC-"
_MINUTES = 3.0  # of the processor, after which a hunt gives up; three times what the median may take

Run = tuple[str, int]
"""A hunt: the id of the defect, and the seed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One hunt on one defect.

    Attributes:
        after_s: seconds of the processor until the first finding was shrunk; None: nothing was found.
        examples: stories until it first showed.
        frames, faults: of the stimulus.
        requirement: id of what it breaks; empty: nothing was found.
    """

    after_s: float | None
    examples: int
    frames: int = 0
    faults: int = 0
    requirement: str = ""


@dataclass(frozen=True, slots=True)
class Detection:
    """What hunts with several seeds made of one defect."""

    id: str
    hunts: tuple[Found, ...]

    @property
    def median_s(self) -> float | None:
        """Seconds of the processor; None: most hunts found nothing."""
        times = sorted(one.after_s if one.after_s is not None else float("inf") for one in self.hunts)
        middle = median(times)
        return None if middle == float("inf") else middle

    @property
    def smallest(self) -> Found:
        """The hunt with the smallest stimulus."""
        return min(self.hunts, key=lambda one: (one.after_s is None, one.faults, one.frames))

    def document(self) -> dict[str, Any]:
        """As ``xky fuzz --defects --json`` prints it."""
        best = self.smallest
        return {
            "defect": self.id,
            "median_s": None if self.median_s is None else round(self.median_s, 1),
            "found": sum(one.after_s is not None for one in self.hunts),
            "hunts": len(self.hunts),
            "examples": sorted(one.examples for one in self.hunts),
            "frames": best.frames,
            "faults": best.faults,
            "requirement": best.requirement,
        }


def line_defects() -> dict[str, Defect]:
    """The defects that a line can show: those that must fail a requirement of the TIC which is judged by its plan."""
    asked = {purpose.requirement.id: purpose.requirement for purpose in tested_purposes()}
    shown = {id_ for id_, one in asked.items() if id_.startswith(_OF_THE_LINE) and not one.beside_the_plan}
    return {id_: one for id_, one in known_defects().items() if not shown.isdisjoint(one.must_fail)}


def detect(
    ids: Collection[str],
    seeds: Collection[int],
    known: Mapping[Run, Found],
    keep: Callable[[Run, Found], None],
    *,
    jobs: int | None = None,
) -> Iterator[Detection]:
    """Hunt each defect with each seed; each defect in turn as soon as all hunts on it have ended.

    Args:
        ids: of the defects.
        seeds: of the stories.
        known: hunts that need not be made again.
        keep: told of each other one as it ends, in whichever order.
        jobs: processes; None: as many as this machine has cores.
    """
    found = dict(known)
    runs = [run for id_ in ids for seed in seeds if (run := (id_, seed)) not in found]
    with worker_pool(jobs) as pool:
        hunted = {pool.submit(_hunt, run): run for run in runs}
        ended = as_completed(hunted)
        for id_ in ids:
            while any((id_, seed) not in found for seed in seeds):
                one = next(ended)
                run = hunted[one]
                found[run] = one.result()
                keep(run, found[run])
            yield Detection(id_, tuple(found[id_, seed] for seed in seeds))


def _hunt(run: Run) -> Found:
    id_, seed = run
    defect = known_defects()[id_]
    campaign = Campaign(Options(f"sim:{defect.board or DEFAULT_BOARD}", defect=id_))
    hunt = Hunt(
        campaign, seed=seed, limits=Limits(minutes=_MINUTES, findings=1), strict=_is_latitude(defect),
        clock=time.process_time,
    )  # fmt: skip
    hunt.run()
    if not hunt.findings:
        return Found(None, hunt.examples)
    first = hunt.findings[0]
    return Found(
        first.after_s, first.examples, first.story.frames, len(first.story.faults), first.broken.requirement
    )  # fmt: skip


def _is_latitude(defect: Defect) -> bool:
    """Whether it only does what a should asks not to do: no hunt finds that unless it is strict."""
    levels = {purpose.requirement.id: purpose.requirement.level for purpose in tested_purposes()}
    return all(levels[id_] is Level.SHOULD for id_ in defect.must_fail)
