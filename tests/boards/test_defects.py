# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from xky.boards import Defect, defect_named, known_defects
from xky.boards.firmware import Parser
from xky.emulator import Linky, contract_maker
from xky.emulator.faults import Fault
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.emulator.truth.journal import Expect, Piece
from xky.protocol import Decoder, Frame, Group, InputError, Mode, encode_group
from xky.protocol.mode import ETX, STX

FOLDER = Path(__file__).parents[2] / "boards" / "defects"


def with_space_checksum(label: str, mode: Mode) -> Group:
    """A value of nine digits whose sum brings the checksum to 0x20."""
    missing = -(encode_group(Group(label, "0" * 9), mode)[-2] - ord(" ")) % 64
    group = Group(label, f"{missing % 9}{'9' * (missing // 9)}".zfill(9))
    assert encode_group(group, mode)[-2] == ord(" ")
    return group


def frames(mode: Mode) -> list[Frame]:
    """A run that meets common trouble: clean, changed, damaged, a space as checksum, a label that leaves."""
    meter = Linky(mode=mode, contract="base", at="2026-01-15T12:00")
    power = "PAPP" if mode is Mode.HISTORIC else "SINSTS"
    index = "BASE" if mode is Mode.HISTORIC else "EASF01"
    sent: list[tuple[list[Group], tuple[Fault, ...]]] = [(meter.groups(), ())]
    for load, faults in ((1200, ()), (2500, (WrongChecksum(power),)), (9000, ()), (100, ())):
        meter.load.hold(load)
        sent.append((meter.groups(), faults))
    spaced = with_space_checksum(index, mode)
    sent.append(([spaced if group.label == index else group for group in meter.groups()], ()))
    sent.append(([group for group in meter.groups() if group.label != index], (WrongChecksum(power),)))
    sent += [(groups, ()) for groups in of_a_year(mode)]
    decoder = Decoder(mode)
    events = []
    for groups, faults in sent:
        pieces = [Piece(STX), *(Piece(encode_group(g, mode), g, Expect.MUST) for g in groups), Piece(ETX)]
        for fault in faults:
            pieces = fault.apply(pieces, mode, Random(0))
        events += decoder.feed(b"".join(piece.data for piece in pieces))
    return [event for event in events if isinstance(event, Frame)]


def of_a_year(mode: Mode) -> Iterator[list[Group]]:
    """What tariffs, colours, peaks, days, clock changes, overloads, limits and an exchange bring."""
    night = Linky(mode=mode, contract="hc", at="2026-10-24T22:29", seed=1)
    night.load.hold(800)
    for wait_s in (0, 120, 5400, 10_500, 3000):
        night.wait(wait_s)
        yield night.groups()
    for value in (999_999_999, 0):
        night.set(**{"HCHC" if mode is Mode.HISTORIC else "EASF01": value})
        yield night.groups()
    fresh = Linky(mode=mode, contract="hc", at="2026-10-25T03:30", seed=2)
    fresh.start_at_zero()
    yield fresh.groups()
    for contract, start, wait_s in (
        (contract_maker("tempo")(others_blue=True), "2026-10-26T19:59", 60),
        (contract_maker("ejp")(None, {date(2026, 10, 27): True}), "2026-10-27T06:29", 60),
        ("hc", "2027-03-28T01:59", 60),
    ):
        meter = Linky(mode=mode, contract=contract, at=start, seed=3)
        yield meter.groups()
        meter.wait(wait_s)
        yield meter.groups()
    three = Linky(mode=mode, phases=3, at="2027-03-28T06:00", seed=4)
    short = mode is Mode.HISTORIC
    three.load.hold(6000, 0, 0)
    yield three.groups(short=short)
    three.load.hold(0)
    yield three.groups(short=short)


def said(parser: Parser, mode: Mode) -> list[list[Group] | None]:
    answers = [parser.groups(frame) for frame in frames(mode)]
    return [None if answer is None else list(answer) for answer in answers]


def test_each_file_of_the_folder_is_found_under_its_name_with_hyphens() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}
    files = {name for name, text in texts.items() if "\nDEFECT = " in text}  # the others are parts of defects
    assert {name.replace("-", "_") for name in known_defects()} == files
    assert len(files) >= 5
    assert not any("_" in name for name in known_defects())


def test_an_unknown_defect_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match=r"defect 'ignores_checksum': not known; known: .*ignores-checksum"):
        defect_named("ignores_checksum")


@pytest.mark.parametrize("mode", Mode)
def test_the_sound_parser_reports_every_good_group(mode: Mode) -> None:
    assert said(Parser(), mode) == [list(frame.good) for frame in frames(mode)]


@pytest.mark.parametrize("name", known_defects())
def test_no_defect_falls_over_a_date_that_cannot_be(name: str) -> None:
    """The checksum is right, so that the group is kept; only what is known to be wrong may be wrong."""
    for stamp in ("H271301000000", " 270105120000", "E270105120000"):
        parser = defect_named(name).parser()
        parser.groups(Frame(Mode.STANDARD, (Group("DATE", "", stamp), Group("EAST", "000000001"))))


@pytest.mark.parametrize("name", known_defects())
def test_each_defect_says_what_it_does_where_it_was_seen_and_what_must_catch_it(name: str) -> None:
    defect = defect_named(name)
    assert isinstance(defect, Defect)
    assert defect.title
    assert defect.source
    assert defect.must_fail
    assert not defect.must_fail & defect.may_fail
    assert all(requirement.startswith(("TIC-", "XKY-")) for requirement in defect.must_fail | defect.may_fail)
    assert replace(defect) == defect


def test_two_devices_with_the_same_defect_share_no_memory() -> None:
    parser = defect_named("keeps-stale-values").parser
    used, fresh = parser(), parser()
    said(used, Mode.STANDARD)
    assert fresh.groups(Frame(Mode.STANDARD, ())) == []
