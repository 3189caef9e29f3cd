# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable, Iterable

import pytest

from xky.protocol import LABELS, Group, Label, Mode, encode_frame, frame_labels
from xky.protocol.labels import LABEL_SIZE_MAX, Kind

_FILLING = {Kind.NUMBER: "0", Kind.HEX: "0", Kind.CALENDAR: "0", Kind.CODE: "A", Kind.TEXT: " ", Kind.EMPTY: ""}


def _length(labels: Iterable[Label], mode: Mode) -> int:
    """Characters of a frame of these labels, STX and ETX included."""
    groups = [
        Group(label.name, _FILLING[label.kind] * label.size, "H250101000000" if label.stamped else None)
        for label in labels
    ]
    return len(encode_frame(groups, mode))


def _captured(mode: Mode, phases: int, *, producer: bool = False) -> list[Label]:
    """The labels that captured meters know: a row that brings its own text is of none of them."""
    return [label for label in frame_labels(mode, phases, producer=producer) if label.text is None]


def _standard(phases: int, producer: bool, leave_out: tuple[str, ...] = ()) -> list[Label]:
    return [
        label
        for label in _captured(Mode.STANDARD, phases, producer=producer)
        if not label.name.startswith(("DPM", "FPM", "MSG2", "PPOINTE", *leave_out))
    ]


def _historic(option: str, phases: int) -> list[Label]:
    def sent(label: Label) -> bool:
        return label.condition is None or label.condition.startswith(option) or label.condition == option[7:]

    return [label for label in _captured(Mode.HISTORIC, phases) if sent(label)]


@pytest.mark.parametrize(
    ("phases", "producer", "count"), [(1, False, 38), (1, True, 48), (3, False, 53), (3, True, 63)]
)
def test_standard_frames_have_the_group_counts_of_the_captures(phases: int, producer: bool, count: int) -> None:
    assert len(_standard(phases, producer)) == count


@pytest.mark.parametrize(
    ("phases", "producer", "leave_out", "length"),
    [
        (1, False, (), 865),
        (1, False, ("CCASN",), 805),
        (1, True, (), 1093),
        (1, True, ("CCAIN",), 1033),
        (3, False, (), 1214),
        (3, True, (), 1442),
    ],
)
def test_standard_frames_have_the_lengths_of_the_captures(
    phases: int, producer: bool, leave_out: tuple[str, ...], length: int
) -> None:
    assert _length(_standard(phases, producer, leave_out), Mode.STANDARD) == length


@pytest.mark.parametrize(
    ("option", "phases", "length"),
    [
        ("tariff option Base", 1, 152),
        ("tariff option HC", 1, 170),
        ("tariff option EJP", 1, 173),
        ("tariff option TEMPO", 1, 275),
        ("tariff option Base", 3, 233),
        ("tariff option HC", 3, 251),
        ("tariff option EJP", 3, 254),
        ("tariff option TEMPO", 3, 356),
    ],
)
def test_historic_frames_have_the_lengths_of_the_captures(option: str, phases: int, length: int) -> None:
    assert _length(_historic(option, phases), Mode.HISTORIC) == length


@pytest.mark.parametrize(("over", "length"), [(0, 65), (1, 78), (2, 91), (3, 104)])
def test_short_frames_grow_by_one_group_a_phase_over(over: int, length: int) -> None:
    labels = frame_labels(Mode.HISTORIC, 3, short=True)[3 - over :]
    assert _length(labels, Mode.HISTORIC) == length


@pytest.mark.parametrize(
    ("sent", "length"),
    [
        (lambda name: name in {"DPM1", "FPM1", "PPOINTE"}, 1025),
        (lambda name: name.startswith(("DPM", "FPM", "MSG2", "PPOINTE")), 1150),
    ],
)
def test_mobile_peaks_lengthen_a_standard_frame(sent: Callable[[str], bool], length: int) -> None:
    usual = {label.name for label in _standard(1, False)}
    labels = [label for label in _captured(Mode.STANDARD, 1) if label.name in usual or sent(label.name)]
    assert _length(labels, Mode.STANDARD) == length


def test_the_longest_frame_has_71_groups_and_1727_characters() -> None:
    labels = _captured(Mode.STANDARD, 3, producer=True)
    assert len(labels) == 71
    assert _length(labels, Mode.STANDARD) == 1727


def test_short_frames_start_with_the_phases_that_are_over() -> None:
    names = [label.name for label in frame_labels(Mode.HISTORIC, 3, short=True)]
    assert names == ["ADIR1", "ADIR2", "ADIR3", "ADCO", "IINST1", "IINST2", "IINST3"]


@pytest.mark.parametrize("mode", Mode)
def test_no_label_is_longer_than_nine_characters_nor_comes_twice(mode: Mode) -> None:
    assert max(map(len, LABELS[mode])) <= LABEL_SIZE_MAX == 9
    assert all(name == label.name for name, label in LABELS[mode].items())


def test_only_three_labels_exceed_the_eight_characters_that_the_specification_promises() -> None:
    long = [name for table in LABELS.values() for name in table if len(name) > 8]
    assert long == ["SMAXSN1-1", "SMAXSN2-1", "SMAXSN3-1"]


@pytest.mark.parametrize(
    ("label", "value", "wrong"),
    [
        ("EAST", "000000001", None),
        ("EAST", "00000001", "length"),
        ("EAST", "00000000A", "charset"),
        ("STGE", "003a0001", None),
        ("STGE", "003G0001", "charset"),
        ("NGTF", "      BASE      ", None),
        ("NGTF", "BASE", None),
        ("NGTF", " " * 17, "length"),
        ("DATE", "", None),
        ("DATE", "1", "length"),
    ],
)
def test_a_label_admits_its_own_size_and_characters(label: str, value: str, wrong: str | None) -> None:
    assert LABELS[Mode.STANDARD][label].admits(value) == wrong
