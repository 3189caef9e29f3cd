# SPDX-License-Identifier: Apache-2.0
"""``certify --defects --seeds``: what does not hold with one of the seeds is named with it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from xky.hil.campaign import defect_matrix, print_defect_matrix
from xky.hil.campaign.campaign import Campaign
from xky.hil.campaign.defect_matrix import Caught, Matrix, make_matrices
from xky.hil.campaign.defect_seeds import MatrixOfSeeds, seeds_of
from xky.protocol import InputError

from ...command import xky


def matrix(
    *, missed: tuple[str, ...] = (), by: tuple[str, ...] = ("A-1", "B-1"), alarms: tuple[str, ...] = ()
) -> Matrix:
    one = Caught("drops", "somewhere", "generic", frozenset({"A-1"}), by, ("A-1/x", "B-1/y"), missed)
    return Matrix((one,), ("A-1", "B-1"), ("A-1/x", "B-1/y"), ("generic",), alarms)


@pytest.mark.parametrize(("text", "expected"), [("7", [7]), ("0-3", [0, 1, 2, 3]), ("5-5", [5]), ("007", [7])])
def test_a_seed_or_a_range_with_both_ends(text: str, expected: list[int]) -> None:
    assert list(seeds_of(text)) == expected


@pytest.mark.parametrize(("text", "complaint"), [
    ("5-2", "--seeds 5-2: ends before it begins; write 2-5"),
    ("", "--seeds '': expected a seed or a range of them, such as 7 or 0-19"),
    ("-3", "--seeds '-3': expected a seed"),
    ("1-2-3", "--seeds '1-2-3': expected a seed"),
    ("١-٣", "--seeds '١-٣': expected a seed"),
    ("1 - 3", "--seeds '1 - 3': expected a seed"),
    ("9" * 99, "expected a seed"),
    ("0-1000", "--seeds 0-1000: are more than 1000"),
])  # fmt: skip
def test_a_wrong_range_is_a_line(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as told:
        seeds_of(text)
    assert complaint in str(told.value) and "\n" not in str(told.value)


def test_what_does_not_hold_with_one_seed_is_named_with_it() -> None:
    made = MatrixOfSeeds(
        [3, 4],
        [matrix(), matrix(missed=("A-1, standard",), by=("B-1",), alarms=("generic: B-1/y, standard: fail, x",))],
    )
    assert not made.is_full
    assert made.document() == {
        "seeds": [3, 4],
        "defects": [
            {"id": "drops", "source": "somewhere", "caught": False, "caught_with": 1, "by": ["B-1"],
             "missed": ["seed 4: A-1, standard"]}
        ],
        "false_alarms": 1,
        "alarms": ["seed 4: generic: B-1/y, standard: fail, x"],
        "unproven": [],
    }  # fmt: skip
    assert MatrixOfSeeds([3, 4], [matrix(), matrix()]).is_full


@pytest.mark.parametrize(("alarms", "status"), [((), 0), (("generic: A-1/x, standard: fail, x",), 3)])
def test_every_seed_is_tried_and_gives_the_exit_status(
    alarms: tuple[str, ...], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(*, seeds: Any, **_: Any) -> Any:
        yield from (matrix(alarms=alarms if seed == 2 else ()) for seed in seeds)

    monkeypatch.setattr(print_defect_matrix, "make_matrices", made)
    assert print_defect_matrix.print_matrices(None, seeds_of("1-3"), as_json=True) == status
    told = json.loads(capsys.readouterr().out)
    assert (told["seeds"], told["alarms"]) == ([1, 2, 3], [f"seed 2: {one}" for one in alarms])
    assert print_defect_matrix.print_matrices(None, seeds_of("1-3"), as_json=False) == status
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 seeds: 1 of 1 defects caught with each, ")


def test_each_seed_runs_every_defect_and_every_sound_board(monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[tuple[str | None, int]] = []

    def judged(campaign: Campaign) -> dict[str, Any]:
        run.append((campaign.options.defect, campaign.options.seed))
        return {"requirements": []}

    monkeypatch.setattr(defect_matrix, "worker_pool", ThreadPoolExecutor)  # threads share what a test has replaced
    monkeypatch.setattr(defect_matrix, "_judged", judged)
    monkeypatch.setattr(defect_matrix, "sound_boards", lambda: ["generic"])
    made = list(make_matrices(seeds=range(5, 7), only=("drops-space-checksum",)))
    assert sorted(run, key=str) == [("drops-space-checksum", 5), ("drops-space-checksum", 6), (None, 5), (None, 6)]
    assert [[one.id for one in of.defects] for of in made] == [["drops-space-checksum"]] * 2


@pytest.mark.parametrize(("arguments", "complaint"), [
    (("--defects", "--seeds", "4-2"), "--seeds 4-2: ends before it begins; write 2-4"),
    (("--defects", "--seeds", "1-2", "--seed", "3"), "--seeds: names all the seeds; leave --seed out"),
    (("sim:generic", "--seeds", "1-2"), "--seeds: is that of --defects; give --seed, a run has one"),
])  # fmt: skip
def test_seeds_that_cannot_be_meant_are_a_line_and_exit_2(
    arguments: tuple[str, ...], complaint: str, tmp_path: Any
) -> None:
    run = xky("certify", *arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", f"xky: {complaint}\n")
