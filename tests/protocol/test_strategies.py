# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from xky.protocol import LABELS, Damaged, Frame, Group, Mode, decode, encode_frame, frame_labels
from xky.protocol.labels import LABEL_SIZE_MAX
from xky.protocol.strategies import damaged, day_profiles, frames, groups, timestamps, unknown_groups, values

_SEARCH = settings(
    max_examples=2000, derandomize=True, database=None, deadline=None, phases=[Phase.generate, Phase.shrink]
)


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_groups_are_of_the_mode_and_pass_the_decoder(mode: Mode, data: st.DataObject) -> None:
    group = data.draw(groups(mode=mode))
    assert decode(encode_frame([group], mode), mode) == [Frame(mode, (group,))]


@given(groups())
def test_groups_of_no_given_mode_pass_the_decoder_in_one(group: Group) -> None:
    modes = [mode for mode in Mode if mode is Mode.STANDARD or group.timestamp is None]
    assert any(decode(encode_frame([group], mode), mode) == [Frame(mode, (group,))] for mode in modes)


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_known_and_unknown_groups_are_told_apart(mode: Mode, data: st.DataObject) -> None:
    assert data.draw(groups(mode=mode, unknown=False)).label in LABELS[mode]
    assert data.draw(groups(mode=mode, known=False)).label not in LABELS[mode]
    assert data.draw(unknown_groups(mode=mode)).label not in LABELS[mode]


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_values_have_the_size_and_characters_of_their_label(mode: Mode, data: st.DataObject) -> None:
    label = data.draw(st.sampled_from([*LABELS[mode].values()]))
    value = data.draw(values(label))
    assert label.admits(value) is None
    assert len(value) == label.size


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("mode", "phases", "producer", "short"),
    [
        (Mode.HISTORIC, 1, False, False),
        (Mode.HISTORIC, 3, False, False),
        (Mode.HISTORIC, 3, False, True),
        (Mode.STANDARD, 1, False, False),
        (Mode.STANDARD, 1, True, False),
        (Mode.STANDARD, 3, False, False),
        (Mode.STANDARD, 3, True, False),
    ],
)
@given(data=st.data())
def test_frames_hold_every_unconditional_label_in_order(
    mode: Mode, phases: int, producer: bool, short: bool, data: st.DataObject
) -> None:
    frame = data.draw(frames(mode=mode, phases=phases, producer=producer, short=short))
    labels = frame_labels(mode, phases, producer=producer, short=short)
    known = [group.label for group in frame.good if group.label in LABELS[mode]]
    assert known == [label.name for label in labels if label.name in known]
    assert {label.name for label in labels if label.condition is None} <= set(known)


@given(frames(mode=Mode.HISTORIC))
def test_historic_frames_hold_the_indexes_of_one_tariff_option(frame: Frame) -> None:
    indexes = {"BASE": 1, "HCHC": 2, "EJPHN": 2, "BBRHCJB": 6}
    found = [name for name in indexes if name in frame.values]
    assert len(found) == 1
    assert sum(name.startswith(("BASE", "HCH", "EJPH", "BBRH")) for name in frame.values) == indexes[found[0]]


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_damaged_bytes_are_never_the_frame_itself(mode: Mode, data: st.DataObject) -> None:
    frame = Frame(mode, tuple(data.draw(st.lists(groups(mode=mode), max_size=2))))
    assert data.draw(damaged(frame)) != encode_frame(frame)


@given(damaged(Frame(Mode.STANDARD, (Group("VTIC", "02"),))))
def test_seven_bits_stay_seven_bits(octets: bytes) -> None:
    assert octets.isascii()


def test_eight_bits_are_reached_when_asked_for() -> None:
    frame = Frame(Mode.STANDARD, (Group("VTIC", "02"),))
    assert not find(damaged(frame, bits=8), lambda octets: not octets.isascii(), settings=_SEARCH).isascii()


_OF_STANDARD = LABELS[Mode.STANDARD]
_STRANGERS = unknown_groups(mode=Mode.STANDARD)
_SENT = encode_frame([Group("VTIC", "02")], Mode.STANDARD)
_DAMAGED = damaged(Frame(Mode.STANDARD, (Group("VTIC", "02"),)))


