# SPDX-License-Identifier: Apache-2.0
"""What is asked of a LoRaWAN device, on events made by hand: the edge between what is right and what is wrong."""

from collections.abc import Callable, Sequence

import pytest

from xky.boards import Board, board_named
from xky.emulator import Truth
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import Outage, ProbeRecord, Record
from xky.hil.campaign.requirement import Purpose
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.hil.conformance import stimuli
from xky.hil.conformance.test_lorawan import LRW_1
from xky.hil.ends.end import EndEvent
from xky.protocol import Mode

LOKY = board_named("loky")
EUI, ADDRESS = "70b3d57ed0000001", "02000001"
REFUSES = stimuli.NETWORK_REFUSES.name


def event(at_s: float, kind: str, **facts: object) -> EndEvent:
    return EndEvent(at_s, kind, kind, facts)


def join(at_s: float, nonce: int, *, refused: bool = False) -> list[EndEvent]:
    facts = {"dev_eui": EUI, "dev_nonce": nonce}
    asked = event(at_s, "join_requested", **facts)
    if refused:
        return [asked, event(at_s, "join_refused", reason="mood", **facts)]
    return [asked, event(at_s, "join_accepted", dev_addr=ADDRESS, **facts)]


def sent(end_s: float, airtime_s: float, *, sender: str = ADDRESS, band: str | None = "868.0-868.6") -> EndEvent:
    return event(
        end_s, "transmission", sender=sender, started_s=end_s - airtime_s, airtime_s=airtime_s, frequency_hz=868.1e6,
        spreading_factor=12, sub_band=band, duty_cycle=None if band is None else 0.01,
    )  # fmt: skip


def case_of(
    events: Sequence[EndEvent], *, board: Board = LOKY, spec: str = "lorawan", step: str = REFUSES,
    readings: Sequence[float] = (1.0,), restarts: Sequence[float] = (0.0,),
) -> Case:  # fmt: skip
    record = Record(
        Mode.STANDARD, board, 1.0, None, Truth(), [Reading(at_s, {"EAST": Said("1")}) for at_s in readings], [],
        duration_s=9000.0, restarts_s=restarts, probes=(ProbeRecord(spec, None, events),),
        outages=(Outage(step, spec, 100.0, 700.0),),
    )  # fmt: skip
    stimulus = next(one for one in (stimuli.NETWORK_REFUSES, stimuli.NETWORK_SILENT) if one.name == step)
    return Case(Purpose(LRW_1, "x", (stimulus,)), Oracle(record))


