# SPDX-License-Identifier: Apache-2.0
"""A conformance run: one plan a mode, and the trials of the device's power, are played before anything is judged."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
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
from ..bench.devices.sim import SimDevice
from ..bench.mapping import claims_of
from ..bench.probes import Probe, open_probe
from .condition import facts_at
from .contested import contested_purposes
from .declared_meters import why_not_for
from .firmware import Firmware, program_files
from .hidden_secrets import HiddenSecrets, secrets_of_run
from .indicator.trials import IndicatorTrials
from .judgement import Asked, no_concern
from .only_option import check_only
from .options import Options
from .oracle import Case
from .performance import CutShort, play
from .plan import Plan
from .played_input import can_drive_the_input, can_play_carriers, play_input
from .played_power import feed_before_the_plan, play_power, require_same_clock, why_unfed
from .printed_page import chromium
from .profiles import profile_named
from .quick import SKIPPED, QuickChoice, quick_choice
from .record import Record
from .recorded import fed_or_not
from .rehearsal import Rehearsal
from .requirement import Purpose
from .resumption import Earlier, Journal
from .suite import declared_purposes, known_ids
from .verdict import NotApplicable, Undecided
from .virtual_lateness import virtual_lateness
from .waivers import check_waivers

if TYPE_CHECKING:
    from ..bench_file import BenchFile, OpenBench
    from .comparison import Baseline

__all__ = ["Campaign", "Options"]

_NOT_PLAYED = "not played: the run was cut short"


@dataclass
class Campaign(Rehearsal):
    """One run over the selected purposes.

    Args:
        options: checked as the campaign is made.
        on_plan: told mode, number of steps and length in seconds (real time only, else 0) before it is played.
        on_step: told mode, name and number of each step as it begins.
        on_played: told the mode when its plan has been played.
        on_bench: told the mode and the bench that its plan is about to be played on.
        on_wait: told in a line what takes time beside the plans.
        tell: told in a line what a person ought to know of the bench at once.
        against: an earlier run that this one is laid beside.
        journal: keeps what is played as it goes; None: nobody wants that.
        earlier: parts of this very run that was interrupted.

    Attributes:
        lost: what the bench lost of a real board's wires, so that the run was cut short; None: nothing.
        anonymised: its records have pseudonyms in the place of what is personal.
        known_firmware: what is known of the program, where the records do not tell it any more.
        bench_file: of the bench; None: nobody gave one.
        instruments: of the bench, once they are held; it says afterwards whether they are safe.
        virtual_specs: probes of trials in virtual time.
        program: the files that the program under test is made of, as they were before the run.
        quick: what is played of each mode, where not all of it is.

    Raises:
        InputError: an option names what is not there.
    """

    options: Options
    on_plan: Callable[[Mode, int, float], None] = lambda mode, steps, duration_s: None
    on_step: Callable[[Mode, str, int], None] = lambda mode, name, number: None
    on_played: Callable[[Mode], None] = lambda mode: None
    on_bench: Callable[[Mode, Bench], None] = lambda mode, bench: None
    on_wait: Callable[[str], None] = lambda line: None
    tell: Callable[[str], None] = lambda line: None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    against: "Baseline | None" = None
    journal: Journal | None = None
    earlier: Earlier | None = None

    def __post_init__(self) -> None:
        self._flash = None if self.options.flash is None else Flash(self.options.flash)
        self.lost: BenchError | None = None
        self.anonymised = False
        self.known_firmware: Firmware | None = None
        self.bench_file: BenchFile | None = None
        if self.options.bench is not None:
            from ..bench_file import bench_file

            self.bench_file = bench_file(self.options.bench)
        self.instruments: OpenBench | None = None
        self.quick: dict[Mode, QuickChoice] = {}
        device = self.open()
        self.on_hardware = device.on_hardware
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
        self._facts = partial(facts_at, is_on_hardware=device.on_hardware, is_fed=fed_or_not(device, self.board))
        self.virtual = device.virtual and all(probe.virtual for probe in opened)
        self.virtual_specs = tuple(dict.fromkeys(probe.kind for probe in opened)) if not self.virtual else self.specs
        self.house = None if self.options.meter is None else meter_file(self.options.meter)
        if self.options.profile is not None:
            self._check_profile(self.options.profile)
        check_only(self.options.only, self.modes)
        if self.options.pdf:
            chromium()
        self.contested: Mapping[str, str] = contested_purposes(self.options.contested, self._judges)
        check_speed(self.options.speed)
        check_waivers(self.board, self.options.statement, self.started.date(), known_ids)
        if self.house is None and 1 not in self.board.phases:
            raise InputError(
                f"board {self.board.id}: phases = {list(self.board.phases)}, and the household of the suite has one; "
                "give --meter one of three phases, such as tempo-3p"
            )
        self.program = program_files(device.files)

    @property
    def probes(self) -> Sequence[str]:
        return self._probes

    @cached_property  # collecting the suite asks once for each purpose
    def modes(self) -> tuple[Mode, ...]:
        """The modes to run, in order: those of the board, or the chosen one, in which something is asked for."""
        modes = self.board.modes if self.options.tic_mode is None else (self.options.tic_mode,)
        if not self.options.asked:
            return modes
        asked = [purpose for purpose in declared_purposes() if self.asks_for(purpose)]
        return tuple(mode for mode in modes if any(mode in purpose.modes for purpose in asked))

    def asks_for(self, purpose: Purpose) -> bool:
        asked = self.options.asked
        return not asked or not {purpose.id, purpose.requirement.id}.isdisjoint(asked)

    def _judges(self, purpose: Purpose) -> bool:
        return self.asks_for(purpose) and not purpose.modes.isdisjoint(self.modes)

    @cached_property
    def hidden(self) -> HiddenSecrets:
        """What it knows and no file of its report may tell."""
        return secrets_of_run(self.board, self.options)

    @property
    def files(self) -> Mapping[str, Path]:
        """Files that a person named and that are evidence, by the names that they have there."""
        options = self.options
        named = {"statement.toml": options.statement, "board.toml": options.board, "meter.toml": options.meter}
        return {name: Path(path) for name, path in named.items() if path is not None and Path(path).suffix == ".toml"}

    @property
    def firmware(self) -> Firmware:
        """What is known of the program under test."""
        return self.known_firmware or Firmware(self.board, self.program, tuple(self.records.values()))

    @property
    def mode_name(self) -> str:
        """``historic``, ``standard`` or ``both``."""
        return self.modes[0].value if len(self.modes) == 1 else "both"

    def _check_profile(self, name: str) -> None:
        for option in ("only", "quick"):
            if getattr(self.options, option):
                raise InputError(f"--{option}: --profile {name} says what is asked, all of it; leave --{option} out")
        profile_named(name).check(name, self.board)

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
                if self.measures_power or self.plays_carrier:
                    require_same_clock(self.instruments.instruments, self.options.speed)
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

    def select(self, purposes: Iterable[Asked]) -> None:
        super().select(purposes)
        if self.options.quick:
            earlier, self.earlier = self.earlier, None  # the choice is that of the whole run
            self.quick = {mode: quick_choice(self, mode) for mode in self.modes}
            self.earlier = earlier

    @cached_property
    def unplayed(self) -> frozenset[Asked]:
        """What ``--quick`` leaves out, whether it concerns the device or not."""
        return frozenset(one for choice in self.quick.values() for one in choice.skipped)

    @cached_property
    def skipped(self) -> frozenset[Asked]:
        """What ``--quick`` leaves out of what concerns the device."""
        return frozenset(one for one in self.unplayed if not self.why_not_concerned(one))

    def why_not_concerned(self, asked: Asked) -> str:
        """Why something does not concern the device, whatever is played; empty where it may."""
        return no_concern(asked, self._facts(self.board, asked.probe, self.claims[asked.probe]))

    def case(self, asked: Asked) -> Case:
        self.require_claim(asked, self.board)
        part = self.part_of(asked)
        try:
            if asked in self.unplayed:
                raise Undecided(SKIPPED)
            if part is None or self.earlier is None:
                return super().case(asked)
        except Undecided:  # nothing was played that would show it
            if why := self.why_not_concerned(asked):
                raise NotApplicable(why) from None
            raise
        return Case(asked.purpose, self.earlier.oracle(part, asked.mode, asked.probe))

    def part_of(self, asked: Asked) -> int | None:
        """The number of the earlier part that settled it; None: this one has to."""
        return None if self.earlier is None else self.earlier.part_of(asked)

    @property
    def left(self) -> Sequence[Asked]:
        """What is asked of the device now."""
        unplayed = self.unplayed
        return [one for one in self.purposes if one not in unplayed and self.part_of(one) is None]

    @property
    def plays_power(self) -> bool:
        described = self.board.power
        return described is not None and described.source == "tic" and isinstance(self.open(), FedDevice)

    @property
    def plays_light(self) -> bool:
        return self.board.indicator is not None and isinstance(self.open(), SimDevice) and self.board.wake is None

    @property
    def plays_input(self) -> bool:
        return can_drive_the_input(self)

    @property
    def plays_carrier(self) -> bool:
        return can_play_carriers(self)

    @property
    def measures_power(self) -> bool:
        return why_unfed(self) == ""

    def plan(self, mode: Mode) -> Plan:
        """The plan of a mode: what is asked for, in the order of a whole run; what was played before stands behind."""
        sleeps = bool(self.board.pace_s)
        every = (one for purpose in declared_purposes() for one in purpose.stimuli)
        whole = Plan(every, mode, house=self.house, sleeps=sleeps, rides=not sleeps).steps
        asked = [one for one in self.purposes if one.mode is mode and self.part_of(one) is None]
        wanted = (one for purpose in asked for one in purpose.purpose.stimuli if not why_not_for(self.board, one, mode))
        quick, earlier = self.quick.get(mode), self.earlier
        chosen = [one for one in dict.fromkeys(wanted) if quick is None or one in quick.steps]
        turns = {one: 0 if earlier is None else earlier.turn_of(one, mode) for one in chosen}
        chosen.sort(key=lambda one: (turns[one], whole.index(one) if one in whole else len(whole)))
        return Plan(chosen, mode, house=self.house, in_order=True, rides=not sleeps)

    def _record(self, mode: Mode) -> Record:
        """Play the plan of a mode, then the trials of power, if they are asked for and the bench feeds the device.

        Raises:
            Undecided: a person cut the run short before there was anything to judge.
        """
        if self.aborted:
            raise Undecided(_NOT_PLAYED)
        try:
            record = self._played(mode)
            if self.journal is not None:
                self.journal.keep(mode, record)
            return record
        except CutShort as cut:
            self.aborted, self.lost = True, cut.lost
            return self._finished(mode, cut.record)
        except KeyboardInterrupt:
            self.aborted = True
            raise Undecided(_NOT_PLAYED) from None

    def _played(self, mode: Mode) -> Record:
        plan, device = self.plan(mode), self.open()
        self.on_plan(mode, len(plan), self.lengths_s[mode])
        feed_before_the_plan(self, mode)
        benches: list[Bench] = []

        def on_bench(bench: Bench) -> None:
            benches.append(bench)
            self.on_bench(mode, bench)

        try:
            played = play(
                plan, device, self.board, probes=self.specs, claims=self.claims, seed=self.options.seed,
                speed=self.options.speed, on_step=lambda name, number: self.on_step(mode, name, number),
                on_bench=on_bench,
                journal=None if self.journal is None or self.virtual else partial(self._follow, mode),
            )  # fmt: skip
        except CutShort as cut:
            raise CutShort(self._with_lateness(cut.record, benches), cut.lost) from None
        record = self._finished(mode, self._with_lateness(played, benches))
        self.on_played(mode)
        if self.plays_light and any(one.purpose.requirement.about_light for one in self.left if one.mode is mode):
            try:
                record.light = IndicatorTrials(
                    self.open(), self.board, mode, seed=self.options.seed, probes=self.virtual_specs
                ).play()
            except KeyboardInterrupt:
                record.trials_cut_short = record.power_cut_short = True  # those of power come behind
                raise CutShort(record) from None
        play_input(self, mode, record)
        play_power(self, mode, record)
        return record

    def _with_lateness(self, record: Record, benches: Sequence[Bench]) -> Record:
        """The same with what is known of the lateness of a virtual board."""
        if self.instruments is None or not benches:
            return record
        late = virtual_lateness(self.instruments.instruments, benches[-1])
        return replace(record, late=[*record.late, *late])

    def _follow(self, mode: Mode, at_s: float, so_far: Callable[[], Record]) -> None:
        if self.journal is not None:
            self.journal.follow(mode, at_s, lambda: self._finished(mode, so_far()))

    def _finished(self, mode: Mode, record: Record) -> Record:
        """As it is kept and judged: without secrets, and with what earlier parts know."""
        before = {} if self.earlier is None else self.earlier.reported(mode, self.probes)
        return replace(self.hidden.record(record), reported_before=before)
