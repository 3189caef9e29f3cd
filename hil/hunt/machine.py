# SPDX-License-Identifier: Apache-2.0
"""The bench as a state machine of Hypothesis, for a firmware's own tests: meter, line, supply, server and device.

Each rule is a step of a story, played on one running bench in virtual time. What the suite asks is asked after each
step as far as it is settled, and of the whole story at its end: the last word has the judge of every replay.
"""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.control import current_build_context
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import ValidationError

from xky.emulator.faults import Fault
from xky.protocol import InputError, Mode

from ..bench.bench import Bench
from ..bench.reading import Reading
from ..campaign.campaign import Campaign, Options
from ..pytest_options import campaign_options, run_under_way
from ..stories.judging import Broken
from ..stories.live_story import LiveStory, require_virtual
from ..stories.outages import outages_at
from ..stories.stand import campaign_for, fail_for
from ..stories.stimulus_file import SUFFIX, write_stimulus
from ..stories.story import Step, Story
from .frame_strategies import cut_turns, faults_on, faulty_turns, odd_turns, steady_turns
from .happening_strategies import happenings
from .meter_facts import MeterFacts
from .strategies import meters, starts_inside

__all__ = ["BenchMachine"]

_STEPS = 8  # of a program, unless somebody says; a story of a hunt has five at the most
_Table = dict[str, Any]


