# SPDX-License-Identifier: Apache-2.0
"""The oracle alone: truth made by hand, readings by hand, and what each of them is accused of."""

from collections.abc import Sequence
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import board_named
from xky.emulator import Expect, Line, Linky, Piece, SentFrame, Transmitter, Truth
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.faults.altered_label import AlteredLabel
from xky.emulator.faults.control_character import ControlCharacter
from xky.emulator.faults.cut import CutFrame
from xky.emulator.faults.damaged_start import DamagedStart
from xky.emulator.faults.noise import NoiseBeforeFrame
from xky.emulator.faults.unknown_label import UnknownLabel
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.emulator.faults.wrong_size import WrongSize
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import Accusation, AccusationKind, Oracle
from xky.hil.campaign.record import Record, starves
from xky.protocol import LABELS, Frame, Group, Mode, decode, encode_group
from xky.protocol.labels import Kind
from xky.protocol.mode import ETX, STX
from xky.protocol.strategies import frames

STAMP = "H270105215500"
PERIOD_S = 1.0  # of the frames made by hand
MODES = pytest.mark.parametrize("mode", list(Mode), ids=str)


def whole(*groups: Group, mode: Mode = Mode.STANDARD) -> tuple[Piece, ...]:
    """The pieces of an intact frame."""
    return (Piece(STX), *(Piece(encode_group(g, mode), g, Expect.MUST) for g in groups), Piece(ETX))


def damaged(group: Group, data: bytes) -> tuple[Piece, ...]:
    """A frame of one group that arrives as other bytes."""
    return (Piece(STX), Piece(data, group, Expect.MUST_NOT, "wrong_checksum"), Piece(ETX))


def truth_of(*sent: Sequence[Piece], mode: Mode = Mode.STANDARD) -> Truth:
    """These frames, one each ``PERIOD_S``."""
    truth = Truth()
    for number, pieces in enumerate(sent):
        complete = pieces[-1].data.endswith(ETX)
        truth.append(
            SentFrame(number, mode, number * PERIOD_S, mode.character_s, tuple(pieces), complete, f"step {number}")
        )
    return truth


def oracle_of(truth: Truth, *readings: Reading) -> Oracle:
    """The judge of a generic board that said this."""
    return Oracle(Record(truth[0].mode, board_named("generic"), 1.0, None, truth, list(readings), []))


def reading(at_s: float, **said: Any) -> Reading:
    """A reading of plain values; ``_1`` at the end of a name stands for ``-1``."""
    return Reading(at_s, {label.replace("_", "-"): Said(value) for label, value in said.items()})


def accused(truth: Truth, *readings: Reading) -> list[tuple[AccusationKind, str]]:
    """What is wrong, with which label."""
    return [(accusation.wrong, accusation.label) for accusation in oracle_of(truth, *readings).accusations]


def played(mode: Mode, *faults: Fault, count: int = 6, seed: int = 0) -> Truth:
    """What a household's meter and these faults put on the line in virtual time."""
    env, line, truth = simpy.Environment(), Line(), Truth()
    meter = Linky(mode=mode, contract="hc", seed=seed)
    meter.run_by(lambda: float(env.now))
    transmitter = Transmitter(env, meter, line, truth, seed=seed)
    transmitter.faults, transmitter.step = faults, "step"
    env.process(transmitter.run(lambda: len(truth) == count))
    env.run()
    return truth


EAST, SINSTS = Group("EAST", "002188830"), Group("SINSTS", "00394")
CALM = whole(EAST, SINSTS)
OTHER = whole(Group("EAST", "002188831"), Group("SINSTS", "00395"))


# Nothing


def test_what_was_sent_is_accused_of_nothing() -> None:
    assert accused(truth_of(CALM), reading(0.2, EAST="002188830", SINSTS=394)) == []


def test_a_reading_at_the_very_end_of_its_group_may_hold_it() -> None:
    truth = truth_of(CALM)
    assert accused(truth, reading(truth[0].groups[0].end_s, EAST="002188830")) == []


def test_keys_that_are_no_labels_are_ignored_and_named() -> None:
    oracle = oracle_of(truth_of(CALM), reading(0.2, wifi_rssi=-60, EAST=2188830), reading(0.3, uptime=1))
    assert oracle.accusations == ()
    assert oracle.ignored_keys == ("uptime", "wifi-rssi")
    assert len(oracle.usable) == 1


