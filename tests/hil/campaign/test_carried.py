# SPDX-License-Identifier: Apache-2.0
"""What payloads cannot say by the statement: nobody waits for it, all else is asked, and nothing wrong passes."""

from pathlib import Path
from typing import Any

import pytest

from xky.boards import Board, board_named
from xky.boards.description.laid_over import board_with
from xky.boards.firmware import loky
from xky.boards.payloads.loky import encode
from xky.emulator import Expect, SentFrame, Truth
from xky.emulator.truth.piece import Piece
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.anonymised.anonymised_run import refuse_what_names_its_meter
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.carried import as_carried, bounds_remarks
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import OPENING, ProbeRecord, Record
from xky.hil.campaign.requirement import Purpose, Requirement
from xky.hil.campaign.stimulus import Stimulus, household
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.protocol import Group, InputError, Mode, encode_group

from ..stories.played import played, story
from .test_declaration import certified

MUST, MAY, MUST_NOT = Expect.MUST, Expect.MAY, Expect.MUST_NOT
UNBOUNDED = """\
[[reading]]
probe = "lorawan"
labels = { IRMS1 = "IRMS1", EAST = "EAST", SINSTS = "SINSTS", BASE = "BASE", PAPP = "PAPP", PTEC = "PTEC" }
"""
TWO_PLACES = """\
[[reading]]
probe = "lorawan"
from = 1
labels = { IINST = { path = "a", max = 254 } }
[[reading]]
probe = "lorawan"
from = 2
labels = { IINST = { path = "b", max = 99 } }
"""
ELSEWHERE = """
[[reading]]
probe = "lorawan"
from = 3
labels = { IINST = "c" }
"""


def truth_of(*groups: tuple[str, str, Expect]) -> Truth:
    """One historic frame."""
    said = [(Group(label, value), expect) for label, value, expect in groups]
    pieces = [Piece(encode_group(group, Mode.HISTORIC), group, expect) for group, expect in said]
    truth = Truth()
    truth.append(SentFrame(0, Mode.HISTORIC, 0.0, Mode.HISTORIC.character_s, tuple(pieces), True, "step 1"))
    return truth


def asked(board: Board, *groups: tuple[str, str, Expect]) -> list[Expect]:
    (frame,) = as_carried(truth_of(*groups), board, "lorawan", None).truth
    return [piece.expect for piece in frame.pieces]


def test_what_does_not_fit_may_be_reported_and_need_not() -> None:
    board = board_named("loky")
    assert asked(board, ("IINST", "254", MUST), ("PAPP", "65534", MUST)) == [MUST, MUST]
    assert asked(board, ("IINST", "255", MUST), ("PAPP", "65535", MUST), ("ADCO", "1" * 12, MUST)) == [MAY, MAY, MUST]
    assert asked(board, ("PTEC", "TH..", MUST), ("PTEC", "!P..", MUST)) == [MUST, MAY]
    assert asked(board, ("IINST", "255", MUST_NOT), ("IINST", "001", MUST_NOT)) == [MUST_NOT, MUST_NOT]


@pytest.mark.parametrize(("ptec", "due"), [
    ([("TH..", MUST)], MUST), ([], MAY), ([("HC..", MUST)], MAY), ([("TH..", MUST_NOT)], MAY), ([("TH..", MAY)], MAY),
    ([("TH..", MUST), ("HC..", MUST_NOT)], MUST), ([("TH..", MUST), ("HC..", MAY)], MAY),
    ([("TH..", MAY), ("TH..", MUST)], MUST),
])  # fmt: skip
def test_what_needs_a_neighbour_is_due_beside_what_everybody_hears_of_it(
    ptec: list[tuple[str, Expect]], due: Expect
) -> None:
    groups = [("BASE", "000000001", MUST), *[("PTEC", value, expect) for value, expect in ptec]]
    assert asked(board_named("loky"), *groups)[0] is due


def stated(folder: Path, text: str) -> Board:
    (folder / "s.toml").write_text(text, encoding="utf-8")
    return board_with(board_named("generic"), folder / "s.toml")


def test_of_several_places_one_that_can_say_it_is_enough(tmp_path: Path) -> None:
    two = stated(tmp_path, TWO_PLACES)
    assert [asked(two, ("IINST", value, MUST)) for value in ("099", "254", "255")] == [[MUST], [MUST], [MAY]]
    assert asked(stated(tmp_path, TWO_PLACES + ELSEWHERE), ("IINST", "255", MUST)) == [MUST]


