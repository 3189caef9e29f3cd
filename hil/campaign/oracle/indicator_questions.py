# SPDX-License-Identifier: Apache-2.0
"""What a test asks of the light "Etat Liaison Comptage": what it said of the line, by what an eye saw of it.

A time is known to two looks of the eye. What lies so near to a limit is not decided.
"""

from collections.abc import Sequence
from typing import NamedTuple

from xky.boards.description.indicator import FLASHES, Scheme

from ..indicator.light_record import Flash, LightRecord, Stretch
from ..indicator.stretches import BEFORE_FRAMES, HELD, PAUSE, SILENCE, UNPOWERED
from ..verdict import PurposeFailed, Undecided
from .instrument_questions import InstrumentQuestions
from .view import SHOWN, Measure

__all__ = ["IndicatorQuestions"]

_Range = tuple[float, float]
_ON_S: _Range = (0.1, 0.2)  # 54E §9.4.1: 0.1 s, 0 to 0.1 s more
_OFF_S: dict[bool, _Range] = {True: (2.8, 3.0), False: (0.8, 1.0)}  # good, bad: 2.9 s and 0.9 s, ± 0.1 s
_HALF_S: _Range = (0.4, 0.6)  # 02E annex A.5.2: 0.5 s ± 0.1 s
_ROUND_S = 3.2  # the longest round of either scheme: a change of the light may wait for its end
_LOST_S: _Range = (9.0, 11.0)  # 54E §9.4.1: 10 s ± 1 s
_DARK_END_S = 1.0  # the quick pace may begin with its dark part
_ENOUGH = 2  # rounds


class _Change(NamedTuple):
    """A change of the light: when it was seen, and when it may have begun to show, and may have been decided."""

    seen_s: float
    began_s: float
    decided_s: float


