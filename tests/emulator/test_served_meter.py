# SPDX-License-Identifier: Apache-2.0
"""A meter on a pseudo-terminal, served from a Python program."""

import os
import threading
import time
from pathlib import Path

import pytest
import serial

from xky.emulator import Linky, serve_pty
from xky.protocol import Decoder, Frame

pytestmark = pytest.mark.realtime


def frames_of(port: serial.Serial, count: int, within_s: float = 20.0) -> list[Frame]:
    """Whole frames as they come."""
    decoder, frames, give_up = Decoder(), list[Frame](), time.monotonic() + within_s
    while len(frames) < count and time.monotonic() < give_up:
        events = decoder.feed(port.read(max(port.in_waiting, 1)))
        frames += [event for event in events if isinstance(event, Frame) and event.complete]
    return frames


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_program_reads_its_frames_and_sees_what_is_set_while_it_talks() -> None:
    meter = Linky(seed=3)
    with (served := serve_pty(meter)) as path, serial.Serial(path, 9600, timeout=5) as port:
        assert frames_of(port, 1)[0].values["ADSC"] == str(meter.identity)
        assert served.do(lambda: served.meter.load.hold(4000)) is None
        assert "04000" in {frame.values["SINSTS"] for frame in frames_of(port, 3)}


def test_nothing_is_left_behind_also_when_nobody_reads_or_the_test_raises() -> None:
    threads, files = threading.active_count(), descriptors()
    for _ in range(3):
        with serve_pty(Linky(mode="historic")) as path:
            assert os.path.exists(path)
    with pytest.raises(RuntimeError, match="of the test"), serve_pty(Linky()) as path, serial.Serial(path, 9600):
        raise RuntimeError("of the test")
    assert (threading.active_count(), descriptors()) == (threads, files)
    assert not os.path.exists(path)


def test_what_goes_wrong_in_the_line_is_told_at_the_end() -> None:
    meter = Linky()
    served = serve_pty(meter)

    def spoil() -> None:
        meter.groups = None  # type: ignore[method-assign, assignment]

    with pytest.raises(TypeError, match="not callable"), served as path, serial.Serial(path, 9600):
        served.do(spoil)
        served._thread.join(10)


def test_a_wrong_wish_comes_back_to_who_had_it_and_the_line_goes_on() -> None:
    with (served := serve_pty(Linky())) as path, serial.Serial(path, 9600, timeout=5) as port:
        with pytest.raises(ZeroDivisionError):
            served.do(lambda: 1 // 0)
        assert frames_of(port, 1)
