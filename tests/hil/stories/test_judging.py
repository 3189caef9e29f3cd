# SPDX-License-Identifier: Apache-2.0
"""Signatures of findings: which are one, and which are not."""

from dataclasses import replace

import pytest

from xky.hil.ends.end import EndEvent
from xky.hil.stories.judging import Signature, broken_by
from xky.hil.stories.story import stimuli_of
from xky.protocol import Mode

from .played import played, story

AWAY = "LoRaWAN network away"
STANDARD, HISTORIC = Mode.STANDARD, Mode.HISTORIC


def signature(*context: str, mode: Mode = STANDARD, question: str = "arrives") -> Signature:
    return Signature(mode, "TIC-CHK-2", question, frozenset(context))


@pytest.mark.parametrize(("known", "other", "explains"), [
    (signature("noise"), signature("noise"), True),
    (signature("noise"), signature("noise", "jitter"), True),
    (signature("noise", "jitter"), signature("noise"), False),
    (signature(), signature("noise"), True),
    (signature("noise"), signature(), False),
    (signature("noise"), signature("noise", mode=HISTORIC), False),
    (signature("noise"), signature("noise", question="recovers"), False),
])  # fmt: skip
def test_what_takes_no_more_than_what_is_known_is_no_news(known: Signature, other: Signature, explains: bool) -> None:
    assert known.explains(other) is explains


def test_the_same_question_explains_itself_under_another_requirement() -> None:
    other = Signature(STANDARD, "TIC-VAL-3", "arrives", frozenset({"legal_value", "noise"}))
    assert signature("legal_value").explains(other)


def test_a_signature_is_told_in_words() -> None:
    assert str(signature("bit_flips", "skip_to")) == "TIC-CHK-2 standard, bit flips + skip to"
    assert str(signature()) == "TIC-CHK-2 standard"


WRONG = {"name": "wrong_checksum", "label": "SINSTS"}


def test_a_device_that_repeats_a_damaged_group_is_told_by_the_fault_in_it() -> None:
    told = played(story({"turns": [[WRONG]]}), defect="ignores-checksum")
    assert [str(one.signature) for one in told.broken] == ["TIC-CHK-1 standard, wrong checksum"]
    assert told.broken[0].trail.sent
    assert "repeats a damaged group" in told.broken[0].reason


def test_a_device_that_finds_its_way_in_the_first_whole_frame_and_reports_the_second_has_recovered_in_time() -> None:
    inside = {"restart": True, "turns": [[{"name": "late_start", "label": "ISOUSC"}], []]}
    told = story({}, inside, mode="historic", at="2027-06-10T12:00")
    record = played(told).record
    started = record.frames("step 2")
    (restart_s,) = record.restarts_s
    record.readings = [one for one in record.readings if not restart_s < one.at_s < started[2].start_s]
    assert broken_by(record, told, stimuli_of(told)) == []
    record.readings = [one for one in record.readings if one.at_s < restart_s]
    assert "TIC-LNK-11" in [one.requirement for one in broken_by(record, told, stimuli_of(told))]


@pytest.mark.parametrize("device", ["sim:auto", "sim:winky-c6"])
@pytest.mark.parametrize("step", [
    {"turns": [[{"name": "endless_frame"}], []]},
    {"turns": [[{"name": "overlong_value", "label": "ISOUSC", "length": 800}]]},
    {"turns": [[], [{"name": "wrong_checksum", "label": "PAPP"}]]},
    {"turns": [[{"name": "jitter"}], []], "outage": {"for_s": 3.0}},
])  # fmt: skip
def test_what_a_device_need_not_hear_is_not_asked_of_it(device: str, step: dict[str, object]) -> None:
    """One that sleeps may hear the bad frames alone; one that looks for the mode may be looking."""
    told = story(step, step, {}, mode="historic", at="2027-06-10T12:00")
    assert [f"{one.signature}: {one.reason}" for one in played(told, device).broken] == []


@pytest.mark.parametrize("step", [
    {"mode": "standard", "turns": [[{"name": "jitter"}]]},
    {"mode": "standard", "restart": True, "turns": [[{"name": "late_start", "label": "ISOUSC"}], []]},
    {"mode": "standard", "turns": [[{"name": "endless_frame"}]]},
])  # fmt: skip
def test_a_device_that_finds_the_mode_is_asked_to_find_it_in_good_frames_alone(step: dict[str, object]) -> None:
    told = story({}, {}, {}, step, mode="historic", at="2027-06-10T12:00")
    assert [f"{one.signature}: {one.reason}" for one in played(told, "sim:auto").broken] == []


def test_a_device_that_sleeps_through_a_minute_of_short_frames_lacks_what_only_long_ones_say() -> None:
    legal = [[{"name": "legal_value", "label": "MOTDETAT", "value": "400000"}]] * 12
    wrong = [[], [{"name": "wrong_checksum", "label": "HHPHC"}, {"name": "lost_spaces", "label": "PTEC"}]]
    told = story(
        {"adir": [2, 3], "turns": [*legal, *wrong]}, mode="historic", phases=3, contract={"name": "super-creuses"},
        pref_kva=1, at="2027-12-31T20:00", load_va=500.0, producer=False, seed=121,
    )  # fmt: skip
    assert [f"{one.signature}: {one.reason}" for one in played(told, "sim:winky-lab").broken] == []