class IndicatorQuestions(InstrumentQuestions):
    """Questions about the light of a device that has an indicator."""

    def the_light_says(self, name: str, *, good: bool) -> None:
        """Behind the end of the first frame of a stretch, or behind 11 s without a good one, the light says so."""
        light, stretch = self._light, self._stretch(name)
        if stretch.frame_ends_s:
            from_s = stretch.frame_ends_s[0] + self._finds_back_s(light, stretch)
        elif name == HELD:
            from_s = stretch.start_s
        else:
            from_s = self._last_good_s(stretch) + _LOST_S[1]
        self._show_light(
            stretch, f"the light says that {_said(good=good)} from {from_s:.2f} s on, one round later at the latest"
        )
        self._says(light, from_s + _ROUND_S, stretch.end_s, good=good)

    def the_light_waits_for_a_frame(self) -> None:
        """Before the first frame nothing is known to be good: dark while it starts, else something is wrong."""
        light, stretch = self._light, self._stretch(BEFORE_FRAMES)
        self._show_light(stretch, "the light is dark, or says that something is wrong")
        flashes = self._seen(light, stretch.start_s, stretch.end_s)
        lit_s, slack_s = light.lit_s(stretch.start_s, stretch.end_s), 2 * light.sampled_s
        if self._scheme == FLASHES:
            slow = [one for one in flashes if one.off_s is not None and one.off_s > _OFF_S[False][1] + slack_s]
            steady = [one for one in flashes if one.on_s > _ON_S[1] + slack_s]
            if slow or steady or (not flashes and lit_s > _ON_S[1] + slack_s):
                raise PurposeFailed("before the first frame the light does not say that something is wrong")
        elif lit_s and max((one.on_s for one in flashes), default=lit_s) > _HALF_S[1] + slack_s:
            raise PurposeFailed("before the first frame the light says that all is good")

    def the_light_bears_a_pause(self) -> None:
        """Less than 9 s without a carrier change nothing behind a good frame."""
        light, stretch = self._light, self._stretch(PAUSE)
        last_s = self._last_good_s(stretch)  # the next one may end later than a light may wait
        self._show_light(stretch, f"the light says that {_said(good=True)} all the while")
        self._says(light, last_s - _ROUND_S, last_s + _LOST_S[0], good=True)

    def the_light_notices_silence(self) -> None:
        """10 s (± 1 s) behind the last good frame it says that something is wrong."""
        light, stretch = self._light, self._stretch(SILENCE)
        last_s, slack_s = self._last_good_s(stretch), 2 * light.sampled_s
        self._show_light(stretch, f"the light changes {_LOST_S[0]:g} s to {_LOST_S[1]:g} s behind {last_s:.2f} s")
        changed = self._changed(light, last_s, stretch.end_s)
        if changed is None:
            raise PurposeFailed(f"the light says for {stretch.end_s - last_s:.1f} s of silence that all is good")
        seen_s, began_s, decided_s = changed.seen_s - last_s, changed.began_s - last_s, changed.decided_s - last_s
        self.trail.at_s = changed.seen_s
        self.trail.measured.append(Measure("silence until the light changes", seen_s, _LOST_S[1]))
        told = f"the light changes {seen_s:.2f} s behind the last good frame"
        self.trail.seen.insert(0, told)
        if seen_s < _LOST_S[0] - slack_s:
            raise PurposeFailed(f"{told}; not before {_LOST_S[0]:g} s")
        if decided_s > _LOST_S[1] + slack_s:
            raise PurposeFailed(f"{told}; {_LOST_S[1]:g} s allowed")
        if seen_s <= _LOST_S[0] + slack_s or began_s > _LOST_S[1] - slack_s:
            raise Undecided(f"{told}; {_LOST_S[0]:g} s to {_LOST_S[1]:g} s allowed: too near to tell")

    def the_light_is_dark_without_power(self) -> None:
        """Nothing shines once all power is gone."""
        light = self._light
        if light.stretch(UNPOWERED) is None:
            raise Undecided("nothing took its power away: the bench does not feed this device")
        stretch = self._stretch(UNPOWERED)
        self._show_light(stretch, "the light is dark")
        lit_s = light.lit_s(stretch.start_s, stretch.end_s)
        if lit_s > 2 * light.sampled_s:
            raise PurposeFailed(f"without power the light is lit for {lit_s:.2f} s of {stretch.length_s:.1f} s")

    # what was seen

    @property
    def _light(self) -> LightRecord:
        light = self.record.light
        if light is None:
            if self.record.trials_cut_short or self.record.cut_short_s is not None:
                raise Undecided("not played: the run was cut short")
            raise self.why_untried()
        return light

    @property
    def _scheme(self) -> Scheme:
        indicator = self.record.board.indicator
        return FLASHES if indicator is None else indicator.scheme(self.record.mode)

    def _stretch(self, name: str) -> Stretch:
        stretch = self._light.stretch(name)
        if stretch is None:
            raise Undecided(f"the trials were played without {name}")
        return stretch

    def _last_good_s(self, stretch: Stretch) -> float:
        """When the last frame before a stretch ended."""
        before = self._light.before(stretch)
        return before.frame_ends_s[-1] if before is not None and before.frame_ends_s else stretch.start_s

    def _finds_back_s(self, light: LightRecord, stretch: Stretch) -> float:
        """How long the device may look for the TIC mode first, behind a stretch without frames."""
        before = light.before(stretch)
        return self.record.board.finds_back_s if before is not None and not before.frame_ends_s else 0.0

    def _show_light(self, stretch: Stretch, expected: str) -> None:
        self.trail.sent.append(f"{stretch.start_s:.2f} s to {stretch.end_s:.2f} s: {stretch.name}")
        self.trail.expected.append(expected)
        self.trail.at_s = stretch.start_s
        lit_s = self._light.lit_s(stretch.start_s, stretch.end_s)
        self.trail.seen.append(f"lit for {lit_s:.2f} s of {stretch.length_s:.1f} s")

    def _seen(self, light: LightRecord, from_s: float, to_s: float) -> Sequence[Flash]:
        flashes = list(light.flashes(from_s, to_s))
        self.trail.seen += [f"{one.at_s:.2f} s: on {one.on_s:.2f} s, off {one.off_s:.2f} s" for one in flashes[:SHOWN]]
        return flashes

    def _says(self, light: LightRecord, from_s: float, to_s: float, *, good: bool) -> None:
        """Between two instants, when nothing changes any more, the light says one thing and nothing else."""
        if self._scheme != FLASHES and good:
            dark_s = to_s - from_s - light.lit_s(from_s, to_s)
            self.trail.measured.append(Measure("dark while frames are good", dark_s, 0.0))
            if dark_s > 2 * light.sampled_s:
                raise PurposeFailed(f"the light is dark for {dark_s:.2f} s; good is steadily lit")
            return
        flashes = self._seen(light, from_s, to_s)
        if len(flashes) < _ENOUGH:
            lit_s = light.lit_s(from_s, to_s)
            raise PurposeFailed(
                f"the light does not say that {_said(good=good)}: {len(flashes)} flashes in {to_s - from_s:.1f} s, "
                f"lit for {lit_s:.2f} s"
            )
        ons = [one.on_s for one in flashes]
        offs = [one.off_s for one in flashes if one.off_s is not None]
        on_s, off_s = (_ON_S, _OFF_S[good]) if self._scheme == FLASHES else (_HALF_S, _HALF_S)
        unsure = [
            *self._within(ons, on_s, "lit", light.sampled_s, good=good),
            *self._within(offs, off_s, "dark", light.sampled_s, good=good),
        ]
        stuck_s = max(flashes[0].at_s - from_s, to_s - flashes[-1].end_s)  # each of them ends where the next begins
        if stuck_s > on_s[1] + off_s[1] + 2 * light.sampled_s:
            raise PurposeFailed(
                f"the light does not say that {_said(good=good)}: it does not change for {stuck_s:.2f} s"
            )
        if unsure:
            raise Undecided(f"{unsure[0]}: within the {2e3 * light.sampled_s:g} ms that the eye can know")

    def _within(
        self, values: Sequence[float], allowed: _Range, what: str, sampled_s: float, *, good: bool
    ) -> Sequence[str]:
        """What of some times is too near to a limit to be told.

        Raises:
            PurposeFailed: one is beyond.
        """
        low, high, slack = *allowed, 2 * sampled_s
        self.trail.measured.append(Measure(f"longest time {what}", max(values), high))
        self.trail.measured.append(Measure(f"shortest time {what}", min(values), low, at_least=True))
        unsure = []
        for value in values:
            told = f"the light is {what} for {value:.3f} s; {low:g} s to {high:g} s say that {_said(good=good)}"
            if not low - slack <= value <= high + slack:
                raise PurposeFailed(told)
            if not low + slack < value < high - slack:
                unsure.append(told)
        return unsure

    def _changed(self, light: LightRecord, from_s: float, to_s: float) -> _Change | None:
        """When the light began to say that something is wrong; None: it never did.

        A slow round that is broken off tells the instant, but for a quick one that begins with its dark part. Where it
        has the length of a quick one, the change may lie at both its ends, or the round before was waited for; that it
        is not too early, the trial of a pause tells.
        """
        if self._scheme != FLASHES:
            dark_s = next((at_s for at_s, lit in light.changes if not lit and from_s < at_s <= to_s), None)
            return None if dark_s is None else _Change(dark_s, dark_s, dark_s)
        slack_s = 2 * light.sampled_s
        for one in light.flashes(from_s - _ROUND_S, to_s):
            if one.off_s is not None and one.off_s < _OFF_S[True][0] - slack_s:
                low, high = _OFF_S[False]
                if low - slack_s <= one.off_s <= high + slack_s:
                    return _Change(one.end_s, one.at_s - _DARK_END_S, one.at_s - _OFF_S[True][1])
                return _Change(one.end_s, one.end_s - _DARK_END_S, one.end_s - _DARK_END_S)
        return None


def _said(*, good: bool) -> str:
    return "frames are good" if good else "something is wrong"
