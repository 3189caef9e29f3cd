# SPDX-License-Identifier: Apache-2.0
"""Questions about uplinks, on records made by hand: what is told, what is spared, and what is nobody's to judge."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from xky.boards import board_named
from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.hil.bench.number import scale_of
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import OPENING, Outage, ProbeRecord, Record
from xky.hil.campaign.requirement import Purpose, Requirement
from xky.hil.campaign.stimulus import ServerFault, Stimulus, household
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.hil.ends.end import EndEvent
from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

REQUIREMENT = Requirement("XKY-X-1", clause="-", text="-")
FAULT = ServerFault("mqtt", lambda end: None, lambda end: None)
AWAY = Stimulus("away", household, server=FAULT, counts_on=True)
AS_IT_IS = Stimulus("as it is", household, server=FAULT, counts_on=True)
STEPS = (OPENING, "as it is", "as it is, after", "away", "away, after")
FRAMES = 8  # of each step, a second each
BEGAN_S, ENDED_S = 3.0 * FRAMES, 4.0 * FRAMES
Said_ = Sequence[tuple[float, int]]


def index(at_s: float) -> int:
    """EAST of the frame that begins at a time."""
    return 1000 + int(at_s)


def case_of(
    said: Said_, *, board: str = "eky", events: Sequence[EndEvent] = (), outage: bool = True, probe: str = "mqtt",
    kilo: bool = False, away: Stimulus = AWAY,
) -> Case:  # fmt: skip
    """A device that says these indexes at these times, maybe in kilowatt-hours, on frames of which each counts on."""
    truth = Truth()
    for step in STEPS:
        for _ in range(FRAMES):
            number = len(truth)
            group = Group("EAST", f"{index(number):09}")
            pieces = Piece(STX), Piece(encode_group(group, Mode.STANDARD), group, Expect.MUST), Piece(ETX)
            truth.append(SentFrame(number, Mode.STANDARD, float(number), 1 / 960, pieces, True, step))
    told = [Said(f"{value / 1000}", scale=scale_of("1000", "0")) if kilo else Said(value) for _, value in said]
    readings = [Reading(at_s, {"EAST": one}, "", probe, "house") for (at_s, _), one in zip(said, told, strict=True)]
    record = Record(
        Mode.STANDARD, board_named(board), 1.0, None, truth, readings, [], duration_s=5.0 * FRAMES,
        probes=(ProbeRecord(probe, None, tuple(events)),),
        outages=[Outage("away", probe, BEGAN_S, ENDED_S)] if outage else [],
    )  # fmt: skip
    return Case(Purpose(REQUIREMENT, "x", (away, AS_IT_IS)), Oracle(record))


def each(begin_s: float, end_s: float, times: int = 1, late_s: float = 0.9) -> list[tuple[float, int]]:
    """Each frame between two times, so often, right behind its end."""
    return [(at_s + late_s + 0.01 * n, index(at_s)) for at_s in range(int(begin_s), int(end_s)) for n in range(times)]


BEFORE, AFTER, ALL = each(0, BEGAN_S), each(ENDED_S + 1, 5 * FRAMES), each(0, 5 * FRAMES)


def test_a_device_that_is_heard_again_in_time_returned() -> None:
    case = case_of(BEFORE + AFTER)
    case.the_device_returns()
    assert case.trail.sent[0] == "24.00 to 32.00 s: away"


def test_one_that_is_silent_for_ever_did_not() -> None:
    with pytest.raises(PurposeFailed, match="no sound reading came"):
        case_of(BEFORE).the_device_returns()


def test_what_repeats_its_last_reading_is_no_return() -> None:
    stale = [(at_s, index(BEGAN_S - 1)) for at_s, _ in AFTER]
    with pytest.raises(PurposeFailed, match="no sound reading came"):
        case_of(BEFORE + stale).the_device_returns()


def test_who_is_not_listened_to_at_such_an_end_is_not_asked() -> None:
    with pytest.raises(NotApplicable, match="not listened to at such an end"):
        case_of(ALL, outage=False).the_device_returns()
    with pytest.raises(NotApplicable, match="not listened to at an uplink"):
        case_of(ALL, probe="lines").the_device_returns()


def test_a_device_that_doubles_behind_the_outage_alone_is_told() -> None:
    case_of(BEFORE + AFTER).nothing_is_doubled()
    case = case_of(BEFORE + each(ENDED_S, 5 * FRAMES, times=2))
    with pytest.raises(PurposeFailed, match="7 frames were told twice behind the outage"):
        case.nothing_is_doubled()
    assert case.trail.seen[0] == "33.91 s: house: EAST = '1033', for the second time"


def test_numbers_of_a_scale_are_told_apart_like_any_others() -> None:
    case_of(BEFORE + AFTER, kilo=True).nothing_is_doubled()
    with pytest.raises(PurposeFailed, match="7 frames were told twice behind the outage"):
        case_of(BEFORE + each(ENDED_S, 5 * FRAMES, times=2), kilo=True).nothing_is_doubled()
    late = [(ENDED_S + 2, index(at_s)) for at_s in range(int(BEGAN_S), int(ENDED_S))]
    case_of(BEFORE + late + AFTER, kilo=True).nothing_is_lost()
    with pytest.raises(PurposeFailed, match="3 of 8 readings were lost"):
        case_of(BEFORE + late[3:] + AFTER, kilo=True).nothing_is_lost()


def test_a_refusal_that_the_device_never_met_tells_nothing() -> None:
    fault = ServerFault("mqtt", lambda end: None, lambda end: None, met_by="refused")
    away = Stimulus("away", household, server=fault, counts_on=True)
    with pytest.raises(Undecided, match=r"did not come while it was so, from 24\.00 to 32\.00 s; try a lower --speed"):
        case_of(BEFORE + AFTER, away=away, events=[happened(BEGAN_S - 1, "refused")]).the_device_returns()
    case_of(BEFORE + AFTER, away=away, events=[happened(BEGAN_S + 1, "refused")]).the_device_returns()
    with pytest.raises(PurposeFailed, match=r"^behind 'away': no sound reading came; "):
        case_of(BEFORE, away=away, events=[happened(BEGAN_S + 1, "refused")]).the_device_returns()


def test_a_device_that_always_says_a_frame_twice_is_spared() -> None:
    with pytest.raises(NotApplicable, match="tells one frame several times where nothing befell it"):
        case_of(each(0, BEGAN_S, times=2) + each(ENDED_S, 5 * FRAMES, times=2)).nothing_is_doubled()


def test_one_that_is_silent_behind_the_outage_proves_nothing_of_doubling() -> None:
    with pytest.raises(Undecided, match="said nothing behind the outage"):
        case_of(BEFORE).nothing_is_doubled()


def test_what_a_board_promises_to_keep_may_come_late_and_may_not_be_lost() -> None:
    late = [(ENDED_S + 2, index(at_s)) for at_s in range(int(BEGAN_S), int(ENDED_S))]
    kept = case_of(BEFORE + late + AFTER)
    kept.nothing_is_lost()
    assert not kept._oracle.accusations
    lost = case_of(BEFORE + late[3:] + AFTER)
    with pytest.raises(PurposeFailed, match="3 of 8 readings were lost"):
        lost.nothing_is_lost()
    assert lost.trail.seen[0].startswith("EAST 000001024, 000001025, 000001026 never came")


def test_a_board_that_promises_nothing_is_not_asked_for_what_it_lost_nor_given_time_for_what_is_old() -> None:
    late = [(ENDED_S + 2, index(at_s)) for at_s in range(int(BEGAN_S), int(ENDED_S))]
    case = case_of(BEFORE + late + AFTER, board="generic")
    assert case._oracle.accusations
    with pytest.raises(NotApplicable, match="promises to keep nothing"):
        case.nothing_is_lost()


def happened(at_s: float, kind: str, **facts: object) -> EndEvent:
    return EndEvent(at_s, kind, kind, facts)


WILL = {"topic": "house/status", "payload": "offline", "retain": True}
CONNECTED = [happened(0.1, "connect", will=WILL), happened(0.2, "connected", client_id="a")]
LOST = [happened(BEGAN_S, "lost", client_id="a"), happened(BEGAN_S, "will_published", **WILL)]
BACK = [happened(ENDED_S + 1, "connect", will=WILL), happened(ENDED_S + 1, "connected", client_id="a")]


def online(at_s: float) -> EndEvent:
    return happened(at_s, "retained", topic="house/status", payload="online")


def test_a_state_that_is_said_on_each_connection_is_true() -> None:
    events = [*CONNECTED, online(0.3), *LOST, *BACK, online(ENDED_S + 2)]
    case = case_of(BEFORE + AFTER, events=events)
    case.the_retained_state_is_true()
    assert case.trail.seen == ["so in each of 2 connections"]


def test_a_will_that_stands_while_the_device_publishes_is_told() -> None:
    with pytest.raises(PurposeFailed, match="house/status says 'offline' while the device publishes"):
        case_of(BEFORE + AFTER, events=[*CONNECTED, online(0.3), *LOST, *BACK]).the_retained_state_is_true()


def test_a_device_without_a_will_or_without_a_state_is_not_asked() -> None:
    with pytest.raises(NotApplicable, match="leaves no will"):
        case_of(ALL, events=[happened(0.1, "connect", will=None)]).the_retained_state_is_true()
    with pytest.raises(NotApplicable, match="nothing is retained"):
        case_of(ALL, events=CONNECTED).the_retained_state_is_true()


def test_a_password_or_a_message_that_no_server_takes_as_it_is_meant_is_told() -> None:
    case_of(ALL).no_credentials_are_said()
    case_of(ALL).everything_can_be_read("misread")
    with pytest.raises(PurposeFailed, match=r"2.00 s: credentials"):
        case_of(ALL, events=[happened(2.0, "credentials")]).no_credentials_are_said()
    with pytest.raises(PurposeFailed, match=r"3.00 s: misread"):
        case_of(ALL, events=[happened(3.0, "misread")]).everything_can_be_read("misread")


def test_a_refusal_costs_what_the_boards_file_says() -> None:
    few = [happened(BEGAN_S + n, "connect") for n in range(8)]
    case_of(ALL, events=few).a_refusal_costs_what_is_promised()
    with pytest.raises(PurposeFailed, match="60 attempts; 18 are promised"):
        many = [happened(BEGAN_S + n / 10, "connect") for n in range(60)]
        case_of(ALL, events=many).a_refusal_costs_what_is_promised()
    with pytest.raises(NotApplicable, match=r"does not say what a refusal costs"):
        case_of(ALL, board="generic").a_refusal_costs_what_is_promised()


@pytest.mark.parametrize(
    ("elsewhere", "old_s", "accused"),
    [(True, 8.0, False), (False, 5.0, True), (True, 9.0, True), (False, 4.0, False)],
    ids=["it waited for the broker", "nothing kept it", "longer than its board waits", "its wake heard nothing better"],
)
def test_who_waits_for_a_dead_broker_comes_to_its_database_later(elsewhere: bool, old_s: float, accused: bool) -> None:
    said_s = BEGAN_S + 6.0
    record = case_of([(said_s, index(said_s - old_s))], board="winky-c6-tasmota", probe="influx").record
    silent = [Outage("broker silent", "mqtt", BEGAN_S, ENDED_S)]
    heard = replace(record, outages=silent if elsewhere else [], probes=(*record.probes, ProbeRecord("mqtt", None)))
    assert bool(Oracle(heard.seen_by("influx")).accusations) is accused
