# SPDX-License-Identifier: Apache-2.0
"""Registers that a person sets by their label, so that the sums stay right.

What is set is settled before anything is written: each register once, and a total against its indexes. A difference
then goes to the running indexes. None of them ever shows less than 0: a device that looks whether an index can be
would take that for a fault of its own.
"""

from collections.abc import Iterable, Mapping, MutableSequence

from xky.protocol import InputError

from .counters import Counters
from .registers import ROLLOVER
from .settings import PREF_KVA_MAX
from .state import MeterState

__all__ = ["check_register", "set_registers"]

_OF_PRODUCERS = ("EAIT", "ERQ1", "ERQ2", "ERQ3", "ERQ4")
_SETTINGS = {"PREF": "pref_kva", "PCOUP": "pcoup_kva"}
_POWERS = f"{', '.join(_SETTINGS)} (1 to {PREF_KVA_MAX})"
_TOTAL = 0  # in the place of an index


def set_registers(state: MeterState, registers: Mapping[str, int]) -> None:
    """See ``Linky.set``: all of them, or none.

    Raises:
        InputError: not such a register, a value that it cannot hold, or a total that its indexes cannot make.
    """
    for label, value in registers.items():
        check_register(state, label, value)
    indexes = _indexes_of(state, registers)
    _check_sum(state, registers, indexes)

    def write(counters: Counters) -> None:
        _write_indexes(state, counters, indexes)
        for label, value in registers.items():
            if label in _OF_PRODUCERS:
                energy = counters.injected if label == "EAIT" else counters.reactive[int(label[3]) - 1]
                energy.count = value

    state.overwrite(write)
    settings = {_SETTINGS[label]: value for label, value in registers.items() if label in _SETTINGS}
    if settings:
        state.change(**settings)


def check_register(state: MeterState, label: str, value: int) -> None:
    """Complain of a register that this meter does not have, or a value that it cannot hold.

    Raises:
        InputError: so it is.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(f"set({label}={value!r}): expected a whole number")
    if label in _SETTINGS:
        if not 1 <= value <= PREF_KVA_MAX:
            raise InputError(f"set({label}={value}): no such power in kVA; known: {_POWERS}")
        return
    known_here = _index_of(state, label) is not None or (state.producer and label in _OF_PRODUCERS)
    if known_here and not 0 <= value < ROLLOVER:
        raise InputError(f"set({label}={value}): expected 0 to {ROLLOVER - 1}")
    if known_here:
        return
    known = [
        "EAST",
        "EASF01 … EASF10",
        *state.settings.contract.index_labels,
        _POWERS,
    ]
    known += ["EAIT", "ERQ1 … ERQ4"] if state.producer else []
    raise InputError(f"set({label}={value}): this meter has no such register to set; known: {', '.join(known)}")


def _index_of(state: MeterState, label: str) -> int | None:
    """Supplier index that a label shows, 0 for the total; None where it shows none."""
    if label == "EAST":
        return _TOTAL
    if label.startswith("EASF") and label[4:].isdecimal() and len(label) == 6:
        number = int(label[4:])
        return number if 1 <= number <= len(state.counters.supplier) else None
    return state.settings.contract.index_labels.get(label)


def _indexes_of(state: MeterState, registers: Mapping[str, int]) -> dict[int, int]:
    """Supplier index to what it shall show."""
    indexes: dict[int, int] = {}
    labels: dict[int, str] = {}
    for label, value in registers.items():
        index = _index_of(state, label)
        if index is None:
            continue
        if indexes.get(index, value) != value:
            other = f"{labels[index]}={indexes[index]}"
            raise InputError(f"set({other}, {label}={value}): both labels show one register; leave one of them out")
        indexes[index], labels[index] = value, label
    return indexes


def _check_sum(state: MeterState, registers: Mapping[str, int], indexes: Mapping[int, int]) -> None:
    """Complain of a total that its indexes cannot make."""
    total, set_too = indexes.get(_TOTAL), [index for index in indexes if index != _TOTAL]
    if total is None or not set_too:
        return
    together = sum(indexes[index] for index in set_too)
    if len(set_too) == len(state.counters.supplier):
        fits = together % ROLLOVER == total  # of a meter that has rolled over, too
    else:
        fits = together == total or (together < total and not state.settings.contract.indexes <= set(set_too))
    if not fits:
        said = ", ".join(f"{label}={value}" for label, value in registers.items()
                         if _index_of(state, label) is not None)  # fmt: skip
        others = "no other index of this contract counts" if together < total else "an index cannot fall below 0"
        raise InputError(
            f"set({said}): the indexes alone make {together}, and {others}; leave the total or an index out"
        )


def _write_indexes(state: MeterState, counters: Counters, indexes: Mapping[int, int]) -> None:
    supplier, before = counters.supplier, counters.drawn.count % ROLLOVER
    set_too = {index - 1: value for index, value in indexes.items() if index != _TOTAL}
    change = sum(value - supplier[place] % ROLLOVER for place, value in set_too.items())
    for place, value in set_too.items():
        supplier[place] += value - supplier[place] % ROLLOVER
    if _TOTAL in indexes:
        change = indexes[_TOTAL] - before
        others = [place for place in range(len(supplier)) if place not in set_too]
        shown = sum(supplier[place] % ROLLOVER for place in others)
        running = [state.tariff.supplier_index, *sorted(state.settings.contract.indexes)]
        taker = next((index - 1 for index in running if index - 1 in others), None)
        _spread(supplier, others, taker, indexes[_TOTAL] - sum(set_too.values()) - shown if set_too else change)
    counters.drawn.count += change
    distributor, running_one = counters.distributor, state.tariff.distributor_index - 1
    _spread(distributor, range(len(distributor)), running_one, counters.drawn.count % ROLLOVER - before)


def _spread(counts: MutableSequence[int], places: Iterable[int], running: int | None, change: int) -> None:
    """Let the sum of what is shown at some places change.

    The running one takes it. Where it would fall below 0 it shows 0, and the rest comes from the others in proportion
    to what they show, in whole watt-hours (largest remainder).
    """
    if change > 0 and running is not None:
        counts[running] += change
        return
    shown = {place: counts[place] % ROLLOVER for place in places}
    rest = min(-change, sum(shown.values()))  # those of a frame may be a watt-hour short of their total
    if running is not None:
        taken = min(rest, shown.pop(running))
        counts[running] -= taken
        rest -= taken
    if rest <= 0:
        return
    total = sum(shown.values())
    shares = {place: divmod(rest * count, total) for place, count in shown.items()}
    left = rest - sum(whole for whole, _ in shares.values())
    largest = sorted(shares, key=lambda place: -shares[place][1])[:left]
    for place, (whole, _) in shares.items():
        counts[place] -= whole + (place in largest)
