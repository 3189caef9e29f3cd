# SPDX-License-Identifier: Apache-2.0
"""Devices that say numbers in units of their own, judged through a mapping: who rounds is spared, who errs is named."""

from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import pytest
import simpy

from xky.boards import board_named
from xky.boards.description.statement import ReadingMap
from xky.boards.firmware.receiver import LineReceiver
from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.hil.bench.devices import Device, DeviceContext
from xky.hil.bench.mapping import Statement
from xky.hil.bench.number import scale_of
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import AccusationKind, Case, Oracle
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.campaign.record import OPENING, Record
from xky.hil.campaign.requirement import Purpose, Requirement, purpose_of
from xky.hil.campaign.stimulus import Stimulus, household
from xky.hil.campaign.verdict import Level, NotApplicable, PurposeFailed, Undecided
from xky.hil.conformance import test_checksum, test_labels, test_link, test_meter, test_run
from xky.hil.ends.end import Payload
from xky.protocol import LABELS, Decoder, Frame, Group, InputError, Mode, encode_group
from xky.protocol.labels import Kind
from xky.protocol.mode import ETX, STX
from xky.protocol.timestamp import Timestamp, is_timestamp
from xky.protocol.uart import Uart

Say = Callable[[str, Decimal], Any]
"""Number of a label as a device says it."""


class Gateway(Device):
    """A device in virtual time that publishes each whole frame it hears as one payload, at once."""

    virtual = True
    can_restart = True
    board = board_named("generic")

    def __init__(self, statement: Statement, say: Say, *, believes_all: bool = False) -> None:
        self._statement = statement
        self._say = say
        self._believes_all = believes_all

    def restart(self) -> None:
        self._receiver.sleep()
        self.start(self._context, lambda: None)

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        self._context = context
        env: simpy.Environment = context.env

        def take(frame: Frame) -> None:
            if not frame.complete:
                return
            content = {"tic": {group.label: self._said(group) for group in frame.good}}
            found = self._statement.read(Payload(float(env.now), "home/tic", content, b""))
            if isinstance(found, Reading):
                context.probe.readings.append(found)

        mode: Mode = context.mode
        self._receiver = LineReceiver(env, context.line, Uart(mode.baud), lambda: Decoder(mode), take)
        self._receiver.wake()
        clock_starts()

    def _said(self, group: Group) -> dict[str, Any]:
        known = LABELS[self._context.mode].get(group.label)
        value: Any = group.value
        if known is not None and known.kind is Kind.NUMBER and value.isdecimal():
            value = self._say(group.label, Decimal(value))
        return {"v": value, "t": _iso(group.timestamp)}

    def stop(self) -> None:
        """Nothing outlives the clock."""


def _iso(horodate: str | None) -> str | None:
    """The local time, as a device that knows no season says it."""
    if horodate is None or not is_timestamp(horodate):
        return horodate
    try:
        return Timestamp.parse(horodate).local.isoformat()
    except InputError:  # no date that is one
        return horodate


def statement_of(**numbers: Any) -> Statement:
    """Every label of both modes, numbers with these keys."""
    labels: dict[str, Any] = {}
    for table in LABELS.values():
        for label in table.values():
            one: dict[str, Any] = {"path": f'tic."{label.name}".v'}
            if label.kind is Kind.EMPTY:
                one = {"path": f'tic."{label.name}".t', "form": "iso"}
            elif label.stamped:
                one |= {"timestamp": f'tic."{label.name}".t', "form": "iso"}
            labels[label.name] = one | (numbers if label.kind is Kind.NUMBER else {})
    return Statement([ReadingMap.model_validate({"probe": "mqtt", "from": "home/#", "labels": labels})], "mqtt")


def rounded(places: int, how: str = ROUND_HALF_UP) -> Say:
    return lambda label, value: float(value.scaleb(-places).quantize(Decimal("0.1"), how))


SOUND: dict[str, Callable[[], Gateway]] = {
    "says whole numbers as floats": lambda: Gateway(statement_of(), lambda label, value: float(value)),
    "says numbers as texts": lambda: Gateway(statement_of(), lambda label, value: str(value)),
    "says exact thousandths": lambda: Gateway(
        statement_of(scale=1000, step=0), lambda label, value: float(value.scaleb(-3))
    ),
    "rounds, its step told": lambda: Gateway(statement_of(scale=10, step=1), rounded(1)),
    "rounds to tens": lambda: Gateway(statement_of(scale=10), lambda label, value: int(value / 10)),
    "cuts to hundreds": lambda: Gateway(statement_of(scale=100), lambda label, value: int(value / 100)),
    "cuts tenths of thousands": lambda: Gateway(statement_of(scale=1000, step=100), rounded(3, ROUND_DOWN)),
}  # fmt: skip