def _of_machine(make: Callable[["BenchMachine"], st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """What depends on the machine that it is drawn for."""
    return st.runner().flatmap(make)


def _happens(*kinds: str) -> st.SearchStrategy[_Table]:
    return _of_machine(lambda machine: happenings(machine.facts, *kinds))


class BenchMachine(RuleBasedStateMachine):
    """A device on a line, and what may become of meter, line, supply and server. Derive from it and name the device.

    What is not told by a class attribute is that of the options of the pytest run (``--xky-device`` and so on).

    Attributes:
        device, board, mode, labels, probes, defect, statement: as those of ``xky certify``.
        on_meter: ready meter, or a meter's file, in the place of drawn ones.
        strict: a should counts as well.
        save_to: folder in which what is found is kept as a stimulus file; None keeps none.
    """

    device: ClassVar[str | None] = None
    board: ClassVar[str | None] = None
    mode: ClassVar[Mode | str | None] = None
    labels: ClassVar[Sequence[str] | None] = None
    probes: ClassVar[Sequence[str]] = ()
    defect: ClassVar[str | None] = None
    statement: ClassVar[Path | None] = None
    on_meter: ClassVar[str | None] = None
    strict: ClassVar[bool] = False
    save_to: ClassVar[Path | str | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        test: Any = cls.TestCase
        test.settings = settings(
            deadline=None, stateful_step_count=_STEPS, report_multiple_bugs=False, print_blob=False,
            suppress_health_check=list(HealthCheck), phases=[one for one in Phase if one is not Phase.explain],
        )  # fmt: skip
        test.setUp = lambda case: cls._set_up()

    def __init__(self) -> None:
        super().__init__()
        self._live: LiveStory | None = None
        self._facts: MeterFacts | None = None
        self._is_over = False
        self._campaign = self._chosen()
        self._servers = outages_at(self._campaign.kinds)
        self._can_restart = self._campaign.open().can_restart

    @classmethod
    def _set_up(cls) -> None:
        """What a person gave wrong is said in one line, before Hypothesis makes examples of it."""
        try:
            cls._chosen()
        except (InputError, ValueError) as error:
            wrong = str(error)
        else:
            return
        pytest.fail(wrong, pytrace=False)  # outside, or pytest shows the error twice

    @classmethod
    def _chosen(cls) -> Campaign:
        """What the class says, and the run of pytest where it does not.

        Raises:
            InputError: it names what is not there.
        """
        config = run_under_way()
        given = {} if config is None else campaign_options(config)
        own = {
            "device": cls.device, "board": cls.board, "mode": cls.mode, "defect": cls.defect,
            "meter": cls.on_meter, "labels": None if cls.labels is None else tuple(cls.labels),
            "probes": tuple(cls.probes), "statement": cls.statement,
        }  # fmt: skip
        told = given | {name: value for name, value in own.items() if value}
        if not told.get("device"):
            raise InputError(
                f'{cls.__name__}: no device; write device = "sim:winky-c6" in the class, or give --xky-device'
            )
        campaign = campaign_for(Options(**told))
        require_virtual(campaign)
        return campaign

    # What a rule or an invariant of a firmware's own looks at

    @property
    def bench(self) -> Bench:
        """All of it: ``bench.meter``, ``bench.truth``, ``bench.probes``. Let no time pass on it: ``play`` does."""
        return self._playing.bench

    @property
    def readings(self) -> list[Reading]:
        """What the device has said until now."""
        return self.bench.readings

    @property
    def facts(self) -> MeterFacts:
        """Of the meter that was on the line first: its labels, its registers, its hours."""
        assert self._facts is not None
        return self._facts

    @property
    def story(self) -> Story:
        """What was played until now, as a stimulus file has it."""
        return self._playing.story

    @property
    def _playing(self) -> LiveStory:
        assert self._live is not None
        return self._live

    def play(self, step: Step | None = None, /, **told: Any) -> None:
        """Play one step more: ``play(load_va=3000.0)``; what may be told is in the documentation of stimulus files.

        Without anything told clean frames go by, as long as the device needs to report what is new.

        Raises:
            InputError: there is no such thing to tell, or the meter cannot do it.
        """
        try:
            played = Step.model_validate(told) if step is None else step
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"])) or "play"
            raise InputError(f"{key}: {first['msg'].removeprefix('Value error, ')}") from None
        if not self._is_over and not self._playing.is_over:
            self._playing.tell(played)

    def _play_if_it_can_be(self, told: _Table) -> None:
        """The same of what was drawn: a meter may have lost meanwhile what it could do at first."""
        try:
            self.play(**told)
        except InputError:
            return

    # The rules

    @initialize(
        meter=_of_machine(lambda machine: meters(machine._campaign.modes, machine._campaign.house)),
        seed=st.integers(0, 255),
    )
    def meter_is(self, meter: MeterFacts, seed: int) -> None:
        """A meter is put on the line, and the device is started."""
        self._facts = meter
        self._live = LiveStory(self._campaign, meter.file, seed=seed).__enter__()

    @rule(happens=_happens("load", "over"))
    def load(self, happens: _Table) -> None:
        """The house draws another power, or more than its subscription."""
        self._play_if_it_can_be(happens)

    @precondition(lambda self: self.facts.indexes)
    @rule(happens=_happens("set"))
    def registers(self, happens: _Table) -> None:
        """An index jumps."""
        self._play_if_it_can_be(happens)

    @rule(happens=_happens("hour"))
    def hour(self, happens: _Table) -> None:
        """The meter's time goes on to where a tariff, a day or the clock changes."""
        self._play_if_it_can_be(happens)

    @rule(happens=_happens("peak"))
    def peak(self, happens: _Table) -> None:
        """A mobile peak is announced, or runs."""
        self._play_if_it_can_be(happens)

    @rule(
        happens=_happens(
            "clock",
            "message",
            "contract",
            "subscription",
            "exchange",
            "relays",
            "cover",
            "breaker",
            "phases",
            "outage",
        )
    )
    def meter_changes(self, happens: _Table) -> None:
        """Something else happens to the meter."""
        self._play_if_it_can_be(happens)

    @rule(fault=_of_machine(lambda machine: faults_on(machine.facts)))
    def frame(self, fault: Fault) -> None:
        """A frame goes by, with a fault."""
        self._play_if_it_can_be({"turns": [[fault]]})

    @rule(turns=_of_machine(lambda machine: faulty_turns(machine.facts) | steady_turns(machine.facts)))
    def frames(self, turns: list[list[Fault]]) -> None:
        """Frames go by, with faults."""
        self._play_if_it_can_be({"turns": turns})

    @rule(turns=_of_machine(lambda machine: odd_turns(machine.facts)))
    def legal_frames(self, turns: list[list[Fault]]) -> None:
        """Frames go by, with legal values that meters seldom say."""
        self._play_if_it_can_be({"turns": turns})

    @precondition(lambda self: self.facts.file.mode is Mode.HISTORIC)
    @rule(turns=_of_machine(lambda machine: cut_turns(machine.facts)))
    def cut_frames(self, turns: list[list[Fault]]) -> None:
        """Frames that the meter cuts in its own way, among whole ones."""
        self._play_if_it_can_be({"turns": turns})

    @rule(happens=_happens("other_mode"))
    def other_mode(self, happens: _Table) -> None:
        """The distributor switches the TIC, and back."""
        self._play_if_it_can_be(happens)

    @precondition(lambda self: self._can_restart)
    @rule(inside=_of_machine(lambda machine: starts_inside(machine.facts)))
    def restart(self, inside: Fault) -> None:
        """The device is started anew inside a frame."""
        self._play_if_it_can_be({"restart": True, "turns": [[inside], []]})

    @precondition(lambda self: self._servers)
    @rule(server=_of_machine(lambda machine: st.sampled_from(machine._servers)))
    def server_fails(self, server: str) -> None:
        """The server that the device speaks to is away, refuses or falls silent, and comes back."""
        self._play_if_it_can_be({"server": server})

    @precondition(lambda self: self.bench.feeds_the_device)
    @rule(happens=_happens("supply"))
    def supply(self, happens: _Table) -> None:
        """The power that the device lives on is cut, or sags, and comes back."""
        self._play_if_it_can_be(happens)

    # The judge

    @invariant()
    def no_requirement_is_broken(self) -> None:
        """As far as that is settled: what a device has to report may still come."""
        if not self._is_over and self._playing.broken(strict=self.strict):
            self._judge_the_whole()

    def teardown(self) -> None:
        """Judge the whole of it, and leave nothing running behind."""
        if self._live is None:
            return
        try:
            if (
                sys.exc_info()[0] is None and not self._is_over
            ):  # else the story is at fault already, or Hypothesis ends it
                self._judge_the_whole()
        finally:
            self._live.__exit__()

    def _judge_the_whole(self) -> None:
        """Let what is due arrive, then fail for what a replay would fail for."""
        self._is_over = True
        self._playing.end()
        broken = self._playing.broken(strict=self.strict)
        if broken:
            fail_for(broken, self._saved(broken[0]))

    def _saved(self, broken: Broken) -> str:
        """Keep what was found, once Hypothesis has made it short; where it is, or how it would be kept."""
        if not current_build_context().is_final:
            return ""
        if self.save_to is None:
            return f'save_to = "FOLDER" in {type(self).__name__} keeps this as a stimulus file'
        folder = Path(self.save_to)
        words = f"{type(self).__name__} {broken.signature.mode} {broken.requirement} {broken.signature.question}"
        path = folder / (re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") + SUFFIX)
        options = self._campaign.options
        board = options.board or self._campaign.board.id
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_stimulus(
                path, self.story, broken, device=options.device, board=board, defect=options.defect,
                labels=options.labels, statement=options.statement,
            )  # fmt: skip
        except (InputError, OSError) as error:
            return f"save_to: {error}"
        return f"kept as {path}"
