# SPDX-License-Identifier: Apache-2.0
"""What a test asks about power: whether the device lives on a meter's A terminal, by what was recorded of its trials.

Every physical limit has an uncertainty: that of the model of the power train, as the tests hold it to SPICE.
What lies within it is not decided.
"""

from itertools import pairwise

from xky.boards.description.power import PowerDescription
from xky.boards.power.analysis import GUARANTEED_W
from xky.boards.power.clocked_train import train_of
from xky.boards.power.ratings import ratings_of
from xky.emulator.supply import HIGHEST

from ..condition import FED, HAS_RATINGS, LIVES_BY_ITS_CAPACITOR, PROMISES_A_PERIOD, REACHES_A_NETWORK
from ..measured_power import MeasuredPower
from ..power_record import MODEL_V, CutOut, PowerRecord, Trial, restart_s
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .measured_power_questions import MeasuredPowerQuestions
from .view import SHOWN, Measure

__all__ = ["PowerQuestions"]

MODEL_SHARE = 0.001  # of times and powers: brown-out times agree with SPICE within 0.1 %
_MODEL_TOLD = f"{1e3 * MODEL_V:g} mV"
RATING_SHARE = 0.01  # of what a part bears: the limit of 13 V is exact, drops of diodes and shunts are not


class PowerQuestions(MeasuredPowerQuestions):
    """Questions about the device's power; they concern boards that the bench itself feeds."""

    def it_starts_from_empty(self) -> None:
        """The first reading comes in time after the supply has met an empty capacitor."""
        if (measured := self._measured) is not None:
            self._measured_start(measured)
            return
        trial, limit_s = self._power.cold, self.record.board.limits.cold_start_s
        self._show(trial, f"a first reading within {limit_s:g} s")
        first_s = trial.first_reading_s
        if first_s is None:
            spared = (self._power.lost_lower, self._power.found_lower)
            if any(one is not None and one.first_reading_s is not None for one in spared):
                raise Undecided(f"{_MODEL_TOLD} decide whether it starts; the model knows no better")
            raise PurposeFailed(f"it never starts from an empty capacitor: {_in_short(trial)}")
        self._judge(first_s, limit_s, MODEL_SHARE * limit_s, "s until the first reading")

    def it_starts_again_after_cut_outs(self) -> None:
        """A reading comes in time after each cut-out of the supply."""
        if (measured := self._measured) is not None:
            self._measured_cut_outs(measured)
            return
        cuts, limit_s = self._power.cuts, restart_s(self.record.board)
        self.trail.sent.extend(f"supply cut for {one.lasted_s:.1f} s, back at {one.back_s:.1f} s" for one in cuts)
        self.trail.expected.append(f"a reading within {limit_s:g} s of each return")
        self.trail.seen.extend(_after(one) for one in cuts)
        self.trail.at_s = cuts[0].back_s
        for one in cuts:
            if one.reading_s is None:
                raise PurposeFailed(f"it does not start again after a cut-out of {one.lasted_s:.1f} s: {_after(one)}")
            self._judge(one.reading_s - one.back_s, limit_s, MODEL_SHARE * limit_s, "s until it reads again")

    def it_never_browns_out(self) -> None:
        """Once it has read, its rail holds."""
        if (measured := self._measured) is not None:
            self._measured_brown_out(measured)
            return
        trial = self._power.cold
        self._show(trial, "no brown-out after the first reading")
        first_s = self._first(trial)
        downs = trial.brown_outs(first_s)
        if downs:
            self.trail.seen[:] = [f"{one.at_s:.2f} s: brown-out at {one.terminal_v:.3f} V" for one in downs[:SHOWN]]
            self.trail.at_s = downs[0].at_s
            spared = self._power.lost_lower
            if spared is not None and spared.first_reading_s is not None and not spared.browns_out:
                raise Undecided(f"{_MODEL_TOLD} decide whether it browns out; the model knows no better")
            raise PurposeFailed(f"brown-out at {downs[0].at_s:.2f} s, {downs[0].at_s - first_s:.1f} s after a reading")
        headroom_v = trial.least_headroom_v(self.record.board, first_s)
        self.trail.measured.append(_headroom(headroom_v))
        self.trail.seen.append(f"{headroom_v:.3f} V over the brown-out at the least")
        if headroom_v <= MODEL_V:
            raise Undecided(f"{headroom_v:.4f} V over the brown-out: within what the model can know")

    def its_adc_does_not_mislead_it(self) -> None:
        """It loses no rail before the first reading, though its converter has no scale yet."""
        if (measured := self._measured) is not None:
            self._measured_first_charge(measured)
            return
        trial = self._power.first_charge
        if trial is None:
            raise NotApplicable(LIVES_BY_ITS_CAPACITOR.otherwise)
        self._show(trial, "no brown-out before the first reading")
        first_s = trial.first_reading_s
        downs = [one for one in trial.brown_outs() if first_s is None or one.at_s < first_s]
        if downs:
            self.trail.at_s = downs[0].at_s
            raise PurposeFailed(
                f"brown-out at {downs[0].at_s:.2f} s with {downs[0].terminal_v:.2f} V: "
                "it began a wake that its charge could not carry"
            )
        if first_s is None:
            raise Undecided(f"it never came to read: {_in_short(trial)}")

    def no_rating_is_exceeded(self) -> None:
        """No part bears more than its rating at the highest supply that the specification allows."""
        if (measured := self._measured) is not None:
            self._measured_ratings(measured)
            return
        rated = list(ratings_of(train_of(self._description), HIGHEST))
        if not rated:
            raise NotApplicable(HAS_RATINGS.otherwise)
        self.trail.sent.append(
            f"{HIGHEST.open_circuit_v:g} V rms open circuit, {HIGHEST.source_ohm:g} Ω, capacitor full"
        )
        for one in rated:
            self.trail.expected.append(f"{one.part}: {one.what}: {one.rated:g} at the most")
            self.trail.seen.append(f"{one.part}: {one.what}: {one.borne:.3g}")
        worst = max(rated, key=lambda one: one.borne / one.rated)
        self._judge(
            worst.borne,
            worst.rated,
            RATING_SHARE * worst.rated,
            f"{worst.what.split(', ')[-1]}: {worst.part}, {worst.what}",
        )

    def the_promised_period_holds(self) -> None:
        """Readings follow each other as promised, on a meter that gives no more than the specification."""
        if (measured := self._measured) is not None:
            self._measured_period(measured)
            return
        trial, board = self._power.cold, self.record.board
        limit_s = board.limits.period_s or board.longest_period_s
        if not limit_s:
            raise NotApplicable(PROMISES_A_PERIOD.otherwise)
        self._show(trial, f"{limit_s:g} s between two readings at the most")
        self._first(trial)
        ends_s = [*trial.readings_s, trial.duration_s]
        gap_s, since_s = max((after - before, before) for before, after in pairwise(ends_s))
        self.trail.seen.append(f"{gap_s:.2f} s at the most, from {since_s:.2f} s on")
        self._judge(gap_s, limit_s, MODEL_SHARE * limit_s, "s between two readings")

    def it_takes_no_more_than_the_meter_guarantees(self) -> None:
        """What its readings cost at the terminals is within the power that every meter gives.

        A device that lives on a minimum-spec meter is taken at what it does there, since it may do more where there is
        more; one that does not, at what it takes from a source that has enough.
        """
        if (measured := self._measured) is not None:
            self._measured_need(measured)
            return
        cold = self._power.cold
        lives = cold.first_reading_s is not None and not cold.browns_out
        trial = cold if lives else self._power.stiff
        self._show(trial, f"{1e3 * GUARANTEED_W:g} mW at the most (54E table 1)")
        if len(trial.readings_s) < 2:
            raise Undecided("it made no two readings, even on a source that has enough")
        first_s, last_s = trial.counted_s
        if trial.brown_outs(first_s):
            raise Undecided("it browns out even on a source that has enough; what it takes meanwhile tells nothing")
        mean_w = trial.need_w(self.record.board)
        self.trail.seen.append(f"{1e3 * mean_w:.1f} mW on the average from {first_s:.2f} s to {last_s:.2f} s")
        self._judge(1e3 * mean_w, 1e3 * GUARANTEED_W, MODEL_SHARE * 1e3 * GUARANTEED_W, "mW")

    def a_dead_server_does_not_drain_it(self, what: str) -> None:
        """While what it publishes by is dead for hours it loses no rail, and is heard again by itself when that is
        back."""
        if (measured := self._measured) is not None:
            self._measured_dead_server(measured, what)
            return
        power = self._power
        if not self.record.board.uplink:
            raise NotApplicable(REACHES_A_NETWORK.otherwise)
        if power.cold.first_reading_s is None or power.cold.browns_out:
            raise Undecided("it does not live on such a meter, dead servers or none; see XKY-PWR-1 and XKY-PWR-3")
        dead = next((one for one in power.dead if one.what == what), None)
        if dead is None:
            raise NotApplicable(f"the device is not listened to behind a {what}")
        trial = dead.trial
        self._show(trial, f"no brown-out, and heard within {dead.limit_s:.0f} s of its return")
        self.trail.sent.append(f"no {what} from {dead.began_s:.2f} s to {dead.ended_s:.2f} s")
        self.trail.at_s = dead.began_s
        downs = trial.brown_outs(dead.began_s)
        if downs:
            self.trail.seen[:] = [f"{one.at_s:.2f} s: brown-out at {one.terminal_v:.3f} V" for one in downs[:SHOWN]]
            self.trail.at_s = downs[0].at_s
            raise PurposeFailed(
                f"{len(downs)} brown-outs, the first {downs[0].at_s - dead.began_s:.1f} s behind its end"
            )
        if dead.reading_s is None:
            raise PurposeFailed(f"it is not heard within {dead.limit_s:.0f} s of the return of the {what}")
        headroom_v = trial.least_headroom_v(self.record.board, dead.began_s)
        self.trail.measured.append(_headroom(headroom_v))
        self.trail.seen.append(f"{headroom_v:.3f} V over the brown-out at the least")
        self.trail.seen.append(f"heard {dead.reading_s - dead.ended_s:.1f} s behind the return")
        if headroom_v <= MODEL_V:
            raise Undecided(f"{headroom_v:.4f} V over the brown-out: within what the model can know")

    @property
    def _measured(self) -> MeasuredPower | None:
        """What the bench's instruments saw of a real board; None: they were not asked."""
        return self.record.measured_power

    @property
    def _power(self) -> PowerRecord:
        power = self.record.power
        if power is None and (self.record.power_cut_short or self.record.cut_short_s is not None):
            raise Undecided("not played: the run was cut short")
        self._require_played()
        if power is None:
            raise NotApplicable(FED.otherwise)
        return power

    def _require_played(self) -> None:
        if self.record.power_unplayed:
            raise Undecided(f"trials of power are not played: {self.record.power_unplayed}")

    @property
    def _description(self) -> PowerDescription:
        described = self.record.board.power
        self._require_played()
        if self.record.power is None or described is None:
            raise NotApplicable(FED.otherwise)
        return described

    def _first(self, trial: Trial) -> float:
        if trial.first_reading_s is None:
            raise Undecided(f"it never came to read: {_in_short(trial)}")
        return trial.first_reading_s

    def _show(self, trial: Trial, expected: str) -> None:
        supply = trial.supply
        self.trail.sent.append(f"{supply.open_circuit_v:g} V rms behind {supply.source_ohm:g} Ω ({supply.name})")
        self.trail.expected.append(expected)
        self.trail.seen.append(_in_short(trial))
        self.trail.at_s = trial.first_reading_s or 0.0


def _headroom(least_v: float) -> Measure:
    return Measure("voltage over the brown-out", least_v, 0.0, "V", at_least=True)


def _in_short(trial: Trial) -> str:
    first = "no reading" if trial.first_reading_s is None else f"first reading at {trial.first_reading_s:.2f} s"
    counts = f"{len(trial.readings_s)} readings and {len(trial.brown_outs())} brown-outs"
    return f"{first}, {counts} in {trial.duration_s:.0f} s"


def _after(cut: CutOut) -> str:
    read = "no reading" if cut.reading_s is None else f"a reading {cut.reading_s - cut.back_s:.1f} s later"
    return f"{cut.back_s:.1f} s: back after {cut.lasted_s:.1f} s at {cut.terminal_v:.2f} V, {read}"