@cache
def purposes(mode: Mode) -> Sequence[tuple[Purpose, Any]]:
    """Every purpose of the suite in a mode, with its test."""
    found = []
    for module in (test_checksum, test_labels, test_link, test_meter, test_run):
        for test in vars(module).values():
            purpose = purpose_of(test) if callable(test) else None
            if purpose is not None and mode in purpose.modes:
                found.append((purpose, test))
    return found


def played(device: Gateway, mode: Mode) -> Oracle:
    plan = Plan((stimulus for purpose, _ in purposes(mode) for stimulus in purpose.stimuli), mode)
    return Oracle(play(plan, device, board_named("generic")))


@pytest.mark.by_day(1)
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_device_that_rounds_fails_no_must(name: str, mode: Mode) -> None:
    oracle = played(SOUND[name](), mode)
    assert not oracle.accusations
    passed = 0
    for purpose, test in purposes(mode):
        try:
            test(Case(purpose, oracle))
        except (NotApplicable, Undecided):
            continue
        except AssertionError:
            assert purpose.requirement.level is Level.SHOULD, f"{name} was accused by {purpose.id}"
        else:
            passed += 1
    assert passed > len(purposes(mode)) // 3


WRONG: dict[str, Callable[[], Gateway]] = {
    "takes ten for a hundred": lambda: Gateway(statement_of(scale=100), lambda label, value: float(value / 10)),
    "says the number itself": lambda: Gateway(statement_of(scale=1000, step=1), lambda label, value: int(value)),
    "is out by two steps": lambda: Gateway(
        statement_of(scale=10, step=1), lambda label, value: float((value + 2) / 10)
    ),
    "rounds what it should not": lambda: Gateway(statement_of(), lambda label, value: int(value / 10) * 10),
    "says one label by another unit": lambda: Gateway(
        statement_of(), lambda label, value: float(value / 1000) if label in ("EAST", "BASE", "HCHC") else int(value)
    ),
}  # fmt: skip


@pytest.mark.by_day(2)
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_number_is_never_explained(name: str, mode: Mode) -> None:
    oracle = played(WRONG[name](), mode)
    assert any(one.wrong is AccusationKind.UNSENT for one in oracle.accusations)


# By hand: one label in thousands of its unit, right within ten


STEP = 10
REQUIREMENT = Requirement("TIC-X-1", clause="-", text="-")


def record_of(
    *steps: tuple[str, Sequence[Group], Expect], said: dict[float, str], step: int = STEP, frames: int = 6
) -> Oracle:
    """Frames of a second, six a step; what is said of EAST, in thousands, from when on: a reading behind each frame."""
    truth = Truth()
    for name, groups, expect in steps:
        for _ in range(frames):
            number, pieces = len(truth), [Piece(STX)]
            for group in groups:
                data = encode_group(group, Mode.STANDARD)
                fault = None if expect is Expect.MUST else "wrong_checksum"
                pieces.append(Piece(data if fault is None else data[:-2] + b"~\r", group, expect, fault))
            truth.append(SentFrame(number, Mode.STANDARD, float(number), 1 / 960, (*pieces, Piece(ETX)), True, name))
    readings = []
    for number in range(len(truth)):
        at_s = number + 0.1
        number_said = said[max(since for since in said if since <= at_s)]
        readings.append(Reading(at_s, {"EAST": Said(number_said, None, scale_of("1000", str(step)))}))
    return Oracle(Record(Mode.STANDARD, board_named("generic"), 1.0, None, truth, readings, []))


def case_of(oracle: Oracle, step: str) -> Case:
    return Case(Purpose(REQUIREMENT, "x", (Stimulus(step, household),)), oracle)


def east(value: int) -> tuple[Group, ...]:
    return (Group("EAST", f"{value:09}"),)


def two_steps(second: int, said: dict[float, str], *, step: int = STEP) -> Case:
    steps = (OPENING, east(2_188_830), Expect.MUST), ("then", east(second), Expect.MUST)
    return case_of(record_of(*steps, said=said, step=step), "then")


def test_a_new_value_that_lies_two_steps_from_the_old_one_proves_nothing() -> None:
    case = two_steps(2_188_850, {0.0: "2188.84"})  # within a step of both
    with pytest.raises(Undecided, match="did not bring a new value"):
        case.label_is_reported("EAST")


