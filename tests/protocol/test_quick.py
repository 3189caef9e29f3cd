# SPDX-License-Identifier: Apache-2.0
"""A quick dataclass is made as the plain one is: defaults, fresh factories, what follows its making."""

import inspect
from dataclasses import dataclass, field

import pytest

from xky.protocol.quick import quick

made: list[object] = []


@dataclass(frozen=True, slots=True)
class Plain:
    first: int
    second: str = "two"
    third: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        made.append(self)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    first: int
    second: str = "two"
    third: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        made.append(self)


@quick
@dataclass(frozen=True, slots=True)
class Bare:
    only: int


@pytest.mark.parametrize("kind", [Plain, Quick])
def test_fields_have_what_is_given_or_their_defaults(kind: type[Plain] | type[Quick]) -> None:
    made.clear()
    one, other = kind(1), kind(1, third=[5], second="zwei")
    assert made == [one, other]
    assert (one.first, one.second, one.third) == (1, "two", [])
    assert (other.first, other.second, other.third) == (1, "zwei", [5])
    assert kind(1).third is not one.third
    assert one == kind(1) != other


def test_what_does_not_fit_is_refused() -> None:
    for arguments in ((), (1, "two", [], 4)):
        with pytest.raises(TypeError):
            Quick(*arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Bare\.__init__\(\) missing 1 required positional argument: 'only'"):
        Bare()  # type: ignore[call-arg]
    assert Bare(3).only == 3


def test_it_is_described_as_the_plain_one() -> None:
    assert [*inspect.signature(Quick).parameters] == [*inspect.signature(Plain).parameters]
    assert Quick.__init__.__annotations__ == Plain.__init__.__annotations__
