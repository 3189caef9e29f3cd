# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies of what a line can say, valid and damaged, drawn from the label tables."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

from hypothesis import strategies as st

from .calendar import BLOCKS, Block, Contact, DayProfile
from .encoder import encode_frame
from .labels import LABEL_SIZE_MAX, LABELS, Kind, Label, frame_labels
from .mode import CR, EOT, ETX, LF, STX, Mode
from .model import Frame, Group

__all__ = ["damaged", "day_profiles", "frames", "groups", "timestamps", "unknown_groups", "values"]

_PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)  # 54E §6.2.1.2
_WITHOUT_SPACE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
_DATA_MAX = 98  # PJOURF+1 has the longest data
_BLANK_SEASON = re.compile(r"[DF]PM[1-3]")  # 54E §6.2.1.1
_OPTION = re.compile(r"option (\w+)")  # a meter has one; its indexes come together
_CONTROLS = (b"\0", STX, ETX, EOT, b"\t", LF, CR, b"\x1b", b"\x7f")
_NOISE_MAX = 20

_Draw = st.DrawFn
_Disturb = Callable[[_Draw, bytes, int], bytes]


def timestamps(*, blank: bool = False) -> st.SearchStrategy[str]:
    """Horodates of this century, clock good or degraded; ``blank`` for those without a season."""
    letters = st.just(" ") if blank else st.sampled_from("HEhe")
    instants = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59, 59))
    return st.builds(lambda letter, at: letter + at.strftime("%y%m%d%H%M%S"), letters, instants)


def day_profiles() -> st.SearchStrategy[DayProfile]:
    """Profiles of 0 to 11 blocks, in order of time; the bits without a meaning are 0."""
    blocks = st.builds(
        Block,
        start=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        contact=st.sampled_from(Contact),
        virtual_contacts=st.frozensets(st.integers(1, 7)),
        supplier_index=st.integers(0, 15),
    )
    return st.lists(blocks, max_size=BLOCKS, unique_by=lambda block: block.start).map(
        lambda drawn: DayProfile(tuple(sorted(drawn, key=lambda block: block.start)))
    )


def values(label: Label) -> st.SearchStrategy[str]:
    """Data of the label's size and kind."""
    if label.kind is Kind.NUMBER:
        return st.integers(0, 10**label.size - 1).map(lambda number: str(number).zfill(label.size))
    if label.kind is Kind.HEX:
        return st.integers(0, 16**label.size - 1).map(lambda number: f"{number:0{label.size}X}")
    if label.kind is Kind.CALENDAR:
        return day_profiles().map(str)
    return st.text(_PRINTABLE, min_size=label.size, max_size=label.size)


@cache  # a strategy costs more to make than to draw from
def _known(label: Label) -> st.SearchStrategy[Group]:
    blank = _BLANK_SEASON.fullmatch(label.name) is not None
    stamp = timestamps(blank=blank) if label.stamped else st.none()
    return st.builds(Group, st.just(label.name), values(label), stamp)


@cache
def unknown_groups(*, mode: Mode) -> st.SearchStrategy[Group]:
    """Groups whose label the table does not know, their data printable and up to 98 characters."""
    texts = st.text(_WITHOUT_SPACE, min_size=1, max_size=LABEL_SIZE_MAX)
    labels = texts.filter(lambda text: text not in LABELS[mode])
    stamps = st.none() if mode is Mode.HISTORIC else st.none() | timestamps()
    return st.builds(Group, labels, st.text(_PRINTABLE, max_size=_DATA_MAX), stamps)


def groups(*, mode: Mode | None = None, known: bool = True, unknown: bool = True) -> st.SearchStrategy[Group]:
    """Single groups that a frame of ``mode`` can hold.

    Args:
        mode: None for either.
        known: those of the label table.
        unknown: those with other labels.
    """
    modes = tuple(Mode) if mode is None else (mode,)
    of_table = [st.sampled_from([*LABELS[each].values()]).flatmap(_known) for each in modes if known]
    others = [unknown_groups(mode=each) for each in modes if unknown]
    return st.one_of(of_table + others)


