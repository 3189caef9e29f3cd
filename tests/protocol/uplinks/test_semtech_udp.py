# SPDX-License-Identifier: Apache-2.0
"""Semtech's datagrams, both ways, and what is no such datagram."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol.uplinks.messages import RadioFrame
from xky.protocol.uplinks.semtech_udp import (
    Datagram,
    Downlink,
    Heard,
    Kind,
    acknowledged,
    heard_frames,
    is_acknowledged,
    pull_data,
    pull_response,
    push_data,
    read_datagram,
    read_downlink,
    read_transmit_error,
    transmit_acknowledged,
)

EUI = "b827ebfffe112233"
FRAME = RadioFrame(b"\x40\x01\x02\x03\x04", 868.3e6, 12)


def read(data: bytes) -> Datagram:
    datagram = read_datagram(data)
    assert isinstance(datagram, Datagram), datagram
    return datagram


def pushed(**changes: Any) -> tuple[list[Heard], list[str]]:
    said = json.loads(push_data(b"ab", EUI, Heard(FRAME, 5))[12:])
    said["rxpk"][0] |= changes
    return heard_frames(read(b"\x02ab\x00" + bytes.fromhex(EUI) + json.dumps(said).encode()))


def test_what_a_gateway_heard_is_read_as_it_was_sent() -> None:
    heard = Heard(FRAME, 4_000_000_000, None, -101.0, -7.5)
    datagram = read(push_data(b"\x12\x34", EUI, heard))
    assert (datagram.kind, datagram.token, datagram.gateway) == (Kind.PUSH_DATA, b"\x12\x34", EUI)
    assert heard_frames(datagram) == ([heard], [])
    assert acknowledged(datagram) == b"\x02\x12\x34\x01"
    assert acknowledged(read(pull_data(b"\x12\x34", EUI))) == b"\x02\x12\x34\x04"


def test_base64_without_padding_and_a_wrong_size_are_taken() -> None:
    ((heard,), wrong) = pushed(data="QAECAwQ", size=99)
    assert heard.frame == FRAME
    assert wrong == []


def test_the_state_of_the_crc_is_told() -> None:
    assert [pushed(stat=stat)[0][0].crc_ok for stat in (1, 0, -1)] == [True, None, False]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"codr": "OFF"}, "codr"), ({"datr": 50_000, "modu": "FSK"}, "modu"), ({"datr": "SF6BW125"}, "modu"),
        ({"freq": "868"}, "freq"), ({"freq": 1e400}, "freq"), ({"freq": True}, "freq"), ({"data": "%%"}, "data"),
        ({"data": 5}, "data"), ({"data": "A" * 400}, "data"), ({"tmst": -1}, "tmst"), ({"tmst": 2**32}, "tmst"),
        ({"stat": 2}, "stat"), ({"stat": [1]}, "stat"), ({"stat": True}, "stat"), ({"codr": {}}, "codr"),
        ({"freq": 10**400}, "freq"), ({"freq": 99.999999}, "freq"), ({"freq": 3000.000001}, "freq"),
        ({"modu": "FSK"}, "modu"), ({"datr": "SF12BW1250"}, "modu"),
    ],
)  # fmt: skip
def test_a_frame_that_cannot_be_is_told_by_its_key(changes: dict[str, Any], text: str) -> None:
    heard, (wrong,) = pushed(**changes)
    assert heard == []
    assert text in wrong


def test_a_frame_to_send_is_read_as_it_was_asked_for() -> None:
    for asked in (Downlink(FRAME, 123), Downlink(FRAME, None)):
        datagram = read(pull_response(b"xy", asked))
        assert (datagram.kind, datagram.gateway) == (Kind.PULL_RESP, "")
        assert read_downlink(datagram) == asked
    assert read_transmit_error(read(transmit_acknowledged(b"xy", EUI))) == ""
    assert read_transmit_error(read(transmit_acknowledged(b"xy", EUI, "TOO_LATE"))) == "TOO_LATE"
    assert read_transmit_error(read(b"\x02xy\x05" + bytes.fromhex(EUI))) == ""  # gateways may say nothing for it


def test_the_bytes_are_those_that_gateways_and_networks_send() -> None:
    eui = bytes.fromhex(EUI)
    frame = RadioFrame(b"\x40\x01\x02\x03\x04", 868.1e6, 7, 250e3, 3, 13.6)
    radio = b'"freq":868.1,"modu":"LORA","datr":"SF7BW250","codr":"4/7","size":5,"data":"QAECAwQ="'
    assert push_data(b"ab", EUI, Heard(frame, 2**32 + 7)) == (
        b"\x02ab\x00" + eui + b'{"rxpk":[{"tmst":7,"chan":0,"rfch":0,"stat":1,"rssi":-60,"lsnr":9.0,' + radio + b"}]}"
    )
    assert pull_data(b"ab", EUI) == b"\x02ab\x02" + eui
    powered = b'"rfch":0,"powe":14,"ipol":true,"ncrc":true,' + radio
    assert pull_response(b"ab", Downlink(frame, 2**32 + 7)) == (
        b'\x02ab\x03{"txpk":{"imme":false,"tmst":7,' + powered + b"}}"
    )
    assert pull_response(b"ab", Downlink(frame, None)) == b'\x02ab\x03{"txpk":{"imme":true,' + powered + b"}}"
    assert transmit_acknowledged(b"ab", EUI) == b"\x02ab\x05" + eui + b'{"txpk_ack":{"error":"NONE"}}'


@pytest.mark.parametrize("coding_rate", [1, 2, 3, 4])
def test_each_coding_rate_has_its_name(coding_rate: int) -> None:
    frame = RadioFrame(b"\x40", 868.3e6, 12, 125e3, coding_rate)
    ((heard,), _) = heard_frames(read(push_data(b"ab", EUI, Heard(frame, 5))))
    assert heard.frame.coding_rate == coding_rate
    assert f'"codr":"4/{4 + coding_rate}"'.encode() in push_data(b"ab", EUI, Heard(frame, 5))


def test_the_edges_of_what_is_read_are_taken() -> None:
    for tmst in (0, 2**32 - 1):
        assert pushed(tmst=tmst)[0][0].counter_us == tmst
    for megahertz in (100, 3000):
        assert pushed(freq=megahertz)[0][0].frame.frequency_hz == megahertz * 1e6
    for size in (0, 255):
        assert len(pushed(data="AAAA" * (size // 3))[0][0].frame.data) == size
    assert pushed(data="AAAA" * 85 + "AA==")[1] == ["rxpk: data is no base64 of 255 bytes or fewer"]


def test_what_is_left_out_is_what_most_mean() -> None:
    radio = {"freq": 868.3, "modu": "LORA", "datr": "SF12BW125", "data": "QAECAwQ="}
    said = {"rxpk": [{"tmst": 5, **radio}]}
    heard = heard_frames(read(b"\x02ab\x00" + bytes(8) + json.dumps(said).encode() + b"\0"))
    assert heard == ([Heard(RadioFrame(b"\x40\x01\x02\x03\x04", 868.3e6, 12, 125e3, 1, 14.0), 5, True, None, None)], [])


def test_a_gateway_that_only_tells_its_state_heard_nothing_and_one_datagram_holds_64_frames_at_most() -> None:
    head, good = b"\x02ab\x00" + bytes(8), json.loads(push_data(b"ab", EUI, Heard(FRAME, 5))[12:])["rxpk"][0]
    assert heard_frames(read(head + b'{"stat":{}}')) == ([], [])
    assert heard_frames(read(head + b'{"rxpk":{}}')) == ([], ["rxpk is no list"])
    for number, wrong in ((64, []), (65, ["rxpk holds 65 frames; 64 are looked at"])):
        heard, told = heard_frames(read(head + json.dumps({"rxpk": [good] * number}).encode()))
        assert (len(heard), told) == (64, wrong)


def test_a_frame_to_send_needs_a_time() -> None:
    asked = json.loads(pull_response(b"xy", Downlink(FRAME, 5))[4:])["txpk"]

    def told(**changes: Any) -> Downlink | str:
        return read_downlink(read(b"\x02xy\x03" + json.dumps({"txpk": asked | changes}).encode()))

    assert told(tmst=None) == told(tmst=2**32) == "txpk: neither tmst nor imme"
    assert told(imme=True) == Downlink(FRAME, None)
    assert told(powe="x") == Downlink(FRAME, 5)
    assert told(powe=27) == Downlink(RadioFrame(FRAME.data, 868.3e6, 12, power_dbm=27.0), 5)
    assert read_downlink(read(b'\x02xy\x03{"txpk":[]}')) == "txpk: no object"


def test_a_datagram_that_was_cut_is_told() -> None:
    data = push_data(b"ab", EUI, Heard(FRAME, 5))
    assert read_datagram(data[:-1]) == "PUSH_DATA: what follows is no JSON object"
    assert read_datagram(data[:11]) == "PUSH_DATA without the 8 bytes of a gateway's EUI"


def test_a_long_complaint_of_a_gateway_is_cut() -> None:
    assert read_transmit_error(read(transmit_acknowledged(b"xy", EUI, "x" * 50))) == "x" * 40
    assert read_transmit_error(read(b"\x02xy\x05" + bytes(8) + b'{"txpk_ack":5}')) == ""


def test_gateways_are_answered_at_once_where_the_protocol_says_so() -> None:
    asked = [push_data(b"ab", EUI, Heard(FRAME, 5)), pull_data(b"ab", EUI), transmit_acknowledged(b"ab", EUI)]
    assert [is_acknowledged(read(data)) for data in asked] == [True, True, False]
    assert [read(b"\x02ab" + bytes((kind,))).kind for kind in (1, 4)] == [Kind.PUSH_ACK, Kind.PULL_ACK]


@pytest.mark.by_day(3)
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "0 bytes"), (b"\x02ab", "3 bytes"), (b"\x01ab\x00" + bytes(8) + b"{}", "version 1"),
        (b"\x02ab\x09", "kind 9"), (b"\x02ab\x00123", "EUI"), (b"\x02ab\x00" + bytes(8) + b"[1]", "JSON"),
        (b"\x02ab\x00" + bytes(8) + b"{", "JSON"), (b"\x02ab\x03", "JSON"),
    ],
)  # fmt: skip
def test_what_is_no_datagram_is_told(data: bytes, text: str) -> None:
    wrong = read_datagram(data)
    assert isinstance(wrong, str)
    assert text in wrong


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(["tmst", "stat", "modu", "datr", "codr", "freq", "data", "imme", "powe", "rssi", "lsnr"])


@given(st.binary(max_size=80), st.integers(0, 5), _JSON, st.dictionaries(_KEYS, _JSON, max_size=5))
def test_hostile_datagrams_never_raise(noise: bytes, kind: int, value: Any, changes: dict[str, Any]) -> None:
    read_datagram(noise)
    good = json.loads(push_data(b"ab", EUI, Heard(FRAME, 5))[12:])["rxpk"][0]
    for content in (
        value,
        {"rxpk": value, "txpk": value, "txpk_ack": value},
        {"rxpk": [good | changes], "txpk": changes},
    ):
        head = b"\x02ab" + bytes((kind,)) + (bytes(8) if kind in (0, 2, 5) else b"")
        datagram = read_datagram(head + json.dumps(content).encode())
        if isinstance(datagram, Datagram) and datagram.content is not None:
            heard_frames(datagram)
            read_downlink(datagram)
            read_transmit_error(datagram)