def test_a_label_of_the_other_mode_is_a_report() -> None:
    assert accused(truth_of(CALM), reading(0.2, PAPP="00394")) == [(AccusationKind.UNSENT, "PAPP")]


# Unsent


@pytest.mark.parametrize("value", ["002188829", 2188829, "", "2188830", "EAST"])
def test_a_value_that_nobody_sent_is_unsent(value: str | int) -> None:
    assert accused(truth_of(CALM), reading(0.2, EAST=value)) == [(AccusationKind.UNSENT, "EAST")]


def test_the_value_of_another_label_is_unsent() -> None:
    assert accused(truth_of(CALM), reading(0.2, EAST="00394")) == [(AccusationKind.UNSENT, "EAST")]


def test_a_value_before_it_was_sent_is_unsent() -> None:
    truth = truth_of(CALM, OTHER)
    assert accused(truth, reading(0.5, EAST="002188831")) == [(AccusationKind.UNSENT, "EAST")]


def test_a_group_that_is_not_over_yet_cannot_be_known() -> None:
    truth = truth_of(CALM)
    assert accused(truth, reading(truth[0].groups[0].end_s - 0.002, EAST="002188830")) == [
        (AccusationKind.UNSENT, "EAST")
    ]


def test_a_wrong_horodate_is_unsent() -> None:
    truth = truth_of(whole(Group("SMAXSN", "00924", STAMP)))
    wrong = Reading(0.2, {"SMAXSN": Said("00924", "H270105215501")})
    assert accused(truth, wrong) == [(AccusationKind.UNSENT, "SMAXSN")]


# Damaged


def test_the_words_of_a_damaged_group_are_an_accusation_though_it_is_also_unsent() -> None:
    altered = damaged(EAST, encode_group(EAST, Mode.STANDARD).replace(b"830", b"831"))
    assert accused(truth_of(CALM, altered), reading(1.2, EAST="002188831")) == [(AccusationKind.DAMAGED, "EAST")]
    assert accused(truth_of(CALM, altered), reading(1.2, EAST=2188831)) == [(AccusationKind.DAMAGED, "EAST")]


def test_a_damaged_label_is_an_accusation_and_no_ignored_key() -> None:
    easf = Group("EASF01", "001076095")
    altered = damaged(easf, encode_group(easf, Mode.STANDARD).replace(b"EASF", b"EASV"))
    oracle = oracle_of(truth_of(CALM, altered), reading(1.2, EASV01="001076095"))
    assert [(one.wrong, one.label) for one in oracle.accusations] == [(AccusationKind.DAMAGED, "EASV01")]
    assert oracle.ignored_keys == ()


def test_a_true_value_beside_a_damaged_repetition_is_not_accused() -> None:
    wrong_sum = damaged(EAST, encode_group(EAST, Mode.STANDARD)[:-2] + b"~\r")
    assert accused(truth_of(CALM, wrong_sum), reading(1.2, EAST="002188830")) == []


def test_a_value_known_only_from_a_wrong_checksum_is_damaged() -> None:
    wrong_sum = damaged(EAST, encode_group(EAST, Mode.STANDARD)[:-2] + b"~\r")
    assert accused(truth_of(OTHER, wrong_sum), reading(1.2, EAST="002188830")) == [(AccusationKind.DAMAGED, "EAST")]


@MODES
@pytest.mark.parametrize("make", [WrongChecksum, AlteredDigit, AlteredLabel, ControlCharacter, CutFrame])
def test_who_reads_by_separators_alone_gives_itself_away(make: type[Any], mode: Mode) -> None:
    label = {Mode.HISTORIC: "PAPP", Mode.STANDARD: "SINSTS"}[mode]
    truth = played(mode, make(label))
    naive = []
    for frame in truth:
        for emitted in frame.groups:
            if emitted.expect is Expect.MUST_NOT:
                name, *fields = emitted.data.decode("latin-1").strip("\n\r").split(mode.separator.decode())
                naive.append(Reading(frame.end_s, {name: Said(fields[0])}))
    assert naive
    found = accused(truth, *naive)
    assert len(found) == len(naive)
    assert {wrong for wrong, _ in found} == {AccusationKind.DAMAGED}


# Stale, left


def quiet(count: int) -> list[tuple[Piece, ...]]:
    """Frames with another value of EAST."""
    return [OTHER] * count


