# SPDX-License-Identifier: Apache-2.0
"""``measured-power.jsonl.gz``: what instruments saw of a real board's power.

First what was wanting and who looked on, then each trial with its supply, readings and samples, then the cut-outs, and
what was dead in which trial.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xky.emulator.supply import Supply

from ..measured_power import MeasuredCut, MeasuredDeadServer, MeasuredPower, MeasuredTrial, PowerSample
from ..power_record import SERVERS
from .lines import Line, complaint, read_lines, write_lines

__all__ = ["read_measured_power", "write_measured_power"]

_TRIALS = ("cold", "rest", "full")  # attributes of the record
_KNOWN = (*_TRIALS, *SERVERS)


class _Supply(Line):
    name: str
    open_circuit_v: float
    source_ohm: float
    carrier_hz: float


class _Wants(Line):
    wants: dict[str, str]
    meters: tuple[str, ...]


class _Trial(Line):
    trial: str
    supply: _Supply
    fed_s: float
    unsure_s: float
    readings_s: tuple[float, ...]
    ended_s: float


class _Sample(Line):
    trial: str
    at_s: float
    unsure_s: float
    voltage_v: float
    error_v: float
    board_a: float | None


class _Cut(Line):
    lasted_s: float
    back_s: float
    unsure_s: float
    terminal_v: float
    drained: bool
    reading_s: float | None


class _Dead(Line):
    what: str  # the name of its trial, too
    began_s: float
    ended_s: float
    reading_s: float | None
    within_s: float


def write_measured_power(path: Path, record: MeasuredPower) -> int:
    """Write the trials; the number of lines."""
    return write_lines(path, _lines(record))


def _lines(record: MeasuredPower) -> Iterator[dict[str, Any]]:
    yield _Wants(wants=dict(record.wants), meters=tuple(record.meters)).told()
    trials: dict[str, MeasuredTrial | None] = {name: getattr(record, name) for name in _TRIALS}
    for name, trial in (trials | {one.what: one.trial for one in record.dead}).items():
        if trial is None:
            continue
        yield _Trial(
            trial=name, supply=_Supply(**asdict(trial.supply)), fed_s=trial.fed_s, unsure_s=trial.unsure_s,
            readings_s=tuple(trial.readings_s), ended_s=trial.ended_s,
        ).told()  # fmt: skip
        for sample in trial.samples:
            yield _Sample(trial=name, **asdict(sample)).told()
    for cut in record.cuts:
        yield _Cut(**asdict(cut)).told()
    for one in record.dead:
        yield _Dead(
            what=one.what, began_s=one.began_s, ended_s=one.ended_s, reading_s=one.reading_s, within_s=one.within_s
        ).told()  # fmt: skip


def read_measured_power(path: Path, lines: int) -> MeasuredPower:
    """The trials, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    begun: dict[str, _Trial] = {}
    samples: dict[str, list[PowerSample]] = defaultdict(list)
    cuts: list[MeasuredCut] = []
    dead: list[_Dead] = []
    head: _Wants | None = None
    for place, line in read_lines(path, lines, _Sample, _Trial, _Cut, _Dead, _Wants):
        if isinstance(line, _Wants):
            head = line
        elif isinstance(line, _Cut):
            cuts.append(MeasuredCut(**line.model_dump()))
        elif isinstance(line, _Dead) and line.what in begun:
            dead.append(line)
        elif isinstance(line, _Trial) and line.trial in _KNOWN:
            begun[line.trial] = line
        elif isinstance(line, _Sample) and line.trial in begun:
            samples[line.trial].append(PowerSample(**line.model_dump(exclude={"trial"})))
        else:
            name = line.what if isinstance(line, _Dead) else line.trial  # type: ignore[attr-defined]
            raise complaint(place, f"trial {name!r}: did not begin; known: {', '.join(_KNOWN)}")
    if head is None:
        raise complaint(str(path), "does not say who looked on")
    for name in begun:
        if not samples[name]:
            raise complaint(str(path), f"trial {name!r} has no sample")
    trials = {
        name: MeasuredTrial(
            Supply(**one.supply.model_dump()),
            one.fed_s,
            one.unsure_s,
            one.readings_s,
            tuple(samples[name]),
            one.ended_s,
        )
        for name, one in begun.items()
    }
    gone = (MeasuredDeadServer(**one.model_dump(), trial=trials[one.what]) for one in dead)
    return MeasuredPower(
        trials.get("cold"), tuple(cuts), trials.get("rest"), trials.get("full"), head.wants, head.meters, tuple(gone)
    )
