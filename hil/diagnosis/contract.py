# SPDX-License-Identifier: Apache-2.0
"""What a meter of that contract must say, told by what it does say, and which of it is missing."""

from collections import Counter
from collections.abc import Sequence

from xky.emulator.meter.frame_composer import PILOT_LABELS
from xky.protocol import LABELS, Mode
from xky.protocol.labels import Label

from .reading import ReadFrame, Reading

__all__ = ["missing_labels"]

_DAMAGED = 0.1  # refused groups to a frame, from which nobody knows what is missing
_FEW_FRAMES = 3  # whole ones, from which a label that never came is missing
_OPTIONS = {  # first three characters of OPTARIF: what else there is (54E §6.1.1)
    "BAS": ("BASE",),
    "HC.": ("HCHC", "HCHP"),
    "EJP": ("EJPHN", "EJPHPM"),
    "BBR": ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR", "DEMAIN"),
}


def missing_labels(reading: Reading) -> list[str]:
    """Labels that each frame should have and none has, in the order of the frame.

    Asked of whole frames without damage: what is damaged each time is not missing.
    """
    mode = reading.mode
    frames = [frame for frame in reading.whole if frame.mode is mode]
    if len(reading.refused) > _DAMAGED * len(frames):
        return []
    if mode is Mode.HISTORIC:  # short frames of three phases have but a few (54E §6.1.2)
        frames = [frame for frame in frames if any(not _is_short(label) for label in frame.values)]
    if mode is None or len(frames) < _FEW_FRAMES:
        return []
    seen = Counter(label for frame in frames for label in frame.values)
    said = set(seen) | {of for of, pilot in PILOT_LABELS.items() if pilot in seen}
    return [label for label in _due(mode, frames, seen) if label not in said]


def _is_short(label: str) -> bool:
    known = LABELS[Mode.HISTORIC].get(label)
    return known is not None and known.short


def _due(mode: Mode, frames: Sequence[ReadFrame], seen: Counter[str]) -> list[str]:
    table = LABELS[mode]
    phases = 3 if any(label in table and table[label].phases == {3} for label in seen) else 1
    producer = any(label in table and table[label].producer for label in seen)
    options = Counter(frame.values.get("OPTARIF", "")[:3] for frame in frames)
    option = options.most_common(1)[0][0]
    tariff = _OPTIONS.get(option) or next((those for those in _OPTIONS.values() if any(map(seen.get, those))), ())
    return [label.name for label in table.values() if _is_due(label, phases, tariff, producer=producer)]


def _is_due(label: Label, phases: int, tariff: Sequence[str], *, producer: bool) -> bool:
    if phases not in label.phases or (label.producer and not producer):
        return False
    return label.condition is None or label.name in tariff