def test_a_value_is_fresh_for_two_frame_periods_and_two_seconds() -> None:
    truth = truth_of(CALM, *quiet(9))
    oracle = oracle_of(truth)
    end_s = truth[0].groups[0].end_s
    limit_s = oracle.record.limits_at(end_s).freshness_s
    longest_s = max(frame.end_s - frame.start_s for frame in truth) + 0.0334
    assert limit_s == pytest.approx(2 * longest_s + 2)
    assert accused(truth, reading(end_s + limit_s - 0.01, EAST="002188830")) == []
    assert accused(truth, reading(end_s + limit_s + 0.01, EAST="002188830")) == [(AccusationKind.STALE, "EAST")]


LONG = (Group("ADCO", "012345678901"), Group("OPTARIF", "BASE"), Group("BASE", "000001000"), Group("IINST1", "002"))
LATER = (*LONG[:2], Group("BASE", "000002000"), LONG[3])
SHORT = (LONG[0], LONG[3])


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ([LONG, *[SHORT] * 10], []),  # short ones say nothing of an index
        ([LONG, *[SHORT] * 4, LATER, *[SHORT] * 5], [(AccusationKind.LEFT, "BASE")]),
        ([LONG, *[LATER] * 10], [(AccusationKind.STALE, "BASE")]),
    ],
)
def test_short_frames_alone_excuse_an_old_value(
    sent: list[tuple[Group, ...]], wrong: list[tuple[AccusationKind, str]]
) -> None:
    truth = truth_of(*(whole(*groups, mode=Mode.HISTORIC) for groups in sent), mode=Mode.HISTORIC)
    assert accused(truth, reading(truth[-1].end_s, BASE="000001000")) == wrong


def test_a_historic_value_has_no_frame_more_than_its_freshness() -> None:
    truth = truth_of(*(whole(*groups, mode=Mode.HISTORIC) for groups in [LONG, *[LATER] * 10]), mode=Mode.HISTORIC)
    too_old_s = truth[0].groups[2].end_s + oracle_of(truth).record.limits_at(4.0).freshness_s
    assert accused(truth, reading(too_old_s - 0.05, BASE="000001000")) == []
    assert accused(truth, reading(too_old_s + 0.05, BASE="000001000")) == [(AccusationKind.STALE, "BASE")]


def test_frames_of_the_other_mode_are_no_short_frames() -> None:
    truth = truth_of(whole(*LONG, mode=Mode.HISTORIC), mode=Mode.HISTORIC)
    for number in range(1, 12):
        pieces = whole(Group("EAST", "000001000"))
        truth.append(SentFrame(number, Mode.STANDARD, number * PERIOD_S, 1 / 960, pieces, True, "other"))
    assert [one.label for one in oracle_of(truth, reading(truth[-1].end_s, BASE="000001000")).accusations] == ["BASE"]


def test_a_value_that_is_still_sent_never_gets_old() -> None:
    assert accused(truth_of(*[CALM] * 30), reading(29.9, EAST="002188830")) == []


def test_an_accusation_tells_how_old_the_value_is() -> None:
    [accusation] = oracle_of(truth_of(CALM, *quiet(9)), reading(8.0, EAST="002188830")).accusations
    assert isinstance(accusation, Accusation)
    assert str(accusation) == "8.00 s: EAST = '002188830' is older than a reading may be; sent 8.0 s before"


def test_an_old_value_of_a_label_that_is_gone_has_left() -> None:
    truth = truth_of(whole(EAST, Group("DPM1", "00", " 270106060000")), *quiet(9))
    assert accused(truth, reading(8.0, DPM1="00")) == [(AccusationKind.LEFT, "DPM1")]


def test_a_label_that_has_just_left_is_not_accused() -> None:
    truth = truth_of(whole(EAST, Group("DPM1", "00", " 270106060000")), *quiet(9))
    assert accused(truth, reading(1.9, DPM1="00")) == []


def test_a_label_that_is_damaged_in_the_last_frame_has_not_left() -> None:
    hidden = damaged(EAST, encode_group(EAST, Mode.STANDARD)[:-2] + b"~\r")
    truth = truth_of(CALM, *[whole(SINSTS)] * 7, hidden)
    assert accused(truth, reading(8.9, EAST="002188830")) != [(AccusationKind.LEFT, "EAST")]


# Whose words


HIDDEN = damaged(EAST, encode_group(EAST, Mode.STANDARD)[:-2] + b"~\r")
NEWS = [whole(Group("EAST", "002188999"), SINSTS)] * 20


