# SPDX-License-Identifier: Apache-2.0
"""Which values of an index cannot be: it goes back, or grows by more than the subscription lets through.

Where it begins anew at another value and goes on from there, as behind a change of the meter, that is told once. Where
it goes back, the fewer are wrong: a single value that is a little too high is not believed against those behind it.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xky.emulator.meter.settings import PREF_KVA_MAX

from ..columns import Floats, Instants, Truths

__all__ = ["MOST_KVA", "Judged", "is_index", "judge_index"]

MOST_KVA = float(PREF_KVA_MAX)
_OVER = 1.3  # of the subscription, before the meter cuts off; an assumption
_SPARE_WH = 2.0  # rounding, and what is told a frame late
_SPARE_US = 15_000_000  # so much later or earlier may a value be than it says
_ANEW = 20  # readings that follow each other from another value on before it is believed
_HOUR_US = 3_600_000_000
_INDEX = re.compile(r"EAST|EAIT|EAS[FD]\d\d|ERQ\d|BASE|HCH[CP]|EJPH(N|PM)|BBRH[CP]J[BWR]")


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with an index.

    Attributes:
        wrong: of each reading, whether it cannot be.
        back: how many of these go back.
        jumps: how many jump.
        anew_us: where it began anew.
    """

    wrong: Truths
    back: int
    jumps: int
    anew_us: tuple[int, ...]


def is_index(label: str) -> bool:
    """Whether the label is a counter of energy."""
    return _INDEX.fullmatch(label) is not None


def judge_index(at_us: Instants, wh: Floats, kva: float) -> Judged:
    """Judge the readings of one index.

    Args:
        at_us: when, rising.
        wh: what it says, a reading each.
        kva: subscribed power.
    """
    wrong = np.zeros(len(wh), bool)
    grown, allowed = np.diff(wh), _allowed(np.diff(at_us), kva)
    if not ((grown < 0) | (grown > allowed)).any():
        return Judged(wrong, 0, 0, ())
    back = jumps = 0
    anew: list[int] = []
    times, values = at_us.tolist(), wh.tolist()
    last = _first_sound(times, values, kva)
    for place in range(last):
        wrong[place] = True
        jumps += 1
    refused: list[int] = []
    believed = deque([last], _ANEW + 1)  # the latest
    for place in range(last + 1, len(values)):
        if _follows(times, values, last, place, kva):
            last, refused = place, []
            believed.append(place)
            continue
        wrong[place] = True
        goes_back = values[place] < values[last]
        back, jumps = back + goes_back, jumps + (not goes_back)
        if refused and not _follows(times, values, refused[-1], place, kva):
            refused = []
        refused.append(place)
        too_high = _before(times, values, believed, refused[0], kva)
        if not 0 < too_high < len(refused) and len(refused) < _ANEW:
            continue
        number_back = sum(values[one] < values[last] for one in refused)
        back, jumps = back - number_back, jumps - (len(refused) - number_back)
        wrong[refused] = False
        if 0 < too_high < len(refused):
            for _ in range(too_high):
                wrong[believed.pop()] = True
            back += too_high
        else:
            anew.append(times[refused[0]])
            believed.clear()
        believed.extend(refused)
        last, refused = place, []
    return Judged(wrong, back, jumps, tuple(anew))


def _allowed(length_us: Instants, kva: float) -> Floats:
    return np.asarray(_SPARE_WH + kva * 1000 * _OVER * (length_us + _SPARE_US) / _HOUR_US)


def _follows(times: list[int], values: list[float], before: int, behind: int, kva: float) -> bool:
    most = _SPARE_WH + kva * 1000 * _OVER * (times[behind] - times[before] + _SPARE_US) / _HOUR_US
    return 0 <= values[behind] - values[before] <= most


def _before(times: list[int], values: list[float], believed: Sequence[int], behind: int, kva: float) -> int:
    """How many of the latest believed have to be taken back until a reading follows; 0: it follows none."""
    if values[behind] >= values[believed[-1]]:
        return 0
    numbers = range(1, len(believed))
    return next((one for one in numbers if _follows(times, values, believed[-1 - one], behind, kva)), 0)


def _first_sound(times: list[int], values: list[float], kva: float) -> int:
    """The first reading that the one behind it follows: a wrong first one must not accuse all others."""
    for place in range(min(len(values) - 1, _ANEW)):
        if _follows(times, values, place, place + 1, kva):
            return place
    return 0
