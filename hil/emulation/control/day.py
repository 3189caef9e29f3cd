# SPDX-License-Identifier: Apache-2.0
"""The day of a meter: which tariff runs when, and what its indexes have counted."""

from datetime import time, timedelta

from xky.emulator import Linky, contract_names
from xky.emulator.legal_time import local_time, wall_instants
from xky.emulator.meter.registers import ROLLOVER
from xky.protocol import Mode

from .answers import BandAnswer, DayAnswer, IndexAnswer
from .show import colour_of, legal_text

__all__ = ["day_of"]

_MIDNIGHT = time(0)


def day_of(meter: Linky) -> DayAnswer:
    """The day that the meter's clock shows; as ``peaks_known`` stand, which a mobile peak told later changes."""
    meter.integrate()
    return DayAnswer(
        date=local_time(meter.now_us).date().isoformat(),
        contract=(meter.quirks.ngtf or meter.contract.ngtf).strip(),
        bands=_bands(meter),
        indexes=_indexes(meter),
        drawn_wh=meter.counters.drawn.count % ROLLOVER,
        drawn_label=_total_label(meter),
        injected_wh=meter.counters.injected.count % ROLLOVER if meter.producer else None,
        contracts_known=list(contract_names()),
    )


def _total_label(meter: Linky) -> str | None:
    if meter.mode is Mode.STANDARD:
        return "EAST"
    total, running = 0, meter.contract.indexes
    labels = meter.contract.index_labels.items()
    return next((label for label, index in labels if index == total or running == {index}), None)


def _bands(meter: Linky) -> list[BandAnswer]:
    today = local_time(meter.now_us).date()
    (at_us,), (end_us,) = (wall_instants(day, (_MIDNIGHT,)) for day in (today, today + timedelta(days=1)))
    bands: list[BandAnswer] = []
    while at_us < end_us:
        tariff = meter.contract.tariff(at_us, meter.peaks)
        until_us = min(meter.next_switch(at_us), end_us)
        band = BandAnswer(
            begins=legal_text(at_us),
            ends=legal_text(until_us),
            supplier_index=tariff.supplier_index,
            supplier_tariff=tariff.ltarf.strip(),
            colour=colour_of(tariff.today),
        )
        if bands and _same(bands[-1], band):
            bands[-1] = bands[-1].model_copy(update={"ends": band.ends})
        else:
            bands.append(band)
        at_us = until_us
    return bands


def _same(one: BandAnswer, other: BandAnswer) -> bool:
    ignored = {"begins", "ends"}
    return one.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)


def _indexes(meter: Linky) -> list[IndexAnswer]:
    contract, running = meter.contract, meter.tariff.supplier_index
    historic = {index: label for label, index in contract.index_labels.items()}
    return [
        IndexAnswer(
            supplier_index=index,
            label=f"EASF{index:02}",
            historic_label=historic.get(index),
            supplier_tariff=contract.ltarf.get(index, "").strip(),
            energy_wh=meter.counters.supplier[index - 1] % ROLLOVER,
            runs=index == running,
        )
        for index in sorted(contract.indexes)
    ]