def test_a_new_value_further_off_has_to_arrive() -> None:
    two_steps(2_188_851, {0.0: "2188.83", 6.0: "2188.85"}).label_is_reported("EAST")
    with pytest.raises(PurposeFailed, match="EAST sent intact and never reported"):
        two_steps(2_188_851, {0.0: "2188.84"}).label_is_reported("EAST")


def test_a_sound_device_may_say_either_side_of_a_value() -> None:
    for said in ("2188.82", "2188.83", "2188.84"):
        oracle = record_of((OPENING, east(2_188_830), Expect.MUST), said={0.0: said})
        assert oracle.accusations == ()
    for said in ("2188.81", "2188.85", "21888.3"):
        oracle = record_of((OPENING, east(2_188_830), Expect.MUST), said={0.0: said})
        assert {one.wrong for one in oracle.accusations} == {AccusationKind.UNSENT}


def test_an_old_value_is_stale_where_its_step_does_not_reach_the_new_one() -> None:
    first = (OPENING, east(2_188_830), Expect.MUST)
    oracle = record_of(first, ("then", east(2_188_860), Expect.MUST), said={0.0: "2188.83"}, frames=12)
    assert {one.wrong for one in oracle.accusations} == {AccusationKind.STALE}
    near = record_of(first, ("then", east(2_188_840), Expect.MUST), said={0.0: "2188.83"}, frames=12)
    assert near.accusations == ()


def test_a_value_that_stands_through_short_frames_is_not_that_of_a_damaged_group_near_it() -> None:
    kept, spoilt = (Group("HCHC", f"{value:09}") for value in (2_188_830, 2_188_835))
    rest = Group("OPTARIF", "HC.."), Group("IINST1", "001")
    bad = encode_group(spoilt, Mode.HISTORIC)[:-2] + b"~\r"
    whole = [Piece(encode_group(one, Mode.HISTORIC), one, Expect.MUST) for one in (kept, *rest)]
    frames = [[Piece(bad, spoilt, Expect.MUST_NOT, "wrong_checksum"), *whole[1:]], whole, *[whole[2:]] * 30]
    truth = Truth()
    for number, pieces in enumerate(frames):
        truth.append(
            SentFrame(number, Mode.HISTORIC, float(number), 1 / 120, (Piece(STX), *pieces, Piece(ETX)), True, "step")
        )
    readings = [Reading(at_s + 0.9, {"HCHC": Said("2188.83", None, scale_of("1000", "10"))}) for at_s in range(2, 32)]
    oracle = Oracle(Record(Mode.HISTORIC, board_named("generic"), 1.0, None, truth, readings, []))
    assert oracle.accusations == ()


def damaged(value: int, said: dict[float, str]) -> Case:
    oracle = record_of(
        (OPENING, east(2_188_830), Expect.MUST), ("damaged", east(value), Expect.MUST_NOT), said=said, frames=3
    )
    return case_of(oracle, "damaged")


def test_the_words_of_a_damaged_group_are_known_by_their_number() -> None:
    with pytest.raises(PurposeFailed, match=r"EAST = '2199.99 × 1000 ± 10' repeats a damaged group"):
        damaged(2_199_990, {0.0: "2188.83", 3.0: "2199.99"}).nothing_damaged_is_reported()


def test_a_damaged_group_as_near_as_an_intact_one_accuses_nobody_and_proves_nothing() -> None:
    with pytest.raises(NotApplicable, match="numbers of the device are too coarse to show a damaged EAST"):
        damaged(2_188_840, {0.0: "2188.84"}).nothing_damaged_is_reported()


def test_a_damaged_group_far_from_all_is_seen_not_to_be_repeated() -> None:
    case = damaged(2_199_990, {0.0: "2188.84"})
    case.nothing_damaged_is_reported()
    assert case.trail.seen


@pytest.mark.parametrize("step", [0, 1, 7])
def test_values_are_told_apart_from_more_than_two_steps_on(step: int) -> None:
    for apart in (2 * step, 2 * step + 1):
        oracle = record_of(
            (OPENING, east(1000), Expect.MUST), ("then", east(1000 + apart), Expect.MUST), said={0.0: "1"}, step=step
        )
        (group,), (before,) = east(1000 + apart), east(1000)
        new = apart > 2 * step
        assert oracle.is_new_in(group, "then") is new
        assert oracle.is_first_in(group, "then") is new
        assert oracle.is_other_than_before(group, "then") is new
        assert oracle.tells_from(group, {before}) is new


def test_a_number_of_a_scale_says_nothing_of_how_many_digits_were_sent() -> None:
    assert Said("1.5", None, scale_of("10", "1")).is_number
    assert Said(15).is_number
    assert not Said("00015").is_number
