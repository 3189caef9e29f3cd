# SPDX-License-Identifier: Apache-2.0
"""The registry joined: what proves a requirement, and how one is found."""

import pytest

from xky.boards import known_defects
from xky.hil.campaign.suite import declared_purposes
from xky.hil.catalogue.entries import chosen, entries
from xky.protocol import InputError


def test_every_requirement_and_every_purpose_is_there_once() -> None:
    assert set(entries()) == {one.requirement.id for one in declared_purposes()}
    assert sorted(p.id for one in entries().values() for p in one.purposes) == sorted(p.id for p in declared_purposes())


def test_a_requirement_is_proven_by_a_defect_or_tried_by_a_procedure_and_never_both() -> None:
    for one in entries().values():
        assert bool(one.defects) != one.requirement.needs_instruments, one.id


def test_every_requirement_that_a_defect_must_fail_is_known() -> None:
    assert {id_ for one in known_defects().values() for id_ in one.must_fail} <= set(entries())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["TIC-CHK-3"], ["TIC-CHK-3"]),
        (["tic-chk-3"], ["TIC-CHK-3"]),
        (["TIC-CHK-3/space-checksum"], ["TIC-CHK-3"]),
        (["TIC-CHR"], ["TIC-CHR-1", "TIC-CHR-2"]),
        (["TIC-CHR-2", "TIC-CHK-3"], ["TIC-CHK-3", "TIC-CHR-2"]),
    ],
)
def test_one_is_found_by_its_id_by_a_purpose_and_by_its_group(asked: list[str], found: list[str]) -> None:
    assert [one.id for one in chosen(asked)] == found


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("TIC-CHK-33", "TIC-CHK-3"), ("TIC-CHK-3/space-sum", "TIC-CHK-3/space-checksum"), ("TIC-CH", "TIC-CHR-1")],
)
def test_one_that_is_not_there_is_refused_with_the_near_one(wrong: str, near: str) -> None:
    with pytest.raises(InputError, match=rf"no such requirement.*Did you mean {near}\?|no such requirement"):
        chosen([wrong])
