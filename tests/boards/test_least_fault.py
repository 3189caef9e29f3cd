# SPDX-License-Identifier: Apache-2.0
"""What Hypothesis finds: for each planted defect the least fault of the line that shows it."""

from random import Random

import pytest
from hypothesis import Phase, find, given, settings

from xky.boards import known_defects
from xky.boards.firmware import Parser
from xky.emulator import Expect, Linky, Piece, SentFrame
from xky.emulator.fault_strategies import faults
from xky.emulator.faults import Fault, made_fault, with_faults
from xky.emulator.truth.timing import bursts_of
from xky.protocol import Frame, Mode, encode_group
from xky.protocol.mode import ETX, STX
from xky.protocol.uart import Uart, received

LABELS = ("SINSTS", "EASF01")  # the first is the simplest
GROUPS = Linky(contract="hc", at="2026-01-15T12:00").groups()
PIECES = [Piece(STX), *(Piece(encode_group(g, Mode.STANDARD), g, Expect.MUST) for g in GROUPS), Piece(ETX)]


def is_wrong(parser: Parser, those: list[Fault]) -> bool:
    """Whether firmware with that parser, on one frame with those faults, reports what it must not, or not what it must.

    A clean frame comes before and behind; what is told of these counts as well.
    """
    mode = Mode.STANDARD
    listener = parser.listener(mode)
    now_s = 0.0
    for pieces in (PIECES, with_faults(PIECES, those, mode, Random(1)), PIECES):
        complete = pieces[-1].data == ETX and any(piece.data == STX for piece in pieces)
        sent = SentFrame(0, mode, now_s, mode.character_s, tuple(pieces), complete, "")
        told: dict[str, str] = {}
        for burst in bursts_of(sent.pieces, sent.start_s, sent.character_s):
            for event in listener.feed(received(burst, Uart(mode.baud)).handed_over):
                if isinstance(event, Frame) and event.complete:
                    told |= {group.label: group.value for group in parser.groups(event) or ()}
        allowed = {(e.group.label, e.group.value) for e in sent.groups if e.expect is not Expect.MUST_NOT}
        must = {e.group.label for e in sent.groups if complete and e.expect is Expect.MUST}
        if not told.items() <= allowed or not must <= told.keys():
            return True
        now_s = sent.end_s + 0.02
    return False


AMONG = (
    "altered_digit", "damaged_start", "lost_character", "metrology_bursts", "other_checksum_rule",
    "swapped_digits", "unknown_label", "wrong_checksum", "wrong_separator", "wrong_size",
)  # fmt: skip
LEAST = {
    "ignores-checksum": made_fault("altered_digit", label="SINSTS"),
    "drops-damaged-frame": made_fault("altered_digit", label="SINSTS"),
    "either-checksum-rule": made_fault("other_checksum_rule", label="SINSTS"),
    "unknown-label-kills-the-frame": made_fault("unknown_label", before="SINSTS"),
    "splits-at-any-space": made_fault("wrong_separator", label="SINSTS"),
    "says-zero-for-missing": made_fault("altered_digit", label="SINSTS"),
    "dies-of-bit-7": made_fault("metrology_bursts", count=1),
}


@pytest.mark.parametrize("defect", LEAST)
def test_the_least_fault_that_shows_a_defect_is_found(defect: str) -> None:
    kind = known_defects()[defect].parser
    least = find(
        faults(LABELS, AMONG),
        lambda those: is_wrong(kind(), those),
        settings=settings(max_examples=2000, phases=[Phase.generate, Phase.shrink], database=None),
        random=Random(0),  # the search is the same on every machine
    )
    assert least == [LEAST[defect]]


@given(faults(LABELS))
def test_no_fault_shows_anything_on_a_sound_parser(those: list[Fault]) -> None:
    assert not is_wrong(Parser(), those)
