# SPDX-License-Identifier: Apache-2.0
"""Plays runs: into a file in virtual time, on ports in real time, or both in real time."""

from collections.abc import Sequence
from pathlib import Path

import simpy

from xky.emulator.outputs.file import FileOutput
from xky.emulator.outputs.port_choice import PortChoice

from .control import Control
from .emulated_run import EmulatedRun
from .ports import EmulatedPorts
from .replayed_run import ReplayedRun

__all__ = ["play"]


def play(
    env: simpy.Environment,
    runs: Sequence[EmulatedRun | ReplayedRun],
    choices: Sequence[PortChoice],
    *,
    speed: float,
    link: Path | None,
    out: Path | None,
    virtual: bool,
    control: Control | None = None,
) -> None:
    """Play runs until all have ended; what was opened is closed however it ends.

    Args:
        env: the clock of all of them.
        runs: a line each.
        choices: of the ports, one a run; not opened in virtual time.
        speed: bench seconds per real second.
        link: symbolic link to make to the first port's name.
        out: file for the characters of the first run.
        virtual: into the file alone, as fast as it can.
        control: serves clients that drive the first run.

    Raises:
        InputError: the file, a port or the link cannot be made.
        BenchError: a port was lost, or there is no room for the file any more.
    """
    file = FileOutput(out) if out is not None else None
    try:
        if file is not None:
            runs[0].line.connect(file)
        if virtual:
            runs[0].run_virtual()
        else:
            _play_on_ports(env, runs, choices, speed, link, control)
    finally:
        if control is not None:
            control.close()
        if file is not None:
            file.close()


def _play_on_ports(
    env: simpy.Environment,
    runs: Sequence[EmulatedRun | ReplayedRun],
    choices: Sequence[PortChoice],
    speed: float,
    link: Path | None,
    control: Control | None,
) -> None:
    has_a_beginning = any(isinstance(run, ReplayedRun) for run in runs)  # which somebody should hear
    with EmulatedPorts(
        env, [run.line for run in runs], choices, speed=speed, link=link, patient=speed > 1 or has_a_beginning
    ) as ports:
        ports.tell_names()
        if control is not None and isinstance(run := runs[0], EmulatedRun):
            run.session = control.start(env, run.transmitter, run.actions, run.line, run.truth, run.board)
        if control is None:
            ports.wait_for_readers()
        else:
            control.watch(ports.runner)
            ports.wait_for_readers(control.attend)
        try:
            ports.play(lambda: all(run.ended for run in runs))
        finally:
            ports.tell_lateness()
        if control is not None:
            control.close()
        ports.drain()
