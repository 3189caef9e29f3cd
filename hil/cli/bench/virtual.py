# SPDX-License-Identifier: Apache-2.0
"""``xky bench virtual``: instruments that do not exist, on a simulated board, until Ctrl-C."""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from xky.boards import board_named, board_names, known_defects
from xky.emulator.supply import SUPPLIES, supply_named
from xky.protocol import InputError, Mode
from xky.protocol.errors import cannot_be_written

from ...held_resource import held_resource
from ...named_file import named_file
from ...virtual import DEFAULT_MAKES, RunningClock, SteppedClock, VirtualBench, VirtualReceiver, planned
from ...virtual.bench_toml import bench_toml
from ...virtual.board_network import BoardNetwork
from ...virtual.input_circuit import InputCircuit

__all__ = ["command"]


def command(
    board: Annotated[
        str, typer.Option(autocompletion=board_names, help="That the instruments are on: a name or a TOML file.")
    ] = "winky-c6",
    supply: Annotated[
        str, typer.Option(help=f"Whose resistance stands before terminal A: {', '.join(SUPPLIES)}.")
    ] = "typical",
    make: Annotated[
        list[str] | None, typer.Option(metavar="ROLE=MAKE", help="Another make, as scope=rigol; may be repeated.")
    ] = None,
    connection: Annotated[str, typer.Option(help="tcp, or pty: a serial port.")] = "tcp",
    misbehave: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=HOW[@N]", help="As supply=late, or load=hang-up@12: after twelve messages."),
    ] = None,
    mode: Annotated[Mode | None, typer.Option(help="Of the TIC; standard unless told.")] = None,
    seed: Annotated[int, typer.Option(help="Of noise, and of what each instrument is off.")] = 0,
    speed: Annotated[float, typer.Option(help="Bench seconds per real second.")] = 1.0,
    stepped: Annotated[
        bool,
        typer.Option("--stepped", help="The clock stands but while somebody waits: minutes in seconds."),
    ] = False,
    input_ohm: Annotated[
        float, typer.Option(min=1.0, help="Resistance of the receiver's input, as generator and scope find it.")
    ] = 1200.0,
    threshold_v: Annotated[
        float | None,
        typer.Option(min=0.01, help="Peak of the carrier from which on the receiver takes a generator's for a 0."),
    ] = None,
    fed: Annotated[
        bool,
        typer.Option(
            "--fed", help="The board lives on terminal A alone: its firmware reads the line while it has charge."
        ),
    ] = False,
    defect: Annotated[
        str | None, typer.Option(autocompletion=lambda: [*known_defects()], help="Built into its firmware; with --fed.")
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="Where the board that is --fed publishes, and a run listens: mqtt:ADDRESS:PORT, influx:ADDRESS:PORT.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(callback=named_file, help="Write the bench's file: BENCH.toml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The resources as one JSON object.")] = False,
    while_running: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND...]", help="Serve them while it runs, and end with its status."),
    ] = None,
) -> None:
    """Start virtual instruments on a simulated board, tell their VISA resources, and serve them until Ctrl-C."""
    if stepped and speed != 1.0:
        raise InputError("--stepped and --speed: a clock that stands has no speed; give one of them")
    if defect is not None and not fed:
        raise InputError(f"--defect {defect}: is built into firmware, and only a board that is --fed has it; add --fed")
    if probe and not fed:
        raise InputError(f"--probe {probe[0]}: only a board that is --fed publishes; add --fed")
    if fed and stepped:
        raise InputError("--fed and --stepped: a line needs a clock that goes on; leave --stepped out")
    makes = {**DEFAULT_MAKES, **_pairs("--make", make or [])}
    clock = SteppedClock() if stepped else RunningClock(speed)
    own = tempfile.TemporaryDirectory(prefix="xky-bench-")  # nobody else can guess what takes its access point away
    away = Path(own.name) / "access-point-is-away"
    bench = VirtualBench(
        board_named(board), supply_named(supply), clock, makes=makes, connection=connection,
        misbehaviours={role: planned(how) for role, how in _pairs("--misbehave", misbehave or []).items()},
        mode=mode or Mode.STANDARD, seed=seed, circuit=InputCircuit(input_ohm, threshold_v=threshold_v),
        firmware=board if fed else None, defect=defect, network=BoardNetwork(probe, away) if probe else None,
    )  # fmt: skip
    with own, bench, closing(VirtualReceiver(bench.board)) as receiver, ExitStack() as stack:
        if not stepped:
            bench.let_hear(receiver.hear)
        if out is not None:
            stack.enter_context(held_resource(str(out.resolve())))  # another one that runs is told by this file
            _write(out, bench_toml(bench, receiver))
        if while_running:
            raise typer.Exit(_status_of(while_running))
        if as_json:
            told = [{"role": role, "make": bench.makes[role], "resource": one} for role, one in bench.resources.items()]
            print(json.dumps({"board": board, "supply": supply, "seed": seed, "instruments": told,
                              "line": receiver.line, "console": receiver.console}))  # fmt: skip
        else:
            for role, resource in bench.resources.items():
                print(f"{role:<10} {bench.makes[role]:<9} {resource}")
            print(f"{'line':<10} {'':<9} {receiver.line}")
            print(f"{'console':<10} {'':<9} {receiver.console}")
            print(f"written: {out}" if out is not None else "Ctrl-C ends")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):  # SIGTERM is that too
            Event().wait()


def _pairs(option: str, given: list[str]) -> dict[str, str]:
    """``ROLE=SOMETHING``, of roles that there are."""
    pairs = {}
    for text in given:
        role, equals, rest = text.partition("=")
        if not equals or not rest:
            raise InputError(f"{option} {text}: expected ROLE=SOMETHING, as scope=rigol")
        if role not in DEFAULT_MAKES:
            raise InputError(f"{option} {text}: role {role!r} unknown; expected one of {', '.join(DEFAULT_MAKES)}")
        pairs[role] = rest
    return pairs


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise cannot_be_written(f"--out {path}", error) from None


def _status_of(command: list[str]) -> int:
    """Run it, and tell how it ended."""
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        raise InputError(f"{command[0]}: cannot be run ({error.strerror}); give a command behind --") from None