@pytest.mark.by_day(8)
@pytest.mark.parametrize(
    ("strategy", "is_it"),
    [
        *((values(_OF_STANDARD["MSG1"]), lambda text, one=one: one in text) for one in " ~"),
        *((values(_OF_STANDARD["NTARF"]), lambda text, one=one: text == one) for one in ("00", "99")),
        (values(_OF_STANDARD["STGE"]), lambda text: text.startswith("F")),
        *((_STRANGERS, lambda group, one=one: one in group.label) for one in "!~"),
        *((_STRANGERS, lambda group, size=size: len(group.label) == size) for size in (1, LABEL_SIZE_MAX)),
        (timestamps(), lambda text: text[1:3] == "99"),
        (timestamps(), lambda text: text[0] == "e"),
        *((day_profiles(), lambda day, blocks=blocks: len(day.blocks) == blocks) for blocks in (0, 11)),
        *((day_profiles(), lambda day, n=n: any(block.supplier_index == n for block in day.blocks)) for n in (0, 15)),
        *((day_profiles(), lambda day, n=n: any(n in block.virtual_contacts for block in day.blocks)) for n in (1, 7)),
        (_DAMAGED, lambda octets: len(octets) == len(_SENT) - 1),
        (_DAMAGED, lambda octets: octets.endswith(_SENT[1:])),
        (_DAMAGED, lambda octets: octets.startswith(_SENT[:-1])),
        (_DAMAGED, lambda octets: octets and _SENT.endswith(octets)),
        (_DAMAGED, lambda octets: octets and _SENT.startswith(octets)),
        (_DAMAGED, lambda octets: sorted(octets) == sorted(_SENT)),
        (_DAMAGED, lambda octets: b"\x1b" in octets),
    ],
)
def test_whatever_a_line_can_say_is_drawn(strategy: st.SearchStrategy[Any], is_it: Callable[[Any], bool]) -> None:
    found_at_all = settings(_SEARCH, phases=[Phase.generate])
    assert is_it(find(strategy, is_it, settings=found_at_all))


@pytest.mark.by_day(2)
@pytest.mark.parametrize("label", ["MSG2", "PPOINTE", "DPM3", "CCASN", "NGTF"])
@pytest.mark.parametrize("sent", [False, True])
def test_a_conditional_label_is_there_or_not(label: str, sent: bool) -> None:
    found_at_all = settings(_SEARCH, phases=[Phase.generate])
    frame = find(frames(mode=Mode.STANDARD), lambda frame: (label in frame.values) is sent, settings=found_at_all)
    assert (label in frame.values) is sent


@pytest.mark.nightly
def test_a_planted_number_shrinks_to_the_least_frame() -> None:
    least = find(frames(mode=Mode.STANDARD), lambda frame: int(frame["EAST"]) >= 100, settings=_SEARCH)
    assert least["EAST"] == "000000100"
    assert [group.label for group in least.good] == [
        label.name for label in frame_labels(Mode.STANDARD) if label.condition is None
    ]
    assert {group.value for group in least.good if group.label.startswith("EASF")} == {"000000000"}


def test_a_planted_group_shrinks_to_its_least_data_and_horodate() -> None:
    least = find(groups(mode=Mode.STANDARD), lambda group: group.label.startswith("SMAX"), settings=_SEARCH)
    assert (least.value, least.timestamp) == ("00000", "H000101000000")


def test_a_planted_label_shrinks_to_one_character() -> None:
    assert find(groups(mode=Mode.HISTORIC, known=False), lambda _: True, settings=_SEARCH) == Group("0", "")


def test_a_planted_tariff_shrinks_to_its_indexes_alone() -> None:
    least = find(frames(mode=Mode.HISTORIC), lambda frame: "HCHP" in frame.values, settings=_SEARCH)
    assert [group.label for group in least.good if group.label.startswith("HC")] == ["HCHC", "HCHP"]
    assert "ADPS" not in least.values


def test_a_planted_refusal_shrinks_to_one_disturbance() -> None:
    frame = Frame(Mode.STANDARD, (Group("VTIC", "02"), Group("RELAIS", "000")))
    least = find(
        damaged(frame), lambda octets: any(isinstance(event, Damaged) for event in decode(octets)), settings=_SEARCH
    )
    (refused,) = [event for event in decode(least) if isinstance(event, Damaged)]
    assert refused.label is not None
    changes = SequenceMatcher(None, least, encode_frame(frame), autojunk=False).get_opcodes()
    assert [max(end - begin, to - at) for tag, begin, end, at, to in changes if tag != "equal"] == [1]  # or one lost


def test_the_least_horodate_is_the_first_of_the_century() -> None:
    assert find(timestamps(), lambda _: True, settings=_SEARCH) == "H000101000000"
    assert find(timestamps(blank=True), lambda _: True, settings=_SEARCH) == " 000101000000"
