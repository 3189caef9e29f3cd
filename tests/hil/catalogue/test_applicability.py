# SPDX-License-Identifier: Apache-2.0
"""Whom a requirement concerns, before a run; that runs say the same is asked of each sound board's run."""

from pathlib import Path

import pytest

from xky.hil.catalogue.applicability import Applies, applicability, facts_of
from xky.hil.catalogue.entries import entries
from xky.protocol import Mode


def applies(id_: str, board: str | None = None, **known: object) -> Applies:
    return applicability(entries()[id_].requirement, facts_of(board, **known))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id_", "board", "answer"),
    [
        ("TIC-CHK-1", "generic", "yes"),
        ("TIC-MOD-2", "generic", "no"),
        ("TIC-MOD-2", "auto", "yes"),
        ("TIC-LBL-3", "loky", "no"),  # it claims a choice of labels
        ("TIC-TAR-1", "loky", "depends"),
        ("TIC-TAR-2", "loky", "no"),
        ("XKY-PWR-1", "generic", "no"),  # nobody said what it lives on
        ("XKY-PWR-1", "winky-c6", "depends"),  # on whether the bench feeds it
        ("XKY-UPL-1", "eky", "depends"),  # on where it is listened to
        ("XKY-UPL-6", "generic", "no"),
        ("TIC-INP-1", "generic", "depends"),
        ("TIC-SUP-1", "generic", "no"),
        ("TIC-LED-5", "generic", "no"),  # it does not sleep
        ("TIC-LED-1", "winky-c6", "no"),  # nobody said that it has an indicator
        ("TIC-LED-1", "labelled", "yes"),
        ("TIC-LED-6", "labelled", "depends"),  # on whether it is a real board
    ],
)
def test_a_description_alone_tells_what_follows_from_it(id_: str, board: str, answer: str) -> None:
    assert applies(id_, board).answer == answer


@pytest.mark.parametrize(
    ("id_", "device", "answer"),
    [
        ("XKY-PWR-1", "sim:winky-c6", "yes"),
        ("XKY-PWR-1", "exec:true {port}", "no"),
        ("XKY-UPL-1", "sim:eky", "yes"),
        ("XKY-UPL-1", "exec:true {port}", "no"),
        ("XKY-LRW-2", "sim:loky", "yes"),
        ("TIC-INP-1", "sim:eky", "no"),
        ("TIC-INP-1", "serial:/dev/null", "yes"),
        ("TIC-LNK-11", "exec:true {port}", "yes"),
        ("TIC-LNK-11", "serial:/dev/null", "depends"),
    ],
)
def test_a_device_tells_more(id_: str, device: str, answer: str) -> None:
    assert applies(id_, device=device).answer == answer


def test_a_probe_takes_the_place_of_the_devices_own() -> None:
    assert applies("XKY-UPL-6", "eky", probes=("mqtt",)).answer == "yes"
    assert applies("XKY-UPL-6", "eky", probes=("influx",)).answer == "no"


def test_a_statement_is_laid_over_the_board(tmp_path: Path) -> None:
    statement = tmp_path / "mine.toml"
    statement.write_text('modes = ["historic"]\nlabels = ["PAPP"]\n', encoding="utf-8")
    found = applies("TIC-LBL-5", statement=statement)
    assert (found.answer, found.reason) == ("no", "it is of standard mode, and the device reads historic")
    assert applies("TIC-CHK-1", statement=statement).answer == "depends"


def test_a_meter_that_the_device_is_not_for_is_a_reason(tmp_path: Path) -> None:
    statement = tmp_path / "mine.toml"
    statement.write_text("phases = [1]\n", encoding="utf-8")
    found = applies("TIC-LNK-5", statement=statement)  # short frames are of three phases
    assert (found.answer, found.reason) == ("no", "the statement claims no meter of 3 phases")
    assert applies("TIC-VAL-3", statement=statement).answer == "yes"  # shown on a single-phase meter, too


def test_the_mode_that_is_run_decides() -> None:
    requirement = entries()["TIC-LNK-1"].requirement
    assert applicability(requirement, facts_of("generic"), (Mode.STANDARD,)).answer == "no"
    assert applicability(requirement, facts_of("generic"), (Mode.HISTORIC,)).answer == "yes"


def test_each_answer_but_yes_has_its_reason() -> None:
    for board in ("generic", "auto", "loky", "eky", "winky-c6"):
        facts = facts_of(board)
        for entry in entries().values():
            found = applicability(entry.requirement, facts)
            assert bool(found.reason) == (found.answer != "yes"), entry.id
