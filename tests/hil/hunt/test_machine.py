# SPDX-License-Identifier: Apache-2.0
"""The state machine: sound devices live through it, defective ones give themselves away by a program to read."""

import unittest
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from xky.hil import BenchMachine
from xky.hil.stories.playing import play_story
from xky.hil.stories.stand import RequirementBrokenError
from xky.hil.stories.stimulus_file import read_stimulus
from xky.protocol import InputError

from ..stories.played import campaign

pytest_plugins = ["pytester"]


def few(machine: type[BenchMachine], examples: int = 6, steps: int = 8, **more: Any) -> type[BenchMachine]:
    """Fewer and shorter programs than a person would have it run."""
    machine.TestCase.settings = settings(
        machine.TestCase.settings,
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        **more,
    )
    return machine


def outcome(machine: type[BenchMachine]) -> unittest.TestResult:
    return machine.TestCase().run() or unittest.TestResult()


def error_of(machine: type[BenchMachine]) -> BaseException:
    """What the test of a machine fails with."""
    with pytest.raises(BaseException) as told:
        machine.TestCase().debug()
    return told.value


@pytest.mark.by_day(2)
@pytest.mark.parametrize("name", ["generic", "auto", "eky", "winky-c6"])
def test_a_sound_device_lives_through_whatever_happens(name: str) -> None:
    class Firmware(BenchMachine):
        device = f"sim:{name}"

    result = outcome(few(Firmware, examples=4, steps=4))
    assert result.wasSuccessful(), result.errors + result.failures


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["generic", "auto", "winky-c6", "winky-c6-tasmota", "winky-lab", "eky", "loky"])
def test_sound_devices_live_through_a_night(name: str) -> None:
    class Firmware(BenchMachine):
        device = f"sim:{name}"

    result = outcome(few(Firmware, examples=300, steps=8))
    assert result.wasSuccessful(), result.errors + result.failures


class Careless(BenchMachine):
    device = "sim:generic"
    defect = "ignores-checksum"


@pytest.mark.nightly
def test_a_failing_program_is_short_and_says_what_was_broken() -> None:
    few(Careless, examples=30)
    error = error_of(Careless)
    assert isinstance(error, RequirementBrokenError)
    assert str(error).startswith("TIC-CHK-1: ")
    assert 'save_to = "FOLDER" in Careless keeps this as a stimulus file' in str(error)
    program = [line.strip() for line in error.__notes__ if "state." in line or "state =" in line]
    text = "\n".join(program)
    assert "state = Careless()" in text
    assert "state.meter_is(meter=a_meter(" in text
    assert text.count("Checksum(") + text.count("NoGoodGroup(") == 1
    assert text.count("state.frame") == 1


def test_what_it_finds_is_kept_as_a_stimulus_that_fails_again_and_only_on_the_defective_device(tmp_path: Path) -> None:
    class Kept(Careless):
        save_to = tmp_path / "found"
        labels = ("EAST", "PAPP")

    error = error_of(few(Kept, examples=30))
    (path,) = (tmp_path / "found").iterdir()
    assert str(path) in str(error)
    stimulus = read_stimulus(path)
    assert (stimulus.device, stimulus.defect, stimulus.requirement) == ("sim:generic", "ignores-checksum", "TIC-CHK-1")
    assert stimulus.labels == ("EAST", "PAPP")
    assert sum(step.frames for step in stimulus.step if step.turns) == 1
    assert [one.requirement for one in play_story(stimulus.story, campaign(defect="ignores-checksum")).broken] == [
        "TIC-CHK-1"
    ]
    assert play_story(stimulus.story, campaign()).broken == []


@pytest.mark.nightly
def test_what_arrives_too_late_is_told_at_the_end() -> None:
    class Forgetful(BenchMachine):
        device = "sim:generic"
        defect = "drops-damaged-frame"

    assert "TIC-CHK-2" in str(error_of(few(Forgetful, examples=40)))


