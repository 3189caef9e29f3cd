# SPDX-License-Identifier: Apache-2.0
"""The 16550: registers as its data sheet has them, characters as the line has them."""

import math

import pytest

from xky.hil.iss.clock import Clock
from xky.hil.iss.uarts import uart_kinds
from xky.hil.iss.uarts.ns16550 import Ns16550
from xky.protocol import Burst
from xky.protocol.mode import Mode
from xky.protocol.uart import CharacterDefect

IER, IIR, LCR, LSR = 1, 2, 3, 5
CHARACTER_S = Mode.STANDARD.character_s


class Chip:
    """One, set up as firmware does it, at 16 MHz."""

    def __init__(self, *, divisor: int = 104, form: int = 0x1A, fifo: int | None = 0x01, stride: int = 1) -> None:
        self.clock = Clock(16_000_000)
        self.stops = 0
        self.uart = Ns16550(self.clock, stride, self._stop)
        self.stride = stride
        self.clock.horizon_s = 100.0
        if fifo is not None:
            self.write(2, fifo)
        self.write(LCR, 0x80 | form)
        self.write(0, divisor & 0xFF)
        self.write(1, divisor >> 8)
        self.write(LCR, form)

    def _stop(self) -> None:
        self.stops += 1

    def read(self, register: int) -> int:
        return self.uart.load_of(register * self.stride)(1)

    def write(self, register: int, value: int) -> None:
        self.uart.store_of(register * self.stride)(1, value)

    def hears(self, data: bytes, **defects: CharacterDefect) -> None:
        start_s = self.clock.now_s
        told = {int(at.removeprefix("at")): defect for at, defect in defects.items()}
        self.uart.wire.hear(Burst(start_s, CHARACTER_S, data, told))

    def all_of(self, count: int) -> list[tuple[int, int]]:
        """Code and errors of each character, read by polling."""
        return [(self.read(LSR) & 0x1E, self.read(0))[::-1] for _ in range(count)]


def test_every_file_of_the_folder_is_a_kind() -> None:
    assert set(uart_kinds()) == {"16550", "plain"}


@pytest.mark.parametrize("stride", [1, 4])
def test_characters_come_at_the_end_of_their_stop_bits(stride: int) -> None:
    chip = Chip(stride=stride)
    chip.hears(b"AB")
    assert chip.read(LSR) == 0x61
    assert chip.clock.now_s == pytest.approx(CHARACTER_S, abs=2e-5)  # the divisor is 0.16 % off
    assert chip.read(0) == ord("A")
    assert (chip.read(LSR), chip.read(0)) == (0x61, ord("B"))
    assert chip.clock.now_s == pytest.approx(2 * CHARACTER_S, abs=2e-5)
    assert chip.stops == 0


def test_no_character_comes_before_its_time() -> None:
    chip = Chip()
    chip.hears(b"A")
    chip.clock.horizon_s = CHARACTER_S / 2
    assert chip.read(LSR) & 1 == 0
    assert chip.stops == 1  # it waits for what is not known yet


def test_a_wrong_parity_and_a_low_stop_bit_are_told_with_their_character_and_once() -> None:
    chip = Chip()
    chip.hears(b"ABCDE", at1=CharacterDefect.PARITY, at3=CharacterDefect.FRAMING)
    assert [error for _, error in chip.all_of(5)] == [0, 0x04, 0, 0x08, 0]
    chip = Chip()
    chip.hears(b"A", at0=CharacterDefect.PARITY)
    assert [chip.read(LSR) & 0x05, chip.read(LSR) & 0x05] == [0x05, 0x01]


def test_a_full_fifo_loses_what_comes_then_and_says_so_once() -> None:
    chip = Chip()
    chip.hears(bytes(range(0x41, 0x41 + 20)))
    chip.clock.now_s = 20.5 * CHARACTER_S
    assert [chip.read(LSR), chip.read(LSR)] == [0x63, 0x61]
    assert [code for code, _ in chip.all_of(16)] == list(range(0x41, 0x51))
    assert chip.uart.overruns == 4


def test_without_a_fifo_the_last_character_takes_the_place_of_the_one_before() -> None:
    chip = Chip(fifo=None)
    chip.hears(b"ABC")
    chip.clock.now_s = 3.5 * CHARACTER_S
    assert (chip.read(LSR), chip.read(0)) == (0x63, ord("C"))
    assert chip.uart.overruns == 2


def test_settings_are_told_as_they_take_effect() -> None:
    chip = Chip()
    chip.clock.now_s = 5.0
    for register, value in ((LCR, 0x83), (0, 0x41), (1, 0x03), (LCR, 0x03), (LCR, 0x03)):
        chip.write(register, value)
    assert [(one.at_s, str(one)) for one in chip.uart.settings] == [(0.0, "9615 7E1"), (5.0, "1200 8N1")]


