# SPDX-License-Identifier: Apache-2.0
"""The configuration page of OneForAll: what it shows, stores and refuses."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from xky.boards import board_named
from xky.boards.firmware.one_for_all_configuration import OneForAllConfiguration
from xky.boards.firmware.one_for_all_page import Answer, answer
from xky.protocol import Mode
from xky.protocol.uplinks.messages import HttpRequest

LAB = OneForAllConfiguration.of(board_named("winky-lab"), Mode.STANDARD)
PAGES = ("/", "/influx", "/mqtt", "/historic", "/standard", "/tools")


def get(path: str, told: OneForAllConfiguration = LAB) -> str:
    return answer(told, HttpRequest("GET", path), firmware="V78 <b>").response.body.decode()


def post(path: str, told: OneForAllConfiguration = LAB, **fields: str | list[str]) -> Answer:
    return answer(told, HttpRequest("POST", path, body=urlencode(fields, doseq=True).encode()))


def test_each_page_links_to_all_and_names_the_firmware() -> None:
    for path in PAGES:
        page = get(path)
        assert all(f'href="{other}"' in page for other in PAGES)
        assert "V78 &lt;b&gt;" in page


def test_the_period_is_as_the_file_has_it() -> None:
    assert 'name="period" value="0.30"' in get("/")
    assert LAB.period_s == 30


@pytest.mark.parametrize(("typed", "seconds"), [("0.15", 15), ("1.30", 90), ("1.3", 90), ("2", 120)])
def test_a_period_is_minutes_and_seconds(typed: str, seconds: float) -> None:
    assert post("/", period=typed).configuration.period_s == seconds


def test_a_period_may_be_decimal_minutes() -> None:
    told = replace(LAB, period_format="decimal_minutes")
    assert post("/", told, period="0.25").configuration.period_s == 15


def test_what_is_stored_is_all_that_was_posted_and_asks_for_no_restart() -> None:
    stored = post("/", mode="historic", period="1.00", ssid="home", password="secret1")
    assert stored.configuration == replace(LAB, mode=Mode.HISTORIC, period="1.00", ssid="home", wifi_password="secret1")
    assert not stored.restarts
    assert stored.response.status == 200


def test_only_a_post_to_restart_restarts() -> None:
    assert post("/restart").restarts
    refused = answer(LAB, HttpRequest("GET", "/restart"))
    assert (refused.response.status, refused.restarts) == (405, False)


def test_secrets_are_never_shown_and_kept_where_their_field_is_empty() -> None:
    told = post("/mqtt", on="1", username="me", password="secret2").configuration
    told = post("/influx", told, on="1", username="me", password="secret3", token="secret4").configuration
    told = post("/", told, password="secret5").configuration
    assert all("secret" not in get(path, told) for path in PAGES)
    again = post("/influx", post("/mqtt", told, username="me", password="").configuration, username="me").configuration
    assert (again.mqtt.password, again.influx.password, again.influx.token) == ("secret2", "secret3", "secret4")
    assert (again.mqtt_on, again.influx_on) == (False, False)


def test_labels_are_picked_by_mode() -> None:
    told = post("/standard", label=["EAST", "NJOURF+1"]).configuration
    assert told.standard == ("EAST", "NJOURF+1")
    assert told.historic is None
    assert 'value="EAST" checked' in get("/standard", told)
    assert 'value="PRM" checked' not in get("/standard", told)


@pytest.mark.parametrize(
    ("path", "fields", "complaint"),
    [
        ("/", {"period": "0,15"}, "period '0,15': expected a point, no comma"),
        ("/", {"period": "0.75"}, "period '0.75': expected 59 seconds or fewer behind the point"),
        ("/", {"period": "0.00"}, "period '0.00': expected more than no time"),
        ("/", {"period": "soon"}, "period 'soon': expected minutes with a point, such as 1.30"),
        ("/", {"mode": "fast"}, "mode 'fast': expected historic or standard"),
        ("/", {"ssid": ""}, "ssid: expected 1 to 32 bytes"),
        ("/", {"ssid": "a\nb"}, "'ssid': expected 128 characters or fewer, on one line"),
        ("/mqtt", {"topic": "a/#"}, "topic 'a/#': expected the name of a topic"),
        ("/mqtt", {"qos": "3"}, "qos: Input should be 0, 1 or 2"),
        ("/mqtt", {"qos": "x"}, "qos 'x': expected a whole number"),
        ("/influx", {"version": "2"}, "org: missing; version 2 writes to one"),
        ("/standard", {"label": "BASE"}, "label 'BASE': no label of standard mode"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_stored(
    path: str, fields: dict[str, str], complaint: str
) -> None:
    refused = post(path, **fields)
    assert refused.response.status == 400
    assert refused.response.body.decode().startswith(complaint)
    assert refused.response.body.count(b"\n") == 1
    assert refused.configuration is LAB


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HttpRequest("GET", "/nothing"), 404),
        (HttpRequest("DELETE", "/"), 405),
        (HttpRequest("POST", "/tools"), 405),
        (HttpRequest("POST", "/", body=b"period=" + 20_000 * b"1"), 400),
        (HttpRequest("POST", "/", body=b"ssid=%ff"), 400),
        (HttpRequest("POST", "/", body=b"\xff"), 400),
        (HttpRequest("POST", "/", body=b"&".join(b"a=1" for _ in range(300))), 400),
    ],
)
def test_what_is_no_request_of_it_is_refused(request_: HttpRequest, status: int) -> None:
    refused = answer(LAB, request_)
    assert (refused.response.status, refused.restarts) == (status, False)
    assert refused.configuration is LAB
