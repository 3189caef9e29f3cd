# SPDX-License-Identifier: Apache-2.0
"""A statement that was written for a person is one, and says what was answered."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import Board, board_named
from xky.boards.description.laid_over import board_with
from xky.boards.description.statement import PROBES, ProbeName
from xky.hil import certify
from xky.hil.bench.new_statement import Answers, checked_labels, statement_text
from xky.protocol import InputError, Mode


def board_of(text: str, folder: Path) -> Board:
    file = folder / "device.toml"
    file.write_text(text, encoding="utf-8")
    return board_with(board_named("generic"), file)


ANY = st.builds(
    Answers,
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    modes=st.sampled_from([[Mode.HISTORIC], [Mode.STANDARD], list(Mode)]),
    phases=st.sampled_from([(1,), (3,), (1, 3)]),
    producer=st.booleans(),
    labels=st.sampled_from([(), ("EAST",), ("BASE", "PAPP")]),
    probe=st.sampled_from(PROBES),
    version=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    sha256=st.sampled_from(["", "0123456789abcdef" * 4]),
    period_s=st.none() | st.floats(1, 3600).map(lambda period_s: round(period_s, 1)),
)


@given(ANY)
def test_a_statement_says_what_was_answered(tmp_path_factory: pytest.TempPathFactory, answers: Answers) -> None:
    board = board_of(statement_text(answers, "device.toml"), tmp_path_factory.mktemp("statement"))
    assert (board.title, list(board.modes)) == (answers.title, list(answers.modes))
    assert (board.phases, board.producer) == (tuple(answers.phases), answers.producer)
    assert board.labels == (tuple(answers.labels) or None)
    assert board.limits.period_s == answers.period_s
    release = board.release
    assert (release is None) == (not answers.version and not answers.sha256)
    if release is not None:
        assert (release.version or "", release.sha256 or "") == (answers.version, answers.sha256)


@pytest.mark.parametrize("probe", PROBES)
def test_what_stands_behind_a_comment_sign_is_right_once_it_is_taken_away(probe: ProbeName, tmp_path: Path) -> None:
    lines = statement_text(Answers(title="mine", probe=probe, version="1.0"), "device.toml").splitlines()
    keys = ("# [[", "# probe =", "# from =", "# labels = {", "# requirement =", "# reason =", "# until =")
    keys += ("# freshness_s", "# completeness_s", "# recovery_s", "# period_s", "# said =")
    board = board_of("\n".join(line[2:] if line.startswith(keys) else line for line in lines), tmp_path)
    assert board.reading[0].probe == probe
    assert set(board.reading[0].labels) == {"EAST", "SINSTS"}
    assert [one.requirement for one in board.waiver] == ["TIC-LBL-5"]
    assert board.limits.freshness_s == 15
    assert board.release is not None and board.release.said is not None


def test_labels_are_apart_by_commas() -> None:
    assert checked_labels(" EAST, SINSTS,") == ["EAST", "SINSTS"]
    with pytest.raises(InputError, match=r"^--labels EASTT: no label of the TIC; write names as Enedis does"):
        checked_labels("EASTT")


@pytest.mark.nightly
def test_a_sound_reader_keeps_the_limits_that_stand_behind_a_comment_sign(tmp_path: Path) -> None:
    text = statement_text(Answers(title="mine"), "device.toml")
    limits = re.findall(r"^# ((?:freshness|completeness|recovery)_s = \d+)", text, re.MULTILINE)
    assert len(limits) == 3
    (tmp_path / "device.toml").write_text("\n".join(["[limits]", *limits]), encoding="utf-8")
    report = certify("sim:generic", statement=tmp_path / "device.toml")
    assert report["verdict"] == "pass", [one for one in report["requirements"] if one["verdict"] == "fail"]
