# SPDX-License-Identifier: Apache-2.0
"""One test for every fault there is, on frames of both modes, through the UART and the decoder."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator import Expect, Linky, Piece, SentFrame
from xky.emulator.fault_strategies import faults
from xky.emulator.faults import Fault, known_faults, made_fault, with_faults
from xky.emulator.truth.timing import bursts_of, spans_of
from xky.protocol import Decoder, Frame, Group, Mode, checksum, encode_group
from xky.protocol.checksum import checked_zone
from xky.protocol.mode import ETX, STX
from xky.protocol.uart import Uart, received

FOLDER = Path(__file__).parents[2] / "emulator" / "faults"
MODES = tuple(Mode)
SEEDS = range(6)
TARGETS = {  # an index, a power, a current, a text without digits, the shortest data, the first and the last group
    Mode.HISTORIC: ("HCHP", "PAPP", "IINST", "PTEC", "HHPHC", "ADCO", "MOTDETAT"),
    Mode.STANDARD: ("EASF02", "SINSTS", "SMAXSN-1", "NGTF", "DATE", "MSG1", "ADSC", "PJOURF+1"),
}
FORMS = [(name, mode) for name in known_faults() for mode in MODES]


def made(name: str, label: str) -> list[Fault]:
    """The fault on that label, with every value of its switches."""
    kind = known_faults()[name]
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    target = {key: label for key in ("label", "before") if key in names[:1]}
    switches = [field.name for field in fields(kind) if field.type in ("bool", bool)]  # type: ignore[arg-type]
    chosen = [{switch: True} for switch in switches] + [
        {field.name: choice}
        for field in fields(kind)
        for choice in get_args(field.type)
        if isinstance(choice, str)  # type: ignore[arg-type]
    ]
    return [kind(**target), *(kind(**target, **choice) for choice in chosen)]  # type: ignore[arg-type]


def all_made(name: str, mode: Mode) -> list[Fault]:
    """The fault on each of the mode's targets."""
    return list(dict.fromkeys(fault for label in TARGETS[mode] for fault in made(name, label)))


def pieces_of(mode: Mode, load_va: float = 1234, **meter_is: Any) -> list[Piece]:
    meter = Linky(**{"mode": mode, "contract": "hc", "at": "2026-01-15T12:00", **meter_is})
    meter.load.hold(load_va)
    return [Piece(STX), *(Piece(encode_group(g, mode), g, Expect.MUST) for g in meter.groups()), Piece(ETX)]


PIECES = {mode: pieces_of(mode) for mode in MODES}


def sent_with(those: Sequence[Fault], mode: Mode, seed: int, pieces_before: Sequence[Piece] | None = None) -> SentFrame:
    """A frame with those faults, as the journal has it."""
    pieces = with_faults(pieces_before or PIECES[mode], those, mode, Random(seed))
    return SentFrame(0, mode, 0.0, mode.character_s, tuple(pieces), True, "")


def frames_heard_of(sent: SentFrame) -> list[Frame]:
    """What UART and decoder of a sound receiver make of it, and of a clean frame right behind it."""
    decoder, mode = Decoder(sent.mode), sent.mode
    events = []
    for burst in bursts_of(sent.pieces, sent.start_s, sent.character_s):
        reception = received(burst, Uart(mode.baud))
        data = bytearray(reception.data)
        for index in reception.errors:
            data[index] |= 0x80
        events += decoder.feed(bytes(data))
    events += decoder.feed(STX + ETX)
    return [event for event in events if isinstance(event, Frame)]


def check_truth(sent: SentFrame) -> None:
    """What must be reported is heard, by who wants whole frames too; what is heard may be reported; what must not be
    is not."""
    frames = frames_heard_of(sent)
    heard = [group for frame in frames for group in frame.good]
    told = {(e.group.label, e.group.value, e.group.timestamp) for e in sent.groups if e.expect is not Expect.MUST_NOT}
    assert {(g.label, g.value, g.timestamp) for g in heard} <= told
    due = [e.group for e in sent.groups if e.expect is Expect.MUST]
    assert [group for group in due if group not in heard] == []
    in_whole_frames = [group for frame in frames if frame.complete for group in frame.good]
    assert not sent.data.endswith(ETX) or [group for group in due if group not in in_whole_frames] == []


