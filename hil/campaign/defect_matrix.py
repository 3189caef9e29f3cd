# SPDX-License-Identifier: Apache-2.0
"""The suite's own quality: every defect on a simulated board, and every sound board, through the whole suite."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xky.boards import Defect, board_named, known_defects
from xky.boards.description.board import shipped_boards
from xky.boards.firmware import load_firmware
from xky.protocol import Mode

from ..worker_pool import worker_pool
from .campaign import Campaign, Options
from .report import document
from .suite import declared_purposes, run_suite

__all__ = ["DEFAULT_BOARD", "Caught", "Matrix", "make_matrices", "make_matrix", "number_of_runs", "sound_boards"]

DEFAULT_BOARD = "generic"
_FINE = ("pass", "not applicable")
_SPOKEN_OF = (DEFAULT_BOARD, "winky-c6")  # of boards that behave the same, those that the documents speak of


@dataclass(frozen=True, slots=True)
class Caught:
    """What the suite made of one defect.

    Attributes:
        id: of the defect.
        source: where it was seen.
        board: the simulated board that had it.
        named: ids of the requirements that it must fail.
        by: ids of the requirements that failed, in any mode.
        purposes: ids of the purposes that failed.
        missed: ids of the requirements that should have failed and did not, with their mode.
    """

    id: str
    source: str
    board: str
    named: frozenset[str]
    by: tuple[str, ...]
    purposes: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Whether every requirement that the defect names failed, in each mode in which it shows."""
        return not self.missed


@dataclass(frozen=True, slots=True)
class Matrix:
    """Defects by requirements.

    Attributes:
        defects: in order of their ids.
        requirements: ids of all requirements, in the order of the suite.
        purposes: ids of all purposes.
        sound: names of the sound boards.
        alarms: what was not passed on a sound board, for people: each is an error of the suite.
    """

    defects: tuple[Caught, ...]
    requirements: tuple[str, ...]
    purposes: tuple[str, ...]
    sound: tuple[str, ...]
    alarms: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        """Whether every defect is caught, every purpose failed by one, and no sound board accused."""
        return not self.alarms and not self.unproven and all(one.caught for one in self.defects)

    @property
    def unproven(self) -> tuple[str, ...]:
        """Purposes that no defect fails."""
        failed = {purpose for one in self.defects for purpose in one.purposes}
        return tuple(purpose for purpose in self.purposes if purpose not in failed)

    def document(self) -> dict[str, Any]:
        """As ``certify --defects --json`` prints it, with what is not full: missed, alarms, unproven."""
        return {
            "defects": [
                {
                    "id": one.id,
                    "source": one.source,
                    "caught": one.caught,
                    "by": list(one.by),
                    "missed": list(one.missed),
                }
                for one in self.defects
            ],
            "false_alarms": len(self.alarms),
            "alarms": list(self.alarms),
            "unproven": list(self.unproven),
        }


def sound_boards() -> list[str]:
    """A board for each behaviour of simulated firmware: the others with the same differ in what they live on."""
    chosen: dict[tuple[str, bool, bool], str] = {}
    for name in sorted(shipped_boards(), key=lambda name: name not in _SPOKEN_OF):
        board = board_named(name)
        if board.firmware is not None:
            chosen.setdefault((board.firmware, board.detects_mode, board.indicator is not None), name)
    return sorted(chosen.values())


def number_of_runs() -> int:
    """How many runs of the suite a matrix takes."""
    return len(known_defects()) + len(sound_boards())


def make_matrix(
    *,
    board: str = DEFAULT_BOARD,
    seed: int = 0,
    only: Collection[str] | None = None,
    on_run: Callable[[str], None] = lambda name: None,
) -> Matrix:
    """Run the suite on each defect and each sound board, on every core.

    Args:
        board: has the defects, but for those that show on another one only.
        seed: of meters, gaps and faults.
        only: ids of the defects to try; None tries all.
        on_run: told the name of each run as it ends.

    Raises:
        InputError: no such board, or it has no simulated firmware.
    """
    return next(make_matrices(board=board, seeds=[seed], only=only, on_run=on_run))


