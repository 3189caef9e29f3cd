# SPDX-License-Identifier: Apache-2.0
"""The clause table: no hole without a reason, and no clause that the texts do not have."""

import pytest

from xky.hil.campaign.suite import declared_purposes
from xky.hil.catalogue.clauses import clauses, named_by, references_of, requirements_by_clause

REQUIREMENTS = {one.requirement.id: one.requirement for one in declared_purposes()}


def test_each_clause_has_a_requirement_or_a_reason_and_none_has_both() -> None:
    found = requirements_by_clause(REQUIREMENTS.values())
    assert found.keys() == clauses().keys()
    assert [name for name, ids in found.items() if not ids and not clauses()[name].why] == []
    assert [name for name, ids in found.items() if ids and clauses()[name].why] == []


def test_each_requirement_names_clauses_that_there_are_or_another_source() -> None:
    for one in REQUIREMENTS.values():
        found = references_of(one.clause)
        assert found.clauses or found.others, one.id
        assert not any(text in other for other in found.others for text in ("54E", "02E")), one.id


@pytest.mark.parametrize(
    ("written", "named", "others"),
    [
        ("54E §5.3.6", ["54E §5.3.6"], []),
        ("54E §5.3.6, 02E §1.5.2", ["54E §5.3.6", "02E §1.5.2"], []),
        ("54E §6.2.3.19 to §6.2.3.22", [f"54E §6.2.3.{number}" for number in range(19, 23)], []),
        ("54E table 2, 02E §1.5.2", ["54E §5.3.6", "02E §1.5.2"], []),
        ("54E §4: 13 V rms open circuit; data sheets", ["54E §4"], ["data sheets"]),
        ("54E §9.3; 02E annex A.5.2, A.5.3", ["54E §9.3", "02E annex A.5.2", "02E annex A.5.3"], []),
        ("LoRaWAN 1.0.2 §6.2, §7; xKy: uplinks", [], ["LoRaWAN 1.0.2 §6.2, §7", "xKy: uplinks"]),
    ],
)
def test_where_a_requirement_comes_from_is_read(written: str, named: list[str], others: list[str]) -> None:
    found = references_of(written)
    assert list(found.clauses) == named
    assert list(found.others) == others


@pytest.mark.parametrize("wrong", ["54E §5.3.60", "54E table 9", "02E annex B.1", "54E about §5.3.6", "54E"])
def test_a_clause_that_no_text_has_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="texts do not have"):
        references_of(wrong)


@pytest.mark.parametrize(
    ("written", "first", "count"),
    [
        ("54E §5.3.6", "54E §5.3.6", 1),
        ("5.3.4", "54E §5.3.4", 1),
        ("54e 9.4", "54E §9.4", 3),
        ("A.5.3", "02E annex A.5.3", 1),
    ],
)
def test_a_clause_is_found_as_people_write_it(written: str, first: str, count: int) -> None:
    found = named_by(written)
    assert found[0].name == first
    assert len(found) == count


def test_titles_are_short_and_our_own() -> None:
    for one in clauses().values():
        assert len(one.title) < 90
        assert not one.title.endswith(".")
        assert not one.why.endswith(".")