def check_times(sent: SentFrame) -> None:
    """Each piece begins with its first character on the line and ends with its last."""
    at, times = 0, []
    for burst in bursts_of(sent.pieces, sent.start_s, sent.character_s):
        times += [(burst.start_s + n * burst.character_s, burst.end_of(n)) for n in range(len(burst.data))]
    for piece, (start_s, end_s) in zip(sent.pieces, spans_of(sent.pieces, sent.start_s, sent.character_s), strict=True):
        if piece.data:
            assert start_s == pytest.approx(times[at][0], abs=1e-9)
            assert end_s == pytest.approx(times[at + len(piece.data) - 1][1], abs=1e-9)
        at += len(piece.data)
    assert sent.end_s >= max((end_s for _, end_s in times), default=sent.start_s) - 1e-9


def test_each_file_of_the_folder_is_found() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "fault"}
    assert set(known_faults()) == files
    assert len(files) >= 40


@pytest.mark.parametrize("name", known_faults())
def test_each_fault_says_what_it_does_in_a_line(name: str) -> None:
    assert (known_faults()[name].__doc__ or "").strip()


@pytest.mark.parametrize(("name", "mode"), FORMS)
def test_the_same_chance_gives_the_same_result_and_nothing_changes_in_place(name: str, mode: Mode) -> None:
    for fault in all_made(name, mode):
        assert sent_with([fault], mode, 5) == sent_with([fault], mode, 5)
    assert PIECES[mode] == pieces_of(mode)


@pytest.mark.by_day(44)
@pytest.mark.parametrize(("name", "mode"), FORMS)
def test_each_fault_shows_on_the_line_and_bears_its_name(name: str, mode: Mode) -> None:
    plain = bursts_of(PIECES[mode], 0.0, mode.character_s)
    shown = False
    for fault, seed in product(all_made(name, mode), SEEDS):
        sent = sent_with([fault], mode, seed)
        if bursts_of(sent.pieces, 0.0, mode.character_s) != plain:
            shown = True
            changed = [piece for piece in sent.pieces if piece.data not in {p.data for p in PIECES[mode]}]
            assert {piece.fault for piece in changed} <= {name}
    assert shown or (name in ("lost_spaces", "odd_horodate") and mode is Mode.HISTORIC)  # no padded text, no horodate


@pytest.mark.by_day(55)
@pytest.mark.parametrize(("name", "mode"), FORMS)
def test_the_truth_about_each_group_is_what_a_sound_receiver_makes_of_it(name: str, mode: Mode) -> None:
    for fault in all_made(name, mode):
        for seed in SEEDS:
            check_truth(sent_with([fault], mode, seed))
            check_times(sent_with([fault], mode, seed))


@pytest.mark.by_day(3)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "first",
    [
        {"name": "late_start", "inside": "checksum"}, {"name": "late_start", "inside": "data"},
        {"name": "control_character", "code": 0, "fits": True}, {"name": "control_character", "code": 27, "fits": True},
    ],
    ids=repr,
)  # fmt: skip
def test_a_fault_bears_what_another_one_has_left_of_the_group(first: dict[str, Any], mode: Mode) -> None:
    label = TARGETS[mode][0]
    for second in (fault for name in known_faults() for fault in made(name, label)):
        check_times(sent_with([made_fault(label=label, **first), second], mode, 1))


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_truth_holds_for_any_faults_together(mode: Mode, data: st.DataObject, seed: int) -> None:
    those = data.draw(faults(TARGETS[mode]))
    check_truth(sent_with(those, mode, seed))
    check_times(sent_with(those, mode, seed))


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "mode"), FORMS)
def test_the_truth_holds_on_frames_of_any_meter(name: str, mode: Mode) -> None:
    for seed in range(60):
        random = Random(seed)
        pieces = pieces_of(
            mode, load_va=random.randrange(9000), contract=random.choice(["base", "hc", "ejp", "tempo"]),
            phases=random.choice([1, 3]), at=f"2026-{random.randint(1, 12):02d}-15T{random.randrange(24):02d}:30",
        )  # fmt: skip
        labels = [piece.group.label for piece in pieces if piece.group is not None]
        for fault in (fault for label in random.sample(labels, 4) for fault in made(name, label)):
            check_truth(sent_with([fault], mode, seed, pieces))


def test_an_etx_that_is_misread_behind_a_low_stop_bit_ends_the_frame_for_who_wants_whole_ones() -> None:
    mode = Mode.HISTORIC
    sent = sent_with([made_fault("framing_error", label="PTEC")], mode, 0)
    [burst] = bursts_of(sent.pieces, 0.0, mode.character_s)
    assert received(burst, Uart(mode.baud)).data.count(ETX) == 2
    assert {emitted.expect for emitted in sent.groups} == {Expect.MAY}