QUESTIONS = [
    Case.no_nonce_is_used_twice,
    Case.no_counter_is_used_twice,
    Case.the_duty_cycle_is_kept,
    Case.a_refused_join_is_tried_again,
    Case.a_refused_join_is_left_alone_for_as_long_as_promised,
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_device_that_no_network_hears_is_not_asked(question: Callable[[Case], None]) -> None:
    with pytest.raises(NotApplicable, match="not listened to"):
        question(case_of([], spec="mqtt"))


def test_a_nonce_that_comes_again_fails_though_it_was_refused_the_first_time() -> None:
    case_of([*join(1.0, 0), *join(200.0, 1, refused=True), *join(270.0, 2)]).no_nonce_is_used_twice()
    with pytest.raises(PurposeFailed, match="DevNonce 1 was used again"):
        case_of([*join(1.0, 0), *join(200.0, 1, refused=True), *join(270.0, 1)]).no_nonce_is_used_twice()


def test_a_device_that_was_joined_before_shows_no_nonce() -> None:
    with pytest.raises(NotApplicable, match="asked for no join"):
        case_of([sent(5.0, 0.06)]).no_nonce_is_used_twice()


@pytest.mark.parametrize("kind", ["counter_reused", "replayed"])
def test_a_counter_that_comes_again_fails(kind: str) -> None:
    fine = [*join(1.0, 0), sent(5.0, 0.06)]
    case_of(fine).no_counter_is_used_twice()
    with pytest.raises(PurposeFailed):
        case_of([*fine, event(9.0, kind, dev_addr=ADDRESS, fcnt=0, last_fcnt=0)]).no_counter_is_used_twice()


def test_frames_spaced_by_ninety_nine_airtimes_overfill_an_hour_that_begins_with_one_of_them() -> None:
    airtime_s = 1.48
    spaced = [sent(10.0 + 100 * airtime_s * number, airtime_s) for number in range(30)]
    with pytest.raises(PurposeFailed, match=r"37\.000 s .*; 36 s are allowed"):
        case_of([*join(1.0, 0), *spaced]).the_duty_cycle_is_kept()
    case_of([*join(1.0, 0), *spaced[:24]]).the_duty_cycle_is_kept()


def test_the_air_of_other_peoples_devices_is_not_the_devices() -> None:
    others = [sent(10.0 + number, 0.9, sender="01020304") for number in range(60)]
    case_of([*join(1.0, 0), sent(5.0, 0.06), *others]).the_duty_cycle_is_kept()
    with pytest.raises(Undecided):
        case_of(others).the_duty_cycle_is_kept()


def test_a_frame_beside_every_sub_band_fails() -> None:
    with pytest.raises(PurposeFailed, match="in no sub-band"):
        case_of([*join(1.0, 0), sent(5.0, 0.06, band=None)]).the_duty_cycle_is_kept()


@pytest.mark.parametrize(("gaps_s", "fails"), [((60.0, 120.0, 240.0), False), ((60.0, 61.0), True), ((30.0,), True)])
def test_the_pause_behind_a_refused_join_doubles(gaps_s: Sequence[float], fails: bool) -> None:
    at_s, asked = 110.0, join(110.0, 1, refused=True)
    for nonce, gap_s in enumerate(gaps_s, 2):
        at_s += gap_s
        asked += join(at_s, nonce, refused=True)
    case = case_of(asked)
    if fails:
        with pytest.raises(PurposeFailed, match="are promised"):
            case.a_refused_join_is_left_alone_for_as_long_as_promised()
    else:
        case.a_refused_join_is_left_alone_for_as_long_as_promised()


def test_no_pause_is_asked_of_a_board_that_promises_none() -> None:
    unknown = LOKY.model_copy(update={"lorawan": None})
    with pytest.raises(NotApplicable, match="does not say"):
        case_of(join(110.0, 1, refused=True), board=unknown).a_refused_join_is_left_alone_for_as_long_as_promised()


def attempts(times: int) -> list[EndEvent]:
    facts = {"dev_addr": ADDRESS, "fcnt": 12}
    missing = [event(200.0 + 6 * number, "not_acknowledged", **facts) for number in range(times)]
    again = [
        event(one.at_s, "repeated", attempt=number, confirmed=True, **facts)
        for number, one in enumerate(missing[1:], 2)
    ]
    return [*missing, *again]


@pytest.mark.parametrize("board", [LOKY, LOKY.model_copy(update={"lorawan": None})], ids=["promised", "by default"])
def test_eight_times_is_not_for_ever_and_nine_times_is(board: Board) -> None:
    step = stimuli.NETWORK_SILENT.name
    case_of(attempts(8), board=board, step=step).a_confirmed_uplink_is_not_sent_for_ever()
    with pytest.raises(PurposeFailed, match="was sent 9 times; 8 are allowed"):
        case_of(attempts(9), board=board, step=step).a_confirmed_uplink_is_not_sent_for_ever()
    with pytest.raises(NotApplicable, match="no confirmed uplink"):
        case_of([], board=board, step=step).a_confirmed_uplink_is_not_sent_for_ever()


def test_how_long_a_device_that_has_to_join_may_take_grows_with_the_outage() -> None:
    assert LOKY.server_returns_after(600.0) == pytest.approx(1.2 * 660.0)
    eky = board_named("eky")
    assert eky.server_returns_after(600.0) == eky.server_returns_s
