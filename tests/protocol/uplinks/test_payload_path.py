# SPDX-License-Identifier: Apache-2.0
"""Paths into payloads: what is walked directly finds what jmespath finds; what is no path is told with its column."""

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError
from xky.protocol.uplinks.payload_path import PayloadPath

NAMES = st.sampled_from(["a", "b", "tags", "SMAXSN-1"])
VALUES = st.none() | st.booleans() | st.integers(0, 2) | st.just(2.5) | st.sampled_from(["", "total", "a"])
PAYLOADS = st.recursive(
    VALUES, lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2), max_leaves=8
)
CHAINS = st.lists(NAMES, min_size=1, max_size=4).map(
    lambda names: ".".join(name if name.isalpha() else f'"{name}"' for name in names)
)
LITERALS = st.sampled_from(["'total'", "'a'", "''", "`0`", "`1`", "`1.0`", "`2`", "`2.5`", "`true`", "`null`"])
EQUALS = st.tuples(CHAINS, LITERALS).flatmap(
    lambda one: st.sampled_from([f"{one[0]} == {one[1]}", f"{one[1]} == {one[0]}"])
)


@pytest.mark.parametrize("literal", ["0", "1", "1.0", "2", "2.5", "true", "'1'"])
@pytest.mark.parametrize("value", [0, 1, 1.0, 2, 2.5, True, False, None, "1", [1], {}])
def test_a_number_is_compared_as_jmespath_compares_it(literal: str, value: Any) -> None:
    text = f"a == {literal}" if literal[0] == "'" else f"a == `{literal}`"
    found = PayloadPath(text).find({"a": value})
    assert (found, type(found)) == (expected := jmespath.search(text, {"a": value}), type(expected))


@given(CHAINS | EQUALS | st.just("@") | EQUALS.map(lambda one: f"!({one})"), PAYLOADS)
def test_a_path_finds_what_jmespath_finds(text: str, payload: Any) -> None:
    assert PayloadPath(text).find(payload) == jmespath.search(text, payload)


@given(CHAINS | EQUALS, CHAINS, PAYLOADS)
def test_a_condition_that_holds_gives_the_rest_and_one_that_does_not_gives_nothing(
    holds: str, wanted: str, payload: Any
) -> None:
    found = jmespath.search(holds, payload)
    assert PayloadPath(f"{holds} && {wanted}").find(payload) == (
        None if found is False or found in (None, "", [], {}) else jmespath.search(wanted, payload)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b && c", 3), ("x && c", None), ("c && a.b.c", None), ("to_number(d)", 12.5), ("l[1].v", 2),
        ("l[?n=='two'].v | [0]", 2), ("length(c)", None), ("c == `3` && d", "12.5"),
        ("a.b == `1` && c == `3` && d", "12.5"),
        ("c != `3`", False), ("c != `4`", True), ("c < `3`", False), ("c >= `3`", True), ("`3` > c", False),
        ("sum(l[].v)", 3), ("avg(l[?n=='none'].v)", None),
    ],
)  # fmt: skip
def test_what_is_left_to_jmespath_finds_or_finds_nothing(text: str, expected: object) -> None:
    payload = {"a": {"b": 1}, "c": 3, "d": "12.5", "l": [{"n": "one", "v": 1}, {"n": "two", "v": 2}]}
    assert PayloadPath(text).find(payload) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty; write one, such as CONTRACT.CONSO, or @"),
        ("METER.SMAXSN-1", "column 13: -1 does not fit there; a name that is not of letters, .* in double quotes"),
        ("a b", "column 3: 'b' does not fit there$"),
        ("a.", "column 3: it ends too early$"),
        ("a[", "column 3: it ends too early$"),
        ("a.#", "column 3: Unknown token"),
        ("'abc", "column 1: Unclosed"),
        ("a.number(b)", "column 3: no function number; known: abs, .*to_number"),
        ("to_number(a, b)", r"column 1: to_number takes 1 value\(s\), and 2 are given$"),
        ("merge()", r"column 1: merge takes at least 1 value\(s\), and 0 are given$"),
        ("!" * 5_000 + "a", "column 1: it is nested too deep; write it flatter$"),
    ],
)  # fmt: skip
def test_what_is_no_path_is_told_with_its_column(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        PayloadPath(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("length", [60, 61])
def test_a_long_text_that_is_no_path_is_shown_up_to_sixty_characters(length: int) -> None:
    text = "a" * (length - 1) + "."
    with pytest.raises(InputError) as caught:
        PayloadPath(text)
    shown = text if length == 60 else "a" * 60 + "…"
    assert str(caught.value) == f"{shown!r} is no JMESPath, column {length + 1}: it ends too early"


@given(st.text(max_size=12) | st.text("ab.[]'\"`&|=!@()*,:{}<>?- 01", max_size=12))
def test_any_text_is_a_path_or_told(text: str) -> None:
    try:
        PayloadPath(text).find({"a": {"b": [1]}})
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.b", {("a", "b")}), ("@", {()}), ("a.b == 'x' && c", {("a", "b"), ("c",)}), ("a.l[0].v", {("a", "l")}),
        ("to_number(a.b)", {("a", "b")}), ("a.{x: b}", {("a",)}), ("[a, b.c]", {("a",), ("b", "c")}),
        ("l[?n=='x'] | [0]", {("l",)}), ("a.*", {("a",)}),
    ],
)  # fmt: skip
def test_a_path_tells_the_names_that_it_reads(text: str, names: set[tuple[str, ...]]) -> None:
    assert set(PayloadPath(text).names) == names
