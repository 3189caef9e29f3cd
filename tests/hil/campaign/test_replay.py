# SPDX-License-Identifier: Apache-2.0
"""A device hears a field capture again: what the capture says is what it may say."""

from pathlib import Path

import pytest

from xky.boards import board_named
from xky.emulator import Expect
from xky.emulator.line.replay import bursts_of
from xky.hil.bench.devices.sim import SimDevice
from xky.hil.campaign.oracle import AccusationKind, Oracle
from xky.hil.campaign.oracle.replayed import truth_of
from xky.hil.campaign.record import Record
from xky.hil.campaign.replay import replay_to
from xky.hil.recording.source import open_recording
from xky.protocol import Burst, Mode
from xky.protocol.capture import Run

CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"
DAMAGED = ("std_3p_tempo_pm_lains.txt", "std_3p_bad_hallard.txt", "std_1p_producer_hc_raw_fmartinou.txt")
C_S = Mode.STANDARD.character_s


def bursts(name: str) -> tuple[list[Burst], Mode]:
    recording = open_recording(str(CAPTURES / name))
    return [*bursts_of(recording.runs, recording.mode.character_s)], recording.mode


def replayed(name: str, defect: str | None = None) -> Record:
    sent, mode = bursts(name)
    return replay_to(SimDevice("auto", defect=defect), board_named("generic"), sent, mode)


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_a_sound_device_is_never_accused(path: Path) -> None:
    assert not Oracle(replayed(path.name)).accusations


@pytest.mark.parametrize("name", DAMAGED[:2])
def test_a_device_that_ignores_the_checksum_gives_itself_away_on_a_field_capture(name: str) -> None:
    accusations = Oracle(replayed(name, "ignores-checksum")).accusations
    assert accusations
    assert {accusation.wrong for accusation in accusations} == {AccusationKind.DAMAGED}


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_a_device_that_reads_each_frame_reports_what_it_must(path: Path) -> None:
    record = replayed(path.name)
    due = {
        emitted.group.label
        for frame in record.truth
        if frame.complete
        for emitted in frame.groups
        if emitted.expect is Expect.MUST
    }
    assert due == Oracle(record).reported


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_the_truth_holds_the_bytes_of_its_frames(path: Path) -> None:
    sent, _ = bursts(path.name)
    line = b"".join(burst.data for burst in sent)
    at = 0
    for frame in truth_of(sent):
        at = line.index(frame.data, at)
        assert frame.start_s <= frame.groups[0].start_s if frame.groups else True
        for before, after in zip(frame.groups, frame.groups[1:], strict=False):
            assert before.end_s <= after.start_s + 1e-9
        assert frame.end_s >= (frame.groups[-1].end_s if frame.groups else 0.0)


def truth_of_bytes(data: bytes) -> list[tuple[bool, list[tuple[str, Expect]]]]:
    sent = bursts_of([Run(1.0, data)], C_S)
    return [(frame.complete, [(e.group.label, e.expect) for e in frame.groups]) for frame in truth_of(sent)]


def test_what_a_device_must_may_and_must_not_report() -> None:
    whole = b"\x02\nVTIC\t02\tJ\r\nPREF\t06\tE\r\x03"
    damaged = b"\x02\nVTIC\t02\tJ\r\nPREF\t07\tE\r\x03"
    cut = b"\x02\nVTIC\t02\tJ\r\nPRE"
    assert truth_of_bytes(whole + damaged + cut + whole) == [
        (True, [("VTIC", Expect.MUST), ("PREF", Expect.MUST)]),
        (True, [("VTIC", Expect.MUST), ("PREF", Expect.MUST_NOT)]),
        (False, [("VTIC", Expect.MAY), ("PRE", Expect.MUST_NOT)]),
        (True, [("VTIC", Expect.MUST), ("PREF", Expect.MUST)]),
    ]


def test_a_group_right_but_for_a_parity_bit_may_be_reported() -> None:
    line = bytes(c | (c.bit_count() & 1) << 7 for c in b"\x02\nVTIC\t02\tJ\r\nPREF\t06\tE\r\x03")
    at = line.index(b"\xc5")  # the label's E
    spoilt = line[:at] + b"\x45" + line[at + 1 :]
    assert truth_of_bytes(spoilt) == [(True, [("VTIC", Expect.MUST), ("PREF", Expect.MAY)])]


def test_a_group_has_the_time_at_which_it_came_though_the_line_fell_silent_in_its_frame() -> None:
    first, second = b"\x02\nVTIC\t02\tJ\r", b"\nPREF\t06\tE\r\x03"
    runs = [Run(len(first) * C_S, first), Run(60.0, second)]
    (frame,) = truth_of(bursts_of(runs, C_S))
    assert frame.groups[0].end_s == pytest.approx(len(first) * C_S)
    assert frame.groups[1].start_s == pytest.approx(60.0 - len(second) * C_S)
    assert frame.end_s == pytest.approx(60.0)
