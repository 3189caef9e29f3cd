# SPDX-License-Identifier: Apache-2.0
"""Streams of a line for tests: frames that take turns, values moving, some damaged, and any way to cut them."""

from hypothesis import strategies as st

from xky.protocol import Frame, Group, Mode, encode_frame
from xky.protocol.labels import LABELS
from xky.protocol.strategies import damaged, groups, timestamps, values

LIVELY = b"\x02\x03\x04\n\r\t \x82\x84\x8dA0"  # codes that mean something, and two that do not
MANY = 40  # portions of one example


def with_parity(data: bytes) -> bytes:
    return bytes(code | (code.bit_count() & 1) << 7 for code in data)


@st.composite
def changed(draw: st.DrawFn, group: Group, mode: Mode) -> Group:
    """The same label with another value, mostly of the same size."""
    known = LABELS[mode].get(group.label)
    if known is None:
        texts = st.text(st.sampled_from("A1 ~"), min_size=len(group.value), max_size=len(group.value))
        return Group(group.label, draw(texts), group.timestamp)
    stamp = draw(timestamps()) if known.stamped else None
    return Group(group.label, draw(values(known)), stamp)


@st.composite
def _frame_groups(draw: st.DrawFn, mode: Mode) -> list[Group]:
    drawn = draw(st.lists(groups(mode=mode), min_size=1, max_size=5))
    return drawn + draw(st.lists(st.sampled_from(drawn), max_size=1))  # now and then a label twice


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Frames of a few sets of groups that take turns, values moving, some damaged, with anything between."""
    sets = []
    for mode in draw(st.lists(st.sampled_from(Mode), min_size=1, max_size=2)):
        of_set = draw(_frame_groups(mode))
        sets.append((mode, of_set))
        if draw(st.booleans()):  # another of the same length: a label with other letters
            renamed = [Group(group.label[::-1], group.value, group.timestamp) for group in of_set]
            sets.append((mode, renamed))
    pieces = []
    for _ in range(draw(st.integers(2, 8))):
        mode, of_set = draw(st.sampled_from(sets))
        sent = [draw(changed(group, mode)) if draw(st.integers(0, 3)) == 0 else group for group in of_set]
        kind = draw(st.sampled_from(["whole"] * 6 + ["damaged", "parity", "mixed", "noise", "garbage", "cut"]))
        octets = encode_frame(sent, mode)
        if kind == "damaged":
            octets = draw(damaged(Frame(mode, tuple(sent)), bits=draw(st.sampled_from([7, 8]))))
        elif kind == "parity":
            octets = with_parity(octets)
        elif kind == "mixed":
            at = draw(st.integers(0, len(octets)))
            octets = octets[:at] + with_parity(octets[at:])
        elif kind == "noise":
            octets += draw(st.sampled_from([b"\r\n", b"\x04", b"\0\xff", b"\x82", b"\n", b"\x03", b"\x84"]))
        elif kind == "garbage":
            octets = draw(st.binary(max_size=30) | st.lists(st.sampled_from(LIVELY), max_size=10).map(bytes))
        elif kind == "cut":
            octets = octets[: draw(st.integers(0, len(octets)))]
        pieces.append(octets)
    return b"".join(pieces)


@st.composite
def chunks(draw: st.DrawFn, streams: st.SearchStrategy[bytes]) -> list[bytes]:
    data = draw(streams)
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=MANY)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
