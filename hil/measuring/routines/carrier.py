# SPDX-License-Identifier: Apache-2.0
"""Carrier: a record of I1-I2 against each limit of a meter's signal (54E §5.3.2, table 3; 02E §1.3)."""

from ..line_analysis import LineFacts, Quiet, Sure, facts_of, quiet_of
from ..line_record import fine_record, line_record
from ..measurement import Judged, Measurement, Quantity, judged
from ..rig import Rig

__all__ = ["measure"]


def measure(rig: Rig) -> Measurement:
    """Record the line coarsely for its 0s and finely for its 1s, and judge what is limited."""
    mode, scope = rig.settings.mode, rig.scope
    rig.tell("recording I1-I2")
    record = line_record(rig)
    facts = facts_of(record.voltage_v, record.interval_s, mode)
    fine = fine_record(rig)
    quiet = quiet_of(fine.voltage_v, fine.interval_s, _RANGE_CODES * fine.step_v, mode)
    found = Measurement("carrier", shown=(record.voltage_v[:_SHOWN].tolist(), record.interval_s))
    found.limits += _limits(facts, rig, record.step_v)
    if quiet is not None:
        found.limits += _quiet_limits(quiet, rig, fine.step_v)
    else:
        found.limits.append(_one_high(facts.residual_v, rig, record.step_v))
        found.remarks.append("the line was never quiet enough for the finer range: noise is not judged")
    found.quantities += [
        Quantity("characters", "characters in the record", "", float(facts.characters)),
        Quantity("damaged", "of these damaged", "", float(facts.damaged)),
        Quantity("carrier_hz", "carrier", "Hz", facts.carrier_hz.value, _time(facts.carrier_hz, scope.time_error)),
        Quantity("baud", "rate", "baud", facts.baud.value, _time(facts.baud, scope.time_error)),
    ]
    found.remarks.append("levels are those on what hangs on the line now; the specification's are on 100 Ω to 2 kΩ")
    return found


def _limits(facts: LineFacts, rig: Rig, step_v: float) -> list[Judged]:
    from xky.emulator.carrier.specification import BAUD_TOLERANCE, CARRIER_HZ, CARRIER_TOLERANCE, EMITTED

    mode, scope = rig.settings.mode, rig.scope
    levels, baud = EMITTED[mode], float(mode.baud)

    def volts(sure: Sure) -> float:
        return sure.uncertainty + scope.gain_error * sure.value + step_v

    return [
        judged("carrier frequency", "54E table 3, 02E §1.3.1", "Hz", facts.carrier_hz.value,
               _time(facts.carrier_hz, scope.time_error), least=CARRIER_HZ * (1 - CARRIER_TOLERANCE),
               most=CARRIER_HZ * (1 + CARRIER_TOLERANCE)),
        judged("rate", "54E table 3, 02E §1.3.1", "baud", facts.baud.value, _time(facts.baud, scope.time_error),
               least=baud * (1 - BAUD_TOLERANCE), most=baud * (1 + BAUD_TOLERANCE)),
        judged("Vevl0, lowest envelope of a 0", levels.clause, "V", facts.zero_low_v.value, volts(facts.zero_low_v),
               least=levels.zero_min_v),
        judged("Vevh0, highest envelope of a 0", levels.clause, "V", facts.zero_high_v.value,
               volts(facts.zero_high_v), most=levels.zero_max_v),
        judged("Tev0, shortest 0", levels.clause, "s", facts.hold_zero_s.value, facts.hold_zero_s.uncertainty,
               least=levels.hold_s),
        judged("Tev1, shortest 1", levels.clause, "s", facts.hold_one_s.value, facts.hold_one_s.uncertainty,
               least=levels.hold_s),
        judged("ripple of the envelope in a 0", "54E §5.3.2, 02E §1.3.2", "", facts.ripple.value,
               facts.ripple.uncertainty, most=RIPPLE_MOST),
        judged("distortion of the carrier", "54E §5.3.2, 02E §1.3.2", "", facts.distortion.value,
               facts.distortion.uncertainty, most=_DISTORTION_MOST),
    ]  # fmt: skip


def _one_high(sure: Sure, rig: Rig, step_v: float) -> Judged:
    from xky.emulator.carrier.specification import EMITTED

    levels = EMITTED[rig.settings.mode]
    unsure_v = sure.uncertainty + rig.scope.gain_error * sure.value + step_v
    title = "Vevh1, highest envelope of a 1"
    return judged(title, levels.clause, "V", sure.value, unsure_v, most=levels.one_max_v)


def _quiet_limits(quiet: Quiet, rig: Rig, step_v: float) -> list[Judged]:
    from xky.emulator.carrier.specification import NOISE_V

    noise = quiet.noise_v
    unsure_v = noise.value * rig.scope.gain_error + step_v
    return [
        _one_high(quiet.one_high_v, rig, step_v),
        judged("noise in a 1", "54E §5.3.2, 02E §1.3.2", "V", noise.value, unsure_v, most=NOISE_V),
    ]


def _time(sure: Sure, time_error: float) -> float:
    return sure.uncertainty + sure.value * time_error


_RANGE_CODES = 127  # to either side, of eight bits
_SHOWN = 3000  # samples in the picture: some characters
RIPPLE_MOST = 0.20  # 54E §5.3.2, 02E §1.3.2
_DISTORTION_MOST = 0.15  # on 100 Ω, likewise
