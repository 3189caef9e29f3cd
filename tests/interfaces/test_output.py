# SPDX-License-Identifier: Apache-2.0
"""One test for every way out of the emulator."""

import os
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.outputs import Output
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
    assert {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "output"} == set(WAYS)


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
