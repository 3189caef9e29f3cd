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
