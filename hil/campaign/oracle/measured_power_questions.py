# SPDX-License-Identifier: Apache-2.0
"""The same questions of power, answered by what instruments saw of a real board on a bench that feeds it.

A value is known no better than instrument, bench and sampling allow: what lies within that of its limit is not
decided. What an instrument of the bench cannot see, its board's file says; by a file alone no board fails.
"""

from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev

from xky.boards.description.power import PowerDescription
from xky.boards.description.states import OFF
from xky.boards.power.analysis import GUARANTEED_W
from xky.boards.power.clocked_train import train_of
from xky.boards.power.ratings import ratings_of
from xky.boards.power.thresholds import runs_from_a
from xky.emulator.supply import HIGHEST
from xky.protocol import InputError

from ..condition import FED, HAS_RATINGS, LIVES_BY_ITS_CAPACITOR, PROMISES_A_PERIOD, REACHES_A_NETWORK
from ..measured_power import COLD, CUTS, DEAD, FULL, MeasuredCut, MeasuredPower, MeasuredTrial, PowerSample
from ..power_record import MINIMUM, MODEL_V, SERVERS, at_terminals_w, restart_s, works_v
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .view import SHOWN, Measure, PurposeView

__all__ = ["MeasuredPowerQuestions"]

_CHARGES_V = 0.05  # what a capacitor that is fed gains at the least
_AMMETER_SHARE = 0.02  # that a mean of currents may be off besides its scatter: assumption
_LEAST_CYCLES = 4
_RATING_SHARE = 0.01  # as on a simulated board
_EXTRAPOLATED = 3.0  # times what a capacitor gained from 12 V to 13 V: as much again would the least resistance add
_CLAMPED_A, _NEAR_V = 0.1, 0.05  # more than any meter gives; what a reference may be off
_NO_ANALYSER = 'needs an ammeter in the board\'s feed; add [[instrument]] with role = "analyser"'


