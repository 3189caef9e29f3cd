# SPDX-License-Identifier: Apache-2.0
"""The address of a broker as a person writes it."""

import pytest

from xky.hil.ends.mqtt_address import BrokerAddress, broker_address, masked
from xky.protocol import InputError


@pytest.mark.parametrize(
    ("spec", "address", "shown"),
    [
        ("mqtt://box", BrokerAddress("box", 1883), "mqtt://box:1883"),
        ("mqtts://box", BrokerAddress("box", 8883, True), "mqtts://box:8883"),
        ("mqtt://10.0.0.2:1884/tele/+/SENSOR", BrokerAddress("10.0.0.2", 1884, topic_filter="tele/+/SENSOR"), None),
        ("mqtt://[::1]:1883/a/#", BrokerAddress("::1", 1883, topic_filter="a/#"), "mqtt://[::1]:1883/a/%23"),
        ("mqtt://box:1883/a/%23", BrokerAddress("box", 1883, topic_filter="a/#"), None),
        ("mqtt://box:1883//a%20b", BrokerAddress("box", 1883, topic_filter="/a b"), "mqtt://box:1883//a%20b"),
        ("mqtt://b%40b:p%2Fw%3A@box", BrokerAddress("box", 1883, False, "b@b", "p/w:"), "mqtt://***@box:1883"),
        ("mqtt://bob@box", BrokerAddress("box", 1883, False, "bob"), "mqtt://***@box:1883"),
        ("mqtt://bob:@box", BrokerAddress("box", 1883, False, "bob", ""), "mqtt://***@box:1883"),
        ("mqtt://bob:p@w@box", BrokerAddress("box", 1883, False, "bob", "p@w"), "mqtt://***@box:1883"),
    ],
)
def test_an_address_is_read_and_shown_without_credentials(spec: str, address: BrokerAddress, shown: str | None) -> None:
    read = broker_address(spec)
    assert read == address
    assert read.shown == (shown or spec.replace("#", "%23"))
    assert broker_address(read.shown).topic_filter == address.topic_filter
    assert "p" not in masked(spec).partition("://")[2].partition("@")[0]


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ("http://secret@box", "expected mqtt://"),
        ("mqtt:secret@box", "expected mqtt://"),
        ("mqtt://", "no HOST:PORT"),
        ("mqtt://bob:secret@", "no HOST:PORT"),
        ("mqtt://bob:secret@box:http", "no HOST:PORT"),
        ("mqtt://bob:secret@box:0", "port 0"),
        ("mqtt://bob:secret@box:70000", "port 70000"),
        ("mqtt://bob:secret@a b", "no HOST:PORT"),
        ("mqtt://bob:secret/secret@box", "HOST:PORT"),
        ("mqtt://bob:1234/secret@box", "%2F in a password"),
        ("mqtt://:secret@box", "no USER"),
        ("mqtt://bob:secret@box/a/#/b", "must be the last level"),
        ("mqtt://bob:secret@box/a+", "stands alone"),
    ],
)
def test_what_is_wrong_with_an_address_is_one_line_without_credentials(spec: str, wrong: str) -> None:
    with pytest.raises(InputError) as told:
        broker_address(spec)
    text = str(told.value)
    assert wrong in text
    assert "secret" not in text
    assert "\n" not in text
