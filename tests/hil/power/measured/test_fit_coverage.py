# SPDX-License-Identifier: Apache-2.0
"""A fit's uncertainties are true: 95 % of intervals hold what the bench's capacitor and meter really were."""

from collections import Counter

import numpy as np
import pytest

from xky.boards.description.board import board_named
from xky.boards.description.power import PowerDescription
from xky.emulator.supply import Supply
from xky.hil.power.measured.fit import fit
from xky.hil.power.measured.trajectory import Rows

from ..bench import Truth, measure

KEYS = ("capacitance_f", "esr_ohm", "source_ohm", "leakage_a")


def board_of(random: np.random.Generator) -> PowerDescription:
    """A train with a capacitor of any size that boards have."""
    power = board_named("winky-c6").power
    assert power is not None and power.capacitor is not None
    capacitor = power.capacitor.model_copy(update={
        "capacitance_f": random.choice([0.33, 0.47, 1.0, 1.5]), "esr_ohm": random.choice([0.2, 1.0, 5.0, 20.0]),
        "leakage_a": random.choice([2e-6, 20e-6, 100e-6]),
    })  # fmt: skip
    return power.model_copy(update={"capacitor": capacitor, "clamp": None})


def truth_of(random: np.random.Generator, power: PowerDescription, start_v: float) -> Truth:
    """A specimen of that capacitor, as far from its data sheet as the fit thinks possible, and a meter."""
    nominal = power.capacitor
    assert nominal is not None
    return Truth(
        nominal.capacitance_f * float(np.exp(random.normal(0, 0.1))),
        nominal.esr_ohm * max(random.normal(1, 0.5), 0.01),
        274.0 * float(np.exp(random.normal(0, 0.1))),
        nominal.leakage_a * max(random.normal(1, 0.5), 0.0),
        start_v=start_v,
    )


def protocol_of(random: np.random.Generator, capacitance_f: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Times, loads, supply, and the voltage at the start: a charge, a discharge by steps, or all of it and a rest."""
    rows = int(random.integers(120, 500))
    kind = random.choice(["charge", "discharge", "all"])
    scale_s = capacitance_f * 40
    if kind == "charge":
        times_s = np.linspace(0, 2.5 * scale_s, rows)
        return times_s, np.zeros(rows), np.ones(rows), 0.6
    if kind == "discharge":
        times_s = np.linspace(0, scale_s, rows)
        part = times_s / scale_s
        loads_a = np.where((part > 0.1) & (part < 0.4), 0.05, 0.0) + np.where(part > 0.7, 0.02, 0.0)
        return times_s, loads_a, np.zeros(rows), 4.2
    times_s = np.concatenate((np.linspace(0, 3 * scale_s, rows), 3 * scale_s + np.linspace(0.01, 1, 60) * 40 * scale_s))
    part = times_s / scale_s
    loads_a = np.where((part > 1.0) & (part < 1.5), 0.05, 0.0) + np.where((part > 2.0) & (part < 2.4), 0.03, 0.0)
    return times_s, loads_a, (part < 2.7).astype(float), 0.8


def covered(seed: int) -> dict[str, bool]:
    """For each of the unknowns that the curve shows: whether the interval holds the truth."""
    random = np.random.default_rng(seed)
    power = board_of(random)
    assert power.capacitor is not None
    times_s, loads_a, supplied, start_v = protocol_of(random, power.capacitor.capacitance_f)
    truth = truth_of(random, power, start_v)
    noise_v = random.choice([0.5e-3, 1e-3, 3e-3, 10e-3])
    volts = measure(truth, times_s, loads_a, supplied) + random.normal(0, noise_v, len(times_s))
    rows = Rows(times_s, volts, loads_a, supplied > 0.5, np.ones(len(volts)))
    found = fit(power, Supply("bench", 12.0, 274.0), rows).parameters
    return {one.key: abs(one.value - getattr(truth, one.key)) <= one.uncertainty for one in found if one.seen}


def implausible(held: int, seen: int) -> bool:
    """Of so many intervals of 95 % no fewer hold the truth, but by a chance of one in a thousand."""
    from scipy.stats import binomtest  # slow to import

    return float(binomtest(held, seen, 0.95, alternative="less").pvalue) <= 1e-3


def counted(seeds: range) -> tuple[Counter[str], Counter[str]]:
    """How often each was seen, and how often the truth lay within."""
    seen: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for seed in seeds:
        for key, holds in covered(seed).items():
            seen[key] += 1
            held[key] += holds
    return seen, held


@pytest.mark.nightly
def test_the_truth_lies_within_the_uncertainty() -> None:
    seen, held = counted(range(20))
    assert seen["capacitance_f"] >= 15
    assert all(seen[key] >= 3 for key in KEYS), seen
    assert not implausible(held.total(), seen.total()), (held, seen)


@pytest.mark.nightly
def test_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    seen, held = counted(range(2000, 2400))
    told = {key: f"{held[key]} of {seen[key]}" for key in KEYS}
    print(told)
    assert 0.92 < held.total() / seen.total() < 0.99, told
    for key in KEYS:
        assert seen[key] >= 80, told
        assert not implausible(held[key], seen[key]), told  # a normal distribution has 95.4 % within two deviations