@pytest.mark.nightly
def test_rules_and_invariants_of_ones_own_see_meter_readings_and_story() -> None:
    class Own(BenchMachine):
        device = "sim:generic"
        mode = "standard"
        seen: ClassVar[list[tuple[str, int]]] = []

        @rule(power_va=st.sampled_from([1000.0, 2000.0]))
        def house_draws(self, power_va: float) -> None:
            before = len(self.readings)
            self.play(load_va=power_va)
            assert self.story.step[-1].load_va == power_va
            self.seen.append((self.facts.file.mode.value, len(self.readings) - before))

        @invariant()
        def the_meter_runs(self) -> None:
            assert self.bench.meter.groups()

    result = outcome(few(Own, examples=10))
    assert result.wasSuccessful(), result.errors + result.failures
    assert {mode for mode, _ in Own.seen} == {"standard"}
    assert max(heard for _, heard in Own.seen) > 0


def test_a_failure_of_ones_own_is_not_hidden_by_the_judge_at_the_end() -> None:
    class Own(Careless):
        @rule()
        def fails(self) -> None:
            self.play(turns=[[{"name": "wrong_checksum", "label": "PAPP"}]])
            raise ZeroDivisionError("mine")

    few(Own, examples=40, phases=[Phase.generate])
    assert isinstance(error_of(Own), ZeroDivisionError | RequirementBrokenError)
    for name in ("frames", "legal_frames", "cut_frames"):
        assert name in {one.function.__name__ for one in Own.setup_state().rules}


def test_an_error_of_a_person_in_a_rule_keeps_its_words() -> None:
    class Own(BenchMachine):
        device = "sim:generic"
        mode = "historic"

        @rule()
        def wrong(self) -> None:
            self.play(server="broker asleep")

    error = error_of(few(Own, examples=20, phases=[Phase.generate]))
    assert isinstance(error, InputError)
    assert str(error).startswith("server: ")
    assert "broker away" in str(error)


@pytest.mark.parametrize(("attributes", "expected"), [
    ({}, 'Firmware: no device; write device = "sim:winky-c6" in the class, or give --xky-device'),
    ({"device": "sim:nothing"}, "nothing"),
    ({"device": "exec:cat {port}"}, "runs in real time, where no line waits"),
    ({"device": "sim:generic", "mode": "both"}, "both"),
    ({"device": "sim:generic", "on_meter": "no-such"}, "no-such"),
])  # fmt: skip
def test_what_a_person_gave_wrong_is_told_in_one_line_before_anything_is_drawn(
    attributes: dict[str, str], expected: str
) -> None:
    machine = type("Firmware", (BenchMachine,), attributes)
    error = error_of(machine)
    assert isinstance(error, pytest.fail.Exception)
    assert expected in str(error)
    assert "\n" not in str(error)


FIRMWARE = """
    from hypothesis import settings
    from xky.hil import BenchMachine

    class Firmware(BenchMachine):
        pass

    Firmware.TestCase.settings = settings(
        Firmware.TestCase.settings, max_examples=12, stateful_step_count=8, derandomize=True, database=None
    )
    TestFirmware = Firmware.TestCase
"""


@pytest.mark.nightly
@pytest.mark.parametrize(("options", "failed"), [((), 0), (("--xky-defect", "ignores-checksum"), 1)])
def test_the_device_of_a_pytest_run_is_that_of_a_machine_that_names_none(
    options: tuple[str, ...], failed: int, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(FIRMWARE)
    run = pytester.runpytest_inprocess("--xky-device", "sim:generic", *options, "-p", "no:cacheprovider")
    run.assert_outcomes(passed=1 - failed, failed=failed)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.just(None))
def test_nothing_is_left_running_when_hypothesis_ends_a_program_early(_: None) -> None:
    """A program that Hypothesis gives up is no finding, whatever was played of it."""
    from hypothesis import reject

    class Own(Careless):
        @rule()
        def gives_up(self) -> None:
            self.play(turns=[[{"name": "wrong_checksum", "label": "PAPP"}]])
            reject()

    few(Own, examples=2, steps=1, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    outcome(Own)
