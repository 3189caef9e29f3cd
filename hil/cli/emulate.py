# SPDX-License-Identifier: Apache-2.0
"""``xky emulate``: a Linky, or a capture, on a port in real time, or into a file as fast as it can."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import simpy
import typer

from xky.emulator import Line, Transmitter, Truth, contract_names
from xky.emulator.line.replay import Replay, bursts_of
from xky.emulator.meter import DEFAULT_AT
from xky.emulator.meter_file.contract_table import drawn_contract
from xky.emulator.meter_file.meter_file import MeterFile, meter_file, meter_names
from xky.emulator.outputs import keeps_parity
from xky.emulator.outputs.choice import PortChoice
from xky.emulator.outputs.file import FileOutput
from xky.emulator.runner import FASTEST, SLOWEST
from xky.emulator.scenario.actions import Actions
from xky.emulator.scenario.play import Play
from xky.emulator.scenario.scenario import Scenario, scenario_named, scenario_names
from xky.emulator.scenario.timeline import Timeline
from xky.protocol import InputError, Mode

from ..emulation.control import Control, Session, open_control
from ..emulation.on_ports import OnPorts, ways_for
from ..plot import check_plot, draw_run
from ..recording.source import open_recording

__all__ = ["command"]


def command(
    mode: Annotated[
        Mode | None, typer.Option(help="Historic (1200 baud) or standard (9600 baud); standard unless told.")
    ] = None,
    phases: Annotated[int | None, typer.Option(help="1 (unless told) or 3.")] = None,
    producer: Annotated[bool, typer.Option("--producer", help="A house with photovoltaics; standard mode.")] = False,
    contract: Annotated[str | None, typer.Option(help=f"One of {', '.join(contract_names())}; hc unless told.")] = None,
    meter: Annotated[str | None, typer.Option(help=f"A meter's file, or one of {', '.join(meter_names())}.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help=f"A scenario's file, or one of {', '.join(scenario_names())}.")
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
    out: Annotated[Path | None, typer.Option(help="Write the characters to a file; alone, the run is virtual.")] = None,
    link: Annotated[Path | None, typer.Option(help="Also make this symbolic link to the pseudo-terminal.")] = None,
    control: Annotated[
        str | None,
        typer.Option(metavar="[HOST:]PORT", help="Serve an HTTP interface that drives the meter; 0: any port."),
    ] = None,
    control_token: Annotated[
        str | None, typer.Option(envvar="XKY_CONTROL_TOKEN", help="What its requests show; made up beyond loopback.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the run when it ends: FILE.svg or FILE.png.")] = None,
) -> None:
    """Run a Linky on a port (prints what to open) until Ctrl-C or the scenario's end, or into a file."""
    if not SLOWEST <= speed <= FASTEST:
        raise InputError(f"--speed {speed:g}: expected a number from {SLOWEST:g} to {FASTEST:g}")
    if plot is not None:
        check_plot(plot)
    given = {"--link": link, "--out": out, "--plot": plot, "--control": control}
    ways = ways_for(
        port, meters, [option for option, value in given.items() if value is not None], keep_parity=keeps_parity(parity)
    )
    virtual = out is not None and link is None and port is None
    env = simpy.Environment()
    if replay is not None:
        foreign = {"--phases": phases, "--producer": producer or None, "--contract": contract, "--meter": meter,
                   "--scenario": scenario, "--at": at, "--seed": seed, "--frames": frames, "--plot": plot,
                   "--control": control, "--meters": meters if meters > 1 else None}  # fmt: skip
        if out is not None and out.exists() and Path(replay).exists() and out.samefile(replay):
            raise InputError(f"--out {out}: is the capture itself; give another name")
        _emulate(env, [_Replayed(env, replay, mode, foreign)], ways, speed, out, link, virtual=virtual)
        return
    runs: list[_Run] = []
    for number in range(meters):
        of_its_own = runs[0].seed + number if runs else seed
        told = _Told(mode=mode, phases=phases, producer=producer or None, contract=contract, at=at, seed=of_its_own)
        story = None if scenario is None else _scenario(scenario, meter, told)
        written = _meter(meter, told) if story is None else story.first_meter
        runs.append(_Run(env, written, story, frames, keep_chronicle=plot is not None))
    run = runs[0]
    channel = open_control(control, control_token, virtual=virtual)
    try:
        _emulate(env, runs, ways, speed, out, link, channel, virtual=virtual)
    finally:
        if plot is not None and run.chronicle.moments:
            run.chronicle.close(run.transmitter.meter)
            draw_run(run.chronicle, plot, story.title if story is not None else written.title)