class MeasuredPowerQuestions(PurposeView):
    """Questions about a real board's power; its board's file describes what it is."""

    def _measured_start(self, power: MeasuredPower) -> None:
        """The first reading comes in time after the supply has met an empty capacitor."""
        trial, limit_s = self._cold(power), self.record.board.limits.cold_start_s
        self._show_measured(trial, f"a first reading within {limit_s:g} s")
        if trial.first_reading_s is None:
            self._require_charge(trial)
            raise PurposeFailed(f"it never starts from an empty capacitor: {_in_short(trial)}")
        empty_s = self._head_start_s(trial)
        took_s = trial.first_reading_s - trial.fed_s
        self.trail.seen.append(f"{trial.samples[0].voltage_v:.2f} V at the beginning, worth {empty_s:.1f} s")
        self._judge(took_s + empty_s / 2, limit_s, trial.unsure_s + empty_s / 2, "s until the first reading")

    def _measured_cut_outs(self, power: MeasuredPower) -> None:
        """A reading comes in time after each cut-out of the supply."""
        if not power.cuts:
            raise Undecided(_needs(power, CUTS))
        cuts, limit_s = power.cuts, restart_s(self.record.board)
        self.trail.sent.extend(_cut(one) for one in cuts)
        self.trail.expected.append(f"a reading within {limit_s:g} s of each return")
        self.trail.seen.extend(_after(one) for one in cuts)
        self.trail.at_s = cuts[0].back_s
        for one in cuts:
            if one.reading_s is None:
                raise PurposeFailed(f"it does not start again after a cut-out of {one.lasted_s:.1f} s: {_after(one)}")
            self._judge(one.reading_s - one.back_s, limit_s, one.unsure_s, "s until it reads again")
        if CUTS in power.wants:
            raise Undecided(_needs(power, CUTS))

    def _measured_brown_out(self, power: MeasuredPower) -> None:
        """Once it has read, its rail holds: by its current, or by a voltage that is never near."""
        trial = self._cold(power)
        self._show_measured(trial, "no brown-out after the first reading")
        first_s = self._first_measured(trial)
        downs = self._downs(trial, first_s, trial.ended_s)
        if downs:
            self._show_downs(downs)
            raise PurposeFailed(f"brown-out at {downs[0].at_s:.2f} s, {downs[0].at_s - first_s:.1f} s after a reading")
        self._require_headroom(power, trial, first_s)

    def _require_headroom(self, power: MeasuredPower, trial: MeasuredTrial, after_s: float) -> None:
        """Its voltage was never where its rail is lost, not even between two looks."""
        seen_v, least_v = self._headroom_v(trial, after_s)
        self.trail.measured.append(Measure("voltage over the brown-out", seen_v, 0.0, "V", at_least=True))
        self.trail.seen.append(f"{seen_v:.3f} V over the brown-out of its file at the least")
        if least_v > 0:
            return
        told = f"{seen_v:.4f} V over the brown-out when looked at, and {-least_v:.4f} V below perhaps between two looks"
        raise Undecided(told if "analyser" in power.meters else f"{told}: {_NO_ANALYSER}")

    def _measured_first_charge(self, power: MeasuredPower) -> None:
        """It loses no rail before its first reading; whether its converter had its scale, no bench can tell."""
        if LIVES_BY_ITS_CAPACITOR.holds(self._facts) is False:
            raise NotApplicable(LIVES_BY_ITS_CAPACITOR.otherwise)
        trial = self._cold(power)
        self._show_measured(trial, "no brown-out before the first reading")
        if "analyser" not in power.meters:
            raise Undecided(_NO_ANALYSER)
        until_s = trial.ended_s if trial.first_reading_s is None else trial.first_reading_s
        downs = self._downs(trial, trial.fed_s, until_s)
        if downs:
            self._show_downs(downs)
            raise PurposeFailed(
                f"brown-out at {downs[0].at_s:.2f} s with {downs[0].voltage_v:.2f} V: "
                "it began a wake that its charge could not carry"
            )
        self._first_measured(trial)
        raise Undecided("needs a device that was never full, and no bench can tell that its converter has no scale yet")

    def _measured_ratings(self, power: MeasuredPower) -> None:
        """No part at the capacitor bears more than its rating; of the others its file tells."""
        rated = list(ratings_of(train_of(self._measured_description), HIGHEST))
        if not rated:
            raise NotApplicable(HAS_RATINGS.otherwise)
        full, rest = power.full, power.rest
        if full is None or rest is None:
            raise Undecided(_needs(power, FULL))
        looks = [one for trial in (power.cold, rest, full) if trial is not None for one in trial.samples]
        highest = max(looks, key=lambda one: one.voltage_v)
        supply = full.supply
        self.trail.sent.append(f"{supply.open_circuit_v:g} V rms behind {supply.source_ohm:g} Ω, capacitor full")
        self.trail.at_s = highest.at_s
        described = self._measured_description
        assert described.capacitor is not None
        here = {(described.capacitor.part, "voltage"), (described.regulator.part, "input voltage")}
        others = [one for one in rated if (one.part, one.what.partition(",")[0]) not in here]
        unsure_v = highest.error_v
        if supply.source_ohm > HIGHEST.source_ohm:  # through less it would be charged a little higher
            unsure_v += _EXTRAPOLATED * max(full.highest_v - rest.highest_v, 0.0)
        for one in rated:
            if one not in others:
                self.trail.expected.append(f"{one.part}: {one.what}: {one.rated:g} at the most")
                self.trail.seen.append(f"{one.part}: {one.what}: {highest.voltage_v:.3f} measured")
                off_v = unsure_v if highest.voltage_v <= one.rated else highest.error_v
                self._judge(highest.voltage_v, one.rated, off_v, f"{one.what.split(', ')[-1]}: {one.part}, {one.what}")
        if FULL in power.wants:
            raise Undecided(_needs(power, FULL))
        for one in others:
            self.trail.expected.append(f"{one.part}: {one.what}: {one.rated:g} at the most")
            self.trail.seen.append(f"{one.part}: {one.what}: {one.borne:.3g} by the board's file")
            if one.borne > one.rated * (1 - _RATING_SHARE):
                raise Undecided(f"{one.part}, {one.what}: {one.borne:.3g} by the board's file; nothing here sees it")

    def _measured_period(self, power: MeasuredPower) -> None:
        """Readings follow each other as promised, on a meter that gives no more than the specification."""
        board = self.record.board
        limit_s = board.limits.period_s or board.longest_period_s
        if not limit_s:
            raise NotApplicable(PROMISES_A_PERIOD.otherwise)
        trial = self._cold(power)
        self._show_measured(trial, f"{limit_s:g} s between two readings at the most")
        self._first_measured(trial)
        ends_s = [*trial.readings_s, trial.ended_s]
        gap_s, since_s = max((after - before, before) for before, after in pairwise(ends_s))
        self.trail.seen.append(f"{gap_s:.2f} s at the most, from {since_s:.2f} s on")
        self._judge(gap_s, limit_s, trial.unsure_s, "s between two readings")

    def _measured_need(self, power: MeasuredPower) -> None:
        """What its readings cost is within the power that every meter gives, by its mean current from the capacitor."""
        trial = self._cold(power)
        self._show_measured(trial, f"{1e3 * GUARANTEED_W:g} mW at the most (54E table 1)")
        if "analyser" not in power.meters:
            raise Undecided(_NO_ANALYSER)
        if trial.first_reading_s is None or self._downs(trial, trial.first_reading_s, trial.ended_s):
            raise Undecided("it does not live on such a meter: what it takes needs a source that has more than enough")
        cycles = self._cycles_w(trial)
        if len(cycles) < _LEAST_CYCLES:
            raise Undecided(f"it made {len(cycles)} readings behind its first; {_LEAST_CYCLES} are needed for a mean")
        mean_w = fmean(cycles)
        unsure_w = 2 * stdev(cycles) / sqrt(len(cycles)) + _AMMETER_SHARE * mean_w
        told = f"{1e3 * mean_w:.1f} mW on the average of {len(cycles)} readings, ± {1e3 * unsure_w:.1f} mW"
        self.trail.seen.append(told)
        self._judge(1e3 * mean_w, 1e3 * GUARANTEED_W, 1e3 * unsure_w, "mW")

    def _measured_dead_server(self, power: MeasuredPower, what: str) -> None:
        """While a server that the bench has in its hands is dead it loses no rail, and is heard again by itself."""
        board, kind = self.record.board, SERVERS[what]
        if not board.uplink:
            raise NotApplicable(REACHES_A_NETWORK.otherwise)
        if kind and kind not in board.uplinks:
            raise NotApplicable(f"the device is not listened to behind a {what}")
        cold = self._cold(power)
        if cold.first_reading_s is None or self._downs(cold, cold.first_reading_s, cold.ended_s):
            raise Undecided("it does not live on such a meter, dead servers or none; see XKY-PWR-1 and XKY-PWR-3")
        dead = next((one for one in power.dead if one.what == what), None)
        if dead is None:
            raise Undecided(_needs(power, what if what in power.wants else DEAD))
        trial = dead.trial
        self._show_feed(trial, f"no brown-out, and heard within {dead.within_s:.0f} s of its return")
        self.trail.sent.append(f"no {what} from {dead.began_s:.2f} s to {dead.ended_s:.2f} s")
        self.trail.at_s = dead.began_s
        downs = self._downs(trial, dead.began_s, trial.ended_s)
        if downs:
            self._show_downs(downs)
            raise PurposeFailed(
                f"{len(downs)} brown-outs, the first {downs[0].at_s - dead.began_s:.1f} s behind its end"
            )
        if dead.reading_s is None:
            self.trail.seen.append("nothing was said there again")
            raise PurposeFailed(f"it is not heard within {dead.within_s:.0f} s of the return of the {what}")
        took_s = max(dead.reading_s - dead.ended_s, 0.0)  # a command that gives it back takes a while to end
        self.trail.seen.append(f"heard {took_s:.1f} s behind the return")
        self._judge(took_s, dead.within_s, trial.unsure_s, "s until it is heard again")
        self._require_headroom(power, trial, dead.began_s)

    def _cold(self, power: MeasuredPower) -> MeasuredTrial:
        if power.cold is None:
            raise Undecided(_needs(power, COLD))
        return power.cold

    @property
    def _measured_description(self) -> PowerDescription:
        described = self.record.board.power
        if described is None:
            raise NotApplicable(FED.otherwise)
        return described

    def _require_charge(self, trial: MeasuredTrial) -> None:
        """What never reached the board tells nothing of it."""
        gained_v = trial.highest_v - trial.samples[0].voltage_v
        if gained_v < _CHARGES_V:
            raise Undecided(
                f"its capacitor gained {gained_v:.3f} V while it was fed; check the supply, what stands before "
                "terminal A, and both wires"
            )

    def _first_measured(self, trial: MeasuredTrial) -> float:
        if trial.first_reading_s is None:
            raise Undecided(f"it never came to read: {_in_short(trial)}")
        return trial.first_reading_s

    def _head_start_s(self, trial: MeasuredTrial) -> float:
        """How long it takes to come to the voltage that it began with, by its file: no load empties one altogether."""
        state = train_of(self._measured_description).state(MINIMUM, OFF)
        return max(state.flow.time_to(0.0, max(trial.samples[0].voltage_v, 1e-6)), 0.0)

    def _downs(self, trial: MeasuredTrial, after_s: float, until_s: float) -> list[PowerSample]:
        """When it stopped running; none where no ammeter tells."""
        try:
            least_a = runs_from_a(self.record.board)
        except InputError:
            return []
        comes_on_v = train_of(self._measured_description).state(MINIMUM, OFF).on_terminal_v
        return list(trial.stops(least_a, comes_on_v + _NEAR_V, after_s, until_s))

    def _headroom_v(self, trial: MeasuredTrial, after_s: float) -> tuple[float, float]:
        """Its least distance from the voltage at which it loses its rail: as seen, and as it may have been."""
        described = self._measured_description
        capacitor = described.capacitor
        assert capacitor is not None
        train = train_of(described)
        off_v = max(train.state(MINIMUM, name).off_terminal_v for name in described.loads)
        looks = [one for one in trial.samples if one.at_s > after_s]
        if len(looks) < 2:
            raise Undecided("too few looks at its capacitor after its first reading")
        most_a = max(load.current_a for load in described.loads.values())
        step_v = most_a * capacitor.esr_ohm + MODEL_V

        def least_between(before: PowerSample, after: PowerSample) -> float:
            apart_s = after.at_s - before.at_s + before.unsure_s + after.unsure_s
            fell_v = most_a * apart_s / capacitor.capacitance_f
            return min(before.voltage_v - before.error_v, after.voltage_v - after.error_v) - fell_v - step_v

        least_v = min(least_between(before, after) for before, after in pairwise(looks))
        return min(one.voltage_v for one in looks) - off_v, least_v - off_v

    def _cycles_w(self, trial: MeasuredTrial) -> list[float]:
        """Of each reading the mean power at the terminals that it and the sleep behind it need.

        At its clamp a capacitor gets more than it needs, and what the clamp takes is none of that: there a board counts
        with the least that it drew since its reading.
        """
        board, described = self.record.board, self._measured_description
        assert described.capacitor is not None
        at_v, is_linear = works_v(board), described.regulator.kind == "ldo"
        clamp = described.clamp

        def clamps(one: PowerSample) -> bool:
            if clamp is None:
                return False
            over_v = one.voltage_v - clamp.voltage_v
            return -one.error_v <= over_v <= clamp.resistance_ohm * _CLAMPED_A + _NEAR_V  # else it is no clamp

        found = []
        looks = [one for one in trial.samples if one.board_a is not None]
        for began_s, ended_s in pairwise(trial.readings_s):
            spans = [
                (min(after.at_s, ended_s) - max(before.at_s, began_s), before)
                for before, after in pairwise(looks)
                if before.at_s < ended_s and after.at_s > began_s
            ]
            whole_s = sum(span_s for span_s, _ in spans)
            if whole_s <= 0:
                continue
            least_a = min((one.board_a or 0.0 for _, one in spans if not clamps(one)), default=0.0)
            taken_w = sum(
                span_s * (least_a if clamps(one) else one.board_a or 0.0) * (at_v if is_linear else one.voltage_v)
                for span_s, one in spans
            ) / whole_s  # fmt: skip
            found.append(at_terminals_w(board, taken_w + described.capacitor.leakage_a * at_v))
        return found

    def _show_downs(self, downs: list[PowerSample]) -> None:
        self.trail.seen[:] = [f"{one.at_s:.2f} s: brown-out at {one.voltage_v:.3f} V" for one in downs[:SHOWN]]
        self.trail.at_s = downs[0].at_s

    def _show_feed(self, trial: MeasuredTrial, expected: str) -> None:
        supply = trial.supply
        self.trail.sent.append(f"{supply.open_circuit_v:g} V rms behind {supply.source_ohm:g} Ω, by the bench's supply")
        self.trail.expected.append(expected)

    def _show_measured(self, trial: MeasuredTrial, expected: str) -> None:
        self._show_feed(trial, expected)
        self.trail.seen.append(_in_short(trial))
        self.trail.at_s = trial.first_reading_s or trial.fed_s

    def _judge(self, value: float, limit: float, uncertainty: float, what: str) -> None:
        unit, _, of = what.partition(" ")  # it begins with its unit
        self.trail.measured.append(Measure(of or "power taken", value, limit, unit.rstrip(":")))
        told = f"{value:.4g} {what}; {limit:g} allowed"
        if abs(value - limit) <= uncertainty:
            raise Undecided(f"{told}: within the uncertainty of {uncertainty:.3g}")
        if value > limit:
            raise PurposeFailed(told)


def _needs(power: MeasuredPower, part: str) -> str:
    why = power.wants.get(part)
    return "not played: the run was cut short" if why is None else why


def _in_short(trial: MeasuredTrial) -> str:
    first_s = trial.first_reading_s
    first = "no reading" if first_s is None else f"first reading {first_s - trial.fed_s:.2f} s behind it was fed"
    return f"{first}, {len(trial.readings_s)} readings in {trial.ended_s - trial.fed_s:.0f} s"


def _cut(cut: MeasuredCut) -> str:
    if cut.drained:
        return f"supply cut for {cut.lasted_s:.1f} s and drained meanwhile, back at {cut.back_s:.1f} s"
    return f"supply cut for {cut.lasted_s:.1f} s, back at {cut.back_s:.1f} s"


def _after(cut: MeasuredCut) -> str:
    read = "no reading" if cut.reading_s is None else f"a reading {cut.reading_s - cut.back_s:.1f} s later"
    return f"{cut.back_s:.1f} s: back after {cut.lasted_s:.1f} s at {cut.terminal_v:.2f} V, {read}"
