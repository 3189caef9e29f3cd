# SPDX-License-Identifier: Apache-2.0
"""Line protocol: what is made is read back, what is wrong is named with its place, and no bytes are too strange."""

import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol.uplinks import line_protocol
from xky.protocol.uplinks.line_protocol import (
    RULES,
    FieldValue,
    LineFault,
    Point,
    Unsigned,
    lines_of,
    make_line,
    parse_line,
    type_of,
)  # fmt: skip
from xky.protocol.uplinks.line_scanner import RefusedError, Scanner

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"), min_size=1, max_size=8)
NAMES = TEXTS.filter(
    lambda name: name != "time" and name[0] not in "#\t" and not name.endswith("\\")
    and not any(pair in name for pair in ("\\,", '\\"', "\\=", "\\ "))
)  # fmt: skip
VALUES: st.SearchStrategy[FieldValue] = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63 - 1), st.booleans(),
    st.integers(0, 2**64 - 1).map(Unsigned), st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip


@st.composite
def points(draw: st.DrawFn) -> Point:
    """Points without any fault."""
    fields = draw(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
    tags = draw(st.dictionaries(NAMES.filter(lambda name: name not in fields), NAMES, max_size=3))
    time = draw(st.none() | st.integers(-(2**63) + 2, 2**63 - 2))
    return Point(draw(NAMES), tags, fields, time)


def types_of(point: Point) -> dict[str, str]:
    """Field and type."""
    return {key: type_of(value) for key, value in point.fields.items()}


@given(st.lists(points(), min_size=1, max_size=3))
def test_what_is_made_is_read_back_with_its_types(made: list[Point]) -> None:
    body = "\n".join(map(make_line, made)).encode()
    read = [parse_line(line) for _, line in lines_of(body)]
    assert read == made
    assert [types_of(point) for point in read if isinstance(point, Point)] == [types_of(point) for point in made]


PIECES = st.sampled_from(["m", "a", "b", ",", "=", " ", "1", "-", "5i", "2u", '"', "\\", "t", "e3", ".", "\t", "\r",
                          "\n", "time", "#", "NaN", "+", "é", "\0", "true", "00", "123456789012345678901"])  # fmt: skip
LINES = st.lists(PIECES, max_size=24).map("".join) | st.builds(
    lambda *parts: "".join(parts), st.just("m"), PIECES, st.just("a=b"), PIECES, st.just(" v="), PIECES, PIECES
)


@given(st.binary(max_size=60) | LINES.map(str.encode))
def test_no_bytes_are_too_strange_and_every_fault_is_a_rule_with_a_place(body: bytes) -> None:
    for _, line in lines_of(body):
        said = parse_line(line)
        faults = [said] if isinstance(said, LineFault) else said.faults
        for fault in faults:
            assert fault.rule in RULES
            assert 1 <= fault.column <= len(line.decode(errors="replace")) + 1
            assert "\n" not in fault.text and len(fault.text) < 300


@given(LINES.filter(lambda line: "\n" not in line) | points().map(make_line))
def test_a_plain_line_is_read_as_the_scanner_reads_it(line: str) -> None:
    plain = line_protocol._plain_point(line)
    if plain is None:
        return
    try:
        scanned = Scanner(line, True, ()).point()
    except RefusedError as refused:  # pragma: no cover - shown when it fails
        pytest.fail(f"{line!r}: {refused.fault}")
    assert plain == scanned
    assert types_of(plain) == types_of(scanned)


@given(st.lists(LINES, max_size=3).map("\n".join).map(str.encode) | st.binary(max_size=40))
def test_a_line_ends_where_the_server_ends_it_however_it_is_found(body: bytes) -> None:
    start = 0
    while start < len(body):
        end = line_protocol._end_of_line(body, start)
        assert end == line_protocol._stepped_end_of_line(body, start)
        start = end + 1


WRONG = {
    b"m v=+5": ("plus_sign", 5), b"m v=NaN": ("not_a_number", 5), b"m v=-inf": ("not_a_number", 5),
    b"m,t= v=1": ("missing_tag_value", 3), b"m,=b v=1": ("missing_tag_key", 3), b"m,t=a,t=b v=1": ("duplicate_tag", 7),
    b"m,time=1 v=1": ("time_tag", 1), b"m time=1": ("time_field_alone", 3), b"m v=1, w=2": ("spaces", 7),
    b"m v= 1": ("spaces", 5), b"m v =1": ("spaces", 4), b"m v=1\r": ("carriage_return", 6),
    b"m v=1 5\r": ("carriage_return", 8), b"\r": ("carriage_return", 1), b"m v=1 1.5": ("time", 7),
    b"m v=1 5 6": ("after_time", 9),  b"m v=1 9223372036854775807": ("time_range", 7), b'm v="a': ("quotes", 5),
    b"m v=tRue": ("boolean", 5), b"m v=1.5i": ("number", 5), b"m v=1e": ("float_range", 5),
    b"m v=9223372036854775808i": ("integer_range", 5), b"m": ("missing_fields", 2), b"m v": ("field_format", 4),
    b",t=a v=1": ("missing_measurement", 1), b'm v=1,v="a"': ("duplicate_field_type", 7),
    b"m =1": ("missing_field_key", 3), b"m v=1 5 66": ("after_time", 9), b"m v=1 x 66": ("time", 7),
    b"m v\\\\=1": ("field_format", 3),
    b"m v=": ("missing_field_value", 5), b"m,t=a=b v=1": ("tag_format", 6), b"m\xff v=1": ("not_utf8_name", 2),
}  # fmt: skip


@pytest.mark.parametrize(("line", "where"), WRONG.items(), ids=[repr(line) for line in WRONG])
def test_what_is_wrong_is_named_with_its_column(line: bytes, where: tuple[str, int]) -> None:
    fault = parse_line(line)
    assert isinstance(fault, LineFault)
    assert (fault.rule, fault.column) == where
    assert not RULES[fault.rule].is_stored and RULES[fault.rule].server


MISREAD = {
    b"m time=1,v=2": ("time_field", Point("m", {}, {"v": 2.0})),
    b"m,v=a v=1": ("tag_and_field", Point("m", {"v": "a"}, {"v": 1.0})),
    b"m v=1,v=2": ("duplicate_field", Point("m", {}, {"v": 2.0})),
    b'm v="a"\r': ("carriage_return_stored", Point("m", {}, {"v": 'a"'})),
    b'm v="a"b': ("after_text", Point("m", {}, {"v": 'a"'})),
    b'm v="\xff"': ("not_utf8", Point("m", {}, {"v": "\ufffd"})),
}


@pytest.mark.parametrize(("line", "what"), MISREAD.items(), ids=[repr(line) for line in MISREAD])
def test_what_a_server_keeps_otherwise_than_meant_is_named_beside_what_it_keeps(
    line: bytes, what: tuple[str, Point]
) -> None:
    point = parse_line(line)
    assert isinstance(point, Point)
    assert [fault.rule for fault in point.faults] == [what[0]]
    assert RULES[what[0]].is_stored
    assert point._replace(faults=()) == what[1]


def test_an_unsigned_integer_is_one_where_the_server_knows_them() -> None:
    known, unknown = parse_line(b"m v=5u"), parse_line(b"m v=5u", unsigned=False)
    assert isinstance(known, Point) and types_of(known) == {"v": "unsigned"}
    assert isinstance(unknown, LineFault) and unknown.rule == "unsigned"


def test_every_rule_is_met_by_an_example() -> None:
    met = {rule for rule, _ in WRONG.values()} | {rule for rule, _ in MISREAD.values()} | {"unsigned"}
    assert met == set(RULES)


def test_a_line_feed_in_a_text_ends_no_line_and_comments_say_nothing() -> None:
    body = b'# one\nm v="a\nb" 1\n\n \t\nm v=1\n'
    assert list(lines_of(body)) == [(2, b'm v="a\nb" 1'), (6, b"m v=1")]
    assert list(lines_of(b"\nm v=1\n#\nm v=2")) == [(2, b"m v=1"), (4, b"m v=2")]


def test_a_backslash_keeps_one_character_from_ending_anything() -> None:
    assert list(lines_of(b"m\\a\nn v=1")) == [(1, b"m\\a"), (2, b"n v=1")]
    assert list(lines_of(b"m\\\nn v=1\no v=1")) == [(1, b"m\\\nn v=1"), (3, b"o v=1")]
    assert list(lines_of(b'm a="\\"\n" ,b=1\nn v=1')) == [(1, b'm a="\\"\n" ,b=1'), (3, b"n v=1")]


def test_what_was_found_is_shown_whole_up_to_forty_characters() -> None:
    for length, shown in ((40, "x" * 40), (41, "x" * 37 + "...")):
        fault = parse_line(b"m v=" + b"x" * length)
        assert isinstance(fault, LineFault)
        assert fault.text.startswith(f"column 5: {shown!r}: neither number")


def test_whole_numbers_reach_to_the_ends_of_64_bits() -> None:
    ends: list[FieldValue] = [-(2**63), 2**63 - 1, Unsigned(0), Unsigned(2**64 - 1)]
    made = make_line(Point("m", {}, {"abcd"[number]: end for number, end in enumerate(ends)}))
    assert made == "m a=-9223372036854775808i,b=9223372036854775807i,c=0u,d=18446744073709551615u"
    read = parse_line(made.encode())
    assert isinstance(read, Point)
    assert list(read.fields.values()) == ends
    assert list(types_of(read).values()) == ["integer", "integer", "unsigned", "unsigned"]
    for line in (b"m v=-9223372036854775809i", b"m v=18446744073709551616u"):
        fault = parse_line(line)
        assert isinstance(fault, LineFault)
        assert fault.rule == "integer_range"


@pytest.mark.parametrize("point", [
    Point("m", {}, {}), Point("", {}, {"v": 1.0}), Point("m", {"t": ""}, {"v": 1.0}), Point("m", {}, {"time": 1.0}),
    Point("m", {"t": "a\n"}, {"v": 1.0}), Point("m", {"t": "a\\"}, {"v": 1.0}), Point("m", {}, {"v": float("nan")}),
    Point("m", {}, {"v": 2**63}), Point("m", {}, {"v": -(2**63) - 1}), Point("m", {}, {"v": Unsigned(-1)}),
    Point("m", {}, {"v": Unsigned(2**64)}), Point("#m", {}, {"v": 1}),
    Point("m", {}, {"\tv": 1}),
])  # fmt: skip
def test_what_cannot_be_said_is_refused_in_one_line(point: Point) -> None:
    with pytest.raises(ValueError) as refused:
        make_line(point)
    assert "\n" not in str(refused.value)


def test_a_short_line_costs_little() -> None:
    line, others = b"conso,device=winky,sensor=total value=123456", [b"%d" % number for number in range(100)]
    best = min(timeit.repeat(lambda: parse_line(line), timer=time.process_time, number=2000, repeat=7)) / 2000
    yardstick = (
        min(timeit.repeat(lambda: [int(number) for number in others], timer=time.process_time, number=200, repeat=7))
        / 200
    )
    assert best < 1.5 * yardstick  # 3 us beside 6 where this was written; the scanner takes 20


LONG = {
    "behind a text": (b'm v="', b'a"b', b""), "tags": (b"m", b",a=b", b" v=1"), "fields": (b"m ", b"v=1,", b"v=1"),
    "backslashes": (b"m ", b"\\", b""), "escaped quotes": (b'm v="', b'\\"', b""), "digits": (b"m v=", b"1", b""),
    "time": (b"m v=1 ", b"1", b""), "name": (b"", b"a", b""), "a late quote": (b"m ", b"a=1", b'"'),
    "exponents": (b"m v=1", b"e", b""), "line feeds": (b'm v="', b"\n", b""), "escaped lines": (b"", b"\\\n", b""),
}  # fmt: skip


@pytest.mark.by_day(4)
@pytest.mark.parametrize("parts", LONG.values(), ids=LONG)
def test_a_line_of_any_length_is_read_in_time_that_grows_with_it(parts: tuple[bytes, bytes, bytes]) -> None:
    def cost(count: int) -> float:
        body = parts[0] + parts[1] * count + parts[2]
        said = [parse_line(part) for _, part in lines_of(body)]
        too_many = [point for point in said if isinstance(point, Point) and len(point.faults) > 20]
        assert too_many == []
        return min(
            timeit.repeat(
                lambda: [parse_line(part) for _, part in lines_of(body)], timer=time.process_time, number=1, repeat=3
            )
        )

    short_s, long_s = cost(2_000), cost(32_000)
    assert long_s < 100 * short_s + 0.02  # in proportion: 16; by its square: 256
