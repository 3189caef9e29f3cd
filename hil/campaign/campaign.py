# SPDX-License-Identifier: Apache-2.0
"""A conformance run: one plan a mode, and the trials of the device's power, are played before anything is judged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xky.boards import Board
from xky.boards.description.laid_over import board_with
from xky.emulator import Linky
from xky.emulator.meter_file.meter_file import meter_file
from xky.emulator.runner import check_speed
from xky.protocol import LABELS, BenchError, InputError, Mode

from ..bench.bench import Bench, board_of, probes_of
from ..bench.board_state import Flash
from ..bench.devices import Device, FedDevice, open_device
from ..bench.mapping import claims_of
from ..bench.probes import Probe, open_probe
from .judgement import Judgement
from .performance import CutShort, play
from .plan import Plan
from .power_trials import PowerTrials
from .record import LINES, Record
from .requirement import Purpose
from .suite import declared_purposes, known_ids
from .verdict import Undecided

if TYPE_CHECKING:
    from ..bench_file import BenchFile, OpenBench

__all__ = ["Campaign", "Options"]

_NOT_PLAYED = "not played: the run was cut short"


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose.

    Attributes:
        device: such as ``sim:winky-c6``.
        board: name or file; None takes the device's own, else ``generic``.
        mode: None runs every mode of the board, one after the other.
        labels: labels that the device claims; None claims as the board says.
        line: how an ``exec:`` device's port is made, or ``serial:PATH``, the wire to a real board.
        parity: ``keep`` leaves it in the characters of a pty, ``strip`` takes it off.
        only: ids of requirements and purposes: nothing else is played and judged; empty takes all.
        probes: where readings are seen, each a SPEC such as ``mqtt``; empty takes those of ``probes_of``.
        statement: a file with keys of a board, laid over it.
        reset: how a real board is started anew: ``rts``, ``dtr`` or a command.
        flash: command that puts its program on it, once a run.
        bench: a bench file, whose instruments are held from the start to the end, and then made safe; what else stands
            in it, ``bench_file.options_over`` has made options of.
        speed: bench seconds per real second.
        seed: of meters, gaps and faults.
        defect: built into simulated firmware.
        meter: ready one or file, in the place of the suite's household.
    """

    device: str
    board: str | None = None
    mode: Mode | str | None = None
    labels: tuple[str, ...] | None = None
    line: str = "pty"
    speed: float = 1.0
    seed: int = 0
    defect: str | None = None
    meter: str | None = None
    parity: str = "strip"
    only: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    statement: Path | None = None
    reset: str | None = None
    flash: str | None = None
    bench: Path | None = None

    @property
    def tic_mode(self) -> Mode | None:
        """The mode as such.

        Raises:
            InputError: there is no such mode.
        """
        return None if self.mode is None else Mode(self.mode)


