# SPDX-License-Identifier: Apache-2.0
"""From a frame to the description of a meter."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from xky.protocol import Frame
from xky.protocol.identity import Identity
from xky.protocol.status import Breaker

from ...contracts import Contract, Tariff
from ...legal_time import SECOND_US, local_time, parse_at
from ...load import Hold
from ..counters import CURVE_PERIOD_US, UMOY_PERIOD_US, Energies, Past
from ..demand import MaximaSeen, Maximum
from ..description import MeterDescription
from ..quirks import Quirks
from ..registers import MeansSeen, Point
from ..settings import MSG1, Network, Settings, drawn_addresses
from .contract import historic_contract, standard_contract
from .frame_values import FrameValues
from .load import load_of

__all__ = ["described_by"]

_LINKY_IMAX = {1: ("090",), 3: ("060",) * 3}
_DAY_US = 86_400 * SECOND_US


def described_by(frame: Frame, at: str | None) -> MeterDescription:
    """The meter that a frame tells of; see ``Linky.from_frame``.

    Raises:
        InputError: the frame is damaged, or no meter sends it; the text names the group.
    """
    said = FrameValues(frame)
    contract, at, peaks = (historic_contract if said.historic else standard_contract)(said, at)
    draw, grid, shown_a = load_of(said)
    at_us = parse_at(at)
    quirks = _quirks(said)
    if said.historic:
        told, past = _historic_settings(said), _historic_past(said)
        energies = _historic_energies(said, contract, contract.tariff(at_us, peaks))
    else:
        told, past = _standard_settings(said), _standard_past(said, quirks.smaxsn_1_days)
        energies = _standard_energies(said)
    if shown_a is not None:
        quirks = replace(quirks, current_lag_s=1)
    return MeterDescription(
        phases=said.phases,
        producer=said.producer,
        settings=Settings(
            mode=frame.mode,
            contract=contract,
            pref_kva=said.pref_kva,
            quirks=quirks,
            grid=grid,
            peaks=peaks,
            told=said.told,
            absent_phases=said.absent_phases,
            **told,
        ),
        at_us=at_us,
        load=Hold(draw),
        energies=energies,
        past=past,
        shown_a=shown_a,
        breaker=Breaker.CLOSED if said.historic else said.status.breaker,
    )


def _quirks(said: FrameValues) -> Quirks:
    values = said.values
    if said.historic:
        imax = tuple(values.get(f"IMAX{n}" if said.phases > 1 else "IMAX", "") for n in range(1, said.phases + 1))
        return Quirks(
            papp_not_rounded=said.number("PAPP") % 10 != 0,
            no_hhphc="HHPHC" not in values,
            imax_a=() if imax == _LINKY_IMAX[said.phases] or "" in imax else tuple(int(amps) for amps in imax),
        )
    now_us, yesterday_us = said.instant("DATE"), said.instant("SMAXSN-1")
    age = 1
    if now_us is not None and yesterday_us is not None:
        age = (local_time(now_us).date() - local_time(yesterday_us).date()).days
    return Quirks(
        smaxsn_1_days=age if age == 6 else 1,  # another age is that of the last day before an outage
        no_injection_curve=said.producer and "CCAIN" not in values,
        pilot_labels=said.pilot,
        msg1_centred=values.get("MSG1", "").startswith("  "),
        season_letter=said.stuck_letter,
    )


# Historic mode


def _historic_settings(said: FrameValues) -> dict[str, Any]:
    _, prm = drawn_addresses(Random("meter 0"), said.phases)  # no historic frame tells it
    return {
        "pcoup_kva": said.pref_kva,
        "identity": Identity.parse(said.values["ADCO"]),
        "prm": prm,
        "msg1": MSG1,
    }


def _historic_energies(said: FrameValues, contract: Contract, tariff: Tariff) -> Energies:
    supplier, distributor = [0] * 10, [0] * 4
    for label, index in contract.index_labels.items():
        supplier[max(index, 1) - 1] = said.number(label)
    distributor[tariff.distributor_index - 1] = total = sum(supplier)
    return Energies(drawn=total, supplier=supplier, distributor=distributor)


def _historic_past(said: FrameValues) -> Past:
    return Past(demand=MaximaSeen(yesterday_va=said.number("PMAX") if "PMAX" in said.values else None))


# Standard mode


def _standard_settings(said: FrameValues) -> dict[str, Any]:
    values, status = said.values, said.status
    return {
        "pcoup_kva": said.number("PCOUP"),
        "identity": Identity.parse(values["ADSC"]),
        "prm": values.get("PRM", ""),
        "msg1": values.get("MSG1", ""),
        "msg2": values.get("MSG2", ""),
        "clock_degraded": status.clock_degraded,
        "cover_open": status.cover_open,
        "network": Network(euridis=status.euridis, plc=status.plc, plc_synchronised=status.plc_synchronised),
    }


def _standard_energies(said: FrameValues) -> Energies:
    return Energies(
        drawn=said.number("EAST"),
        supplier=[said.number(f"EASF{n:02}") for n in range(1, 11)],
        distributor=[said.number(f"EASD{n:02}") for n in range(1, 5)],
        injected=said.number("EAIT"),
        reactive=[said.number(f"ERQ{n}") for n in range(1, 5)],
    )


def _standard_past(said: FrameValues, age: int) -> Past:
    """``age``: of SMAXSN-1, in days."""
    phases = range(1, said.phases + 1)
    return Past(
        demand=_maxima(said, "SMAXSN", age),
        demand_injected=_maxima(said, "SMAXIN", age),
        phase_demands=[_maxima(said, f"SMAXSN{n}" if said.phases > 1 else "SMAXSN", age) for n in phases],
        voltages=[_means(said, [f"UMOY{n}"], UMOY_PERIOD_US) for n in phases],
        curve_running="CCASN" in said.values,
        curve_drawn=_means(said, ["CCASN", "CCASN-1"], CURVE_PERIOD_US),
        curve_injected=_means(said, ["CCAIN", "CCAIN-1"], CURVE_PERIOD_US),
    )


def _maxima(said: FrameValues, label: str, age: int) -> MaximaSeen:
    at_us, before_us = said.instant(label), said.instant(f"{label}-1")
    today = None if at_us is None else Maximum(said.number(label), at_us)
    if before_us is None:
        return MaximaSeen(today)
    before_va = said.number(f"{label}-1")
    instants_us = [before_us + (age - n) * _DAY_US if n < age else before_us for n in range(1, 7)]
    return MaximaSeen(today, tuple(Maximum(before_va, one_us) for one_us in instants_us))


def _means(said: FrameValues, labels: Sequence[str], usual_period_us: int) -> MeansSeen:
    points = [Point(at_us, said.number(label)) for label in labels if (at_us := said.instant(label)) is not None]
    period_us = usual_period_us
    if len(points) > 1:
        period_us = _period_us(points[0].at_us, points[0].at_us - points[1].at_us) or period_us
    elif points and points[0].at_us % period_us:
        period_us //= 2  # UMOY is programmable; 10:15 was seen (Enedis' laboratory frame)
    return MeansSeen(tuple(points), period_us)


def _period_us(at_us: int, apart_us: int) -> int | None:
    """The longest period seen in the field that two points so far apart fit; a broken period leaves a wider gap."""
    periods = [minutes * 60 * SECOND_US for minutes in (60, 30, 15, 10)]
    return next((p for p in periods if apart_us > 0 and apart_us % p == 0 == at_us % p), None)
