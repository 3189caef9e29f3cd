# SPDX-License-Identifier: Apache-2.0
"""The light "Etat Liaison Comptage" of the label: what it makes of frames and of silence, and how it says so."""

from collections.abc import Generator, Iterator

import simpy

from xky.protocol import Frame

from ..description.indicator import FLASHES, Scheme
from ..ports import LampPort

__all__ = ["Indicator"]

_ADDRESSES = frozenset({"ADCO", "ADSC"})
_FLASH_S = 0.15  # 54E §9.4.1: 0.1 s, 0 to 0.1 s more; its middle
_OFF_GOOD_S, _OFF_BAD_S = 2.9, 0.9  # likewise
_HALF_S = 0.5  # 02E annex A.5.2


class Indicator:
    """A sound one; a defect overrides a step.

    Args:
        env: the bench's clock.
        scheme: by which it speaks.
        lamp: that it switches.
    """

    silence_s = 10.0
    """Without a good frame for so long something is wrong (54E §9.4.1)."""
    off_good_s = _OFF_GOOD_S
    begins_good = False
    """What it says before the first frame."""
    goes_dark = True
    """Whether it is dark without power."""

    def __init__(self, env: simpy.Environment, scheme: Scheme, lamp: LampPort) -> None:
        self.env = env
        self._scheme = scheme
        self._lamp = lamp
        self._is_good = False
        self._process: simpy.Process | None = None
        self._patience: simpy.Process | None = None

    def starts(self) -> None:
        """Power is there."""
        self._stop()
        self._is_good = self.begins_good
        self._process = self.env.process(self._speaks())

    def ends(self) -> None:
        """Power is gone."""
        if self.goes_dark:
            self._stop()
            self._lamp.light(on=False)

    def _stop(self) -> None:
        under_way, self._process, self._patience = (self._process, self._patience), None, None
        for process in under_way:
            if process is not None and process.is_alive:
                process.interrupt()

    def takes(self, frame: Frame) -> bool:
        """Whether a whole frame is a good one: of coherent structure, every checksum right, more than the address."""
        return not self.is_standby(frame) and all(group.ok for group in frame.groups)

    def is_standby(self, frame: Frame) -> bool:
        """Whether a frame has the address alone, or nothing."""
        return _ADDRESSES.issuperset(group.label for group in frame.good)

    def hears(self, frame: Frame) -> None:
        """A frame has ended: that decides, up to the next one; one that was cut decides nothing."""
        if not frame.complete:
            return
        good = self.takes(frame)
        self.decides(good=good)
        if good:
            self.waits_for_the_next()

    def senses(self) -> None:
        """There was a carrier on the line, whatever it said; that is no frame."""

    def decides(self, *, good: bool) -> None:
        """What it says from now on; at once where that is something else."""
        if good is not self._is_good and self._process is not None:
            self._is_good = good
            self._process.interrupt()

    def waits_for_the_next(self) -> None:
        """Be patient anew."""
        if self._patience is not None and self._patience.is_alive:
            self._patience.interrupt()
        self._patience = self.env.process(self._loses_patience())

    def _loses_patience(self) -> Generator[simpy.Event, None, None]:
        try:
            yield self.env.timeout(self.silence_s)
        except simpy.Interrupt:
            return
        self.decides(good=False)

    def _speaks(self) -> Generator[simpy.Event, None, None]:
        own = self.env.active_process
        while self._process is own:
            try:
                for is_lit, lasts_s in self._pattern():
                    self._lamp.light(on=is_lit)
                    yield self.env.timeout(lasts_s) if lasts_s else self.env.event()
            except simpy.Interrupt:  # it says something else now, or has no power
                continue

    def _pattern(self) -> Iterator[tuple[bool, float]]:
        """Once round: lit or dark, and for how long; 0 is for good."""
        if self._scheme == FLASHES:
            yield True, _FLASH_S
            yield False, self.off_good_s if self._is_good else _OFF_BAD_S
        elif self._is_good:
            yield True, 0.0
        else:
            yield False, _HALF_S
            yield True, _HALF_S
