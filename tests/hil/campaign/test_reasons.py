# SPDX-License-Identifier: Apache-2.0
"""An accusation says what was wrong with the group that a device repeats: its checksum is one reason of several."""

import pytest

from xky.boards import board_named
from xky.emulator import Emitted, Expect, Piece, SentFrame, Truth
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import AccusationKind, Oracle
from xky.hil.campaign.oracle.careless_reader import what_is_wrong
from xky.hil.campaign.record import Record
from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

NAME = Group("LTARF", "      BASE      ")
SOUND = encode_group(NAME, Mode.STANDARD)
HIT = SOUND.replace(b"BASE", bytes((ord("B") ^ 0x40,)) + b"ASE")  # bit 6 weighs nothing in a checksum of six bits


def refused(data: bytes, fault: str = "bit_burst") -> Emitted:
    """A group that a receiver must refuse."""
    return Emitted(NAME, data, Expect.MUST_NOT, fault, 0.0, 0.1)


@pytest.mark.parametrize(("data", "fault", "told"), [
    (HIT, "bit_burst", "character 0x02 has no place in a group, though its checksum fits"),
    (SOUND.replace(b"BASE", b"BASF"), "bit_burst", 'checksum is "F" (0x46), computed "G" (0x47)'),
    (SOUND[:14], "cut", "it broke off"),
    (SOUND[:-3] + b"X" + SOUND[-2:], "inserted_character", "expected label, data and checksum with HT between them"),
    (b"\r", "late_start", "nothing is left of it"),
])  # fmt: skip
def test_what_was_wrong_with_a_group_is_told(data: bytes, fault: str, told: str) -> None:
    assert what_is_wrong(refused(data, fault), Mode.STANDARD) == told


def record_of(piece: Piece, said: str) -> Record:
    """A frame with one group, and a device that says something of its label."""
    truth = Truth()
    pieces = (Piece(STX), piece, Piece(ETX))
    truth.append(SentFrame(0, Mode.STANDARD, 0.0, Mode.STANDARD.character_s, pieces, True, "step"))
    return Record(Mode.STANDARD, board_named("generic"), 1.0, None, truth, [Reading(0.2, {"LTARF": Said(said)})], [])


def test_the_text_of_a_group_whose_checksum_fits_is_accused_with_what_happened() -> None:
    [accused] = Oracle(record_of(Piece(HIT, NAME, Expect.MUST_NOT, "bit_burst"), "      \x02ASE      ")).accusations
    assert accused.wrong is AccusationKind.DAMAGED
    assert str(accused).endswith(
        "repeats a damaged group: character 0x02 has no place in a group, though its checksum fits"
    )


def test_a_value_with_spoilt_characters_is_told_from_one_that_nobody_sent() -> None:
    piece = Piece(SOUND, NAME, Expect.MAY, "parity_error")
    assert not Oracle(record_of(piece, NAME.value)).accusations
    [spoilt] = Oracle(record_of(piece, "      BAS\xc5      ")).accusations
    assert str(spoilt).endswith("it is that of a group with spoilt characters, whose checksum fits all the same")
    [made_up] = Oracle(record_of(piece, "      BASS      ")).accusations
    assert str(made_up).endswith("was never sent under that label")
