# SPDX-License-Identifier: Apache-2.0
"""Labels by MQTT and as line protocol, and the request that writes points."""

import pytest

from xky.boards.description.uplink import Influx
from xky.boards.payloads.influx_write import write_request
from xky.boards.payloads.one_for_all import chosen, label_topics, line
from xky.emulator import Linky
from xky.protocol import Group, Mode
from xky.protocol.labels import LABELS


def test_those_picked_are_published_in_the_order_of_the_frame() -> None:
    groups = [Group("ADCO", "1"), Group("PAPP", "2"), Group("BASE", "3")]
    assert chosen(groups, ("BASE", "ADCO")) == (groups[0], groups[2])
    assert chosen(groups, None) == tuple(groups)
    assert chosen(groups, ()) == ()


def test_every_label_that_a_topic_may_hold_has_one() -> None:
    for table in LABELS.values():
        topics = [topic for topic, _ in label_topics("xky/winky", [Group(label, "") for label in table])]
        assert topics == [f"xky/winky/{label}" for label in table if "+" not in label]


def test_a_point_holds_each_label_once_with_the_kind_of_its_table() -> None:
    groups = Linky(phases=3, producer=True).groups()
    body = line(Mode.STANDARD, groups, "a b", "li,nky").decode()
    assert body.startswith('li\\,nky,device=a\\ b ADSC="')
    assert ",EAST=18005926i," in body
    assert ',MSG1="PAS DE          MESSAGE         ",' in body
    assert body.count("=") == len(groups) + 1
    assert body.endswith("\n")


def test_texts_are_escaped_and_a_number_that_is_none_is_left_out() -> None:
    groups = [Group("MSG2", 'a"\\b, c=1'), Group("EAST", "12x"), Group("NEW 1", "x")]
    assert line(Mode.STANDARD, groups, "w", "linky") == b'linky,device=w MSG2="a\\"\\\\b, c=1",NEW\\ 1="x"\n'
    assert line(Mode.STANDARD, [Group("EAST", "12x")], "w", "linky") == b""


@pytest.mark.parametrize(
    ("precision", "stamp"), [("s", b"1768496461"), ("ms", b"1768496461000"), ("ns", b"1768496461000000000")]
)
def test_a_stamp_is_that_of_the_meter(precision: str, stamp: bytes) -> None:
    groups = [Group("DATE", "", "H260115180101"), Group("EAST", "1")]
    assert (
        line(Mode.STANDARD, groups, "w", "m", precision) == b'm,device=w DATE="H260115180101",EAST=1i ' + stamp + b"\n"
    )
    assert line(Mode.STANDARD, groups[1:], "w", "m", precision) == b"m,device=w EAST=1i\n"
    wrong = [Group("DATE", "", "H269915180101"), groups[1]]
    assert line(Mode.STANDARD, wrong, "w", "m", precision) == b'm,device=w DATE="H269915180101",EAST=1i\n'


@pytest.mark.parametrize(
    ("settings", "target", "authorization"),
    [
        (Influx(database="x"), "/write?db=x", None),
        (Influx(database="x y", retention_policy="a", username="u", password="p&", precision="s"),
         "/write?db=x+y&rp=a&u=u&p=p%26&precision=s", None),
        (Influx(version=2, org="o", bucket="b", token="t"), "/api/v2/write?org=o&bucket=b", "Token t"),
        (Influx(version=3, database="d", token="t", precision="ms"), "/api/v3/write_lp?db=d&precision=millisecond",
         "Bearer t"),
    ],
)  # fmt: skip
def test_points_are_written_by_the_interface_of_each_version(
    settings: Influx, target: str, authorization: str | None
) -> None:
    request = write_request(settings, b"m f=1\n")
    assert (request.method, request.target, request.body) == ("POST", target, b"m f=1\n")
    assert dict(request.headers).get("Authorization") == authorization
