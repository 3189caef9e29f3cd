# SPDX-License-Identifier: Apache-2.0
"""A value that was never sent under its label is told as what it looks like, and as nothing where that is chance."""

import pytest

from xky.emulator import Emitted, Expect
from xky.hil.bench.number import scale_of
from xky.hil.bench.reading import Said
from xky.hil.campaign.oracle.near_misses import near_miss
from xky.protocol import Group


def sent(label: str, value: str) -> Emitted:
    return Emitted(Group(label, value), b"", Expect.MUST, None, 0.0, 0.1)


OWN = sent("HCHC", "003156721")
STAMPED = Emitted(Group("HCHC", "003156721", "E260115175903"), b"", Expect.MUST, None, 0.0, 0.1)
KILO = scale_of("1000", "0")


@pytest.mark.parametrize(
    ("said", "words", "told"),
    [
        (Said("014849205"), [OWN, sent("HCHP", "014849205")], ": HCHP was '014849205'"),
        (Said(31567210), [OWN], ": it is 10 times what was sent, 003156721"),
        (Said("31567.21", scale=KILO), [OWN], ": it is 10 times what was sent, 003156721"),
        (Said("3156721", scale=KILO), [OWN], ": it is 1000 times what was sent, 003156721"),
        (Said(315672), [OWN], ": it is 1/10 times what was sent, 003156721"),
        (Said("3156.721"), [OWN], ": it is 1/1000 times what was sent, 003156721"),
        (Said("3156721"), [OWN], ": sent as '003156721'"),
        (Said("3156721.0"), [OWN], ": sent as '003156721'"),
        (Said("003156721", "E260115175903"), [OWN], ": sent without a horodate"),
        (Said(3156721, "E260115180000"), [STAMPED], ": its horodate was E260115175903"),
        (Said(31567211), [OWN], ""),
        (Said(3156722), [OWN], ""),
        (Said(600), [sent("HCHC", "000000060")], ""),  # two digits, or one: chance
        (Said(0), [OWN, sent("PAPP", "00000")], ""),
        (Said("HP.."), [OWN], ""),
        (Said(5), [], ""),
    ],
)
def test_what_is_near_is_told(said: Said, words: list[Emitted], told: str) -> None:
    assert near_miss("HCHC", said, words) == told