@pytest.mark.parametrize(("sent", "wrong"), [
    ([HIDDEN, CALM, *NEWS], AccusationKind.STALE),
    ([CALM, HIDDEN, *NEWS], AccusationKind.STALE),
    ([CALM, *NEWS, HIDDEN], AccusationKind.DAMAGED),
    ([HIDDEN, *NEWS], AccusationKind.DAMAGED),
])  # fmt: skip
def test_words_that_were_sent_intact_and_damaged_long_ago_are_too_old(
    sent: Sequence[Sequence[Piece]], wrong: AccusationKind
) -> None:
    truth = truth_of(*sent)
    assert accused(truth, reading(truth[-1].end_s + 0.1, EAST="002188830")) == [(wrong, "EAST")]


@pytest.mark.parametrize(("group", "other", "said", "wrong"), [
    (Group("SMAXSN", "01234", STAMP), "H270105130000", Said("01234", STAMP), AccusationKind.DAMAGED),
    (Group("SMAXSN", "01234", STAMP), "H270105130000", Said("01234"), None),
    (Group("SMAXSN", "01234", STAMP), "H270105130000", Said("01234", "H270105140000"), AccusationKind.UNSENT),
    (Group("DATE", "", STAMP), "H270105130000", Said("", STAMP), AccusationKind.DAMAGED),
    (Group("DATE", "", STAMP), "H270105130000", Said(STAMP), AccusationKind.DAMAGED),
    (Group("DATE", "", STAMP), "H270105130000", Said("", "H270105140000"), AccusationKind.UNSENT),
    (Group("DATE", "", STAMP), "H270105130000", Said("H270105140000"), AccusationKind.UNSENT),
])  # fmt: skip
def test_a_damaged_group_is_repeated_with_its_horodate_or_not_at_all(
    group: Group, other: str, said: Said, wrong: AccusationKind | None
) -> None:
    hidden = damaged(group, encode_group(group, Mode.STANDARD)[:-2] + b"~\r")
    truth = truth_of(hidden, whole(EAST, Group(group.label, group.value, other)))
    found = accused(truth, Reading(1.2, {group.label: said}))
    assert found == ([] if wrong is None else [(wrong, group.label)])


# Latitude: never accused


def decoded(frame: SentFrame) -> list[Group]:
    """What our own decoder keeps of a frame, whole or cut."""
    return [group for event in decode(frame.data, frame.mode) if isinstance(event, Frame) for group in event.good]


FAULTS = {
    "cut by EOT": lambda label: CutFrame(label, with_eot=True),
    "cut inside a group": CutFrame,
    "LF damaged": DamagedStart,
    "wrong size": WrongSize,
    "unknown label": UnknownLabel,
    "noise": lambda label: NoiseBeforeFrame(),
}


@MODES
@pytest.mark.parametrize("name", FAULTS)
def test_what_may_be_reported_or_not_is_never_accused(name: str, mode: Mode) -> None:
    label = {Mode.HISTORIC: "PAPP", Mode.STANDARD: "SINSTS"}[mode]
    truth = played(mode, FAULTS[name](label))
    for frame in truth:
        may = [e for e in frame.groups if e.expect is not Expect.MUST_NOT]
        everything = Reading(frame.end_s, {e.group.label: Said(e.group.value, e.group.timestamp) for e in may})
        strict = Reading(frame.end_s, {g.label: Said(g.value, g.timestamp) for g in decoded(frame)})
        assert accused(truth, everything, strict, Reading(frame.end_s, {})) == []


def test_of_a_label_twice_in_a_frame_either_value_is_right() -> None:
    truth = truth_of(whole(EAST, Group("EAST", "002188831")))
    assert accused(truth, reading(0.2, EAST="002188830")) == []
    assert accused(truth, reading(0.2, EAST="002188831")) == []


def test_a_masked_parity_error_is_no_accusation() -> None:
    data = encode_group(EAST, Mode.STANDARD)
    parity = Piece(data[:4] + bytes((data[4] | 0x80,)) + data[5:], EAST, Expect.MAY, "parity")
    truth = truth_of((Piece(STX), parity, Piece(ETX)))
    assert accused(truth, reading(0.2, EAST="002188830")) == []


def test_an_empty_reading_is_no_accusation() -> None:
    assert accused(truth_of(CALM), Reading(0.2, {})) == []


SHAPES = ("text", "integer", "trimmed", "without horodate")