def test_the_padding_of_a_text_says_nothing(tmp_path: Path) -> None:
    labels = '{ LTARF = { path = "a", values = ["HP"] }, EAST = { path = "b", beside = { LTARF = [" HP "] } } }'
    board = stated(tmp_path, f'[[reading]]\nprobe = "lorawan"\nlabels = {labels}\n')
    east = "EAST", "000000001", MUST
    assert asked(board, ("LTARF", "HP".ljust(16), MUST), east) == [MUST, MUST]
    assert asked(board, ("LTARF", "HC".ljust(16), MUST), east) == [MAY, MAY]


def case_on(board: Board, *steps: dict[str, str], says: dict[str, str], asked: int = 1) -> Case:
    """Frames of a second, six a step, that say these data; the device says the same at all times, from the second on.

    It is asked about the last steps, and the first is the opening.
    """
    truth = Truth()
    for number, groups in enumerate(steps):
        said = [Group(label, value) for label, value in groups.items()]
        pieces = tuple(Piece(encode_group(group, Mode.HISTORIC), group, MUST) for group in said)
        for _ in range(6):
            at = len(truth)
            frame = SentFrame(
                at, Mode.HISTORIC, float(at), 1 / 120, pieces, True, f"step {number}" if number else OPENING
            )
            truth.append(frame)
    readings = [
        Reading(at_s + 0.9, {label: Said(value) for label, value in says.items()}) for at_s in range(6, len(truth))
    ]
    record = Record(Mode.HISTORIC, board, 1.0, None, truth, readings, [], probes=(ProbeRecord("lorawan"),))
    stimuli = tuple(Stimulus(f"step {number}", household) for number in range(len(steps) - asked, len(steps)))
    requirement = Requirement("TIC-X-1", clause="-", text="-")
    return Case(Purpose(requirement, "x", stimuli), Oracle(record.seen_by("lorawan")))


NIGHT = {"HCHC": "000000001", "HCHP": "000000002", "PTEC": "HC..", "IINST": "001"}


def test_a_step_that_does_not_bring_what_is_asked_for_is_undecided_whatever_else_cannot_be_said() -> None:
    """HCHP never can, in the night: that is no reason not to ask for PTEC."""
    loky = board_named("loky")
    with pytest.raises(Undecided, match="did not bring a new value of PTEC"):
        case_on(loky, NIGHT, NIGHT, says={"PTEC": "HC.."}).label_is_reported("PTEC")
    with pytest.raises(NotApplicable, match="no payload that says what this step brings of PTEC"):
        case_on(loky, NIGHT, {**NIGHT, "PTEC": "!C.."}, says={"PTEC": "HC.."}).label_is_reported("PTEC")
    with pytest.raises(Undecided, match="did not bring an index of 999999999"):
        case_on(loky, NIGHT, NIGHT, says={"PTEC": "HC.."}).index_is_reported("999999999")
    with pytest.raises(NotApplicable, match="no payload that says what this step brings of HCHP"):
        case_on(loky, NIGHT, {**NIGHT, "HCHP": "9" * 9}, says={"PTEC": "HC.."}).index_is_reported("999999999")


def test_a_label_that_has_to_come_once_need_not_where_it_cannot() -> None:
    loky, more = board_named("loky"), {**NIGHT, "IINST": "300"}
    with pytest.raises(NotApplicable, match="no payload that says what this step brings of IINST"):
        case_on(loky, NIGHT, more, says={"PTEC": "HC.."}).labels_are_reported_once("IINST")
    with pytest.raises(PurposeFailed, match="never reported: IINST"):
        case_on(loky, more, NIGHT, says={"PTEC": "HC.."}).labels_are_reported_once("IINST")
    with pytest.raises(NotApplicable, match="no payload that says what this step brings of IINST"):
        case_on(loky, more, *[NIGHT] * 4, says={"IINST": "001"}).the_last_group_is_reported()


def test_nothing_changes_at_a_probe_whose_payloads_say_all() -> None:
    truth = truth_of(("IINST", "255", MUST))
    assert as_carried(truth, board_named("loky"), "mqtt://broker:1883/a", None).truth is truth
    assert as_carried(truth, board_named("eky"), "mqtt", None).truth is truth
    assert as_carried(truth, board_named("loky"), "lorawan", frozenset(["PAPP"])).truth is truth
    assert as_carried(truth, board_named("loky"), "lorawan", None).unsaid == {"IINST"}


HIGH = {"mode": "standard", "contract": {"name": "hc"}}, {"name": "legal_value", "label": "IRMS1", "value": "999"}
NO_CODE = {"mode": "historic", "contract": {"name": "hc"}}, {"name": "legal_value", "label": "PTEC", "value": "!P.."}
NO_PERIOD = {"mode": "historic", "contract": {"name": "base"}}, {"name": "wrong_checksum", "label": "PTEC"}


