# SPDX-License-Identifier: Apache-2.0
"""Whether something can happen to a meter, and what a file would say of the meter afterwards."""

from pathlib import Path
from typing import Any

from xky.protocol.tomlfile import Written

from ..line.fault_check import tried
from ..meter.set_registers import check_register
from ..meter_file.meter_file import MeterFile, held
from .event import Happening

__all__ = ["check_happening", "meter_after"]

_SETTINGS = ("mode", "contract", "pref_kva", "pcoup_kva")
_LOADS = ("load_va", "household", "trace")


def meter_after(what: Happening, meter: MeterFile, folder: Path) -> MeterFile:
    """The meter as a file would describe it after something happened, but for what only a running one has.

    Args:
        what: happens.
        meter: the same before.
        folder: that the path of a trace starts from.

    Raises:
        InputError: there is no such meter.
    """
    changes: dict[str, Any] = {}
    if what.exchange is not None:
        new = {key: getattr(what.exchange, key) for key in what.exchange.model_fields_set}
        changes |= {key: value for key, value in new.items() if value is not None}
        changes |= {"seed": meter.seed + 1, "registers": {}, "relays": {}}
        if meter.house is not None:
            changes["household"] = meter.house  # it stays
    changes |= {key: getattr(what, key) for key in _SETTINGS if getattr(what, key) is not None}
    loads = {key: getattr(what, key) for key in _LOADS}
    if any(load is not None for load in loads.values()):
        if what.trace is not None:
            path = (folder / what.trace.file).absolute()
            loads["trace"] = what.trace.model_copy(update={"file": str(path)})
        return meter.changed(**changes, **loads).found_at(Written())
    return meter.changed(**changes) if changes else meter


def check_happening(what: Happening, before: MeterFile, at_us: int, written: Written) -> MeterFile:
    """Complain of what the meter at that time cannot do; gives the meter after it.

    Args:
        what: is to happen.
        before: the meter that it happens to.
        at_us: true instant.
        written: where it was written, for complaints and the path of a trace.

    Raises:
        InputError: it cannot be; the text names file, line and key.
    """
    changing = [key for key in what.keys if key in ("exchange", *_SETTINGS, *_LOADS)]
    if changing:
        with written.blame(changing[-1] if what.exchange is None else "exchange"):
            meter = meter_after(what, before, written.folder)
            meter.build(at_us=at_us)
    else:
        meter = before
    if what.adps is not None and meter.phases == 3:
        raise written.complain("three-phase frames have no ADPS; write adir = [1]", "adps")
    if what.adir is not None and meter.phases == 1:
        raise written.complain("a single-phase meter has no ADIR; write adps = true", "adir")
    if what.lose_phases and meter.phases == 1:
        raise written.complain("a single-phase meter has one phase; write an outage", "lose_phases")
    if what.ramp is not None:
        with written.blame("ramp", "to_va"):
            held(what.ramp.to_va, meter.phases)
    if what.set:
        trial = meter.changed(registers={}).build(at_us=at_us)
        for label, value in what.set.items():
            with written.blame("set", label):
                check_register(trial.state, label, value)
        with written.blame("set"):
            trial.set(**what.set)
    if what.faults:
        shown = meter.build(at_us=at_us)
        with written.blame("faults"):
            for fault in what.faults:
                tried(fault, shown)
    return meter
