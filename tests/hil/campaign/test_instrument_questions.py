# SPDX-License-Identifier: Apache-2.0
"""What only an instrument can answer: of a real board undecided and never counted as decided, of others no question."""

from pathlib import Path

import pytest

from xky.boards import board_named
from xky.boards.description.indicator import IndicatorDescription
from xky.emulator import Truth
from xky.hil.campaign.evidence import read_record, write_record
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import Record
from xky.hil.campaign.report.document import run_verdict
from xky.hil.campaign.requirement import Purpose
from xky.hil.campaign.suite import declared_purposes
from xky.hil.campaign.verdict import Level, NotApplicable, Undecided, Verdict
from xky.protocol import Mode

PURPOSES = {one.id: one for one in declared_purposes() if one.requirement.procedure is not None}
UNTRIED = [name for name, one in PURPOSES.items() if one.requirement.needs_instruments]


def record_of(board: str = "winky-c6", *, on_hardware: bool = True) -> Record:
    described = board_named(board)
    if described.indicator is None:  # asked of what has one alone
        described = described.model_copy(update={"indicator": IndicatorDescription()})
    return Record(Mode.STANDARD, described, 1.0, None, Truth(), [], [], on_hardware=on_hardware)


def ask(purpose: Purpose, record: Record) -> Case:
    case = Case(purpose, Oracle(record))
    case.an_instrument_shows_it()
    return case


def test_each_has_a_procedure_in_both_languages_with_its_limits() -> None:
    assert len(PURPOSES) >= 19
    for purpose in PURPOSES.values():
        procedure = purpose.requirement.procedure
        assert procedure is not None
        assert len(procedure.needs) == len(procedure.needs_french) > 0
        assert len(procedure.steps) == len(procedure.steps_french) > 0
        assert procedure.limits
        assert set(procedure.steps).isdisjoint(procedure.steps_french)
        assert purpose.requirement.level is Level.SHOULD  # an undecided must is never a pass
        assert not purpose.stimuli  # nothing is played for it


@pytest.mark.parametrize("name", UNTRIED)
def test_it_does_not_concern_what_has_no_terminals(name: str) -> None:
    with pytest.raises(NotApplicable, match="no terminals"):
        ask(PURPOSES[name], record_of(on_hardware=False))


@pytest.mark.parametrize("name", UNTRIED)
def test_of_a_real_board_it_is_undecided_and_says_what_would_decide_it(name: str) -> None:
    procedure = PURPOSES[name].requirement.procedure
    assert procedure is not None
    with pytest.raises(Undecided, match=r"^needs ") as raised:
        ask(PURPOSES[name], record_of())
    assert all(need in str(raised.value) for need in procedure.needs)
    assert f"xky requirements {PURPOSES[name].requirement.id}" in str(raised.value)


def test_terminal_a_is_asked_of_boards_that_live_on_it_alone() -> None:
    with pytest.raises(NotApplicable, match="does not say that it lives on terminals I1-A"):
        ask(PURPOSES["TIC-SUP-1/measured"], record_of("generic"))


def test_an_undecided_one_keeps_no_run_from_passing() -> None:
    musts = {"level": "must", "verdict": "pass"}
    undecided = {"level": "should", "verdict": "inconclusive"}
    assert run_verdict([musts, undecided], strict=False) is Verdict.PASS
    assert run_verdict([musts, undecided], strict=True) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("on_hardware", [True, False])
def test_the_evidence_says_whether_it_was_a_real_board(tmp_path: Path, on_hardware: bool) -> None:
    record = record_of(on_hardware=on_hardware)
    write_record(tmp_path, record)
    assert read_record(tmp_path).on_hardware is on_hardware
    assert ("on_hardware" in (tmp_path / "run.json").read_text(encoding="utf-8")) is on_hardware
