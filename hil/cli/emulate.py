# SPDX-License-Identifier: Apache-2.0
"""``xky emulate``: a Linky on a pseudo-terminal in real time, or into a file as fast as it can."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import simpy
import typer

from xky.emulator import Household, Line, Linky, Transmitter, Truth, contract_names
from xky.emulator.meter import DEFAULT_AT
from xky.emulator.outputs.file import FileOutput
from xky.emulator.outputs.pty import PortPty
from xky.emulator.runner import RealTime
from xky.protocol import InputError, Mode

__all__ = ["command"]


def command(
    mode: Annotated[Mode, typer.Option(help="Historic (1200 baud) or standard (9600 baud).")] = Mode.STANDARD,
    phases: Annotated[int, typer.Option(help="1 or 3.")] = 1,
    producer: Annotated[bool, typer.Option("--producer", help="A house with photovoltaics; standard mode.")] = False,
    contract: Annotated[str, typer.Option(help=f"One of {', '.join(contract_names())}.")] = "hc",
    at: Annotated[str, typer.Option(help="Legal time at the start.")] = DEFAULT_AT,
    seed: Annotated[int, typer.Option(help="Same seed, same house, same bytes.")] = 0,
    frames: Annotated[int | None, typer.Option(min=1, help="End after that many frames.")] = None,
    speed: Annotated[float, typer.Option(help="Times as fast as a real line.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Write the characters to a file; alone, the run is virtual.")] = None,
    link: Annotated[Path | None, typer.Option(help="Also make this symbolic link to the pseudo-terminal.")] = None,
) -> None:
    """Run a Linky on a pseudo-terminal (prints its name) until Ctrl-C, or into a file."""
    if speed <= 0:
        raise InputError(f"--speed {speed}: expected a number over 0")
    env = simpy.Environment()
    house = Household(seed, phases, producer)
    meter = Linky(mode=mode, phases=phases, producer=producer, contract=contract, at=at, load=house, seed=seed)
    meter.run_by(lambda: env.now)
    line, truth = Line(), Truth()
    transmitter = Transmitter(env, meter, line, truth, seed=seed)
    sent = 0
    ended = False

    def count() -> None:
        nonlocal sent, ended
        ended = frames is not None and sent >= frames
        sent += 1
        truth.clear()  # an emulator that runs for days keeps no journal

    transmitter.before_frame = count
    recorder = FileOutput(out) if out is not None else None
    try:
        if recorder is not None:
            line.connect(recorder)
        env.process(transmitter.run(until=lambda: ended))
        if recorder is not None and link is None:
            _run_virtual(env, lambda: ended)
        else:
            _run_on_pty(env, line, speed, link, lambda: ended)
    except KeyboardInterrupt:
        sys.exit(0)  # the ordinary end of a run without --frames
    finally:
        if recorder is not None:
            recorder.close()


def _run_virtual(env: simpy.Environment, ended: Callable[[], bool]) -> None:
    while not ended():
        env.step()


def _run_on_pty(env: simpy.Environment, line: Line, speed: float, link: Path | None, ended: Callable[[], bool]) -> None:
    port = PortPty(env, speed=speed)
    try:
        if link is not None:
            _point(link, port.path)
        line.connect(port)
        print(link or port.path, flush=True)
        RealTime(env, speed).run(ended)
    finally:
        port.close()
        if link is not None and link.is_symlink():
            link.unlink()


def _point(link: Path, path: str) -> None:
    """Make the link; a stale one is replaced, anything else is left alone."""
    if link.is_symlink() and not link.exists():
        link.unlink()
    try:
        os.symlink(path, link)
    except OSError as error:
        raise InputError(f"--link {link}: cannot be made ({error.strerror}); give another name") from None
