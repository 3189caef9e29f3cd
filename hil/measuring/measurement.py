# SPDX-License-Identifier: Apache-2.0
"""What a routine found: quantities with their uncertainties, limits judged by them, and the curve."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Clock", "CurveRow", "Judged", "Measurement", "Quantity", "Verdict", "judged"]


class Verdict(StrEnum):
    """Of a limit."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"  # the uncertainty covers the limit


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value.

    Attributes:
        key: its name in the result, with its unit: ``restart_s``.
        title: for people.
        unit: of all three.
        value: measured; None where it could not be.
        uncertainty: of it, k = 2.
        predicted: by ``xky power``; None where it says nothing of it.
        note: why it could not be, or what it stands on.
    """

    key: str
    title: str
    unit: str
    value: float | None
    uncertainty: float = 0.0
    predicted: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A limit of the specification, and what was found.

    Attributes:
        title: what is limited.
        clause: where that is written.
        unit: of all that follows.
        value: measured.
        uncertainty: of it, k = 2.
        least: allowed; None: no such limit.
        most: likewise.
        verdict: of it.
    """

    title: str
    clause: str
    unit: str
    value: float
    uncertainty: float
    least: float | None
    most: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One reading of the capacitor.

    Attributes:
        at_s: since the first one.
        unsure_s: to either side.
        voltage_v: read.
        error_v: what the reading may be off, by the voltmeter's data sheet.
        load_a: what was drawn from the capacitor from then on, as far as it was seen.
        fed: whether terminal A was fed from then on.
        predicted_v: by ``xky power``.
    """

    at_s: float
    unsure_s: float
    voltage_v: float
    error_v: float
    load_a: float
    fed: bool
    predicted_v: float


@dataclass(frozen=True, slots=True)
class Clock:
    """An instrument's clock against the bench's.

    Attributes:
        role: of the instrument.
        offset_s: by which it is before the bench's, at the beginning.
        uncertainty_s: of that.
        drift_s: by which it went on before the bench's until the end.
        drift_uncertainty_s: of that.
    """

    role: str
    offset_s: float
    uncertainty_s: float
    drift_s: float
    drift_uncertainty_s: float


@dataclass(slots=True)
class Measurement:
    """The result of a routine.

    Attributes:
        routine: its name.
        quantities: found.
        limits: judged.
        curve: of the capacitor; empty where none was taken.
        clocks: of instruments that have one.
        remarks: what a person should know before believing it.
        shown: a piece of a record, volts and the seconds between two of them, for a picture; empty where there is none.
    """

    routine: str
    quantities: list[Quantity] = field(default_factory=list)
    limits: list[Judged] = field(default_factory=list)
    curve: Sequence[CurveRow] = ()
    clocks: list[Clock] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    shown: tuple[Sequence[float], float] = ((), 0.0)

    @property
    def verdict(self) -> Verdict | None:
        """Of all limits: one that fails fails it; None where none was judged."""
        found = {one.verdict for one in self.limits}
        return next((one for one in (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS) if one in found), None)

    @property
    def full_scale_v(self) -> float:
        """Of the curve: the highest voltage that was predicted."""
        return max((row.predicted_v for row in self.curve), default=0.0)

    @property
    def largest_difference_v(self) -> float:
        """Between curve and prediction."""
        return max((abs(row.voltage_v - row.predicted_v) for row in self.curve), default=0.0)


def judged(
    title: str,
    clause: str,
    unit: str,
    value: float,
    uncertainty: float,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Judged:
    """Judge a value: what lies within its uncertainty of a limit is undecided."""
    low, high = value - uncertainty, value + uncertainty
    if (least is not None and high < least) or (most is not None and low > most):
        verdict = Verdict.FAIL
    elif (least is None or low >= least) and (most is None or high <= most):
        verdict = Verdict.PASS
    else:
        verdict = Verdict.INCONCLUSIVE
    return Judged(title, clause, unit, value, uncertainty, least, most, verdict)
