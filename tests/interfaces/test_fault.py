# SPDX-License-Identifier: Apache-2.0
"""One test for every fault there is, on frames of both modes."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from random import Random

import pytest

from xky.emulator import Emitted, Expect, Linky, Piece, SentFrame
from xky.emulator.faults import Fault, known_faults
from xky.protocol import Decoder, Frame, Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

FOLDER = Path(__file__).parents[2] / "emulator" / "faults"
MODES = tuple(Mode)
SEEDS = range(12)
TARGETS = {  # an index, a power, a current, a text without digits, the shortest data, the first and the last group
    Mode.HISTORIC: ("HCHP", "PAPP", "IINST", "PTEC", "HHPHC", "ADCO", "MOTDETAT"),
    Mode.STANDARD: ("EASF02", "SINSTS", "SMAXSN-1", "DATE", "MSG1", "ADSC", "PJOURF+1"),
}
FORMS = [(name, mode, label) for name in known_faults() for mode in MODES for label in TARGETS[mode]]


def made(name: str, label: str) -> list[Fault]:
    """The fault on that label, with every value of its switches."""
    kind = known_faults()[name]
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    target = {key: label for key in ("label", "before") if key in names[:1]}
    switches = [field.name for field in fields(kind) if field.type in ("bool", bool)]  # type: ignore[arg-type]
    return [kind(**target), *(kind(**target, **{switch: True}) for switch in switches)]  # type: ignore[arg-type]


def pieces_of(mode: Mode) -> list[Piece]:
    groups = Linky(mode=mode, contract="hc", at="2026-01-15T12:00").groups()
    return [Piece(STX), *(Piece(encode_group(g, mode), g, Expect.MUST) for g in groups), Piece(ETX)]


def decoded(pieces: Sequence[Piece], mode: Mode) -> list[Group]:
    """What the decoder keeps of it and of a frame right behind it."""
    decoder = Decoder(mode)
    events = decoder.feed(b"".join(piece.data for piece in pieces)) + decoder.feed(STX + ETX)
    return [group for event in events if isinstance(event, Frame) for group in event.good]


def as_sent(pieces: Sequence[Piece], mode: Mode) -> tuple[Emitted, ...]:
    return SentFrame(0, mode, 0.0, mode.character_s, tuple(pieces), True, "").groups


def test_each_file_of_the_folder_is_found() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "fault"}
    assert set(known_faults()) == files
    assert len(files) >= 8


@pytest.mark.parametrize("name", known_faults())
def test_each_fault_says_what_it_does_in_a_line(name: str) -> None:
    assert (known_faults()[name].__doc__ or "").strip()


@pytest.mark.parametrize(("name", "mode", "label"), FORMS)
def test_the_same_chance_gives_the_same_result(name: str, mode: Mode, label: str) -> None:
    for fault in made(name, label):
        for seed in SEEDS:
            assert fault.apply(pieces_of(mode), mode, Random(seed)) == fault.apply(pieces_of(mode), mode, Random(seed))


@pytest.mark.parametrize(("name", "mode", "label"), FORMS)
def test_the_pieces_it_got_are_not_changed_in_place(name: str, mode: Mode, label: str) -> None:
    for fault in made(name, label):
        pieces = pieces_of(mode)
        fault.apply(pieces, mode, Random(1))
        assert pieces == pieces_of(mode)


@pytest.mark.parametrize(("name", "mode", "label"), FORMS)
def test_other_groups_are_left_as_they_are_or_cut_off(name: str, mode: Mode, label: str) -> None:
    before = [piece.data for piece in pieces_of(mode) if piece.group is None or piece.group.label != label]
    for fault in made(name, label):
        for seed in SEEDS:
            after = fault.apply(pieces_of(mode), mode, Random(seed))
            kept = [piece.data for piece in after if piece.fault is None and piece.data in before]
            assert kept == before[: len(kept)]
            if after[-1].data == ETX:
                assert kept == before


@pytest.mark.parametrize(("name", "mode", "label"), FORMS)
def test_what_it_touches_bears_its_name(name: str, mode: Mode, label: str) -> None:
    before = {piece.data for piece in pieces_of(mode)}
    for fault in made(name, label):
        after = fault.apply(pieces_of(mode), mode, Random(3))
        assert {piece.fault for piece in after if piece.data not in before} <= {name}


@pytest.mark.parametrize(("name", "mode", "label"), FORMS)
def test_what_must_not_be_reported_is_refused_by_the_decoder(name: str, mode: Mode, label: str) -> None:
    for fault in made(name, label):
        for seed in SEEDS:
            after = fault.apply(pieces_of(mode), mode, Random(seed))
            heard = decoded(after, mode)
            assert len({group.label for group in heard}) == len(heard)
            for group in as_sent(after, mode):
                if group.expect is Expect.MUST_NOT:
                    assert group.group not in heard
                    assert group.group.label not in {kept.label for kept in heard}
                    assert group.data != encode_group(group.group, mode)


@pytest.mark.parametrize(("name", "mode", "label"), FORMS)
def test_what_must_be_reported_is_decoded(name: str, mode: Mode, label: str) -> None:
    for fault in made(name, label):
        for seed in SEEDS:
            after = fault.apply(pieces_of(mode), mode, Random(seed))
            heard = decoded(after, mode)
            assert all(g.group in heard for g in as_sent(after, mode) if g.expect is Expect.MUST)
            told = {(g.group.label, g.group.value, g.group.timestamp) for g in as_sent(after, mode)}
            assert {(g.label, g.value, g.timestamp) for g in heard} <= told  # nothing that was not sent


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", known_faults())
def test_a_label_that_this_frame_has_not_leaves_it_as_it_was(name: str, mode: Mode) -> None:
    for fault in made(name, "NOTHERE"):
        if any(field.name in ("label", "before") for field in fields(fault)[:1]):  # type: ignore[arg-type]
            assert fault.apply(pieces_of(mode), mode, Random(1)) == pieces_of(mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("second", known_faults())
@pytest.mark.parametrize("first", known_faults())
def test_any_two_faults_go_together(first: str, second: str, mode: Mode) -> None:
    one, other = made(first, TARGETS[mode][0])[0], made(second, TARGETS[mode][1])[0]
    for seed in range(4):
        rng = Random(seed)
        after = other.apply(one.apply(pieces_of(mode), mode, rng), mode, rng)
        heard = decoded(after, mode)
        for group in as_sent(after, mode):
            if group.expect is Expect.MUST:
                assert group.group in heard
            if group.expect is Expect.MUST_NOT:
                assert group.group not in heard
