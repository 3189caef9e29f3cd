# SPDX-License-Identifier: Apache-2.0
"""Registers that a person sets by their label, so that the sums stay right."""

from collections.abc import Mapping

from xky.protocol import InputError

from .counters import Counters
from .registers import ROLLOVER
from .settings import PREF_KVA_MAX
from .state import MeterState

__all__ = ["set_registers"]

_OF_PRODUCERS = ("EAIT", "ERQ1", "ERQ2", "ERQ3", "ERQ4")
_SETTINGS = {"PREF": "pref_kva", "PCOUP": "pcoup_kva"}


def set_registers(state: MeterState, registers: Mapping[str, int]) -> None:
    """See ``Linky.set``: all of them, or none.

    Raises:
        InputError: not such a register, or a value that it cannot hold.
    """
    for label, value in registers.items():
        _check(state, label, value)

    def write(counters: Counters) -> None:
        for label, value in registers.items():
            if label not in _SETTINGS:
                _write(state, counters, label, value)

    state.overwrite(write)
    settings = {_SETTINGS[label]: value for label, value in registers.items() if label in _SETTINGS}
    if settings:
        state.change(**settings)


def _check(state: MeterState, label: str, value: int) -> None:
    if not 0 <= value < ROLLOVER:
        raise InputError(f"set({label}={value}): expected 0 to {ROLLOVER - 1}")
    if label == "EAST" or _supplier_index(state, label) is not None:
        return
    if state.producer and label in _OF_PRODUCERS:
        return
    if label in _SETTINGS and 1 <= value <= PREF_KVA_MAX:
        return
    known = [
        "EAST",
        "EASF01 … EASF10",
        *state.settings.contract.index_labels,
        f"{', '.join(_SETTINGS)} (1 to {PREF_KVA_MAX})",
    ]
    known += ["EAIT", "ERQ1 … ERQ4"] if state.producer else []
    raise InputError(f"set({label}={value}): this meter has no such register to set; known: {', '.join(known)}")


def _supplier_index(state: MeterState, label: str) -> int | None:
    """Index that a label shows, 0 for the total."""
    if label.startswith("EASF") and label[4:].isdigit() and 1 <= int(label[4:]) <= len(state.counters.supplier):
        return int(label[4:])
    return state.settings.contract.index_labels.get(label)


def _write(state: MeterState, counters: Counters, label: str, value: int) -> None:
    index = 0 if label == "EAST" else _supplier_index(state, label)
    if index is None:
        energy = counters.injected if label == "EAIT" else counters.reactive[int(label[3]) - 1]
        energy.count = value
        return
    shown = counters.supplier[index - 1] if index else counters.drawn.count
    change = value - shown % ROLLOVER
    index = index or state.tariff.supplier_index
    counters.supplier[index - 1] += change
    counters.drawn.count += change
    counters.distributor[state.tariff.distributor_index - 1] += change
