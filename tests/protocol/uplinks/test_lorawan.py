# SPDX-License-Identifier: Apache-2.0
"""LoRaWAN frames both ways, held to two independent packages: pamoja-lorawan (PyPI) and lora-packet (npm)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError
from xky.protocol.uplinks.lorawan import (
    DataFrame,
    JoinAccept,
    JoinRequest,
    Malformed,
    SealedAccept,
    read_frame,
)
from xky.protocol.uplinks.lorawan_security import RootKeys, SessionKeys

from .lora_packet import ask

ROOT = RootKeys("70B3D57ED0001234", "70b3d57ed0000001", "2b7e151628aed2a6abf7158809cf4f3c")
KEYS = SessionKeys(bytes(range(16)), bytes(range(100, 116)))
ADDRESS = 0x26011BDA
COUNTERS = [0, 5, 65_535, 65_536, 65_541, 16_777_221]
"""Of the lower half alone, at its end, over it, and with an upper half of which byte order matters."""


def frame_of(counter: int, **changes: object) -> bytes:
    return DataFrame(ADDRESS, counter, port=2, payload=bytes(range(11)), **changes).encode(KEYS)  # type: ignore[arg-type]


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("confirmed", [False, True])
def test_an_uplink_is_the_same_to_the_byte_as_that_of_pamoja_and_read_by_it(counter: int, confirmed: bool) -> None:
    pamoja = pytest.importorskip("pamoja.lorawan")
    session = pamoja.session(ADDRESS, KEYS.network, KEYS.application)
    made = frame_of(counter, adr=True, confirmed=confirmed, options=b"\x02")
    theirs = session.encode_uplink(counter, 2, bytes(range(11)), confirmed=confirmed, adr=True, fopts=b"\x02")
    assert made.hex() == bytes(theirs).hex()
    read = session.decode(made, counter)
    assert (read.fport, bytes(read.payload), read.confirmed) == (2, bytes(range(11)), confirmed)
    for wrong in (counter + 65_536, counter + 1):
        with pytest.raises(Exception, match=r"MIC|counter"):
            session.decode(made, wrong)


def test_lora_packet_verifies_each_frame_and_reads_what_it_says() -> None:
    frames = [
        (counter, up, frame_of(counter, up=up, confirmed=up, ack=not up, adr=up))
        for counter in COUNTERS
        for up in (True, False)
    ]
    keys = {"network": KEYS.network.hex(), "application": KEYS.application.hex()}
    answers = ask([{"frame": frame.hex(), "counter": counter, **keys} for counter, _, frame in frames])
    assert answers == [
        {
            "mic": True, "payload": bytes(range(11)).hex(), "port": 2, "counter": counter % 65_536,
            "confirmed": up, "direction": "up" if up else "down", "ack": not up, "adr": up,
        }
        for counter, up, _ in frames
    ]  # fmt: skip
    (other,) = ask([{"frame": frame_of(65_541).hex(), "counter": 5, **keys}])
    assert other["mic"] is False


@pytest.mark.parametrize("channels", [b"", bytes(range(16))], ids=["plain", "channels"])
def test_a_join_is_understood_by_both_packages(channels: bytes) -> None:
    pamoja = pytest.importorskip("pamoja.lorawan")
    request = JoinRequest(ROOT.join_eui, ROOT.dev_eui, 0xBEEF).encode(ROOT.key)
    accept = JoinAccept(0x010203, 0x000001, ADDRESS, 0x00, 1, channels).encode(ROOT.key)
    device = pamoja.device(bytes.fromhex(ROOT.dev_eui), bytes.fromhex(ROOT.join_eui), ROOT.key)
    assert request.hex() == bytes(device.join_request(0xBEEF)).hex()
    grant = pamoja.grant(0x010203, 1, ADDRESS, 0, 1, channels or None)
    assert accept.hex() == bytes(grant.accept(ROOT.key, 0xBEEF)).hex()
    joined = device.accept_join(accept, 0xBEEF)
    assert (joined.dev_addr, joined.net_id, joined.rx_delay) == (ADDRESS, 1, 1)
    sealed = read_frame(accept)
    assert isinstance(sealed, SealedAccept)
    said = sealed.opened(ROOT.key)
    assert said == JoinAccept(0x010203, 1, ADDRESS, 0, 1, channels)
    keys = ROOT.session(0x010203, 1, 0xBEEF)
    assert said.session(ROOT, 0xBEEF) == keys
    uplink = DataFrame(ADDRESS, 65_541, port=1, payload=b"abc").encode(keys)
    assert bytes(joined.session().decode(uplink, 65_541).payload) == b"abc"


def test_lora_packet_verifies_a_join_too() -> None:
    request = JoinRequest(ROOT.join_eui, ROOT.dev_eui, 0xBEEF).encode(ROOT.key)
    accept = JoinAccept(0x010203, 1, ADDRESS).encode(ROOT.key)
    assert ask([
        {"frame": request.hex(), "app_key": ROOT.app_key},
        {"frame": accept.hex(), "app_key": ROOT.app_key, "accept": True},
    ]) == [
        {"mic": True, "dev_eui": ROOT.dev_eui, "dev_nonce": "beef"},
        {"mic": True, "join_nonce": "010203", "dev_addr": f"{ADDRESS:08x}"},
    ]  # fmt: skip


def test_a_join_is_read_as_it_was_asked_for() -> None:
    data = JoinRequest(ROOT.join_eui, ROOT.dev_eui, 0xBEEF).encode(ROOT.key)
    assert data[:-4].hex() == "00" + "010000d07ed5b370" + "341200d07ed5b370" + "efbe"  # low bytes first
    read = read_frame(data)
    assert read == JoinRequest("70b3d57ed0000001", "70b3d57ed0001234", 0xBEEF, data)
    assert read.is_of(ROOT.key)
    assert not read.is_of(bytes(16))
    for accept, size in ((JoinAccept(1, 2, ADDRESS), 17), (JoinAccept(1, 2, ADDRESS, channels=bytes(16)), 33)):
        sealed = accept.encode(ROOT.key)
        assert len(sealed) == size
        for told in (read_frame(sealed[:-1]), read_frame(sealed + b"\0")):
            assert isinstance(told, Malformed)
            assert told.reason.endswith("bytes; it has 17 or 33")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "0 bytes; a frame has 5 at the least"), (bytes(4), "4 bytes; a frame has 5 at the least"),
        (b"\x41" + bytes(11), "major version 1; LoRaWAN 1.0 has 0"),
        (b"\xc0" + bytes(11), "message type 6; it says nothing to a network"),
        (b"\xe0" + bytes(11), "message type 7; it says nothing to a network"),
        (bytes(5), "join request of 5 bytes; its fields do not fit in"),
        (bytes(24), "join request of 24 bytes; its fields do not fit in"),
        (b"\x40" + bytes(10), "unconfirmed up of 11 bytes; its fields do not fit in"),
        (b"\x40" + bytes(4) + b"\x01" + bytes(6), "unconfirmed up of 12 bytes; its fields do not fit in"),
    ],
)  # fmt: skip
def test_what_is_no_frame_is_told(data: bytes, told: str) -> None:
    assert read_frame(data) == Malformed(told)


def test_the_bits_of_a_frame_are_where_the_specification_has_them() -> None:
    heads = {
        (False, True): 0x40, (False, False): 0x60, (True, True): 0x80, (True, False): 0xA0,
    }  # fmt: skip
    for (confirmed, up), head in heads.items():
        assert frame_of(5, up=up, confirmed=confirmed)[0] == head
    assert frame_of(0x10203)[:9].hex() == "40" + "da1b0126" + "00" + "0302" + "02"
    for name, bit in (("adr", 0x80), ("adr_ack_request", 0x40), ("ack", 0x20), ("pending", 0x10)):
        assert frame_of(5, **{name: True})[5] == bit
    assert frame_of(5, options=b"\2\2\2")[5:11] == b"\x03\x05\x00\2\2\2"
    assert len(DataFrame(ADDRESS, 5).encode(KEYS)) == 12


@st.composite
def data_frames(draw: st.DrawFn) -> DataFrame:
    port = draw(st.none() | st.integers(0, 255))
    return DataFrame(
        draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 2**32 - 1)),
        *(draw(st.booleans()) for _ in range(6)),
        options=draw(st.binary(max_size=15)), port=port,
        payload=b"" if port is None else draw(st.binary(max_size=222)),
    )  # fmt: skip


@given(data_frames())
def test_what_was_built_is_read_again_by_its_counter_and_by_no_other(frame: DataFrame) -> None:
    data = frame.encode(KEYS)
    read = read_frame(data)
    assert isinstance(read, DataFrame)
    assert read.counter == frame.counter % 65_536
    opened = read.opened(KEYS, frame.counter)
    assert opened is not None
    assert opened == DataFrame(**{**{f: getattr(frame, f) for f in frame.__slots__}, "data": data})
    assert read.opened(KEYS, frame.counter ^ 0x10000) is None
    assert read.opened(KEYS, frame.counter ^ 1) is None


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x00", b"\x20", b"\x40", b"\x60", b"\x80", b"\xe0", b"\x41"]))
def test_hostile_bytes_never_raise(data: bytes, head: bytes) -> None:
    read = read_frame(head + data)
    if isinstance(read, DataFrame):
        assert read.opened(KEYS, read.counter) is None
    elif isinstance(read, SealedAccept):
        assert read.opened(ROOT.key) is None
    elif isinstance(read, JoinRequest):
        assert not read.is_of(ROOT.key)
    else:
        assert isinstance(read, Malformed)
        assert read.reason


@given(st.integers(0, 22 * 8 - 1))
def test_one_wrong_bit_refuses_a_frame(bit: int) -> None:
    data = bytearray(frame_of(7))
    data[bit // 8] ^= 1 << bit % 8
    read = read_frame(bytes(data))
    assert not isinstance(read, DataFrame) or all(read.opened(KEYS, counter) is None for counter in (7, read.counter))


@pytest.mark.parametrize(
    ("key", "text"), [("dev_eui", "12"), ("join_eui", "x" * 16), ("app_key", "00" * 15), ("app_key", "00" * 17)]
)
def test_keys_of_another_form_are_refused_by_name_and_never_shown(key: str, text: str) -> None:
    good = {"dev_eui": ROOT.dev_eui, "join_eui": ROOT.join_eui, "app_key": ROOT.app_key}
    with pytest.raises(InputError, match=rf"{key}: expected \d+ hexadecimal digits") as refused:
        RootKeys(**good | {key: text})
    assert text not in str(refused.value)
    assert ROOT.app_key not in repr(ROOT)
    assert KEYS.network.hex() not in repr(KEYS)
