# SPDX-License-Identifier: Apache-2.0
"""An opto stage tried at both rates and at the levels that a meter may send, with the part that decides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xky.emulator.carrier import Waveform, render
from xky.protocol import Burst, InputError, Mode
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import levels as line_levels

from .eye import margins_s
from .stage import PARTS, Lots, OptoStage, drawn_lots, pin_levels

__all__ = ["LEVELS_V", "USUAL_V", "OptoTrial", "OptoVerdict", "tried_opto"]

LEVELS_V = (0.8, 1.2, 2.0, 3.65, 5.0)
"""A receiver reads a 0 from 0.8 V, a meter sends 1.2 to 5 V (54E §5.3.2, §5.3.4)."""

USUAL_V = (3.65, 5.0)
"""What a source of 5.25 V behind 220 Ω, inside all limits of 54E and 02E, gives a receiver of 500 Ω, and the most."""

_TEXT = b"U\x00@\x7f\x01*U\n?0U"  # lone ones and lone zeros, and each behind a long run of the other
_RATE_HZ = {Mode.STANDARD: 960_000, Mode.HISTORIC: 240_000}
_LEAD_S = 0.002
_ALL = 0.99  # of the lots, for a stage that does
_GAIN = 0.02  # of the lots that a part must cost to be the one that decides
_WORST = 0.05
_NEVER = 0.02  # of the time that it should, the pin is low
_LOTS = (10, 1000)
_NAMES = {
    "ctr": "the spread of the current transfer",
    "forward_v": "the spread of the diodes' voltage",
    "fall_s": "the spread of the phototransistor's speed",
    "gate_v": "the spread of the MOSFET's threshold",
}


@dataclass(frozen=True, slots=True)
class OptoVerdict:
    """How an opto stage does at one rate and one level.

    Attributes:
        mode: sets the rate.
        level_v: peak of the carrier on the receiver.
        share: of the lots that read each bit, with what clocks may be off.
        worst_s, median_s: margin of the worst of twenty lots, and of half of them; below 0 where bits are wrong.
        trouble: what goes wrong in most of the lots that fail; None where none does.
        decides: the part whose spread costs most lots, or the resistors; None where no lot fails.
    """

    mode: Mode
    level_v: float
    share: float
    worst_s: float
    median_s: float
    trouble: str | None
    decides: str | None

    @property
    def does(self) -> bool:
        """Whether it does for practically each lot."""
        return self.share >= _ALL


@dataclass(frozen=True, slots=True)
class OptoTrial:
    """An opto stage, and how it does."""

    stage: OptoStage
    lots: int
    seed: int
    verdicts: tuple[OptoVerdict, ...]

    def does(self, mode: Mode) -> bool:
        """Whether it does at that rate for each of the usual levels."""
        return all(verdict.does for verdict in self.verdicts if verdict.mode is mode and verdict.level_v in USUAL_V)

    @property
    def sentence(self) -> str:
        """All in one."""
        done = [mode for mode in Mode if self.does(mode)]
        stage = f"{self.stage.kind.name} behind {self.stage.series_ohm:g} Ω, on {self.stage.load_ohm:g} Ω"
        if len(done) == len(Mode):
            return f"{stage} does at 1200 and at 9600 baud, with every lot of its parts."
        fails = [one for one in self.verdicts if one.mode not in done and one.level_v in USUAL_V and not one.does]
        worst = min(fails, key=lambda one: one.share)
        does = f"does at {done[0].baud} baud, but not at" if done else "does neither at 1200 nor at 9600 baud; at"
        return (
            f"{stage} {does} {worst.mode.baud} baud: at {worst.level_v:g} V the opto-coupler {worst.trouble} in "
            f"{1 - worst.share:.0%} of the lots; what decides is {worst.decides}."
        )


def tried_opto(stage: OptoStage, *, lots: int = 200, seed: int = 0, levels_v: Sequence[float] = LEVELS_V) -> OptoTrial:
    """Try a stage with so many lots of its parts, in both modes and at each level.

    Raises:
        InputError: too few or too many lots.
    """
    if not _LOTS[0] <= lots <= _LOTS[1]:
        raise InputError(f"--lots {lots}: expected {_LOTS[0]} to {_LOTS[1]}")
    drawn = drawn_lots(stage.kind, lots, seed)
    return OptoTrial(stage, lots, seed, tuple(v for mode in Mode for v in _verdicts(stage, drawn, mode, levels_v)))


def _verdicts(stage: OptoStage, drawn: Lots, mode: Mode, levels_v: Sequence[float]) -> list[OptoVerdict]:
    signal = _Signal(mode)
    margins, low = signal.margins(stage, drawn, levels_v)
    fails = bool((margins <= 0).any())
    better = {part: signal.margins(stage, drawn.without_spread(part), levels_v)[0] for part in PARTS if fails}
    verdicts = []
    for index, level_v in enumerate(levels_v):
        good = margins[index] > 0
        share = float(good.mean())
        gains = {part: float((others[index] > 0).mean()) - share for part, others in better.items()}
        worst_s, median_s = (float(np.quantile(margins[index], quantile)) for quantile in (_WORST, 0.5))
        trouble = _trouble(low[index][~good], signal.sent_low)
        decides = None if good.all() else _decides(gains)
        verdicts.append(OptoVerdict(mode, level_v, share, worst_s, median_s, trouble, decides))
    return verdicts


def _trouble(low: NDArray[np.float64], sent_low: float) -> str | None:
    """What goes wrong, by how much of the time the pin was low."""
    if not len(low):
        return None
    share = float(np.median(low)) / sent_low
    if share < _NEVER:
        return "never switches on"
    return "switches on too late" if share < 1 else "switches off too late"


def _decides(gains: dict[str, float]) -> str:
    part = max(gains, key=lambda each: gains[each])
    return _NAMES[part] if gains[part] >= _GAIN else "the resistors"


class _Signal:
    """A burst as a meter sends it in a mode, at 1 V."""

    def __init__(self, mode: Mode) -> None:
        self._mode, self._rate_hz = mode, _RATE_HZ[mode]
        burst = Burst(_LEAD_S, mode.character_s, _TEXT)
        waveform = Waveform(rate_hz=self._rate_hz, amplitude_v=1.0)
        samples = render([burst], waveform, start_s=0.0, end_s=burst.end_s + 2 * mode.character_s)
        self._volts = samples.astype(np.float64)
        bits = np.frombuffer(line_levels(burst), np.uint8).reshape(-1, CHARACTER_BITS)
        self._sent = bits.astype(np.bool_)
        self._starts_s = _LEAD_S + np.arange(len(_TEXT), dtype=np.float64) * mode.character_s
        self.sent_low = float((~self._sent).sum()) / mode.baud * self._rate_hz

    def margins(
        self, stage: OptoStage, lots: Lots, levels_v: Sequence[float]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Margin of each lot, a row a level; and for how many samples its pin was low."""
        volts = np.concatenate([np.full(len(lots), level_v) for level_v in levels_v])
        levels = pin_levels(self._volts[:, None] * volts, self._rate_hz, stage, lots.repeated(len(levels_v)))
        margins = margins_s(levels, self._rate_hz, self._sent, self._starts_s, self._mode)
        low = (~levels).sum(axis=0).astype(np.float64)
        shape = len(levels_v), len(lots)
        return margins.reshape(shape), low.reshape(shape)
