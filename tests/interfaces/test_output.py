# SPDX-License-Identifier: Apache-2.0
"""One test for every way out of the emulator."""

import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.outputs import Output, paced
from xky.emulator.outputs.file import FileOutput
from xky.emulator.outputs.pty import PortPty
from xky.protocol import Burst, InputError

FOLDER = Path(__file__).parents[2] / "emulator" / "outputs"


@dataclass
class Way:
    """An output on a clock, and what came out of it."""

    env: simpy.Environment
    output: Output
    came_out: Callable[[], bytes]


def to_file(folder: Path) -> Iterator[Way]:
    output = FileOutput(folder / "capture.tic")

    def came_out() -> bytes:
        output.close()
        return (folder / "capture.tic").read_bytes()

    yield Way(simpy.Environment(), output, came_out)
    output.close()


def to_pty(folder: Path) -> Iterator[Way]:
    env = simpy.Environment()
    output = PortPty(env)
    fd = os.open(output.path, os.O_RDWR | os.O_NOCTTY)

    def came_out() -> bytes:
        heard = b""
        while select.select([fd], [], [], 0.02)[0]:
            heard += os.read(fd, 65536)
        return heard

    yield Way(env, output, came_out)
    os.close(fd)
    output.close()


WAYS = {"file": to_file, "pty": to_pty}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    yield from WAYS[request.param](tmp_path)


def test_each_file_of_the_folder_is_tested_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "output", "paced", "port"} == set(WAYS)


def test_every_character_comes_out_once_and_in_order(way: Way) -> None:
    meter, line, truth = Linky(), Line(), Truth()
    meter.run_by(lambda: float(way.env.now))
    line.connect(way.output)
    way.env.process(Transmitter(way.env, meter, line, truth).run(lambda: len(truth) == 3))
    way.env.run()
    assert way.came_out() == b"".join(frame.data for frame in truth)


def test_every_seven_bit_code_comes_out_as_it_is(way: Way) -> None:
    way.output(Burst(0.0, 10 / 9600, bytes(range(128))))
    way.env.run()
    assert way.came_out() == bytes(range(128))


def test_closing_twice_is_safe(way: Way) -> None:
    way.output.close()
    way.output.close()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no/such\.tic: cannot be written \(No such file.*give another --out"):
        FileOutput(tmp_path / "no" / "such.tic")


# A pty that waits for its reader: for runs faster than a real line


class SlowReader:
    """A program that opens a port and reads a little at a time, up to the hang-up."""

    def __init__(self, path: str, *, stop_after: int | None = None) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self._stop_after = stop_after
        self.heard = b""
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            while self._stop_after is None or len(self.heard) < self._stop_after:
                time.sleep(0.002)
                self.heard += os.read(self._fd, 1500)
        except OSError:  # the hang-up
            pass
        finally:
            os.close(self._fd)

    def wait(self) -> bytes:
        """What it heard in all."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.heard


MANY = bytes(n * 7 % 96 + 32 for n in range(100_000))  # more than any buffer of the kernel holds


def patient_pty() -> PortPty:
    return PortPty(simpy.Environment(), speed=1e4, patient=True)


@pytest.mark.realtime
def test_a_slow_reader_holds_a_patient_pty_back_and_gets_every_character() -> None:
    output = patient_pty()
    reader = SlowReader(output.path)
    output(Burst(0.0, 10 / 9600, MANY))
    output._env.run()
    output.drain()
    output.close()
    assert reader.wait() == MANY
    assert not output.overruns


@pytest.mark.realtime
def test_a_patient_pty_does_not_wait_for_a_reader_that_went_away() -> None:
    output = patient_pty()
    reader = SlowReader(output.path, stop_after=10_000)
    output(Burst(0.0, 10 / 9600, MANY))
    output._env.run()
    output.drain()
    heard = reader.wait()
    assert MANY.startswith(heard)
    output.close()


@pytest.mark.realtime
def test_a_patient_pty_sends_into_the_void_while_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "_READER_COMES_WITHIN_S", 0.2)
    output = patient_pty()
    began_s = time.monotonic()
    output.wait_for_reader()
    output(Burst(0.0, 10 / 9600, MANY))
    output._env.run()
    output.drain()
    output.close()
    assert 0.2 <= time.monotonic() - began_s < 2


@pytest.mark.realtime
def test_a_patient_pty_waits_for_its_first_reader() -> None:
    output = patient_pty()
    readers: list[SlowReader] = []
    opening = threading.Timer(0.2, lambda: readers.append(SlowReader(output.path)))
    opening.start()
    output.wait_for_reader()
    output(Burst(0.0, 10 / 9600, b"the first frame"))
    output._env.run()
    output.drain()
    output.close()
    assert readers[0].wait() == b"the first frame"