def _emulate(
    env: simpy.Environment,
    runs: "Sequence[_Run | _Replayed]",
    ways: Sequence[PortChoice],
    speed: float,
    out: Path | None,
    link: Path | None,
    channel: Control | None = None,
    *,
    virtual: bool,
) -> None:
    """Into a file in virtual time, or on ports in real time, or both in real time."""
    recorder = FileOutput(out) if out is not None else None
    try:
        if recorder is not None:
            runs[0].line.connect(recorder)
        if virtual:
            runs[0].run_virtual()
        else:
            _run_on_ports(env, runs, ways, speed, link, channel)
    except KeyboardInterrupt:
        sys.exit(0)  # the ordinary end of a run without --frames
    finally:
        if channel is not None:
            channel.close()
        if recorder is not None:
            recorder.close()


class _Told:
    """What the command line says of the meter, over any file."""

    def __init__(self, **options: Any) -> None:
        self.options = {name: value for name, value in options.items() if value is not None}

    @property
    def changes(self) -> dict[str, Any]:
        """The same as keys of a meter's file."""
        if "contract" not in self.options:
            return self.options
        return self.options | {"contract": drawn_contract(self.options["contract"])}


def _meter(name: str | None, told: _Told) -> MeterFile:
    """The meter of ``--meter``, or a common one, with what else the command line says."""
    meter = (MeterFile() if name is None else meter_file(name)).changed(**told.changes)
    meter.build()  # complains before anything is written
    return meter


def _scenario(name: str, meter: str | None, told: _Told) -> Scenario:
    foreign = ["--meter"] * (meter is not None) + [f"--{key}" for key in told.options if key not in ("mode", "seed")]
    if foreign:
        raise InputError(
            f"{foreign[0]}: a scenario brings its own meter and times; leave it out, or write it in the scenario"
        )
    return scenario_named(name, **told.options)


class _Run:
    """One emulated line."""

    def __init__(
        self,
        env: simpy.Environment,
        written: MeterFile,
        story: Scenario | None,
        frames: int | None,
        *,
        keep_chronicle: bool,
    ) -> None:
        self.env = env
        self.seed = written.seed
        self.line, self._truth, self.chronicle = Line(), Truth(), Timeline()
        self._keep_chronicle = keep_chronicle
        meter = written.build(at_us=None if story is None else story.at_us)
        meter.run_by(lambda: float(self.env.now))
        self.transmitter = Transmitter(self.env, meter, self.line, self._truth, seed=written.seed)
        self.transmitter.before_frame = self._before_frame
        self._frames, self._sent = frames, 0
        self._play: Play | None = None
        if story is not None:
            self._play = Play(self.env, self.transmitter, story, self.chronicle.remark)
            self.env.process(self._play.run())
            self.acts = self._play.acts
        else:
            self.acts = Actions(self.env, self.transmitter, written, self.chronicle.remark)
        self.desk: Session | None = None
        self.ended = False
        self.env.process(self.transmitter.run(until=lambda: self.ended))

    def _before_frame(self) -> None:
        self.ended = (self._frames is not None and self._sent >= self._frames) or (
            self._play is not None and self._play.ended
        )
        if self.transmitter.meter.powered:
            self._sent += 1
        if self.desk is not None:
            self.desk.between_frames(self._truth)
        self._truth.clear()  # an emulator that runs for days keeps no journal
        if self._keep_chronicle:
            self.chronicle.look(self.transmitter.meter)

    def run_virtual(self) -> None:
        """As fast as it can."""
        while not self.ended:
            self.env.step()


class _Replayed:
    """One recorded line."""

    def __init__(self, env: simpy.Environment, source: str, mode: Mode | None, foreign: Mapping[str, object]) -> None:
        told = [name for name, value in foreign.items() if value is not None]
        if told:
            raise InputError(f"{told[0]}: a capture says what it says; leave {told[0]} or --replay out")
        recording = open_recording(source, mode)
        self._env, self.line = env, Line()
        self._replay = Replay(env, self.line, bursts_of(recording.runs, recording.mode.character_s))
        self._process = env.process(self._replay.run())

    @property
    def ended(self) -> bool:
        """Whether all was sent."""
        return self._replay.ended

    def run_virtual(self) -> None:
        """As fast as it can."""
        self._env.run(until=self._process)


def _run_on_ports(
    env: simpy.Environment,
    runs: Sequence[_Run | _Replayed],
    ways: Sequence[PortChoice],
    speed: float,
    link: Path | None,
    channel: Control | None,
) -> None:
    has_a_beginning = any(isinstance(run, _Replayed) for run in runs)  # which somebody should hear
    with OnPorts(
        env, [run.line for run in runs], ways, speed=speed, link=link, patient=speed > 1 or has_a_beginning
    ) as ports:
        ports.tell_names()
        if channel is not None and isinstance(run := runs[0], _Run):
            run.desk = channel.start(env, run.transmitter, run.acts)
        ports.wait_for_readers()
        if channel is not None:
            channel.watch(ports.runner)
        ports.play(lambda: all(run.ended for run in runs))
        if channel is not None:
            channel.close()
        ports.drain()