@pytest.mark.parametrize(
    ("form", "text"),
    [(0x03, "8N1"), (0x1A, "7E1"), (0x0A, "7O1"), (0x2A, "7M1"), (0x3A, "7S1"), (0x07, "8N2"), (0x00, "5N1")],
)
def test_every_form_of_the_line_register_is_understood(form: int, text: str) -> None:
    assert str(Chip(form=form).uart.settings[-1]) == f"9615 {text}"


def test_eight_bits_without_parity_have_it_in_bit_seven() -> None:
    chip = Chip(form=0x03)
    chip.hears(b"AC")
    assert [code for code, _ in chip.all_of(2)] == [0x41, 0xC3]


def test_a_receiver_at_the_rate_of_the_other_mode_hears_what_a_uart_makes_of_it() -> None:
    chip = Chip(divisor=833)
    chip.hears(b"\x02\nADSC\t012345678901\t2\r" * 4)
    heard = chip.all_of(8)
    assert b"ADSC" not in bytes(code for code, _ in heard)
    assert any(error for _, error in heard)


def test_one_that_nobody_set_up_hears_nothing() -> None:
    chip = Chip()
    silent = Ns16550(chip.clock, None, lambda: None)
    silent.wire.hear(Burst(0.0, CHARACTER_S, b"A"))
    assert silent.wire.next_s == math.inf


def test_new_settings_in_the_middle_of_a_burst_hear_the_rest_of_it() -> None:
    chip = Chip(divisor=833)
    chip.hears(b"U" * 20 + b"ABCDEFGHIJ")
    chip.clock.now_s = 20.0 * CHARACTER_S
    chip.read(0)
    for register, value in ((LCR, 0x9A), (0, 104), (1, 0), (2, 0x03), (LCR, 0x1A)):
        chip.write(register, value)
    assert bytes(code for code, _ in chip.all_of(8)).endswith(b"GH")


def test_interrupts_come_at_the_trigger_or_after_four_characters_of_silence() -> None:
    chip = Chip(fifo=0x41)  # four characters
    chip.write(IER, 0x05)
    assert chip.read(IIR) == 0xC1
    chip.hears(b"ABCDE")
    chip.clock.now_s = 3.5 * CHARACTER_S
    assert chip.uart.asks == 0
    chip.clock.now_s = 4.5 * CHARACTER_S
    assert (chip.uart.asks, chip.read(IIR)) == (1 << 11, 0xC4)
    for _ in range(3):
        chip.read(0)
    assert chip.uart.asks == 0
    assert chip.uart.next_s == pytest.approx(5 * CHARACTER_S, abs=1e-4)
    chip.clock.now_s = 9.5 * CHARACTER_S
    assert (chip.uart.asks, chip.read(IIR)) == (1 << 11, 0xCC)
    chip.hears(b"A", at0=CharacterDefect.PARITY)
    chip.read(0), chip.read(0)
    chip.clock.now_s += 1.5 * CHARACTER_S
    assert chip.read(IIR) == 0xC6


def test_an_empty_transmitter_interrupts_once() -> None:
    chip = Chip()
    sent: list[int] = []
    chip.uart.transmit = sent.append
    chip.write(IER, 0x02)
    assert (chip.uart.asks, chip.read(IIR), chip.uart.asks) == (1 << 11, 0xC2, 0)
    chip.write(0, 0x41)
    assert (sent, chip.uart.asks) == ([0x41], 1 << 11)


def test_a_look_behind_a_character_sent_is_told_as_it_is_since_another_may_wait() -> None:
    chip = Chip()
    chip.hears(b"AB")
    chip.write(0, 0x41)
    assert [chip.read(LSR) & 1 for _ in range(5)] == [0, 0, 0, 0, 1]
    assert chip.clock.now_s == pytest.approx(CHARACTER_S, abs=2e-5)


def test_the_plain_kind_is_one_character_deep_and_follows_the_rate_of_the_line() -> None:
    clock = Clock(1_000_000)
    clock.horizon_s = 1.0
    uart = uart_kinds()["plain"](clock, None, lambda: None)
    uart.wire.hear(Burst(0.0, 10 / 1200, b"AB", {1: CharacterDefect.PARITY}))
    data, status = uart.load_of(0), uart.load_of(4)
    assert (status(4), data(4)) == (0x21, ord("A"))
    assert (status(4) & 0x07, data(4)) == (0x03, ord("B"))
    uart.wire.hear(Burst(clock.now_s, 10 / 9600, b"ABC"))
    clock.now_s += 4 / 960
    assert (status(4), data(4), uart.overruns) == (0x29, ord("C"), 2)
