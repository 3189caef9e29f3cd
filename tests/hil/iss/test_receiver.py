# SPDX-License-Identifier: Apache-2.0
"""The example receiver: sound in both modes, found out with each of its planted faults; the device around it."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
import simpy

from xky.boards import board_named
from xky.emulator import Line, Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import Device, DeviceContext, open_device
from xky.hil.bench.probes import ProbeContext
from xky.hil.bench.probes.lines import LinesProbe
from xky.hil.bench.reading import Reading
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.protocol import Burst, Group, InputError, Mode, encode_group
from xky.protocol.mode import EOT, ETX, STX

from ...command import xky
from ...riscv import BOARD, image, needs_riscv, receiver

pytestmark = [needs_riscv, pytest.mark.xdist_group("receiver")]  # so that each image is built once

CHIP = board_named(str(BOARD))
EAST = Group("EAST", "002188830")
STANDARD, HISTORIC = Mode.STANDARD, Mode.HISTORIC


def group(label: str, value: str, mode: Mode = STANDARD, stamp: str | None = None) -> bytes:
    """A group with a right checksum, whatever stands in it."""
    return encode_group(Group(label, value, stamp), mode)


def checked(zone: bytes, separator: bytes = b"\t") -> bytes:
    """Anything between LF and the checksum, with a right one."""
    counted = zone + separator if separator == b"\t" else zone
    return b"\n" + zone + separator + bytes([(sum(counted) & 0x3F) + 0x20]) + b"\r"


def frame(*groups: bytes) -> bytes:
    return STX + b"".join(groups) + ETX


def heard(
    path: Path, frames: Sequence[bytes], mode: Mode = STANDARD, *, covers: bool = True
) -> tuple[Device, list[Reading]]:
    """What a receiver makes of characters, each frame a burst, 20 ms between them."""
    env, line, probe = simpy.Environment(), Line(), LinesProbe()
    probe.open(ProbeContext(env, None, CHIP, mode, 1.0))
    device = open_device(f"iss:{path}")
    if covers:
        device.cover()

    def send() -> "simpy.events.ProcessGenerator":
        for data in frames:
            yield env.timeout(0.02)
            line.send(Burst(float(env.now), mode.character_s, data))
            yield env.timeout(len(data) * mode.character_s)

    device.start(DeviceContext(env, None, line, probe, CHIP, mode, 1.0), lambda: None)
    env.process(send())
    env.run(until=sum(len(data) * mode.character_s + 0.02 for data in frames) + 3.0)
    device.stop()
    return device, probe.readings


GOOD = frame(group("ADSC", "012345678901"), group("EAST", "002188830"))
OLD = frame(group("ADCO", "012345678901", HISTORIC), group("BASE", "002188830", HISTORIC))
WRONG_SMAX = group("SMAXSN", "01234", stamp="e081225223518").replace(b"01234", b"01235")
FAULTS = {  # mode, characters, what the device ends with; None: it reports what it must not
    1: (STANDARD, [GOOD, frame(b"\n" + b"A" * 200 + b"\r")], "red zone: write of 1 bytes"),
    2: (STANDARD, [frame(*[group("A", str(n % 10)) for n in range(100)])], "red zone: write of 2 bytes"),
    3: (STANDARD, [frame(group("LABELLABELLABEL", "1"))], "red zone: write of 1 bytes"),
    4: (STANDARD, [frame(EAST_GROUP := group("EAST", "002188830"), WRONG_SMAX)], None),
    5: (STANDARD, [frame(group("NGTF", "BA\\SE"))], "hang: no look at any peripheral for 2 s"),
    6: (STANDARD, [frame(group("MSG1", " " * 32))], "red zone: write of "),
    7: (STANDARD, [frame(group("SMAXSN", "01234", stamp="e089925223518"))], "unmapped access: read of 1 bytes"),
    8: (STANDARD, [STX + EAST_GROUP + EOT, frame(EAST_GROUP.replace(b"2", b"3"), group("VTIC", "02"))], None),
    9: (HISTORIC, [OLD, OLD, OLD, frame(checked(b"ADPS ", b" "))], "trap: breakpoint (0x9002)"),
    10: (STANDARD, [frame(group("VTIC", "02"), EAST_GROUP[:-2] + bytes([EAST_GROUP[-2] ^ 0x40]) + b"\r")], None),
}  # fmt: skip
EVERY_FAULT = pytest.mark.parametrize("fault", list(FAULTS))


@pytest.mark.by_day(4)
@EVERY_FAULT
def test_each_planted_fault_is_found_by_a_stimulus_and_the_sound_receiver_bears_it(fault: int) -> None:
    mode, frames, end = FAULTS[fault]
    sound, right = heard(receiver(), frames, mode)
    assert sound.ended is None
    faulty, wrong = heard(receiver(fault), frames, mode)
    if end is None:
        assert faulty.ended is None
        assert [one.said for one in wrong] != [one.said for one in right]
        return
    assert faulty.ended is not None
    assert faulty.ended.startswith(end)
    assert "receiver.c:" in faulty.ended
    assert faulty.stderr.decode().endswith(f"{faulty.ended}\n")
    assert " sp 8000" in faulty.stderr.decode()
    assert faulty.last_words == faulty.ended


@pytest.mark.parametrize(
    "fault",
    [fault if fault == 2 else pytest.param(fault, marks=pytest.mark.nightly) for fault in FAULTS],  # 2 passed once
)
def test_the_suite_catches_each_planted_fault(fault: int, tmp_path: Path) -> None:
    """With what it asks about groups and frames that are not as they should be alone."""
    mode = HISTORIC if fault == 8 else FAULTS[fault][0]
    only = (
        "TIC-CHK-1",
        "TIC-LNK-9",
        "TIC-SIZ-1",
        "TIC-VAL-3",
        "TIC-CMP-1",
        *(("TIC-LNK-1",) if mode is HISTORIC else ()),
    )
    options = Options(f"iss:{receiver(fault)}", board=str(BOARD), mode=mode, only=only)
    assert certify(Campaign(options), tmp_path)["verdict"] == "fail"


def test_an_engine_that_ran_an_image_before_looks_at_red_zones_again() -> None:
    """From its main on, though what it translated for the life before went on there."""
    mode, frames, end = FAULTS[1]
    assert end is not None
    for covers in (True, False, False):
        device, _ = heard(receiver(1), [GOOD, *frames], mode, covers=covers)
        assert device.ended is not None
        assert device.ended.startswith(end)


@pytest.mark.by_day(3)
@EVERY_FAULT
def test_no_planted_fault_harms_plain_frames(fault: int) -> None:
    for mode, plain, label in ((STANDARD, GOOD, "EAST"), (HISTORIC, OLD, "BASE")):
        device, readings = heard(receiver(fault), [plain] * 4, mode)
        assert device.ended is None
        assert readings[-1][label] == 2_188_830


@pytest.mark.nightly
@pytest.mark.parametrize(
    "mode", [HISTORIC, pytest.param(STANDARD, marks=pytest.mark.nightly)], ids=str
)  # twenty seconds of the processor
def test_the_example_receiver_passes_the_suite(mode: Mode, tmp_path: Path) -> None:
    report = certify(Campaign(Options(f"iss:{receiver()}", board=str(BOARD), mode=mode)), tmp_path)
    assert report["verdict"] == "pass"
    assert report["decided"] == report["total"]
    failed = [one["id"] for one in report["requirements"] if one["verdict"] == "fail"]
    assert failed == []


def test_a_build_for_one_mode_asks_for_its_settings_at_once() -> None:
    for mode, number, settings in ((HISTORIC, 1, "1200 7E1"), (STANDARD, 2, "9615 7E1")):
        device, readings = heard(receiver(mode=number), [OLD if mode is HISTORIC else GOOD], mode)
        assert [str(one) for one in device.port_settings] == [settings]
        assert len(readings) == 1


def test_characters_with_errors_are_refused() -> None:
    with Bench(open_device(f"iss:{receiver()}"), CHIP, Linky()) as bench:
        from xky.emulator.faults import made_fault

        bench.transmitter.faults = (made_fault("parity_error", label="EAST"),)
        reading = bench.next_reading(timeout_s=10)
        assert "EAST" not in reading
        assert "EASF01" in reading


def test_lines_are_heard_when_their_time_comes() -> None:
    with Bench(open_device(f"iss:{receiver()}"), CHIP, Linky()) as bench:
        bench.run_for(5.0)
        ends = [one.end_s for one in bench.truth if one.end_s < 4.9]
        said = [one.at_s for one in bench.readings]
    for end_s, at_s in zip(ends[-3:], said[-len(ends) :][-3:], strict=True):
        assert end_s <= at_s < end_s + 0.02


def test_two_runs_are_the_same_to_the_instant() -> None:
    def run() -> list[tuple[float, object]]:
        with Bench(open_device(f"iss:{receiver()}"), CHIP, Linky(mode=HISTORIC), seed=3) as bench:
            bench.run_for(8.0)
            bench.device.restart()
            bench.run_for(8.0)
            return [(one.at_s, one.said) for one in bench.readings]

    assert run() == run() != []


def test_power_cut_at_any_instruction_leaves_a_device_that_starts_again() -> None:
    device = open_device(f"iss:{receiver()}")
    with Bench(device, CHIP, Linky()) as bench:
        for after in (0, 1, 17, 500, 1733, 2000):
            device.cut_power(after=after)  # type: ignore[attr-defined]
            count = len(bench.readings)
            bench.run(lambda count=count: len(bench.readings) > count or bench.env.now > 60)
        assert bench.env.now < 20
        assert device.ended is None


def test_a_restart_long_behind_the_start_asks_nobody_for_another_address() -> None:
    env, line, probe = simpy.Environment(), Line(), LinesProbe()
    probe.open(ProbeContext(env, None, CHIP, HISTORIC, 1.0))
    device = open_device(f"iss:{receiver()}")
    device.start(DeviceContext(env, None, line, probe, CHIP, HISTORIC, 1.0), lambda: None)
    env.run(until=10.5)
    for _ in range(600):  # one of them right before the bench looks: of that life hardly an instruction was run
        device.restart()
        env.run(until=env.now + 20e-6)
    assert device.ended is None
    device.stop()


@pytest.mark.nightly
def test_a_device_that_has_ended_stays_so() -> None:
    mode, frames, _ = FAULTS[5]
    env, line, probe = simpy.Environment(), Line(), LinesProbe()
    probe.open(ProbeContext(env, None, CHIP, mode, 1.0))
    device = open_device(f"iss:{receiver(5)}")
    device.start(DeviceContext(env, None, line, probe, CHIP, mode, 1.0), lambda: None)
    env.run(until=0.05)
    line.send(Burst(0.05, mode.character_s, frames[0]))
    env.run(until=1.0)
    assert device.ended is None  # it is not known before two seconds are over
    env.run(until=4.0)
    assert device.ended is not None
    device.restart()
    assert device.ended is not None
    device.stop()


def test_coverage_tells_blocks_and_grows_with_what_is_heard() -> None:
    plain, _ = heard(receiver(), [GOOD])
    more, _ = heard(receiver(), [GOOD, frame(group("SMAXSN", "01234", stamp="e081225223518"), group("NGTF", 'A"B'))])
    assert plain.covered < more.covered
    assert 0 < len(more.covered) <= more.coverage_blocks
    again, _ = heard(receiver(), [GOOD])
    assert again.covered == plain.covered
    silent = open_device(f"iss:{receiver()}")
    assert (silent.covered, silent.coverage_blocks) == (frozenset(), plain.coverage_blocks)


def test_the_same_image_again_costs_little() -> None:
    def once() -> None:
        device = open_device(f"iss:{receiver()}")
        with Bench(device, CHIP, Linky()):
            pass

    once()
    began_s = time.process_time()
    for _ in range(50):
        once()
    assert (time.process_time() - began_s) / 50 < 0.01  # parsing and mapping would take as long again


@pytest.mark.parametrize("option", [{"line": "tcp"}, {"parity": "keep"}, {"defect": "x"}])
def test_options_of_other_kinds_are_refused(option: dict[str, str]) -> None:
    with pytest.raises(InputError, match=f"--{next(iter(option))} "):
        open_device(f"iss:{receiver()}", **option)


def test_a_board_without_a_table_for_it_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    ended = xky("certify", f"iss:{receiver()}", "--only", "TIC-CHK-1", "--out", "report", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("xky: board generic: no [iss] table, which says")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "report").exists()


def test_a_board_without_a_table_for_it_is_the_persons_fault() -> None:
    device = open_device(f"iss:{receiver()}")
    with (
        pytest.raises(InputError, match=r"board generic: no \[iss\] table"),
        Bench(device, board_named("generic"), Linky()),
    ):
        pass


@pytest.mark.parametrize(
    ("base", "until"),
    [("0x10000100", "in its first 10 s"),
     ("0x10010000", r"before it ended \(unmapped access: write of 1 bytes at 0x10000003, where nothing is, [^;]*; the "
      r"board's file has peripherals at 0x10010000, 0x02000000\)")],
)  # fmt: skip
def test_a_uart_that_the_image_never_touches_is_the_persons_fault(tmp_path: Path, base: str, until: str) -> None:
    path = tmp_path / "other.toml"
    path.write_text(BOARD.read_text().replace("0x10000000", base))
    device = open_device(f"iss:{receiver()}")
    wrong = rf"^board my-chip: iss.uart.base = {base}: the image did not touch it {until}; give the address"
    with Bench(device, board_named(str(path)), Linky()) as bench, pytest.raises(InputError, match=wrong):
        bench.device.restart()  # before it came as far as that
        bench.run_for(20.0)


@pytest.mark.parametrize("table", ["uart", "timer"])
def test_an_unknown_kind_of_peripheral_is_named_with_those_known(tmp_path: Path, table: str) -> None:
    path = tmp_path / "other.toml"
    path.write_text(BOARD.read_text().replace('"16550"' if table == "uart" else '"clint"', '"pigeon"'))
    known = "16550, plain" if table == "uart" else "clint"
    device = open_device(f"iss:{receiver()}")
    with (
        pytest.raises(InputError, match=rf"\[iss\] {table}.kind = 'pigeon': not known; known: {known}"),
        Bench(device, board_named(str(path)), Linky()),
    ):
        pass


def test_without_its_extra_the_kind_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith(("xky.hil.iss", "elftools", "unicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "elftools", None)
    with pytest.raises(InputError, match=r"is missing; pip install 'xky-hil\[iss\]'"):
        open_device("iss:anything.elf")


def test_a_console_of_its_own_is_read_and_the_uarts_transmitter_is_not(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(BOARD.read_text() + 'console = { kind = "plain", base = 0x10001000 }\n')
    program = image("""#include "board.h"
        int main(void) { for (const char *p = "{\\"EAST\\": \\"000000001\\"}\\n"; *p; p++)
            UART[THR] = 'x', ((volatile u32 *)0x10001000)[0] = (u8)*p;
        for (;;) UART[LSR]; }""")
    with Bench(open_device(f"iss:{program}"), board_named(str(path)), Linky()) as bench:
        bench.run_for(1.0)
        assert [one["EAST"] for one in bench.readings] == [1]


def spoilt(data: bytes, rng: Random) -> bytes:
    """Characters as a bad line may bring them: changed, lost, doubled, exchanged, broken off."""
    characters = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(characters))
        what = rng.randrange(6)
        if what == 0:
            characters[at] = rng.randrange(128)
        elif what == 1:
            characters[at] ^= 1 << rng.randrange(7)
        elif what == 2:
            del characters[at : at + rng.choice((1, 1, 2, 40))]
        elif what == 3:
            characters[at:at] = characters[at : at + rng.choice((1, 2, 40, 200))]
        elif what == 4:
            characters[at:at] = bytes([rng.choice(b'\x02\x03\x04\t\n\r \\"')])
        else:
            characters[at:at] = rng.randbytes(rng.randrange(150)).translate(bytes(range(128)) * 2)
        characters = characters or bytearray(data)
    return bytes(characters)


def survives(count: int, seed: int) -> None:
    """The sound receiver hears so many spoilt frames, goes on, and says nothing that was not there."""
    rng, mode = Random(seed), STANDARD if seed % 2 else HISTORIC
    meter = Linky(mode=mode, phases=1 + seed % 3 // 2 * 2)
    frames = [spoilt(meter.frame_bytes(), rng) for _ in range(count)]
    device, readings = heard(receiver(), [GOOD if mode is STANDARD else OLD] * 3 + frames, mode)
    assert device.ended is None
    sent = b"".join((GOOD, OLD, *frames))
    said = {(label, one.value, one.timestamp) for each in readings for label, one in each.said.items()}
    invented = [one for one in said if encode_group(Group(*one), mode) not in sent]
    assert invented == []
    assert len(readings) > count / 4


@pytest.mark.parametrize("seed", range(2))
def test_the_sound_receiver_survives_spoilt_frames_and_invents_nothing(seed: int) -> None:
    survives(20, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 102))
def test_the_sound_receiver_survives_a_hundred_thousand_spoilt_frames(seed: int) -> None:
    survives(1000, seed)


@pytest.mark.nightly
def test_a_hunt_on_an_image_tells_the_blocks_that_were_run(tmp_path: Path) -> None:
    options = ("--board", BOARD, "--examples", "3", "--out", tmp_path / "found", "--json")
    run = xky("fuzz", f"iss:{receiver()}", *options, cwd=tmp_path)
    told = json.loads(run.stdout)
    assert (run.returncode, told["found"]) == (0, [])
    assert 100 < told["coverage"]["blocks"] < 300
