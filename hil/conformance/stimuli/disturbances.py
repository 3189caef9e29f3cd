# SPDX-License-Identifier: Apache-2.0
"""Disturbances of a frame, after which the device must recover."""

from dataclasses import replace

from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.faults.baud_change import BaudChange
from xky.emulator.faults.bit_flips import BitFlips
from xky.emulator.faults.cut import CutFrame
from xky.emulator.faults.endless_frame import EndlessFrame
from xky.emulator.faults.fitting_cut import FittingCut
from xky.emulator.faults.jitter import Jitter
from xky.emulator.faults.late_start import LateStart
from xky.emulator.faults.metrology_bursts import MetrologyBursts
from xky.emulator.faults.missing_end_of_frame import MissingEndOfFrame
from xky.emulator.faults.missing_start_of_frame import MissingStartOfFrame
from xky.emulator.faults.no_good_group import NoGoodGroup
from xky.emulator.faults.noise import NoiseBeforeFrame
from xky.emulator.faults.overlong_value import OverlongValue
from xky.emulator.faults.pause import Pause
from xky.emulator.faults.power_cut import PowerCut
from xky.emulator.faults.stuck_line import StuckLine
from xky.protocol import Mode

from ...campaign.stimulus import BOTH_MODES, Stimulus
from .meter_states import SHORT_FRAMES
from .meters import HISTORIC, HOUSE, index_label, many_labels, power_label

__all__ = [
    "BAD_FRAMES",
    "CUT_BY_EOT",
    "CUT_IN_GROUP",
    "CUT_SHORT_FRAMES",
    "ENDLESS_FRAME",
    "LATE_START",
    "MISSING_END",
    "MISSING_START",
    "NOISE",
    "NOISY_LINE",
    "POWER_CUT",
    "STUCK_LINE",
]

_OFF_S = 0.5
_BAD_FRAMES = 11  # in a row
_LEAST_A = 18  # over the setting, and over what other steps draw


def _cut_in_group(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    return (CutFrame(power_label(meter)),), (FittingCut(power_label(meter)),)


def _each_second_cut_by_eot(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """Between them whole frames, more than one: not every sound device says each."""
    cut = CutFrame(index_label(meter) if meter.phases == 1 else "IINST1", with_eot=True)
    return (cut,), (), (cut,), (), (cut,)


def _cut_by_eot_and_damaged(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """The same, the first group behind the second EOT damaged: the others of that frame are due like those before."""
    first, whole, second, _, third = _each_second_cut_by_eot(meter)
    return first, whole, second, (AlteredDigit("ADCO"),), third


def _draw_more(meter: Linky, number: int) -> None:
    """Currents, which are all that short frames tell: those of whole frames are not those of cut ones."""
    meter.load.hold(*(230 * (_LEAST_A + 2 * (number % 5)) + 10 * phase for phase in range(meter.phases)))


def _late_start(meter: Linky) -> tuple[Fault, ...]:
    return (LateStart(index_label(meter)),)


def _missing_start(meter: Linky) -> tuple[Fault, ...]:
    return (MissingStartOfFrame(),)


def _missing_end(meter: Linky) -> tuple[Fault, ...]:
    return (MissingEndOfFrame(),)


def _endless(meter: Linky) -> tuple[Fault, ...]:
    """More groups than any frame has, and one that no buffer holds: 1 024 and 8 192 characters are large ones.

    A receiver that takes the long one for a line of the other mode misses some of those behind it, so there are more.
    """
    if meter.mode is Mode.STANDARD:
        return EndlessFrame(2000), OverlongValue("PRM", 8180)
    return EndlessFrame(450), OverlongValue("MOTDETAT", 1010)


def _no_good_groups(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    return ((NoGoodGroup(1),),) * _BAD_FRAMES


def _stuck(meter: Linky) -> tuple[Fault, ...]:
    """It stands still before the frame, and in it; and then goes on at half the rate."""
    return (
        StuckLine(_OFF_S, carrier=True), StuckLine(_OFF_S), Pause(index_label(meter)), BaudChange(power_label(meter)),
    )  # fmt: skip


def _power_cut(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """Among the groups, and in the last one: behind that a receiver may wait for nothing but ETX."""
    return (PowerCut(power_label(meter), _OFF_S),), (PowerCut(meter.groups()[-1].label, _OFF_S),)


def _noise(meter: Linky) -> tuple[Fault, ...]:
    return MetrologyBursts(), NoiseBeforeFrame(150)


def _noisy_line(meter: Linky) -> tuple[Fault, ...]:
    return BitFlips(0.003), Jitter(0.2)


_DISTURBED = replace(HOUSE, disturbs=True, brief=True)

CUT_IN_GROUP = replace(_DISTURBED, name="frame cut inside a group", turns=_cut_in_group)
CUT_BY_EOT = replace(
    _DISTURBED, name="frames cut by EOT", modes=HISTORIC, turns=_cut_by_eot_and_damaged, counts_on=True
)
CUT_SHORT_FRAMES = Stimulus(
    "short frames cut by EOT", many_labels, modes=HISTORIC, before=SHORT_FRAMES.before, moves=_draw_more,
    turns=_each_second_cut_by_eot, brief=True,
)  # fmt: skip
LATE_START = replace(_DISTURBED, name="line heard from the middle of a frame", faults=_late_start)
MISSING_START = replace(_DISTURBED, name="frame without STX", faults=_missing_start)
MISSING_END = replace(_DISTURBED, name="frame without ETX", faults=_missing_end)
ENDLESS_FRAME = replace(
    _DISTURBED, name="frame longer than any", faults=_endless, outlasts_detection=True, lengthens=BOTH_MODES
)
BAD_FRAMES = replace(_DISTURBED, name="frames without a good group", turns=_no_good_groups)
STUCK_LINE = replace(_DISTURBED, name="stuck line", faults=_stuck, lengthens=BOTH_MODES)
POWER_CUT = replace(_DISTURBED, name="power cut in a frame", turns=_power_cut, lengthens=BOTH_MODES)
NOISE = replace(_DISTURBED, name="noise before frames", faults=_noise, lengthens=HISTORIC)
NOISY_LINE = replace(_DISTURBED, name="noisy line", faults=_noisy_line)
