# SPDX-License-Identifier: Apache-2.0
"""An opto stage from the carrier to the character: what the field knows of it comes out of the parts."""

import json
from importlib import resources

import numpy as np
import pytest

from xky.hil.diagnosis.opto import OptoVerdict, tried_opto
from xky.hil.diagnosis.opto.eye import CLOCK_ERROR, margins_s
from xky.hil.diagnosis.opto.kinds import KINDS, kind_named
from xky.hil.diagnosis.opto.print_opto import opto_document
from xky.hil.diagnosis.opto.stage import PARTS, OptoStage, drawn_lots
from xky.protocol import Burst, InputError, Mode
from xky.protocol.uart import levels

from ....schema import require_schema

SCHEMA = json.loads((resources.files("xky.hil.diagnosis.opto") / "opto.schema.json").read_text(encoding="utf-8"))
RATE_HZ = 960_000
BIT_S = 1 / 9600


def verdict_of(kind: str, series_ohm: float, level_v: float, lots: int = 60) -> dict[Mode, OptoVerdict]:
    stage = OptoStage(kind_named(kind), series_ohm)
    return {one.mode: one for one in tried_opto(stage, lots=lots, levels_v=(level_v,)).verdicts}


def test_a_resistor_that_does_at_1200_baud_fails_at_9600() -> None:
    verdict = verdict_of("LTV-814A", 470.0, 3.65)
    assert verdict[Mode.HISTORIC].share == 1.0
    assert verdict[Mode.STANDARD].share < 0.7
    assert verdict[Mode.STANDARD].trouble == "switches off too late"


@pytest.mark.nightly
def test_dispersion_between_lots_alone_breaks_standard_mode() -> None:
    verdict = verdict_of("LTV-814", 800.0, 3.65)[Mode.STANDARD]
    assert verdict.median_s > 0  # the typical one does
    assert verdict.share < 0.7
    assert verdict.decides == "the spread of the current transfer"


@pytest.mark.nightly
def test_a_weak_line_needs_a_smaller_resistor() -> None:
    share = {series_ohm: verdict_of("LTV-814A", series_ohm, 2.0)[Mode.STANDARD].share for series_ohm in (470.0, 1500.0)}
    assert share[470.0] > 0.7
    assert share[1500.0] < 0.1


@pytest.mark.nightly
def test_the_diodes_do_not_conduct_at_the_least_level_that_a_receiver_must_read() -> None:
    verdict = verdict_of("LTV-814", 220.0, 0.8)[Mode.HISTORIC]
    assert (verdict.share, verdict.trouble, verdict.decides) == (0.0, "never switches on", "the resistors")


@pytest.mark.parametrize("name", KINDS)
def test_the_same_seed_gives_the_same_lots_within_their_rank(name: str) -> None:
    kind = kind_named(name.lower())
    one, same, other = (drawn_lots(kind, 500, seed) for seed in (1, 1, 2))
    for part in PARTS:
        assert (getattr(one, part) == getattr(same, part)).all()
        assert (getattr(one, part) != getattr(other, part)).any()
    assert kind.ctr_min <= one.ctr.min() < 1.2 * kind.ctr_min
    assert kind.ctr_max >= one.ctr.max() > 0.8 * kind.ctr_max
    assert all(any(word in source for word in ("read", "memory", "assumption")) for source in kind.sources)


def sampled(text: bytes, late_s: float) -> np.ndarray:
    """Levels at a pin whose rising edges come so late."""
    bits = np.frombuffer(levels(Burst(0.0, 10 * BIT_S, text)), np.uint8)
    line = np.concatenate([np.ones(200, np.uint8), np.repeat(bits, 100), np.ones(400, np.uint8)]).astype(bool)
    late = round(late_s * RATE_HZ)
    for rise in np.flatnonzero(line[1:] & ~line[:-1]) + 1:
        line[rise : rise + late] = False
    return line[:, None]


@pytest.mark.parametrize("late_s", [0.0, 10e-6, 25e-6])
def test_the_margin_of_a_level_that_lasts_too_long_is_less_by_so_much(late_s: float) -> None:
    text = b"U*@"
    sent = np.frombuffer(levels(Burst(0.0, 1.0, text)), np.uint8).reshape(-1, 10).astype(bool)
    starts_s = 200 / RATE_HZ + np.arange(len(text)) * 10 * BIT_S
    [margin_s] = margins_s(sampled(text, late_s), RATE_HZ, sent, starts_s, Mode.STANDARD)
    last_rise = 9.5 * CLOCK_ERROR * BIT_S  # the stop bit is the last that is sampled
    assert margin_s == pytest.approx(BIT_S / 2 - late_s - last_rise, abs=3e-6)


def test_a_level_that_swallows_a_bit_leaves_no_margin() -> None:
    sent = np.frombuffer(levels(Burst(0.0, 1.0, b"U")), np.uint8).reshape(1, 10).astype(bool)
    [margin_s] = margins_s(sampled(b"U", 0.7 * BIT_S), RATE_HZ, sent, np.array([200 / RATE_HZ]), Mode.STANDARD)
    assert margin_s < 0


@pytest.mark.nightly
def test_the_document_is_as_its_schema_says() -> None:
    document = opto_document(tried_opto(OptoStage(kind_named("SFH620A-2")), lots=10))
    require_schema(document, SCHEMA)
    assert document["does"] == {"historic": False, "standard": False}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"series_ohm": 0.0}, "--series-ohm 0: expected"),
        ({"load_ohm": 1e9}, "--load-ohm"),
        ({"supply_v": 12}, "--supply-v"),
    ],
)
def test_a_stage_that_cannot_be_is_refused(change: dict[str, float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        OptoStage(kind_named("PC814"), **change)


def test_an_unknown_type_is_told_with_the_nearest_known() -> None:
    with pytest.raises(InputError, match=r"--opto SFH620A-4: not known; known: LTV-814, .*Did you mean SFH620A-"):
        kind_named("SFH620A-4")