@pytest.mark.parametrize("mode", MODES)
def test_of_a_frame_whose_first_or_last_character_arrived_otherwise_nothing_is_due(mode: Mode) -> None:
    spoilt = [sent_with([made_fault("bit_flips", rate=0.01)], mode, seed) for seed in range(60)]
    odd = [sent for sent in spoilt if (sent.pieces[0].data, sent.pieces[-1].data) != (STX, ETX)]
    assert odd
    assert {emitted.expect for sent in odd for emitted in sent.groups} <= {Expect.MAY, Expect.MUST_NOT}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", known_faults())
def test_a_label_that_this_frame_has_not_leaves_it_as_it_was(name: str, mode: Mode) -> None:
    for fault in made(name, "NOTHERE"):
        if any(field.name in ("label", "before") for field in fields(fault)[:1]):  # type: ignore[arg-type]
            assert sent_with([fault], mode, 1).pieces == tuple(PIECES[mode])


def test_each_fault_is_in_the_documentation_with_its_keys() -> None:
    page = (FOLDER.parents[1] / "docs" / "faults.md").read_text(encoding="utf-8")
    for name, kind in known_faults().items():
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert all(f"`{field.name}`" in row for field in fields(kind))  # type: ignore[arg-type]


def test_a_frame_whose_end_nobody_hears_need_not_be_reported() -> None:
    mode, last = Mode.STANDARD, Group("MSG2", "'")
    pieces = [*PIECES[mode][:-1], Piece(encode_group(last, mode), last, Expect.MUST), Piece(ETX)]
    sent = sent_with([made_fault("framing_error", label=last.label)], mode, 0, pieces)
    [burst] = bursts_of(sent.pieces, 0.0, mode.character_s)
    assert ETX not in received(burst, Uart(mode.baud)).data
    assert all(emitted.expect is not Expect.MUST for emitted in sent.groups)


def test_a_right_checksum_is_enough_for_a_group_that_may_be_reported() -> None:
    those = [made_fault("wrong_size", label="SINSTS"), made_fault("two_bits", label="SINSTS")]
    short = sent_with(those, Mode.STANDARD, 0)
    assert [emitted.expect for emitted in short.groups if emitted.fault == "two_bits"] == [Expect.MAY]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["damaged_start", "missing_start_of_group", "missing_end_of_group"])
def test_a_group_without_its_ends_takes_no_intact_neighbour_with_it(name: str, mode: Mode) -> None:
    for label in TARGETS[mode]:
        sent = sent_with(made(name, label), mode, 1)
        assert {e.group.label for e in sent.groups if e.expect is not Expect.MUST} == {label}


@pytest.mark.parametrize("mode", MODES)
def test_a_fitting_cut_and_the_next_address_make_a_group_with_a_right_checksum(mode: Mode) -> None:
    label = TARGETS[mode][0]
    first = PIECES[mode][1]
    for seed in range(20):
        sent = sent_with([made_fault("fitting_cut", label=label)], mode, seed)
        half = sent.pieces[-1]
        assert half.expect is Expect.MUST_NOT
        assert half.data[1:].startswith(label.encode() + mode.separator)
        glued = (half.data + STX + first.data)[1:-1]
        assert checksum(checked_zone(glued, mode)) == glued[-1]


@pytest.mark.parametrize("mode", MODES)
def test_a_checksum_wrong_in_its_high_bit_alone_fits_for_who_looks_at_six_bits(mode: Mode) -> None:
    changed = 0
    for right in PIECES[mode][1:-1]:
        assert right.group is not None
        fault = made_fault("checksum_high_bit", label=right.group.label)
        [sent] = [p for p in sent_with([fault], mode, 1).pieces if p.group == right.group]
        assert sent.data[:-2] == right.data[:-2]
        assert sent.data[-2] in (right.data[-2], right.data[-2] ^ 0x40)
        assert (sent.expect is Expect.MUST_NOT) is (sent.data != right.data)
        changed += sent.data != right.data
    assert changed > len(PIECES[mode]) / 2


def test_an_endless_frame_has_more_groups_than_any() -> None:
    assert len(sent_with([made_fault("endless_frame", length=2000)], Mode.STANDARD, 1).groups) > 90


def test_an_overlong_value_may_be_blanks() -> None:
    fault = made_fault("overlong_value", label="PREF", length=100, blanks=True)
    [sent] = [e for e in sent_with([fault], Mode.STANDARD, 1).groups if e.fault is not None]
    [meant] = [p.group.value for p in PIECES[Mode.STANDARD] if p.group and p.group.label == "PREF"]
    assert sent.group.value.lstrip() == meant
    assert len(sent.group.value) == 102
