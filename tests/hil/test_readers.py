# SPDX-License-Identifier: Apache-2.0
"""Sound readers of four architectures pass every must, in both modes; at true speed too, at night."""

import sys
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.hil.bench.devices import open_device
from xky.hil.campaign.campaign import Options
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.conformance import stimuli
from xky.protocol import Mode

from ..compiler import needs_compiler
from ..timely import certify_in_time

READERS = {path.stem: path for path in sorted((Path(__file__).parent / "readers").glob("*.py"))} | {
    "buffer_and_regex": Path(__file__).parents[2] / "docs" / "examples" / "reader.py"
}


def failed(name: str, mode: Mode, speed: float, folder: Path, line: str = "pty") -> list[str]:
    """What it was accused of, and what remains undecided among the musts."""
    wanted = "{port} {mode}" if name == "buffer_and_regex" else "{port} {mode} {baud}"
    options = Options(f"exec:{sys.executable} {READERS[name]} {wanted}", mode=mode, speed=speed, line=line)
    report = certify_in_time(options, folder)
    assert report["decided"] > 40
    return [
        f"{purpose['id']}: {purpose['reason']}"
        for one in report["requirements"]
        for purpose in one["purposes"]
        if one["level"] == "must" and purpose["verdict"] in ("fail", "inconclusive")
    ]


def test_there_are_four_architectures() -> None:
    assert set(READERS) == {"buffer_and_regex", "frame_by_frame", "group_by_group", "line_machine"}


@pytest.mark.nightly
@needs_compiler
@pytest.mark.realtime
def test_a_sound_reader_of_groups_passes_every_must(tmp_path: Path) -> None:
    """The others, and true speed, at night."""
    assert failed("group_by_group", Mode.STANDARD, 20.0, tmp_path) == []


@needs_compiler
@pytest.mark.realtime
@pytest.mark.nightly
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", READERS)
def test_a_sound_reader_passes_every_must_at_true_speed(name: str, mode: Mode, tmp_path: Path) -> None:
    assert failed(name, mode, 1.0, tmp_path) == []


@needs_compiler
@pytest.mark.realtime
@pytest.mark.nightly
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", ["group_by_group", "line_machine"])
def test_a_sound_reader_passes_every_must_over_rfc_2217(name: str, mode: Mode, tmp_path: Path) -> None:
    assert failed(name, mode, 10.0, tmp_path, "rfc2217") == []


STRICT = """
import json, sys, serial
bits = int(sys.argv[2])
settings = {} if bits == 8 else {"bytesize": serial.SEVENBITS, "parity": serial.PARITY_EVEN}
line, pending = serial.Serial(sys.argv[1], 9600, **settings), b""
while True:
    pending += line.read(max(1, line.in_waiting))
    *frames, pending = pending.split(b"\\x03")
    for frame in frames:
        groups = [group.split("\\t") for group in frame.decode("ascii").split("\\n")[1:]]
        print(json.dumps({group[0]: group[-2] for group in groups if len(group) in (3, 4)}), flush=True)
"""


@needs_compiler
@pytest.mark.realtime
@pytest.mark.parametrize(("bits", "ended"), [(7, None), (8, "exit status 1")])
def test_a_reader_of_eight_bits_that_decodes_ascii_meets_what_a_uart_hands_over(
    bits: int, ended: str | None, tmp_path: Path
) -> None:
    """At seven bits no UART hands over a code above 0x7F, so that the same program is sound."""
    program = tmp_path / "strict.py"
    program.write_text(STRICT, encoding="utf-8")
    device = open_device(f"exec:{sys.executable} {program} {{port}} {bits}")
    record = play(Plan([stimuli.SPOILT_CHARACTERS], Mode.STANDARD), device, board_named("generic"), speed=10.0)
    assert record.ended == ended
    assert ("UnicodeDecodeError" in record.last_words) == (bits == 8)