@pytest.mark.parametrize(("meter", "fault", "requirement"), [
    (*HIGH, "TIC-VAL-3"), (*NO_CODE, "TIC-VAL-3"), (*NO_PERIOD, "TIC-CHK-2"),
])  # fmt: skip
def test_a_sound_loky_is_not_asked_for_what_it_says_it_cannot_say(
    tmp_path: Path, meter: dict[str, Any], fault: dict[str, str], requirement: str
) -> None:
    told = story({"turns": [[fault]]}, at="2027-06-10T12:00", load_va=500.0, **meter)
    assert [f"{one.signature}: {one.reason}" for one in played(told, "sim:loky").broken] == []
    (tmp_path / "s.toml").write_text(UNBOUNDED, encoding="utf-8")
    claims_all = played(told, "sim:loky", statement=tmp_path / "s.toml")
    assert [one.requirement for one in claims_all.broken] == [requirement]


def test_a_byte_that_runs_over_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_to_a_byte(mode: Mode, values: dict[str, str], **more: Any) -> bytes:
        return encode(mode, {**values, "IRMS1": f"{int(values['IRMS1']) % 256:03}"}, **more)

    meter, fault = HIGH
    told = story({"turns": [[fault]]}, at="2027-06-10T12:00", load_va=500.0, **meter)
    monkeypatch.setattr(loky, "encode", cut_to_a_byte)
    (broken,) = played(told, "sim:loky").broken
    assert "IRMS1 = '231" in broken.reason


def test_the_report_names_what_was_not_asked_for(tmp_path: Path) -> None:
    labels = 'labels = ["IRMS1", "NTARF"]\n'
    report = certified(tmp_path, labels, "sim:loky", mode="standard", only=("TIC-CHK-3",))
    (told,) = [one for one in report["remarks"] if "by the statement payloads" in one]
    assert told.endswith("at lorawan say only these data, so no others were asked for: IRMS1 ≤ 254")


def test_a_largest_index_is_refused_where_it_would_be_a_pseudonym(tmp_path: Path) -> None:
    """And not at the end of a run of many hours."""

    def refuse(most: int) -> None:
        text = f'[[reading]]\nprobe = "lorawan"\nlabels = {{ EAST = {{ path = "EAST", max = {most} }} }}\n'
        (tmp_path / "s.toml").write_text('labels = ["EAST"]\n' + text, encoding="utf-8")
        options = Options("sim:loky", statement=tmp_path / "s.toml")
        refuse_what_names_its_meter(Campaign(options), resume=False)

    refuse(2**32 - 1)  # more than nine digits can be
    with pytest.raises(
        InputError, match=r"--anonymise: the statement has max for EAST, and .* leave --anonymise or max"
    ):
        refuse(2**24 - 1)


def test_what_nobody_listened_for_is_not_named() -> None:
    """Claims are those of the run, which ``--labels`` may have named."""
    loky = board_named("loky")
    assert bounds_remarks(loky, {"mqtt://broker:1883/a": None}) == []
    (told,) = bounds_remarks(loky, {"lorawan": frozenset(["HCHC", "EAST"])})
    assert told.endswith("no others were asked for: HCHC (PTEC HC..)")


def test_a_step_that_cannot_be_said_does_not_hide_the_next_one() -> None:
    evening = {**NIGHT, "PTEC": "!P.."}
    case = case_on(board_named("loky"), {**NIGHT, "PTEC": "HP.."}, evening, NIGHT, says={"PTEC": "HP.."}, asked=2)
    with pytest.raises(PurposeFailed, match="PTEC sent intact and never reported"):
        case.label_is_reported_in_each_step("PTEC")


def test_a_device_that_has_nothing_to_say_is_heard_by_its_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the refused join, while the home draws more than its byte can say."""

    def small(mode: Mode, values: dict[str, str], **more: Any) -> bytes:
        return encode(mode, {"IRMS1": values["IRMS1"]} if int(values["IRMS1"]) <= 3 else {}, **more)

    monkeypatch.setattr(loky, "encode", small)
    text = '[[reading]]\nprobe = "lorawan"\nlabels = { IRMS1 = { path = "IRMS1", max = 3 } }\n'
    report = certified(tmp_path, 'labels = ["IRMS1"]\n' + text, "sim:loky", mode="standard", only=("XKY-LRW-4",))
    assert [one["reason"] for of in report["requirements"] for one in of["purposes"] if one["verdict"] == "fail"] == []
    assert report["verdict"] == "pass"