def make_matrices(
    *,
    board: str = DEFAULT_BOARD,
    seeds: Sequence[int],
    only: Collection[str] | None = None,
    on_run: Callable[[str], None] = lambda name: None,
) -> Iterator[Matrix]:
    """The same with each of some seeds, in their order; all of them share the cores."""
    load_firmware(board_named(board))  # complains before anything runs
    defects = {id_: one for id_, one in known_defects().items() if only is None or id_ in only}
    sound = sound_boards()
    runs = [(name, None) for name in sound] + [(one.board or board, id_) for id_, one in defects.items()]
    with worker_pool() as pool:
        reports = pool.map(_report, runs * len(seeds), [seed for seed in seeds for _ in runs])
        for _ in seeds:
            of_seed = []
            for name, defect in runs:
                of_seed.append(next(reports))
                on_run(defect or f"sound {name}")
            yield _matrix(defects, sound, board, of_seed)


def _matrix(
    defects: Mapping[str, Defect], sound: Sequence[str], board: str, reports: Sequence[dict[str, Any]]
) -> Matrix:
    accused = [f"{name}: {told}" for name, report in zip(sound, reports, strict=False) for told in _not_passed(report)]
    caught = [
        _caught(id_, one, one.board or board, report)
        for (id_, one), report in zip(defects.items(), reports[len(sound) :], strict=True)
    ]
    by_instruments = {one.requirement.id for one in declared_purposes() if one.requirement.needs_instruments}
    for report in reports:  # no board of ours has terminals, so no defect can show there
        report["requirements"] = [one for one in report["requirements"] if one["id"] not in by_instruments]
    return Matrix(tuple(caught), _all(reports, "requirement"), _all(reports, "purpose"), tuple(sound), tuple(accused))


def _report(run: tuple[str, str | None], seed: int) -> dict[str, Any]:
    board, defect = run
    return _judged(Campaign(Options(f"sim:{board}", defect=defect, seed=seed)))


def _judged(campaign: Campaign) -> dict[str, Any]:
    """The report of a run whose page and evidence nobody reads."""
    campaign.check()
    run_suite(campaign)
    return document(campaign)


def _all(reports: Iterable[dict[str, Any]], what: str) -> tuple[str, ...]:
    requirements = (one for report in reports for one in report["requirements"])
    if what == "requirement":
        return tuple(dict.fromkeys(one["id"] for one in requirements))
    return tuple(dict.fromkeys(purpose["id"] for one in requirements for purpose in one["purposes"]))


def _not_passed(report: dict[str, Any]) -> list[str]:
    """What a sound board did not pass; a should it may leave out, as the converter of winky-c6-tasmota does."""
    return [
        f"{purpose['id']}, {purpose['mode']}: {purpose['verdict']}, {purpose['reason']}"
        for one in report["requirements"]
        for purpose in one["purposes"]
        if purpose["verdict"] not in _FINE and not (one.get("level") == "should" and purpose["verdict"] == "fail")
    ]


def _caught(id_: str, defect: Defect, board: str, report: dict[str, Any]) -> Caught:
    purposes = [purpose | {"of": one["id"]} for one in report["requirements"] for purpose in one["purposes"]]
    failed = [purpose for purpose in purposes if purpose["verdict"] == "fail"]
    missed = []
    for mode in Mode:
        asked = {purpose["of"] for purpose in purposes if purpose["mode"] == mode}
        by = {purpose["of"] for purpose in failed if purpose["mode"] == mode}
        missed += [f"{one}, {mode}" for one in sorted(defect.must_fail & asked - by)] if mode in defect.modes else []
    return Caught(
        id_, defect.source, board, defect.must_fail,
        tuple(dict.fromkeys(purpose["of"] for purpose in failed)), tuple(purpose["id"] for purpose in failed),
        tuple(missed),
    )  # fmt: skip
