# SPDX-License-Identifier: Apache-2.0
"""A frame that makes its groups when asked is, to whoever has it, the frame that the general decoder makes."""

import copy
import pickle
from dataclasses import replace
from typing import Any

import pytest

from xky.protocol import Damaged, Frame, Group, Mode, Reason
from xky.protocol.lazy_frame import AS_READ, LazyFrame, fields_of, lazy_frame

REFUSED = Damaged(Reason.CHECKSUM, 25, 12, "SINSTS")
READ = ("EAST", "000000001", None), ("SMAXSN", "01234", "H260115175903"), ("EAST", "000000002", None)


def lazy(*parts: Any, complete: bool = True, offset: int = 100) -> LazyFrame:
    """Of parts whose LF are ten bytes apart."""
    return lazy_frame(Mode.STANDARD, AS_READ, ([*parts], [1 + 10 * n for n in range(len(parts))]), complete, offset)


def plain(complete: bool = True) -> Frame:
    """The same frame of ``READ``, made at once."""
    groups = tuple(Group(*part, offset=101 + 10 * n) for n, part in enumerate(READ))
    return Frame(Mode.STANDARD, groups, complete, 100)


@pytest.mark.parametrize("complete", [True, False])
def test_it_is_equal_to_a_plain_one_hashed_and_shown_as_one(complete: bool) -> None:
    frame = lazy(*READ, complete=complete)
    assert frame == plain(complete)
    assert frame != plain(not complete)
    assert frame != lazy(*READ[1:], complete=complete)
    assert frame != "a frame"
    assert hash(frame) == hash(plain(complete))
    assert repr(frame) == repr(plain(complete))


@pytest.mark.parametrize("name", ["mode", "groups", "complete", "offset"])
def test_each_field_is_there_whichever_is_asked_for_first(name: str) -> None:
    assert getattr(lazy(*READ), name) == getattr(plain(), name)


def test_groups_have_their_places() -> None:
    assert [group.offset for group in lazy(*READ).groups] == [101, 111, 121]
    assert lazy(*READ).offset == 100


def test_values_need_no_groups() -> None:
    frame = lazy(READ[0], REFUSED, READ[2])
    assert frame.values == {"EAST": "000000002"}
    assert frame["EAST"] == "000000002"
    assert frame.has_good is True
    assert lazy(REFUSED).has_good is False
    assert lazy(REFUSED).values == {}
    assert frame.said == [READ[0], READ[2]]
    assert lazy(REFUSED).said == []
    assert frame.groups[1] is REFUSED


@pytest.mark.parametrize("made", [copy.copy, copy.deepcopy, lambda frame: pickle.loads(pickle.dumps(frame)), replace])
def test_a_copy_is_a_plain_frame(made: Any) -> None:
    frame = made(lazy(*READ))
    assert type(frame) is Frame
    assert (frame, frame.offset) == (plain(), 100)


def test_a_frame_of_changed_fields_is_a_plain_one() -> None:
    assert replace(lazy(*READ), complete=False) == plain(complete=False)
    made: Any = LazyFrame(Mode.STANDARD, ())
    assert (type(made), made.complete, made.offset) == (Frame, True, 0)


def test_what_it_does_not_have_is_told_as_of_a_frame() -> None:
    with pytest.raises(AttributeError, match="'Frame' object has no attribute 'length'"):
        _ = lazy(*READ).length  # type: ignore[attr-defined]


def test_what_is_read_is_given_of_either_kind_and_nothing_where_one_was_refused() -> None:
    assert fields_of(lazy(*READ)) == fields_of(plain()) == [*READ]
    assert fields_of(lazy(READ[0], REFUSED)) is None
    assert fields_of(Frame(Mode.STANDARD, (Group("EAST", "000000001"), REFUSED))) is None
    assert fields_of(lazy()) == fields_of(Frame(Mode.STANDARD, ())) == []
