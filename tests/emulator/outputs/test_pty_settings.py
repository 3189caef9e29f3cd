# SPDX-License-Identifier: Apache-2.0
"""What a pty hands over at the settings that it has, or is told: as a UART of these settings would."""

import os
import termios
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
import simpy

from xky.emulator.outputs.pty import PortPty
from xky.protocol import Burst
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import CharacterDefect, Uart, received

pytestmark = pytest.mark.realtime  # the kernel hands over in its own time

TEXT = b"\x02\nSINSTS\t01234\tJ\r\x03"
BAUD = {1200: termios.B1200, 9600: termios.B9600}


@dataclass
class Opened:
    """A pty that a program has open, and its clock."""

    env: simpy.Environment
    pty: PortPty
    fd: int

    def set_rate(self, baud: int) -> None:
        """What a program does of which nobody tells."""
        attributes = termios.tcgetattr(self.fd)
        attributes[4] = attributes[5] = BAUD[baud]
        termios.tcsetattr(self.fd, termios.TCSANOW, attributes)

    def hears(self, line_baud: int = 9600, spoilt: Mapping[int, CharacterDefect] | None = None) -> bytes:
        """A burst, as it comes out."""
        self.pty(Burst(self.env.now, CHARACTER_BITS / line_baud, TEXT, spoilt or {}))
        self.env.run()
        os.set_blocking(self.fd, False)
        heard = b""
        for _ in range(200):  # until the kernel has handed all over
            try:
                heard += os.read(self.fd, 4096)
            except BlockingIOError:
                os.sched_yield()
        return heard

    @property
    def settings(self) -> list[str]:
        return [str(settings) for settings in self.pty.settings]


def opened(*, keep_parity: bool) -> Iterator[Opened]:
    env = simpy.Environment()
    pty = PortPty(env, keep_parity=keep_parity)
    fd = os.open(pty.path, os.O_RDWR | os.O_NOCTTY)
    yield Opened(env, pty, fd)
    os.close(fd)
    pty.close()


@pytest.fixture
def plain() -> Iterator[Opened]:
    yield from opened(keep_parity=False)


@pytest.fixture
def keeping() -> Iterator[Opened]:
    yield from opened(keep_parity=True)


def sampled(uart: Uart, line_baud: int = 9600) -> bytes:
    """What a UART makes of the text."""
    return received(Burst(0.0, CHARACTER_BITS / line_baud, TEXT), uart).data


def test_nothing_told_is_the_line_as_it_is(plain: Opened) -> None:
    assert plain.hears() == plain.hears(1200) == TEXT
    assert plain.settings == []


def test_parity_that_is_kept_is_in_bit_7_at_the_lines_rate_and_at_another(keeping: Opened) -> None:
    assert keeping.hears() == keeping.hears(1200) == sampled(Uart(9600, 8, "N")) != TEXT
    keeping.set_rate(9600)
    assert keeping.hears() == sampled(Uart(9600, 8, "N"))
    assert keeping.hears(1200) == sampled(Uart(9600, 8, "N"), 1200)


def test_who_is_known_to_ask_for_7e1_gets_it_where_parity_is_kept(keeping: Opened) -> None:
    keeping.set_rate(9600)
    keeping.pty.told(9600, 7, "E", 1)
    assert keeping.hears() == TEXT
    assert keeping.settings == ["9600 7E1"]


def test_eight_bits_are_seven_where_parity_is_taken_off(plain: Opened) -> None:
    plain.set_rate(9600)
    plain.pty.told(9600, 8, "N", 1)
    assert plain.hears() == TEXT
    [settings] = plain.pty.settings
    assert settings.without_parity


@pytest.mark.parametrize("defect", list(CharacterDefect))
def test_a_spoilt_character_has_bit_7_where_eight_bits_without_parity_are_proven(
    plain: Opened, defect: CharacterDefect
) -> None:
    """A UART of eight bits delivers such codes; one of seven never does."""
    spoilt = TEXT[:9] + bytes((TEXT[9] | 0x80,)) + TEXT[10:]
    plain.set_rate(9600)
    assert plain.hears(spoilt={9: defect})[:10] == TEXT[:10]  # nobody knows
    plain.pty.told(9600, 7, "E", 1)
    assert plain.hears(spoilt={9: defect})[:10] == TEXT[:10]
    plain.pty.told(9600, 8, "N", 1)
    assert plain.hears(spoilt={9: defect})[:10] == spoilt[:10]
    assert plain.hears() == TEXT


def test_a_board_may_say_that_its_program_reads_eight_bits_without_parity(plain: Opened) -> None:
    plain.pty.bare = True
    spoilt = plain.hears(spoilt={9: CharacterDefect.PARITY})
    assert spoilt == TEXT[:9] + bytes((TEXT[9] | 0x80,)) + TEXT[10:]
    plain.set_rate(9600)
    assert plain.hears(spoilt={9: CharacterDefect.PARITY}) == spoilt
    plain.pty.told(9600, 7, "E", 1)  # what is seen is more than what is said
    assert plain.hears(spoilt={9: CharacterDefect.PARITY}) == TEXT


@pytest.mark.parametrize(("bits", "parity"), [(7, "N"), (7, "O"), (8, "E"), (5, "N")])
def test_other_characters_are_sampled_as_asked(plain: Opened, bits: int, parity: str) -> None:
    plain.set_rate(9600)
    plain.pty.told(9600, bits, parity, 1)
    heard = plain.hears()
    assert heard == sampled(Uart(9600, bits, parity))  # type: ignore[arg-type]
    assert (heard == TEXT) == (bits == 7)  # no program is told of a parity that it does not ask for


def test_what_was_told_holds_until_the_rate_is_another(plain: Opened) -> None:
    plain.set_rate(9600)
    plain.pty.told(9600, 7, "O", 1)
    plain.pty.told(9600, 7, "O", 1)
    plain.hears()
    plain.set_rate(1200)
    assert plain.hears(1200) == TEXT
    assert plain.settings[0] == "9600 7O1"
    assert plain.settings[-1].startswith("1200 ??")
    assert len(plain.settings) == 2


def test_the_rate_of_a_fresh_pty_is_no_rate_when_it_is_asked_for(plain: Opened) -> None:
    plain.pty.told(50, 8, "N", 1)
    assert plain.hears() == plain.hears(1200) == TEXT
    assert plain.settings == ["? 8N1"]