@pytest.mark.nightly
def test_a_device_that_sleeps_is_not_asked_for_long_frames_behind_an_outage_that_short_ones_fill() -> None:
    cut = [[], *([{"name": "cut", "label": name, "with_eot": True}] for name in ("PTEC", "IINST1", "HCHC", "PPOT")), []]
    first = [
        [{"name": "metrology_bursts"}, {"name": "other_checksum_rule", "label": "ISOUSC"}],
        [{"name": "legal_value", "label": "ISOUSC", "value": "00"}],
        [{"name": name, "label": "ISOUSC"} for name in ("wrong_size", "empty_value", "pause")],
    ]
    told = story(
        {"turns": first}, {"pcoup_kva": 29}, {"skip_to": "2027-06-10T22:29:57+02:00"}, {"exchange": {}, "turns": cut},
        {"server": "LoRaWAN network refuses"}, mode="historic", phases=3, pref_kva=1, at="2027-06-10T12:00",
        load_va=500.0, producer=False, contract={"name": "hc"}, seed=11,
    )  # fmt: skip
    assert [f"{one.signature}: {one.reason}" for one in played(told, "sim:loky").broken] == []


def test_a_confirmed_uplink_that_was_sent_again_until_the_network_was_back_is_as_old_as_its_first_try() -> None:
    steps = [
        {},
        {"terminal_a": {"share": 0.0, "for_s": 0.02}},
        {"load_va": [0.0] * 3, "server": AWAY},
        {"server": AWAY},
    ]
    told = story(*steps, at="2027-06-10T12:00", load_va=500.0, phases=3, contract={"name": "hc"})
    record = played(told, "sim:loky").record
    assert broken_by(record, told, stimuli_of(told)) == []
    (probe,) = record.probes
    unconfirmed = [replace(one, facts={**one.facts, "confirmed": False}) for one in probe.events]
    lost_s = record.outages[-1].start_s + 1.0
    heard_before = [*probe.events, EndEvent(lost_s, "transmission", "another", {"type": "data", "confirmed": True})]
    for events in (unconfirmed, sorted(heard_before, key=lambda one: one.at_s)):
        record.probes = [replace(probe, events=events)]
        assert [one.requirement for one in broken_by(record, told, stimuli_of(told))] == ["TIC-FRS-1"]


def test_a_long_frame_that_the_end_of_a_run_cuts_off_is_not_asked_for() -> None:
    cut = [*[[]] * 7, [{"name": "cut", "label": "ISOUSC", "with_eot": True}]]
    told = story(
        {"adir": [1]}, {"turns": cut}, {}, mode="historic", phases=3, producer=False, pref_kva=9, at="2027-06-10T12:00",
        load_va=500.0, contract={"name": "hc"},
    )  # fmt: skip
    assert [f"{one.signature}: {one.reason}" for one in played(told).broken] == []


@pytest.mark.parametrize(("steps", "meter"), [
    (
        [{"set": {"BASE": 0}, "turns": [[{"name": "wrong_checksum", "label": "ISOUSC"}]]}, {"set": {"BASE": 0}}],
        {"mode": "historic", "contract": {"name": "base"}},
    ),
    (
        [{}, {"skip_to": "2027-06-10T23:59:57+02:00"}, {"turns": [[{"name": "wrong_checksum", "label": "EASF01"}]]}],
        {"mode": "standard", "contract": {"name": "hc"}, "phases": 3, "pref_kva": 3, "seed": 255},
    ),
])  # fmt: skip
def test_a_value_that_came_long_before_and_comes_again_arrives_when_it_is_said(
    steps: list[dict[str, object]], meter: dict[str, object]
) -> None:
    """An index that is set to nought twice, and the highest power of a new day that was one of the day before."""
    told = story(*steps, **({"phases": 1, "pref_kva": 9} | meter), producer=False, at="2027-06-10T12:00", load_va=500.0)
    assert [f"{one.signature}: {one.reason}" for one in played(told, "sim:winky-lab").broken] == []


def test_a_mode_in_which_nothing_is_said_that_tells_its_frames_from_others_is_not_asked_for() -> None:
    """A minute of short frames alone, twice with the same values."""
    wrong = [[{"name": "wrong_checksum", "label": "EASF01"}]]
    told = story(
        {"mode": "historic"}, {"mode": "historic", "turns": wrong}, mode="standard", phases=3, producer=False,
        pref_kva=1, contract={"name": "hc"}, at="2027-06-10T12:00", load_va=500.0,
    )  # fmt: skip
    assert [f"{one.signature}: {one.reason}" for one in played(told, "sim:auto").broken] == []


LONG_BEHIND_SHORT = story(
    {}, {"load_va": [0.0, 0.0, 3537.0]}, {}, {},
    {"turns": [[{"name": "overlong_label", "before": "ISOUSC", "length": 45}]] * 12},
    mode="historic", phases=3, producer=False, pref_kva=9, contract={"name": "hc"}, at="2027-06-10T12:00",
    load_va=500.0,
)  # fmt: skip


def test_what_comes_in_a_long_frame_behind_short_ones_has_the_time_of_the_long_one() -> None:
    assert [f"{one.signature}: {one.reason}" for one in played(LONG_BEHIND_SHORT, "sim:eky").broken] == []


def test_what_one_long_frame_among_short_ones_says_is_not_due_of_who_reads_one_frame_in_two() -> None:
    record = played(LONG_BEHIND_SHORT).record
    [long] = [frame for frame in record.frames("step 5") if any(one.group.label == "HCHC" for one in frame.groups)]
    record.readings = [one for one in record.readings if one.at_s < long.start_s or one.at_s > long.end_s]
    assert [one.reason for one in broken_by(record, LONG_BEHIND_SHORT, stimuli_of(LONG_BEHIND_SHORT))] == []