@st.composite
def frames(draw: _Draw, *, mode: Mode, phases: int = 1, producer: bool = False, short: bool = False,
           unknown: bool = True) -> Frame:  # fmt: skip
    """Whole frames of such a meter: its labels in order, conditional ones there or not.

    Args:
        mode: historic or standard.
        phases: 1 or 3.
        producer: standard mode only.
        short: the short frame of a historic three-phase meter.
        unknown: up to two groups that the table does not know may stand anywhere between.
    """
    labels = frame_labels(mode, phases, producer=producer, short=short)
    options = dict.fromkeys(match[1] for label in labels if (match := _OPTION.search(label.condition or "")))
    option = draw(st.sampled_from([*options])) if options else None

    def present(label: Label) -> bool:
        if label.condition is None:
            return True
        match = _OPTION.search(label.condition)
        if match is not None and match[1] != option:
            return False
        return label.condition.startswith("tariff ") or draw(st.booleans())

    drawn = [draw(_known(label)) for label in labels if present(label)]
    if unknown:
        for stranger in draw(st.lists(unknown_groups(mode=mode), max_size=2)):
            drawn.insert(draw(st.integers(0, len(drawn))), stranger)
    return Frame(mode, tuple(drawn))


# Disturbances: each takes the bytes so far and the width of a character in bits


def _place(draw: _Draw, data: bytes) -> int:
    return draw(st.integers(0, len(data) - 1))


def _flip(draw: _Draw, data: bytes, bits: int) -> bytes:
    at = _place(draw, data)
    return data[:at] + bytes((data[at] ^ 1 << draw(st.integers(0, bits - 1)),)) + data[at + 1 :]


def _lose(draw: _Draw, data: bytes, _: int) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at + 1 :]


def _double(draw: _Draw, data: bytes, _: int) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at : at + 1] + data[at:]


def _insert(draw: _Draw, data: bytes, bits: int) -> bytes:
    at = _place(draw, data)
    return data[:at] + bytes((draw(st.integers(0, (1 << bits) - 1)),)) + data[at:]


def _insert_control(draw: _Draw, data: bytes, _: int) -> bytes:
    at = _place(draw, data)
    return data[:at] + draw(st.sampled_from(_CONTROLS)) + data[at:]


def _swap(draw: _Draw, data: bytes, _: int) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at : at + 2][::-1] + data[at + 2 :]


def _cut_start(draw: _Draw, data: bytes, _: int) -> bytes:
    return data[_place(draw, data) :]


def _cut_end(draw: _Draw, data: bytes, _: int) -> bytes:
    return data[: _place(draw, data)]


def _noise(draw: _Draw, bits: int) -> bytes:
    return bytes(draw(st.lists(st.integers(0, (1 << bits) - 1), min_size=1, max_size=_NOISE_MAX)))


def _noise_before(draw: _Draw, data: bytes, bits: int) -> bytes:
    return _noise(draw, bits) + data


def _noise_after(draw: _Draw, data: bytes, bits: int) -> bytes:
    return data + _noise(draw, bits)


_DISTURBANCES: tuple[_Disturb, ...] = (
    _flip, _lose, _double, _insert, _insert_control, _swap, _cut_start, _cut_end, _noise_before, _noise_after,
)  # fmt: skip
_DISTURBANCES_MAX = 4


@st.composite
def damaged(draw: _Draw, frame: Frame, *, bits: int = 7) -> bytes:
    """The frame's bytes with one or more disturbances, never the same bytes.

    Args:
        frame: without refused groups.
        bits: of a character; 8 lets bit 7 be hit as a receiver set to 8N1 sees it.
    """
    whole = data = encode_frame(frame)
    for disturb in draw(st.lists(st.sampled_from(_DISTURBANCES), min_size=1, max_size=_DISTURBANCES_MAX)):
        if data:
            data = disturb(draw, data, bits)
    if data == whole:
        data = _lose(draw, data, bits)
    return data
