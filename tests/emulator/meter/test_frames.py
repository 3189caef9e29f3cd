# SPDX-License-Identifier: Apache-2.0
"""Whole frames of any meter at any time: what the specification says of each of them."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Linky, Peak, contract_names
from xky.emulator.legal_time import instant_us, local_time, parse_at
from xky.protocol import LABELS, Frame, Mode, Timestamp, decode, frame_labels
from xky.protocol.labels import Kind

_FIRST, _LAST = parse_at("2025-12-31"), parse_at("2027-01-02")
_POWERS = st.integers(-40_000_000, 40_000_000)
# Hours around both clock changes, besides any other.
_INSTANTS = st.integers(_FIRST, _LAST) | st.sampled_from(["2026-03-29", "2026-10-25"]).flatmap(
    lambda day: st.integers(parse_at(day), parse_at(day) + 4 * 3600 * 10**6)
)


@st.composite
def meters(draw: st.DrawFn) -> Linky:
    """A meter that has run for a while."""
    mode = draw(st.sampled_from(Mode))
    phases = draw(st.sampled_from([1, 3]))
    producer = mode is Mode.STANDARD and draw(st.booleans())
    powers = st.tuples(*[_POWERS] * phases)
    load = draw(
        st.builds(Hold, st.builds(Draw, powers, powers))
        | st.builds(Household, st.integers(0, 9), st.just(phases), st.booleans())
    )
    at = local_time(draw(_INSTANTS)).isoformat()
    meter = Linky(
        mode=mode,
        phases=phases,
        producer=producer,
        contract=draw(st.sampled_from(contract_names())),
        at=at,
        load=load,
        pref_kva=draw(st.none() | st.integers(1, 36)),
        seed=draw(st.integers(0, 10**6)),
    )
    meter.wait(draw(st.sampled_from([0, 0.3, 59, 7200]) | st.integers(0, 2 * 86_400)))
    if draw(st.booleans()):
        start = meter.now_us + draw(st.integers(-(10**11), 10**11))
        meter.peaks = {draw(st.integers(1, 3)): Peak(start, start + 10**11)}
    meter.clock_degraded = draw(st.booleans())
    meter.msg2 = draw(st.sampled_from(["", "ULTRA COURT"]))
    return meter


def frame_of(meter: Linky) -> Frame:
    (frame,) = decode(meter.frame_bytes(), meter.mode)
    assert isinstance(frame, Frame)
    return frame


@given(meters())
def test_every_frame_decodes_without_a_complaint(meter: Linky) -> None:
    said = meter.groups()
    meter.msg2 = next((group.value for group in said if group.label == "MSG2"), "")
    frame = frame_of(meter)
    assert frame.complete
    assert frame.groups == tuple(said)


@given(meters())
def test_groups_come_in_the_order_of_the_table_each_once(meter: Linky) -> None:
    order = [label.name for label in frame_labels(meter.mode, meter.phases, producer=meter.producer)]
    places = [order.index(group.label) for group in meter.groups()]
    assert places == sorted(set(places))


@pytest.mark.nightly
@given(meters())
def test_all_sizes_are_as_the_table_says_texts_too(meter: Linky) -> None:
    for group in meter.groups():
        row = LABELS[meter.mode][group.label]
        assert len(group.value) == row.size, group
        assert row.stamped == (group.timestamp is not None)
        assert row.kind is not Kind.HEX or group.value == group.value.upper()


@pytest.mark.nightly
@given(meters())
def test_what_is_unconditional_is_always_there(meter: Linky) -> None:
    labels = {group.label for group in meter.groups()}
    rows = frame_labels(meter.mode, meter.phases, producer=meter.producer)
    assert {row.name for row in rows if row.condition is None} <= labels


@given(meters())
def test_no_horodate_lies_in_the_future_but_those_of_peaks(meter: Linky) -> None:
    assume(meter.mode is Mode.STANDARD)
    for group in meter.groups():
        if group.timestamp is not None and group.label[:3] not in {"DPM", "FPM"}:
            age_us = meter.now_us - instant_us(Timestamp.parse(group.timestamp).utc())
            assert 0 <= age_us <= 49.5 * 3600 * 10**6, group
            assert Timestamp.parse(group.timestamp).degraded is meter.clock_degraded


@pytest.mark.nightly
@given(meters())
def test_daily_maxima_are_of_today_and_of_yesterday(meter: Linky) -> None:
    assume(meter.mode is Mode.STANDARD)
    stamps = {group.label: group.timestamp for group in meter.groups()}
    today = local_time(meter.now_us).strftime("%y%m%d")
    for label, stamp in stamps.items():
        if label.startswith(("SMAXSN", "SMAXIN")) and stamp is not None:
            assert (stamp[1:7] == today) != label.endswith("-1"), (label, stamp)


@settings(max_examples=20)
@given(meters(), st.integers(0, 10**5))
def test_indexes_never_go_back(meter: Linky, wait_s: int) -> None:
    def indexes() -> dict[str, int]:
        return {g.label: int(g.value) for g in meter.groups() if LABELS[meter.mode][g.label].unit in {"Wh", "VArh"}}

    before = indexes()
    meter.wait(wait_s)
    after = indexes()
    assert before.keys() == after.keys()
    assert all(after[label] >= before[label] for label in before)


@pytest.mark.parametrize(
    ("half_hours", "stamp"), [(1, "E261025023000"), (2, "H261025020000"), (3, "H261025023000"), (4, "H261025030000")]
)
def test_a_load_curve_steps_at_half_hours_through_the_repeated_hour(half_hours: int, stamp: str) -> None:
    meter = Linky(at="2026-10-25T01:59:59")
    meter.wait(half_hours * 1800 + 1)
    stamps = {group.label: group.timestamp for group in meter.groups()}
    assert stamps["CCASN"] == stamps["UMOY1"] == stamp


def test_across_a_change_groups_that_say_the_same_are_the_same_objects() -> None:
    meter = Linky(mode=Mode.STANDARD)
    before = {group.label: group for group in meter.groups()}
    meter.load.hold(2300)
    after = {group.label: group for group in meter.groups()}
    assert after["SINSTS"] != before["SINSTS"]
    assert all(group is before[label] for label, group in after.items() if group == before[label])
