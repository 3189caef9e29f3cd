# SPDX-License-Identifier: Apache-2.0
"""Composes frames: the groups of a meter at this moment, in the order of the label table.

Between two changes of the meter only the clock, the running registers and a rising maximum move: the rest of the
last frame stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from xky.protocol import Group, Label, Mode, frame_labels

from .label_sources import SOURCES, Source
from .state import MeterState

__all__ = ["PILOT_LABELS", "FrameComposer", "ShortFrames"]

PILOT_LABELS = {"SINSTS": "SINST1", "SMAXSN": "SMAXN", "SMAXSN-1": "SMAXN-1"}  # of type 67 (hekmon/linkytic#41, #42)
_SHORT_IN_A_ROW = 20  # then one long frame (02E §2.5.1)


@dataclass
class ShortFrames:
    """Which frames are short while an overload lasts: twenty, then a long one."""

    _sent: int = 0

    def next_is_short(self, *, overloaded: bool) -> bool:
        """Whether the next frame is a short one. Call once a frame."""
        self._sent = (self._sent + 1) % (_SHORT_IN_A_ROW + 1) if overloaded else 0
        return self._sent != 0


class FrameComposer:
    """Composes the frames of one meter.

    Args:
        state: of the meter.
    """

    def __init__(self, state: MeterState) -> None:
        self._state = state
        self._epoch = self._turns = -1
        self._groups: list[Group] = []
        self._moving: list[tuple[int, str, Source]] = []
        self._ticking: list[tuple[int, str, Source]] = []  # of them, what moves while nothing is counted

    def groups(self, *, short: bool) -> list[Group]:
        """The groups of a frame that starts now; a new list, equal groups being the same objects."""
        state = self._state
        if short:
            return _compose(state, short=True, before=())
        if state.epoch == self._epoch:
            counters = state.counters
            stands = counters.turns == self._turns and not counters.rising
            self._turns = counters.turns
            for place, name, source in self._ticking if stands else self._moving:
                group = self._groups[place]
                said = source(state)
                timestamp, value = said if isinstance(said, tuple) else (None, said)
                if group.value != value or group.timestamp != timestamp:
                    self._groups[place] = Group(name, value or "", timestamp)
            return self._groups.copy()
        mode = state.settings.mode
        self._groups = _compose(state, short=False, before=self._groups)
        places = {group.label: place for place, group in enumerate(self._groups)}
        self._moving = [
            (places[shown], shown, SOURCES[mode][name])
            for name in _moving_labels(state)
            if (shown := _shown(state, name)) in places
        ]
        self._ticking = [each for each in self._moving if each[1] == "DATE"]
        self._epoch, self._turns = state.epoch, state.counters.turns
        if state.settings.msg2 and mode is Mode.STANDARD:
            state.message_sent()
        return self._groups.copy()


def _compose(state: MeterState, *, short: bool, before: Sequence[Group]) -> list[Group]:
    """The groups of a frame; those that say what they said before are the same objects."""
    groups = []
    earlier = {group.label: group for group in before}
    pilot = state.settings.quirks.pilot_labels
    mode = state.settings.mode
    # 54E defines no producer groups in historic mode: a producer's meter is silent about them there.
    producer = state.producer and mode is Mode.STANDARD
    for label, source in _sources(mode, state.phases, producer, short=short):
        said = source(state)
        if said is None:
            continue
        timestamp, value = said if isinstance(said, tuple) else (None, said)
        shown = PILOT_LABELS.get(label, label) if pilot else label
        group = earlier.get(shown)
        if group is None or group.value != value or group.timestamp != timestamp:
            group = Group(shown, value, timestamp)
        groups.append(group)
    return groups


def _shown(state: MeterState, label: str) -> str:
    return PILOT_LABELS.get(label, label) if state.settings.quirks.pilot_labels else label


def _moving_labels(state: MeterState) -> frozenset[str]:
    """Labels whose value may move within a segment."""
    tariff = state.tariff
    if state.settings.mode is Mode.HISTORIC:
        labels = state.settings.contract.index_labels.items()
        return frozenset(label for label, index in labels if index in (0, tariff.supplier_index))
    moving = {"DATE", "EAST", f"EASF{tariff.supplier_index:02}", f"EASD{tariff.distributor_index:02}",
              "EAIT", f"ERQ{state.power.quadrant}"}  # fmt: skip
    if state.counters.rising:
        moving |= {"SMAXSN", "SMAXIN", "SMAXSN1", "SMAXSN2", "SMAXSN3"}
    return frozenset(moving)


@cache
def _sources(mode: Mode, phases: int, producer: bool, *, short: bool) -> tuple[tuple[str, Source], ...]:
    labels: tuple[Label, ...] = frame_labels(mode, phases, producer=producer, short=short)
    return tuple((label.name, SOURCES[mode][label.name]) for label in labels)