def shaped(group: Group, shape: str) -> Said:
    """The group in one of the ways in which a program may print it."""
    known = next((table[group.label] for table in LABELS.values() if group.label in table), None)
    if shape == "integer" and group.value.isdecimal() and group.label != "STGE":
        return Said(int(group.value), group.timestamp)
    if shape == "trimmed" and known is not None and known.kind is Kind.TEXT:
        return Said(group.value.strip(), group.timestamp)
    if shape == "without horodate":
        return Said(group.value)
    if group.label == "DATE" and shape == "trimmed" and group.timestamp is not None:
        return Said(group.timestamp)
    return Said(group.value, group.timestamp)


@pytest.mark.by_day(1)
@MODES
@given(data=st.data())
def test_a_reading_of_any_groups_of_one_recent_frame_is_never_accused(mode: Mode, data: st.DataObject) -> None:
    phases = data.draw(st.sampled_from([1, 3]), label="phases")
    sent = data.draw(st.lists(frames(mode=mode, phases=phases), min_size=1, max_size=4), label="frames")
    truth = Truth()
    start_s = 0.0
    for number, frame in enumerate(sent):
        groups = [group for group in frame.groups if isinstance(group, Group)]
        entered = SentFrame(number, mode, start_s, mode.character_s, whole(*groups, mode=mode), True, "step")
        truth.append(entered)
        start_s = entered.end_s + 0.0167
    heard = data.draw(st.sampled_from(list(truth)), label="frame heard")
    chosen = data.draw(st.lists(st.sampled_from(heard.groups), unique_by=lambda e: e.group.label), label="groups")
    shapes = data.draw(st.lists(st.sampled_from(SHAPES), min_size=len(chosen), max_size=len(chosen)), label="shapes")
    since = truth[heard.number :]
    period_s = min(frame.end_s - frame.start_s for frame in since)  # a line that is silent may have ended with any
    oldest_s = min((emitted.end_s for emitted in chosen), default=heard.end_s)
    latest_s = max((emitted.end_s for emitted in chosen), default=heard.end_s)
    at_s = data.draw(st.floats(latest_s, max(latest_s, oldest_s + 2 * period_s + 2.0)), label="said at")
    said = {e.group.label: shaped(e.group, shape) for e, shape in zip(chosen, shapes, strict=True)}
    assert accused(truth, Reading(at_s, said)) == []


def test_a_value_said_within_its_limit_is_fresh_though_the_line_has_fallen_silent_meanwhile() -> None:
    truth, first = Truth(), whole(Group("PAPP", "00100"), Group("BASE", "0" * 9), mode=Mode.HISTORIC)
    padding = [Group(f"PAD{number}", "0" * 20) for number in range(8)]
    groups = [Group("PAPP", "00100"), *padding]
    truth.append(SentFrame(0, Mode.HISTORIC, 0.0, Mode.HISTORIC.character_s, first, True, "step"))
    start_s = truth[0].end_s + 0.0167
    pieces = whole(*groups, mode=Mode.HISTORIC)
    truth.append(SentFrame(1, Mode.HISTORIC, start_s, Mode.HISTORIC.character_s, pieces, True, "step"))
    period_s = truth[1].end_s - truth[1].start_s
    assert period_s > 2.0
    sent_s = truth[1].groups[0].end_s
    assert accused(truth, Reading(sent_s + 2 * period_s + 1.9, {"PAPP": Said("00100")})) == []
    late = accused(truth, Reading(sent_s + 2 * period_s + 2.5, {"PAPP": Said("00100")}))
    assert [kind for kind, _ in late] == [AccusationKind.STALE]


@pytest.mark.parametrize(
    ("lost", "starved"),
    [([False, False], False), ([True], False), ([True, True], True), ([True, False, True], False)],
    ids=["none is lost", "one is lost", "two in a row", "every other one"],
)
def test_only_more_than_one_frame_lost_in_a_row_may_send_a_device_to_look_for_the_mode(
    lost: list[bool], starved: bool
) -> None:
    meant = Group("VTIC", "02")
    sound = whole(meant, mode=Mode.STANDARD)
    spoilt = damaged(meant, encode_group(meant, Mode.STANDARD)[:-2] + b"!\r")
    truth, now_s, gap_s = Truth(), 0.0, 0.03
    for number, is_lost in enumerate([False, *lost]):
        pieces, step = spoilt if is_lost else sound, "disturbed" if number else "before"
        truth.append(SentFrame(number, Mode.STANDARD, now_s, Mode.STANDARD.character_s, pieces, True, step))
        now_s = truth[-1].end_s + gap_s
    assert starves(truth, "disturbed") is starved
