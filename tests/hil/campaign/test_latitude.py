# SPDX-License-Identifier: Apache-2.0
"""What the specification leaves open is never held against a device: many sound ways to report, no must fails."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import simpy

from xky.boards import board_named
from xky.boards.firmware.receiver import LineReceiver
from xky.hil.bench.devices import Device, DeviceContext
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.campaign.requirement import Purpose, purpose_of
from xky.hil.campaign.verdict import Level, NotApplicable
from xky.hil.conformance import test_checksum, test_labels, test_link, test_meter, test_run
from xky.protocol import Decoder, Frame, Group, Mode
from xky.protocol.uart import Uart

Report = dict[str, Said]


class Variant(Device):
    """A device in virtual time that hears every frame and says what ``report`` makes of it."""

    virtual = True
    can_restart = True
    board = board_named("generic")

    def __init__(self, report: Callable[[Frame, Report], list[Report]], *, cut_frames: bool = False) -> None:
        self._report = report
        self._cut_frames = cut_frames
        self._memory: Report = {}

    def restart(self) -> None:
        self._receiver.sleep()
        self._memory.clear()
        self.start(self._context, lambda: None)

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        self._context = context
        env: simpy.Environment = context.env

        def take(frame: Frame) -> None:
            if frame.complete or self._cut_frames:
                for said in self._report(frame, self._memory):
                    context.probe.readings.append(Reading(float(env.now), said))

        mode: Mode = context.mode
        self._receiver = LineReceiver(env, context.line, Uart(mode.baud), lambda: Decoder(mode), take)
        self._receiver.wake()
        clock_starts()

    def stop(self) -> None:
        """Nothing outlives the clock."""


def _said(groups: Sequence[Group]) -> Report:
    return {group.label: Said(group.value, group.timestamp) for group in groups}


def _changes_only(frame: Frame, memory: Report) -> list[Report]:
    said = _said(frame.good)
    changed = {label: one for label, one in said.items() if memory.get(label) != one}
    if len(frame.good) == len(frame.groups):
        memory.clear()
    memory.update(said)
    return [changed] if changed else []


def _group_by_group(frame: Frame, memory: Report) -> list[Report]:
    return [_said([group]) for group in frame.good]


def _integers(frame: Frame, memory: Report) -> list[Report]:
    return [{
        group.label: Said(int(group.value) if group.value.isdecimal() and group.label != "STGE" else group.value)
        for group in frame.good
    }]  # fmt: skip


def _trimmed_without_horodates(frame: Frame, memory: Report) -> list[Report]:
    return [{group.label: Said(group.value.strip()) for group in frame.good}]


def _date_as_its_horodate(frame: Frame, memory: Report) -> list[Report]:
    return [{
        group.label: Said(group.timestamp or "") if group.label == "DATE" else Said(group.value)
        for group in frame.good
    }]  # fmt: skip


def _few_labels(frame: Frame, memory: Report) -> list[Report]:
    return [_said([group for group in frame.good if group.label in ("EAST", "HCHP", "PAPP", "SINSTS")])]


def _each_second_frame(frame: Frame, memory: Report) -> list[Report]:
    """Recovery is two frame periods."""
    count = len(memory)
    memory[f"frame {count}"] = Said("")
    return [_said(frame.good)] if count % 2 == 0 else []


def _whole(frame: Frame, memory: Report) -> list[Report]:
    return [_said(frame.good)]


VARIANTS: dict[str, Callable[[], Variant]] = {
    "reports changes only": lambda: Variant(_changes_only),
    "reports group by group": lambda: Variant(_group_by_group),
    "reports group by group, of cut frames too": lambda: Variant(_group_by_group, cut_frames=True),
    "reports integers": lambda: Variant(_integers),
    "trims texts and gives no horodates": lambda: Variant(_trimmed_without_horodates),
    "gives the horodate as the value of DATE": lambda: Variant(_date_as_its_horodate),
    "reports a few labels": lambda: Variant(_few_labels),
    "reports each second frame": lambda: Variant(_each_second_frame),
    "reports whole frames": lambda: Variant(_whole),
}


def purposes(mode: Mode) -> list[tuple[Purpose, Any]]:
    """Every purpose of the suite in a mode, with its test."""
    found = []
    for module in (test_checksum, test_labels, test_link, test_meter, test_run):
        for test in vars(module).values():
            purpose = purpose_of(test) if callable(test) else None
            if purpose is not None and mode in purpose.modes:
                found.append((purpose, test))
    return found


@pytest.mark.by_day(4)
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", VARIANTS)
def test_a_sound_way_to_report_fails_no_must(name: str, mode: Mode) -> None:
    asked = purposes(mode)
    plan = Plan((stimulus for purpose, _ in asked for stimulus in purpose.stimuli), mode, rides=True)
    record = play(plan, VARIANTS[name](), board_named("generic"))
    oracle = Oracle(record)
    assert not oracle.accusations
    passed = 0
    for purpose, test in asked:
        try:
            test(Case(purpose, oracle))
        except NotApplicable:
            continue
        except AssertionError:
            assert purpose.requirement.level is Level.SHOULD, f"{name} was accused by {purpose.id}"
        else:
            passed += 1
    assert passed > len(asked) // 2
