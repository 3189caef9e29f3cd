# SPDX-License-Identifier: Apache-2.0
"""What is made of a port that is silent, lost, closed, or that only makes sense at one of two rates."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from xky.emulator import Linky
from xky.hil.diagnosis import diagnosed, listening
from xky.hil.recording.port import LivePort
from xky.protocol import BenchError, Mode
from xky.protocol.uart import Uart

from .listened import heard_of

PORT = "/dev/ttyUSB0"
Chunks = Callable[[int], Iterator[bytes]]


def opened(monkeypatch: pytest.MonkeyPatch, chunks: Chunks) -> list[int]:
    """A serial port that gives these chunks by its rate; the rates at which it is opened."""
    rates: list[int] = []

    def open_live(source: str, mode: Mode | None, baud: int) -> LivePort:
        rates.append(baud)
        return LivePort("serial", baud, chunks(baud))

    monkeypatch.setattr(listening, "is_port", lambda source: source == PORT)
    monkeypatch.setattr(listening, "open_live", open_live)
    return rates


def tenths() -> Callable[[], float]:
    ticks = count()
    return lambda: next(ticks) / 10


def says(what: Callable[[int], bytes]) -> Chunks:
    """Something once, and nothing behind it."""

    def chunks(baud: int) -> Iterator[bytes]:
        yield what(baud)
        while True:
            yield b""

    return chunks


def speaks_at(mode: Mode) -> Chunks:
    """A meter, as a port hears it at either rate."""

    def chunks(baud: int) -> Iterator[bytes]:
        heard = heard_of(Linky(mode=mode), uart=Uart(baud, 8, "N"))
        for run in heard.runs:
            yield from (run.data[at : at + 20] for at in range(0, len(run.data), 20))
            yield b""

    return chunks


@pytest.mark.parametrize("mode", list(Mode))
def test_the_port_stays_at_the_rate_at_which_it_makes_sense(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = opened(monkeypatch, speaks_at(mode))
    heard = listening.heard_of(PORT, None, None, 20.0, tenths())
    assert heard.baud == mode.baud == rates[-1]
    assert len(rates) == (1 if mode is Mode.STANDARD else 2)
    assert [note.split(":")[0] for note in heard.notes] == [f"tried {rate} baud for 4 s" for rate in rates]
    assert heard.lasted_s >= 20


def test_a_port_that_makes_sense_at_neither_rate_is_judged_by_what_said_most(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(monkeypatch, says(lambda baud: b"\x12\x34" * baud))
    heard = listening.heard_of(PORT, None, None, 60.0, tenths())
    assert heard.baud == 9600
    assert len(heard.notes) == 2
    assert diagnosed(heard).cause == "not known"


def test_a_port_without_a_byte_is_silent_at_both_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = opened(monkeypatch, says(lambda baud: b""))
    heard = listening.heard_of(PORT, None, None, 60.0, tenths())
    assert rates == [9600, 1200]
    assert diagnosed(heard).cause == "silent"


def ended_by(error: BaseException) -> Chunks:
    def chunks(baud: int) -> Iterator[bytes]:
        yield from list(speaks_at(Mode.STANDARD)(baud))[:200]
        raise error

    return chunks


def test_what_was_heard_before_the_port_was_lost_counts_and_the_loss_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(monkeypatch, ended_by(BenchError(f"{PORT}: lost while reading; check the plug")))
    heard = listening.heard_of(PORT, Mode.STANDARD, None, 3600.0, tenths())
    assert heard.lost == f"{PORT}: lost while reading; check the plug"
    assert heard.notes[0].startswith("the port was lost after ")
    assert diagnosed(heard).line.mode is Mode.STANDARD


def test_a_port_that_is_lost_before_a_byte_came_is_the_benchs_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def chunks(baud: int) -> Iterator[bytes]:
        yield b""
        raise BenchError("gone")

    opened(monkeypatch, chunks)
    with pytest.raises(BenchError, match="gone"):
        listening.heard_of(PORT, None, None, 60.0, tenths())


def test_ctrl_c_ends_the_listening_and_what_was_heard_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = opened(monkeypatch, ended_by(KeyboardInterrupt()))
    heard = listening.heard_of(PORT, None, None, 3600.0, tenths())
    assert rates == [9600]
    assert heard.lost is None
    assert heard.notes[-1].startswith("ended by the person after ")


def test_a_port_that_its_other_side_closes_ends_the_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(monkeypatch, speaks_at(Mode.STANDARD))
    heard = listening.heard_of(PORT, Mode.STANDARD, None, 36_000.0, tenths())
    assert heard.notes[0].startswith("the port was closed by its other side after ")