@dataclass
class Campaign(Judgement):
    """One run over the selected purposes.

    Args:
        options: checked as the campaign is made.
        on_plan: told mode, number of steps and length in seconds (real time only, else 0) before it is played.
        on_step: told mode, name and number of each step as it begins.
        on_played: told the mode when its plan has been played.
        tell: told in a line what a person ought to know of the bench at once.

    Attributes:
        lost: what the bench lost of a real board's wires, so that the run was cut short; None: nothing.
        bench_file: of the bench; None: nobody gave one.
        instruments: of the bench, once they are held; it says afterwards whether they are safe.

    Raises:
        InputError: an option names what is not there.
    """

    options: Options
    on_plan: Callable[[Mode, int, float], None] = lambda mode, steps, duration_s: None
    on_step: Callable[[Mode, str, int], None] = lambda mode, name, number: None
    on_played: Callable[[Mode], None] = lambda mode: None
    tell: Callable[[str], None] = lambda line: None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self._flash = None if self.options.flash is None else Flash(self.options.flash)
        self.lost: BenchError | None = None
        self.bench_file: BenchFile | None = None
        if self.options.bench is not None:
            from ..bench_file import bench_file

            self.bench_file = bench_file(self.options.bench)
        self.instruments: OpenBench | None = None
        device = self.open()
        self.board: Board = board_of(device, self.options.board)
        if self.options.statement is not None:
            self.board = board_with(self.board, self.options.statement)
        if self.options.tic_mode is not None and self.options.tic_mode not in self.board.modes:
            raise InputError(
                f"--mode {self.options.tic_mode}: board {self.board.id} reads {', '.join(self.board.modes)} only"
            )
        self.specs = self.options.probes or tuple(probes_of(device, self.board))
        opened = [open_probe(spec) for spec in self.specs]
        self._probes = tuple(probe.shown for probe in opened)
        self.kinds = {probe.kind for probe in opened}
        if len(set(self._probes)) < len(self._probes):
            raise InputError(f"--probe {self._probes[0]}: is given twice; leave one out")
        self.claims: Mapping[str, frozenset[str] | None] = {probe.shown: self._claims(probe) for probe in opened}
        self.virtual = device.virtual and all(probe.virtual for probe in opened)
        self._virtual_specs = tuple(dict.fromkeys(probe.kind for probe in opened)) if not self.virtual else self.specs
        self.house = None if self.options.meter is None else meter_file(self.options.meter)
        self._check_only()
        check_speed(self.options.speed)

    @property
    def probes(self) -> Sequence[str]:
        return self._probes

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes to run, in order: those of the board, or the chosen one, in which something is asked for."""
        modes = self.board.modes if self.options.tic_mode is None else (self.options.tic_mode,)
        if not self.options.only:
            return modes
        asked = [purpose for purpose in declared_purposes() if self.asks_for(purpose)]
        return tuple(mode for mode in modes if any(mode in purpose.modes for purpose in asked))

    def asks_for(self, purpose: Purpose) -> bool:
        return not self.options.only or not {purpose.id, purpose.requirement.id}.isdisjoint(self.options.only)

    def _check_only(self) -> None:
        known = declared_purposes() if self.options.only else ()
        ids = known_ids() if self.options.only else []
        for only in self.options.only:
            if only not in ids:
                close = get_close_matches(only.upper() if "/" not in only else only, ids, n=1)
                mean = f" Did you mean {close[0]}?" if close else ""
                listed = ", ".join(id_ for id_ in ids if "/" not in id_)
                raise InputError(f"--only {only}: no such requirement or purpose; known: {listed}.{mean}")
            of = {mode for purpose in known if only in (purpose.id, purpose.requirement.id) for mode in purpose.modes}
            if of.isdisjoint(self.modes):
                raise InputError(f"--only {only}: is of mode {', '.join(sorted(of))}, which is not run; leave it out")

    @property
    def files(self) -> Mapping[str, Path]:
        """Files that a person named and that are evidence, by the names that they have there."""
        options = self.options
        named = {"statement.toml": options.statement, "board.toml": options.board, "meter.toml": options.meter}
        return {name: Path(path) for name, path in named.items() if path is not None and Path(path).suffix == ".toml"}

    @property
    def mode_name(self) -> str:
        """``historic``, ``standard`` or ``both``."""
        return self.modes[0].value if len(self.modes) == 1 else "both"

    def open(self) -> Device:
        """A device under test, not started yet."""
        options = self.options
        return open_device(
            options.device, defect=options.defect, line=options.line, parity=options.parity, reset=options.reset,
            flash=self._flash,
        )  # fmt: skip

    def _claims(self, probe: Probe) -> frozenset[str] | None:
        """Labels that it claims to report there; None for all."""
        labels = self.options.labels
        if labels is None:
            return claims_of(self.board, probe.kind)
        known = {name for table in LABELS.values() for name in table}
        for label in labels:
            if label not in known:
                raise InputError(f"--labels {label}: no such label; write names as Enedis does, such as EAST,SINSTS")
        return frozenset(labels)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the device and the instruments of the bench while the block runs; they are made safe whatever ends it.

        Raises:
            InputError: a resource's name is none.
            BenchError: an instrument does not answer, is another one, or another run has it, or has the device.
        """
        with ExitStack() as stack:
            stack.enter_context(self.open().held(self.tell))
            if self.bench_file is not None:
                from ..bench_file import OpenBench

                self.instruments = stack.enter_context(OpenBench(self.bench_file, self.tell))
            yield

    def check(self) -> None:
        """Tell at once what would keep the device from being heard, before anything is played.

        Raises:
            InputError: an address cannot be listened at, or the device cannot be heard there.
            BenchError: what a probe reads from is not there, or is something else.
        """
        for mode in self.modes[:1]:
            meter = Linky(mode=mode)
            Bench(self.open(), self.board, meter, speed=self.options.speed, probes=self.specs).check()

    def plan(self, mode: Mode) -> Plan:
        """The plan of a mode: the steps that are asked for, in the order in which a whole run has them."""
        whole = Plan((one for purpose in declared_purposes() for one in purpose.stimuli), mode).steps
        place = {step: number for number, step in enumerate(whole)}
        wanted = (one for asked in self.purposes if asked.mode is mode for one in asked.purpose.stimuli)
        return Plan(sorted(dict.fromkeys(wanted), key=lambda one: place.get(one, len(place))), mode, house=self.house)

    def _record(self, mode: Mode) -> Record:
        """Play the plan of a mode, then the trials of power, if they are asked for and the bench feeds the device.

        Raises:
            Undecided: a person cut the run short before there was anything to judge.
        """
        if self.aborted:
            raise Undecided(_NOT_PLAYED)
        try:
            return self._played(mode)
        except CutShort as cut:
            self.aborted, self.lost = True, cut.lost
            return cut.record
        except KeyboardInterrupt:
            self.aborted = True
            raise Undecided(_NOT_PLAYED) from None

    def _played(self, mode: Mode) -> Record:
        plan, device = self.plan(mode), self.open()
        self.on_plan(mode, len(plan), self.lengths_s[mode])
        record = play(
            plan,
            device,
            self.board,
            probes=self.specs,
            claims=self.claims,
            seed=self.options.seed,
            speed=self.options.speed,
            on_step=lambda name, number: self.on_step(mode, name, number),
        )
        self.on_played(mode)
        asked = any(one.purpose.requirement.about_power for one in self.purposes if one.mode is mode)
        described = self.board.power
        fed = self.bench_file is not None and self.bench_file.feeds_the_board
        lives_on_it = described is not None and described.source == "tic"
        record.power_unplayed = asked and device.on_hardware and fed and lives_on_it
        if asked and isinstance(device, FedDevice) and described is not None and described.source == "tic":
            try:
                record.power = PowerTrials(
                    self.open, self.board, mode, seed=self.options.seed, probes=self._virtual_specs
                ).play()
            except KeyboardInterrupt:
                record.power_cut_short = True
                raise CutShort(record) from None
        return record

    @cached_property
    def lengths_s(self) -> Mapping[Mode, float]:
        """How long each mode takes in real seconds; 0 in virtual time. Known once the purposes are selected."""
        if self.virtual:
            return dict.fromkeys(self.modes, 0.0)
        asked = {one.mode for one in self.purposes}
        return {mode: self._length_s(self.plan(mode)) if mode in asked else 0.0 for mode in self.modes}

    def _length_s(self, plan: Plan) -> float:
        """How long a plan takes in real seconds."""
        outages = sum(one.server is not None and one.server.probe in self.kinds for one in plan.steps)
        return (self.rehearsed(plan).duration_s + outages * self.board.server_returns_s) / self.options.speed

    def rehearsed(self, plan: Plan) -> Record:
        """The record of a plan played first on a simulated reader, in no time.

        A reader at its lines meets no server: what befalls one lasts as long there as any disturbance, and the longest
        that the device may then take to come back is added.
        """
        board = self.board.model_copy(update={"power": None})  # a reader, whatever the board lives on
        here = [one for one in plan.steps if one.server is None or one.server.probe in self.kinds]
        lines = [one if one.server is None else replace(one, server=None, disturbs=True) for one in here]
        try:
            return play(
                Plan(lines, plan.mode, house=self.house), open_device("sim:generic"), board, probes=(LINES,),
                seed=self.options.seed, speed=self.options.speed,
            )  # fmt: skip
        except CutShort:  # its record is not that of the device
            raise KeyboardInterrupt from None
