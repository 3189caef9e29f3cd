# SPDX-License-Identifier: Apache-2.0
"""Topic filters: those that MQTT forbids are told in a line, and the others match what its examples say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError
from xky.protocol.uplinks.topics import check_filter, matches

ALLOWED = ["#", "+", "/", "tele/#", "+/tennis/#", "sport/+/player1", "/finance", "+/+", "/+", "a//b", "accents é/ à"]
FORBIDDEN = {
    "": "it is empty",
    "sport/tennis#": "level 2 is 'tennis#'; # stands alone in the last level",
    "sport/tennis/#/ranking": "level 3 is '#'; # stands alone in the last level",
    "##": "level 1 is '##'",
    "sport+": r"level 1 is 'sport\+'; \+ stands alone in its level",
    "a/++": r"level 2 is '\+\+'",
    "a\x00b": r"U\+0000",
    "a\ud800": "half a surrogate pair",
    "é" * 32_768: "longer than 65535 bytes",
}


@pytest.mark.parametrize("text", ALLOWED)
def test_an_allowed_filter_is_taken(text: str) -> None:
    check_filter(text)


@pytest.mark.parametrize("text", FORBIDDEN, ids=range(len(FORBIDDEN)))
def test_a_forbidden_filter_is_told_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match=FORBIDDEN[text]) as caught:
        check_filter(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("wanted", "topics"),
    [
        ("sport/tennis/player1/#", ["sport/tennis/player1", "sport/tennis/player1/ranking",
                                    "sport/tennis/player1/score/wimbledon"]),
        ("sport/#", ["sport"]),
        ("#", ["a", "a/b", "/", "/a"]),
        ("sport/tennis/+", ["sport/tennis/player1", "sport/tennis/"]),
        ("sport/+", ["sport/"]),
        ("+/+", ["/finance"]),
        ("/+", ["/finance"]),
        ("$SYS/#", ["$SYS/", "$SYS/broker/load"]),
        ("$SYS/monitor/+", ["$SYS/monitor/Clients"]),
        ("+/tennis/#", ["sport/tennis", "x/tennis/y/z"]),
        ("tele/winky", ["tele/winky"]),
    ],
)  # fmt: skip
def test_a_filter_matches_what_the_standard_says(wanted: str, topics: list[str]) -> None:
    assert [topic for topic in topics if not matches(wanted, topic)] == []


@pytest.mark.parametrize(
    ("wanted", "topic"),
    [
        ("sport/tennis/+", "sport/tennis/player1/ranking"), ("sport/+", "sport"), ("+", "/finance"), ("#", "$SYS/x"),
        ("+/monitor/Clients", "$SYS/monitor/Clients"), ("tele/winky", "tele/Winky"), ("tele/#", "telemetry"),
        ("tele", "tele/"), ("a/+/c", "a/b/d"),
    ],
)  # fmt: skip
def test_a_filter_does_not_match_another_topic(wanted: str, topic: str) -> None:
    assert not matches(wanted, topic)


@given(st.lists(st.sampled_from(["a", "b", "", "$x"]), min_size=1, max_size=5).filter(any), st.data())
def test_a_filter_made_of_a_topic_matches_it(levels: list[str], data: st.DataObject) -> None:
    topic = "/".join(levels)
    end = data.draw(st.integers(0, len(levels)))
    wanted = [data.draw(st.sampled_from([level, "+"])) for level in levels[:end]]
    wanted += [] if end == len(levels) else ["#"]
    text = "/".join(wanted)
    check_filter(text)
    hidden = topic.startswith("$") and wanted[0] in ("+", "#")
    assert matches(text, topic) is not hidden
