# SPDX-License-Identifier: Apache-2.0
"""TOML files that a person writes: the line of a key, and what is told when one is wrong."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from xky.protocol import InputError
from xky.protocol.tomlfile import Section, Shelf, Written, all_that_is_wrong, parse_toml, read_toml
from xky.protocol.tomlplaces import line_of

TEXT = '''\
x = 1  # [a] y = 2
prose = """
[fake]
x = 3
"""
"quoted key" = 'a ] b { c'
[table]
list = [
  900,
  # z = 1
  [400,
   500],
]
[table.inner]
inline = { day = "white", more = { deep = [1,
  { last = 2 }] } }
when = 2027-01-05 06:00:00
[[event]]
at = 1
[event.set]
EAST = 1
[[event]]
a.b = 2
[[event.part]]
n = 1
[[event.part]]
n = 2
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("x", 1), ("prose", 2), ("quoted key", 6), ("table", 7), ("table.list", 8), ("table.list.0", 9),
        ("table.list.1", 11), ("table.list.1.1", 12), ("table.inner", 14), ("table.inner.inline.day", 15),
        ("table.inner.inline.more.deep.1.last", 16), ("table.inner.when", 17), ("event.0", 18), ("event.0.at", 19),
        ("event.0.set", 20), ("event.0.set.EAST", 21), ("event.1", 22), ("event.1.a.b", 23), ("event.1.part.0.n", 25),
        ("event.1.part.1.n", 27),
    ],
)  # fmt: skip
def test_the_line_of_a_key_is_found_however_it_is_written(keys: str, line: int) -> None:
    assert tomllib.loads(TEXT)
    assert line_of(keys.split("."), TEXT) == line


def test_the_line_of_what_is_not_written_is_that_of_what_holds_it() -> None:
    assert line_of(["fake"], TEXT) == line_of([], TEXT) == 1
    assert line_of(["table", "none"], TEXT) == 7
    assert line_of(["event", "1", "at"], TEXT) == 22
    assert line_of(["event", "0", "set", "EASF01"], TEXT) == 20
    assert line_of(["table", "y"], "\n[table.inner]\nx = 1\n") == 2


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value that is no table and no list, with its keys."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if below is None:
        yield path, value
        return
    for key, one in below:
        yield from leaves(one, (*path, str(key)))


KEYS = st.text("abcxyz_-", min_size=1, max_size=3)
VALUES = st.recursive(
    st.just(0), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.data())
def test_each_value_of_any_file_is_found_on_its_line(data: dict[str, Any], draw: st.DataObject) -> None:
    number = 0

    def inline(value: Any, *, in_list: bool) -> str:
        """As TOML writes it; a list may be broken, and each number is another one."""
        nonlocal number
        breaks = draw.draw(st.sampled_from(["", "\n", "  # ] x = 1\n"])) if in_list or isinstance(value, list) else ""
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{key} = {inline(one, in_list=False)}" for key, one in value.items()) + " }"
        if isinstance(value, list):
            return f"[{breaks}" + f",{breaks}".join(inline(one, in_list=False) for one in value) + f"{breaks}]"
        number += 1
        return str(number)

    def tables(table: dict[str, Any], path: tuple[str, ...]) -> str:
        """Its keys, then its tables, each inline or under a header."""
        text, below = "", ""
        for key, value in table.items():
            headed = draw.draw(st.booleans())
            many = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
            name = ".".join((*path, key))
            if headed and many:
                below += "".join(f"[[{name}]]\n{tables(one, (*path, key))}" for one in value)
            elif headed and isinstance(value, dict):
                below += f"[{name}]\n{tables(value, (*path, key))}"
            else:
                text += f"{key} = {inline(value, in_list=False)}\n"
        return text + below

    text = tables(data, ())
    lines = text.splitlines()
    for path, value in leaves(tomllib.loads(text)):
        assert str(value) in lines[line_of(path, text) - 1]


# Complaints


class Inner(Section):
    low: Annotated[int, Field(ge=0)] = 0
    high: int = 9
    names: Mapping[str, int] = {}

    @model_validator(mode="after")
    def _rises(self) -> "Inner":
        if self.low > self.high:
            raise ValueError(f"high {self.high}: is under low, {self.low}; write more")
        if self.names.get("seven") == 7:
            raise ValueError("names.seven: is seven; write less")
        if self.names.get("eight") == 8:
            raise ValueError("names.nine: is missing where eight is 8; write it")
        if self.low == self.high == 5:
            raise ValueError("both are five; write something else")
        return self


class Outer(Section):
    title: str
    inner: Inner | str = "none"
    several: tuple[Inner, ...] = ()
    some: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    label: Annotated[str, Field(min_length=1)] | None = None
    power: float | tuple[float, ...] = 0

    _place: int = PrivateAttr(0)

    @field_validator("title")
    @classmethod
    def _is_short(cls, value: str) -> str:
        if len(value) > 9:
            raise ValueError(f"title {value!r}: is long; write 9 letters at most")
        return value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.toml:1: title: this key is missing; write it"),
        (
            'titel = "a"',
            "x.toml:1: titel: no such key; known here: inner, label, power, several, some, title. Did you mean title?",
        ),
        ('\ntitle = "a very long one"', "x.toml:2: title 'a very long one': is long; write 9 letters at most"),
        ('title = "a"\n[inner]\nlow = -1', "x.toml:3: inner.low = -1: input should be greater than or equal to 0"),
        (
            'title = "a"\n[inner]\nlo = 1',
            "x.toml:3: inner.lo: no such key; known here: high, low, names. Did you mean low?",
        ),
        ('title = "a"\n[inner]\nlow = 3\nhigh = 2', "x.toml:4: inner.high 2: is under low, 3; write more"),
        ('title = "a"\n[inner]\nlow = 10', "x.toml:2: inner: high 9: is under low, 10; write more"),
        ('title = "a"\n[inner]\nlow = 5\nhigh = 5', "x.toml:2: inner: both are five; write something else"),
        ('title = "a"\n[inner.names]\nseven = 7', "x.toml:3: inner.names.seven: is seven; write less"),
        ('title = "a"\n[inner.names]\neight = 8', "x.toml:2: inner.names.nine: is missing where eight is 8; write it"),
        ('title = "a"\ninner = 3', "x.toml:2: inner = 3: write a table, such as { key = value }"),
        (
            'title = "a"\n[inner.names]\nb = 1\nc = "x"',
            "x.toml:4: inner.names.c = 'x': input should be a valid integer",
        ),
        ('title = "a"\n[[several]]\n[[several]]\nlow = -1', "x.toml:4: several.1.low = -1: input should be greater"),
        ('title = "a"\npower = [\n1,\n"b"]', "x.toml:4: power.1 = 'b': input should be a valid number"),
        ('title = "a"\n[inner]\nlow = 2026-01-15', "x.toml:3: inner.low = 2026-01-15: input should be a valid integer"),
        ('title = "a"\nsome = []', "x.toml:2: some = []: write one at least in it"),
        ('title = "a"\nlabel = ""', "x.toml:2: label = '': write one character at least"),
        ('title = "a"\npower = "b"', "x.toml:2: power = 'b': input should be a valid number"),
        ('title = "a"\npower =', "x.toml:2: no valid TOML: "),
        ('title = "a', "x.toml:1: no valid TOML: "),
        ('title = "a"\ninner = { names = { a = "' + "b" * 99 + '" } }', "x.toml:2: inner.names.a = 'bbbb"),
    ],
)
def test_a_complaint_names_file_line_key_and_mend_in_one_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(text, "x.toml", Outer)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_typo_is_told_rather_than_the_hole_it_leaves() -> None:
    with pytest.raises(InputError, match=r"^x\.toml:2: tilte: no such key"):
        parse_toml("power = 1\ntilte = 'a'", "x.toml", Outer)


def test_a_typo_in_a_table_is_told_rather_than_the_hole_it_leaves() -> None:
    class Table(Section):
        title: str

    class File(Section):
        table: Table

    with pytest.raises(ValidationError) as caught:
        File.model_validate({"table": {"tilte": "a"}})
    told = all_that_is_wrong(caught.value, {"table": {"tilte": "a"}}, File)
    assert [keys for keys, _ in told] == [["table", "tilte"]]


def test_the_line_of_a_number_of_too_many_digits_is_counted_from_the_first() -> None:
    with pytest.raises(InputError, match=r"^x\.toml:3: a number has too many digits"):
        parse_toml(f"\n\ntitle = {'1' * 5000}", "x.toml", Outer)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"nowhere\.toml: cannot be read \(No such file or directory\); give the path of a thing's TOML file$",
    ):
        read_toml(tmp_path / "nowhere.toml", Outer, "a thing")
    (tmp_path / "x.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(InputError, match=r"x\.toml: cannot be read \(no UTF-8 at byte 5\); give the path of a thing's"):
        read_toml(tmp_path / "x.toml", Outer, "a thing")


def test_a_file_with_the_mark_of_an_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('title = "a"', encoding="utf-8-sig")
    assert read_toml(tmp_path / "x.toml", Outer, "a thing").title == "a"


def test_a_complaint_from_elsewhere_gets_its_place() -> None:
    written = Written("x.toml", TEXT, ("event", "0"))
    assert str(written.complain("is wrong", "at")) == "x.toml:19: event.0.at: is wrong"
    assert str(written.complain("at 1: is wrong", "at")) == "x.toml:19: event.0.at 1: is wrong"
    assert str(written.below("set").complain("is wrong", "EAST")) == "x.toml:21: event.0.set.EAST: is wrong"
    assert str(Written().complain("is wrong", "at")) == "at: is wrong"
    assert str(Written().complain("is wrong")) == "is wrong"
    with pytest.raises(InputError, match=r"^x\.toml:18: event\.0: no$"), written.blame():
        raise InputError("no")


class Anything(Section):
    """A file with a number and a list of anything."""

    number: float = 0.0
    whole: int = 0
    several: list[Any] = Field(default_factory=list)


@pytest.mark.parametrize(("text", "told"), [
    (f"number = 1\nseveral = {'[' * 3000}{']' * 3000}\n", "nested too deep to be read; write them flatter"),
    (f"number = 1\nseveral = {'{a=' * 3000}1{'}' * 3000}\n", "nested too deep to be read; write them flatter"),
    (f"number = 1\n{'a.' * 5000}b = 1\n", ""),
    (f"number = 1\nwhole = 1{'0' * 5000}\n", "a number has too many digits; write it with 18 at most"),
    (f"number = 1\nnumber2 = 1{'_0' * 5000}\n", "a number has too many digits"),
    (f"number = 1\nwhole = 0x{'f' * 5000}\n", "a number has too many digits; write it with 18 at most"),
    (f"number = 1\nseveral = [1, {{a = [0o{'7' * 5000}]}}]\n", "a number has too many digits"),
    (f"number = 1\nwhole = 0b{'1' * 14_201}\n", "a number has too many digits"),
    (f"number = 1\nwhole = 'x'\nseveral = [0b{'1' * 14_200}]", "whole = 'x': input should be a valid integer"),
])  # fmt: skip
def test_what_is_nested_too_deep_or_too_long_is_one_line_that_names_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(text, "mine.toml", Anything)
    said = str(caught.value)
    assert said.startswith("mine.toml:2: ")
    assert told in said
    assert "\n" not in said


def test_a_whole_number_beyond_all_floats_is_one_line() -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(f"number = 1{'0' * 400}\n", "mine.toml", Anything)
    assert str(caught.value).startswith("mine.toml")


@dataclass(frozen=True)
class Part:
    """A table that is no section."""

    width: int = 0
    height: int = 0


class Whole(Section):
    part: Part = Part()
    after_s: int = 0

    @field_validator("after_s")
    @classmethod
    def _is_a_time(cls, value: int) -> int:
        return timedelta(seconds=value) // timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[part]\nwidht = 1", "x.toml:2: part.widht: no such key; known here: height, width. Did you mean width?"),
        (f"after_s = 1{'0' * 30}", "x.toml: a number is beyond all that can be reckoned with; write a smaller one"),
    ],
)
def test_a_plain_table_and_a_time_without_end_are_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(text, "x.toml", Whole)
    assert str(caught.value) == told


def test_a_ready_file_is_taken_by_its_name_and_any_by_its_path(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    ready.mkdir()
    for name in ("flat", "village"):
        (ready / f"{name}.toml").write_text(f"name = '{name}'\n", encoding="utf-8")
    (ready / "notes.txt").touch()
    mine = tmp_path / "flat.toml"
    mine.write_text("name = 'mine'\n", encoding="utf-8")
    shelf = Shelf(ready, "home", "homes")
    assert shelf.names() == ["flat", "village"]
    assert shelf.take("flat") == ("homes/flat.toml", "name = 'flat'\n")
    assert shelf.take(str(mine)) == (str(mine), "name = 'mine'\n")
    with pytest.raises(
        InputError, match=r"^home 'vilage': not known; known: flat, village, .* Did you mean village\?$"
    ):
        shelf.take("vilage")
    with pytest.raises(InputError, match=r"^home 'x': not known; known: flat, village, or a file NAME\.toml\.$"):
        shelf.take("x")
    with pytest.raises(InputError, match=r"none\.toml: cannot be read .*; give the path of a home's TOML file"):
        shelf.take(str(tmp_path / "none.toml"))


def test_what_reads_a_kind_of_file_is_made_when_one_comes() -> None:
    class Kind(Section):
        x: int

    assert not Kind.__pydantic_complete__
    assert parse_toml("x = 1", "a.toml", Kind).x == 1
    assert Kind.__pydantic_complete__
