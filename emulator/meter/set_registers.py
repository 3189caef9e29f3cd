# SPDX-License-Identifier: Apache-2.0
"""Registers that a person sets by their label, so that the sums stay right."""

from typing import TYPE_CHECKING

from xky.protocol import InputError

from .registers import ROLLOVER

if TYPE_CHECKING:
    from .linky import Linky

__all__ = ["PREF_KVA_MAX", "check_register", "set_register", "setting_a"]

PREF_KVA_MAX = 36  # 54E §1
_OF_PRODUCERS = ("EAIT", "ERQ1", "ERQ2", "ERQ3", "ERQ4")


def setting_a(pref_kva: int, phases: int) -> int:
    """Subscribed current of a phase in A: PREF / 200 V, by phase (54E §6.1)."""
    return pref_kva * 1000 // 200 // phases


def check_register(meter: "Linky", label: str, value: int) -> None:
    """See ``Linky.set``.

    Raises:
        InputError: not such a register, or a value that it cannot hold.
    """
    if not 0 <= value < ROLLOVER:
        raise InputError(f"set({label}={value}): expected 0 to {ROLLOVER - 1}")
    if label == "EAST" or _supplier_index(meter, label) is not None:
        return
    if meter.producer and label in _OF_PRODUCERS:
        return
    if label in ("PREF", "PCOUP") and 1 <= value <= PREF_KVA_MAX:
        return
    known = ["EAST", "EASF01 … EASF10", *meter.contract.index_labels, f"PREF, PCOUP (1 to {PREF_KVA_MAX})"]
    known += ["EAIT", "ERQ1 … ERQ4"] if meter.producer else []
    raise InputError(f"set({label}={value}): this meter has no such register to set; known: {', '.join(known)}")


def set_register(meter: "Linky", label: str, value: int) -> None:
    """Set a register that was checked; the meter is integrated before and refreshed after."""
    counters = meter.counters
    index = 0 if label == "EAST" else _supplier_index(meter, label)
    if index is None:
        _set_alone(meter, label, value)
        return
    shown = counters.supplier[index - 1] if index else counters.drawn.count
    change = value - shown % ROLLOVER
    index = index or meter.tariff.supplier_index
    counters.supplier[index - 1] += change
    counters.drawn.count += change
    counters.distributor[meter.tariff.distributor_index - 1] += change


def _supplier_index(meter: "Linky", label: str) -> int | None:
    """Index that a label shows, 0 for the total."""
    if label.startswith("EASF") and label[4:].isdigit() and 1 <= int(label[4:]) <= len(meter.counters.supplier):
        return int(label[4:])
    return meter.contract.index_labels.get(label)


def _set_alone(meter: "Linky", label: str, value: int) -> None:
    if label == "EAIT":
        meter.counters.injected.count = value
    elif label.startswith("ERQ"):
        meter.counters.reactive[int(label[3]) - 1].count = value
    elif label == "PREF":
        meter.pref_kva = value
    else:
        meter.pcoup_kva = value
