# SPDX-License-Identifier: Apache-2.0
"""``xky emulate``: a Linky, or a capture, on a port in real time, or into a file as fast as it can."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import simpy
import typer

from xky.boards import board_names
from xky.emulator import contract_names
from xky.emulator.meter import DEFAULT_AT
from xky.emulator.meter_file.meter_file import meter_names
from xky.emulator.outputs.port_choice import keeps_parity
from xky.emulator.runner import check_speed
from xky.emulator.scenario.emulated import Emulated, emulated, foreign_to_scenario
from xky.emulator.scenario.scenario import scenario_names
from xky.protocol import InputError, Mode

from ..emulation.control import open_control
from ..emulation.emulated_run import EmulatedRun
from ..emulation.play import play
from ..emulation.ports import port_choices
from ..emulation.replayed_run import ReplayedRun
from ..plot import check_plot, draw_run
from ..recording.source import open_recording
from ..terminal import complain

__all__ = ["command"]


def command(
    mode: Annotated[
        Mode | None, typer.Option(help="Historic (1200 baud) or standard (9600 baud); standard unless told.")
    ] = None,
    phases: Annotated[int | None, typer.Option(help="1 (unless told) or 3.")] = None,
    producer: Annotated[bool, typer.Option("--producer", help="A house with photovoltaics; standard mode.")] = False,
    contract: Annotated[
        str | None,
        typer.Option(autocompletion=contract_names, help=f"One of {', '.join(contract_names())}; hc unless told."),
    ] = None,
    meter: Annotated[
        str | None,
        typer.Option(autocompletion=meter_names, help=f"A meter's file, or one of {', '.join(meter_names())}."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            autocompletion=scenario_names, help=f"A scenario's file, or one of {', '.join(scenario_names())}."
        ),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Send a capture again, at its times; not with the options of a meter."),
    ] = None,
    at: Annotated[str | None, typer.Option(help=f"Legal time at the start; {DEFAULT_AT} unless told.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same house, same bytes; 0 unless told.")] = None,
    frames: Annotated[int | None, typer.Option(min=1, help="End after that many frames.")] = None,
    speed: Annotated[float, typer.Option(help="Times as fast as a real line.")] = 1.0,
    port: Annotated[
        str | None,
        typer.Option(
            help="pty (unless told), tcp, rfc2217, tcp://HOST:PORT, rfc2217://HOST:PORT, serial:/dev/ttyUSB0, or - for "
            "standard output."
        ),
    ] = None,
    meters: Annotated[int, typer.Option(min=1, help="So many meters, each with a port and a seed of its own.")] = 1,
    parity: Annotated[
        str, typer.Option(help="keep leaves it in the characters, in bit 7; strip takes it off.")
    ] = "strip",
    out: Annotated[
        Path | None,
        typer.Option(help="Write the characters to a file, or - for standard output; alone, the run is virtual."),
    ] = None,
    link: Annotated[Path | None, typer.Option(help="Also make this symbolic link to the pseudo-terminal.")] = None,
    control: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT", help="Serve a live page and the HTTP interface that drives the meter; 0: any port."
        ),
    ] = None,
    board: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            autocompletion=board_names,
            help="A simulated board listens, too, and lives on terminals I1-A; --control tells of it.",
        ),
    ] = None,
    control_token: Annotated[
        str | None, typer.Option(envvar="XKY_CONTROL_TOKEN", help="What its requests show; made up beyond loopback.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the run when it ends: FILE.svg or FILE.png.")] = None,
) -> None:
    """Run a Linky on a port (prints what to open) until Ctrl-C or the scenario's end, or into a file."""
    check_speed(speed)
    if plot is not None:
        check_plot(plot)
    given = {"--link": link, "--out": out, "--plot": plot, "--control": control, "--board": board}
    choices = port_choices(
        port, meters, [option for option, value in given.items() if value is not None], keep_parity=keeps_parity(parity)
    )
    _check_stdout(out, {"--port": port, "--link": link, "--plot": plot, "--control": control})
    virtual = out is not None and link is None and port is None
    if virtual and keeps_parity(parity):
        raise InputError(
            "--parity keep: is for a pseudo-terminal, and --out alone makes none; leave it out, or add --link"
        )
    env = simpy.Environment()
    if replay is not None:
        foreign = {"--phases": phases, "--producer": producer or None, "--contract": contract, "--meter": meter,
                   "--scenario": scenario, "--at": at, "--seed": seed, "--frames": frames, "--plot": plot,
                   "--control": control, "--board": board, "--meters": meters if meters > 1 else None}  # fmt: skip
        _check_replay(replay, out, [option for option, value in foreign.items() if value is not None])
        recording = open_recording(replay, mode)
        replayed = ReplayedRun(env, recording)
        if replayed.is_empty:
            raise InputError(f"{replay}: holds no byte of a line; give another capture")
        with _ends_at_will(out):
            play(env, [replayed], choices, speed=speed, link=link, out=out, virtual=virtual)
        if (damage := recording.damage()) is not None:
            complain(f"{replay}: {damage}")
        return
    if board is not None and control is None:
        raise InputError(f"--board {board}: nobody would see what it does; add --control 8080")
    told = {"mode": mode, "phases": phases, "producer": producer or None, "contract": contract, "at": at, "seed": seed}
    told = {key: value for key, value in told.items() if value is not None}
    first = _emulated(meter, scenario, told)
    runs = [EmulatedRun(env, first, frames, keep_timeline=plot is not None, board=board, speed=speed)]
    for number in range(1, meters):
        other = _emulated(meter, scenario, {**told, "seed": runs[0].seed + number})
        runs.append(EmulatedRun(env, other, frames, keep_timeline=plot is not None))
    channel = open_control(control, control_token, virtual=virtual)
    timeline, transmitter = runs[0].timeline, runs[0].transmitter
    try:
        with _ends_at_will(out):
            play(env, runs, choices, speed=speed, link=link, out=out, virtual=virtual, control=channel)
    finally:
        if plot is not None and timeline.moments:
            timeline.close(transmitter.meter)
            draw_run(timeline, plot, first.meter.title if first.scenario is None else first.scenario.title)


@contextmanager
def _ends_at_will(out: Path | None) -> Iterator[None]:
    """Ctrl-C is the ordinary end of a run without --frames."""
    try:
        yield
    except KeyboardInterrupt:
        complain(f"ended; {'nothing was to be kept' if out is None else f'what was sent until now is in {out}'}")
        sys.exit(0)


def _check_stdout(out: Path | None, besides: Mapping[str, object]) -> None:
    """Standard output is the line's alone, or its reader takes what is told there for characters of it."""
    told = [option for option, value in besides.items() if value is not None]
    if out is not None and str(out) == "-" and told:
        raise InputError(f"{told[0]}: does not go with --out -, which has standard output to itself; give a file")


def _check_replay(replay: str, out: Path | None, foreign: Sequence[str]) -> None:
    if out is not None and str(out) != "-" and out.exists() and Path(replay).exists() and out.samefile(replay):
        raise InputError(f"--out {out}: is the capture itself; give another name")
    if foreign:
        raise InputError(f"{foreign[0]}: a capture says what it says; leave {foreign[0]} or --replay out")


def _emulated(meter: str | None, scenario: str | None, told: Mapping[str, Any]) -> Emulated:
    if scenario is not None and (foreign := foreign_to_scenario(meter, told)) is not None:
        raise InputError(
            f"--{foreign}: a scenario brings its own meter and times; leave it out, or write it in the scenario"
        )
    return emulated(meter, scenario, told)
