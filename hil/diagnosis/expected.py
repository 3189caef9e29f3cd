# SPDX-License-Identifier: Apache-2.0
"""What should have stood between two good groups: what usually does, as it read before and behind."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from xky.protocol import Mode
from xky.protocol.mode import EOT, ETX, STX

from .reading import Placed, Reading

__all__ = ["DELIMITERS", "Expectation", "Expected"]

DELIMITERS = (b"", ETX + STX, EOT + STX)
"""What stands between two groups of a sound line."""

_MOST_GROUPS = 80  # of a frame; 70 labels are in the longest table


@dataclass(frozen=True, slots=True)
class Expected:
    """Characters that should stand somewhere.

    Attributes:
        codes: what each was when the group was good.
        steady: whether it was the same before and behind, so that what stands there now can be held against it.
        places: what each is: ``start``, ``label``, ``separator``, ``value``, ``checksum``, ``end`` or ``delimiter``.
        labels: the group that each belongs to; of a delimiter, the one behind it.
    """

    codes: bytes
    steady: tuple[bool, ...]
    places: tuple[str, ...]
    labels: tuple[str, ...]


class Expectation:
    """Learns from the good groups of a line what usually stands where.

    Args:
        codes: the line's characters.
        reading: what a decoder made of them.
    """

    def __init__(self, codes: bytes, reading: Reading) -> None:
        assert reading.mode is not None
        self._codes, self._mode = codes, reading.mode
        self._begins: dict[str, list[int]] = {}
        self._ends: dict[str, list[int]] = {}
        followers: dict[str, Counter[tuple[str, bytes]]] = {}
        firsts, lasts = Counter[str](), set[str]()
        before: Placed | None = None
        for group in reading.groups:
            self._begins.setdefault(group.label, []).append(group.begin)
            self._ends.setdefault(group.label, []).append(group.end)
            if before is not None and (between := codes[before.end : group.begin]) in DELIMITERS:
                followers.setdefault(before.label, Counter())[group.label, between] += 1
            if codes[group.begin - 1 : group.begin] == STX:
                firsts[group.label] += 1
            if codes[group.end : group.end + 1] == ETX:
                lasts.add(group.label)
            before = group
        self._next = {label: counter.most_common(1)[0][0] for label, counter in followers.items()}
        if firsts:  # a line on which something always stands between two frames
            self._next |= {label: (firsts.most_common(1)[0][0], ETX + STX) for label in lasts - set(followers)}

    def between(self, first: Placed, last: Placed) -> Expected | None:
        """What should stand behind the first group and before the last; None where nobody knows."""
        codes, steady = bytearray(), list[bool]()
        places, labels = list[str](), list[str]()
        label = first.label
        for _ in range(_MOST_GROUPS):
            following = self._next.get(label)
            if following is None:
                return None
            label, delimiters = following
            codes += delimiters
            steady += [True] * len(delimiters)
            places += ["delimiter"] * len(delimiters)
            labels += [label] * len(delimiters)
            if label == last.label:
                return Expected(bytes(codes), tuple(steady), tuple(places), tuple(labels))
            text, same = self._rendering(label, first.end)
            codes += text
            steady += same
            places += _places(text, self._mode)
            labels += [label] * len(text)
        return None

    def places_of(self, group: Placed) -> list[str]:
        """What each character of a good group is."""
        return _places(self._codes[group.begin : group.end], self._mode)

    def _rendering(self, label: str, at: int) -> tuple[bytes, list[bool]]:
        """How the group read nearest to a place, and which of its characters were the same on the other side."""
        begins, ends = self._begins[label], self._ends[label]
        behind = bisect_left(begins, at)
        chosen = [index for index in (behind - 1, behind) if 0 <= index < len(begins)]
        if len(chosen) == 1 and len(begins) > 1:
            chosen.append(chosen[0] + (1 if chosen[0] == 0 else -1))
        texts = [self._codes[begins[index] : ends[index]] for index in chosen]
        if len(texts) == 1 or len(texts[0]) != len(texts[1]):  # one damaged group in 64 passes for a good one
            return texts[0], [False] * len(texts[0])
        return texts[0], [one == other for one, other in zip(*texts, strict=True)]


def _places(text: bytes, mode: Mode) -> list[str]:
    """Of a group from LF to CR."""
    label_end = text.find(mode.separator)
    places = ["start", *["label"] * (label_end - 1), "separator"]
    places += ["value"] * (len(text) - len(places) - 3)
    return [*places, "separator", "checksum", "end"]
