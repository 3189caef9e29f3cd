# SPDX-License-Identifier: Apache-2.0
"""What is written as a truth value or a text is no number, wherever it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from xky.protocol import InputError
from xky.protocol.as_written import AsWritten
from xky.protocol.tomlfile import Section, parse_toml

Figure = Annotated[float, Field(ge=-10, le=10)]


@dataclass(frozen=True)
class Habit:
    """A dataclass, as meters' files have them."""

    is_kept: bool = False
    times: int = 0


class Inner(Section):
    """A table in a table."""

    count: int = 0
    habit: Habit = Habit()


class Outer(Section):
    """All that such a file may hold."""

    whole: Annotated[int, Field(ge=0)] = 0
    figure: Figure | tuple[Figure, ...] = 0.0
    phases: Literal[1, 3] = 1
    word: Literal["on", "off"] | None = None
    flag: bool | None = None
    relays: Mapping[Annotated[int, Field(ge=1)], bool] = {}
    tables: tuple[Inner, ...] = ()
    habit: Habit | None = None


WRONG = [
    {"whole": True}, {"whole": "5"}, {"whole": 5.5}, {"figure": True}, {"figure": "5"}, {"figure": [1, True]},
    {"figure": ["1"]}, {"phases": True}, {"phases": "3"}, {"flag": 1}, {"flag": "yes"}, {"flag": "true"},
    {"relays": {"1": 1}}, {"relays": {"1": "on"}}, {"tables": [{"count": True}]}, {"tables": [{}, {"count": "1"}]},
    {"tables": [{"habit": {"times": True}}]}, {"habit": {"is_kept": 1}}, {"habit": {"times": "2"}}, {"word": True},
]  # fmt: skip
RIGHT = [
    {"whole": 5}, {"whole": 5.0}, {"figure": 5}, {"figure": [1, 2.5]}, {"phases": 3}, {"flag": True}, {"word": "on"},
    {"relays": {"1": True}}, {"tables": [{"count": 1, "habit": {"times": 1, "is_kept": True}}]},
]  # fmt: skip


@pytest.mark.parametrize("written", WRONG)
def test_another_kind_of_value_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate(written)


@pytest.mark.parametrize("written", RIGHT)
def test_the_right_kind_is_taken(written: dict[str, Any]) -> None:
    Outer.model_validate(written)


def test_a_type_that_is_no_section_may_be_marked() -> None:
    TypeAdapter(Annotated[Habit, AsWritten()]).validate_python({"times": 2.0})
    with pytest.raises(ValidationError):
        TypeAdapter(Annotated[Habit, AsWritten()]).validate_python({"times": True})


def test_the_description_of_a_section_is_that_of_its_types() -> None:
    properties = Outer.model_json_schema()["properties"]
    assert properties["whole"] == {"default": 0, "minimum": 0, "title": "Whole", "type": "integer"}
    assert properties["phases"]["enum"] == [1, 3]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('whole = "5"', "x.toml:1: whole = '5': input should be a valid integer"),
        ("figure = true", "x.toml:1: figure = True: input should be a valid number"),
        ("phases = true", "x.toml:1: phases: expected 1 or 3, not true"),
        ("[habit]\nis_kept = 1", "x.toml:2: habit.is_kept = 1: input should be a valid boolean"),
    ],
)
def test_a_file_is_told_so_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        parse_toml(text, "x.toml", Outer)
    assert str(error.value) == told
