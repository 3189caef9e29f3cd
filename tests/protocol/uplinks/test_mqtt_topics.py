# SPDX-License-Identifier: Apache-2.0
"""Topic names and filters: what is valid, and what a filter takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from xky.protocol import InputError
from xky.protocol.uplinks.mqtt_topics import check_filter, check_topic, matches

LEVELS = st.sampled_from(["", "a", "b", "$SYS", "é"])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = st.tuples(st.lists(LEVELS | st.just("+"), max_size=4), st.sampled_from([[], ["#"]])).map(
    lambda parts: "/".join(parts[0] + parts[1])
).filter(bool)  # fmt: skip


@given(FILTERS, TOPICS)
def test_a_filter_takes_what_its_regular_expression_takes(topic_filter: str, topic: str) -> None:
    check_filter(topic_filter)
    levels = [r"[^/]*" if level == "+" else re.escape(level) for level in topic_filter.split("/")]
    if levels[-1] == re.escape("#"):
        pattern = "/".join(levels[:-1]) + "(/.*)?" if levels[:-1] else ".*"
    else:
        pattern = "/".join(levels)
    is_hidden = topic.startswith("$") and topic_filter[0] in "+#"
    assert matches(topic_filter, topic) == (re.fullmatch(pattern, topic) is not None and not is_hidden)


@given(FILTERS, TOPICS)
def test_paho_takes_the_same(topic_filter: str, topic: str) -> None:
    assert matches(topic_filter, topic) == topic_matches_sub(topic_filter, topic)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is empty"),
        ("a/#/b", "# in level 2 of 3; # must be the last level"),
        ("a/b#", "# beside other characters in level 2, 'b#'; # stands alone"),
        ("a/b+/c", "+ beside other characters in level 2, 'b+'"),
        ("a\0", "U+0000"),
        ("\ud800", "surrogate"),
        ("é" * 40_000, "80000 bytes"),
    ],
)
def test_a_filter_that_mqtt_forbids_is_told_with_the_mend(text: str, wrong: str) -> None:
    with pytest.raises(InputError) as told:
        check_filter(text)
    assert wrong in str(told.value)
    assert len(str(told.value).encode()) < 600


@pytest.mark.parametrize("text", ["", "a/+", "#", "a\0b"])
def test_a_topic_holds_no_wildcard_and_something(text: str) -> None:
    with pytest.raises(InputError, match="topic"):
        check_topic(text)
