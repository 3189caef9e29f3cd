# SPDX-License-Identifier: Apache-2.0
"""``power.jsonl.gz``: the trials of the device's power, each with its readings, events and stretches of time.

A trial begins with its supply; a stretch has the load with the capacitor's inner voltage at both ends. What a dead
server came to stands behind them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xky.boards.power.event_simulation import PowerEvent, PowerEventKind
from xky.emulator.supply import Supply

from ..power_record import CutOut, DeadServer, LoadStretch, PowerRecord, Trial
from .lines import Line, complaint, read_lines, write_lines

__all__ = ["read_power", "write_power"]

_TRIALS = {  # as the file names them, and as the record does
    "cold": "cold",
    "first charge": "first_charge",
    "stiff": "stiff",
    "rail lost lower": "lost_lower",
    "rail found lower": "found_lower",
}
_CUTS, _DEAD = "cut-outs", "dead "


class _Supply(Line):
    name: str
    open_circuit_v: float
    source_ohm: float
    carrier_hz: float


class _OfTrial(Line):
    trial: str


class _Trial(_OfTrial):
    supply: _Supply
    readings_s: tuple[float, ...]
    duration_s: float


class _Event(_OfTrial):
    at_s: float
    what: PowerEventKind
    inner_v: float
    terminal_v: float


class _Stretch(_OfTrial):
    at_s: float
    duration_s: float
    load: str
    before_v: float
    after_v: float


class _Cut(_OfTrial):
    lasted_s: float
    back_s: float
    terminal_v: float
    reading_s: float | None


class _Dead(_OfTrial):
    began_s: float
    ended_s: float
    reading_s: float | None
    limit_s: float


def write_power(path: Path, record: PowerRecord) -> int:
    """Write the trials; the number of lines."""
    return write_lines(path, _lines(record))


def _lines(record: PowerRecord) -> Iterator[dict[str, Any]]:
    trials: dict[str, Trial | None] = {name: getattr(record, attribute) for name, attribute in _TRIALS.items()}
    trials |= {f"{_DEAD}{one.what}": one.trial for one in record.dead}
    for name, trial in trials.items():
        if trial is None:
            continue
        yield _Trial(
            trial=name, supply=_Supply(**asdict(trial.supply)), readings_s=tuple(trial.readings_s),
            duration_s=trial.duration_s,
        ).told()  # fmt: skip
        for event in trial.events:
            yield _Event(trial=name, **asdict(event)).told()
        for stretch in trial.stretches:
            yield _Stretch(trial=name, **asdict(stretch)).told()
    for cut in record.cuts:
        yield _Cut(trial=_CUTS, **asdict(cut)).told()
    for one in record.dead:
        yield _Dead(
            trial=f"{_DEAD}{one.what}", began_s=one.began_s, ended_s=one.ended_s, reading_s=one.reading_s,
            limit_s=one.limit_s,
        ).told()  # fmt: skip


def read_power(path: Path, lines: int) -> PowerRecord:
    """The trials, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    begun: dict[str, _Trial] = {}
    events: dict[str, list[PowerEvent]] = defaultdict(list)
    stretches: dict[str, list[LoadStretch]] = defaultdict(list)
    cuts, dead = [], []
    for place, line in read_lines(path, lines, _Trial, _Event, _Stretch, _Cut, _Dead):
        values = line.model_dump(exclude={"trial"})
        if isinstance(line, _Cut):
            cuts.append(CutOut(**values))
        elif isinstance(line, _Trial) and (line.trial in _TRIALS or line.trial.startswith(_DEAD)):
            begun[line.trial] = line
        elif line.trial not in begun:
            raise complaint(place, f"trial {line.trial!r}: did not begin; known: {', '.join(_TRIALS)}")
        elif isinstance(line, _Event):
            events[line.trial].append(PowerEvent(**values))
        elif isinstance(line, _Dead):
            dead.append(line)
        else:
            stretches[line.trial].append(LoadStretch(**values))
    for name in ("cold", "stiff"):
        if name not in begun:
            raise complaint(str(path), f"has no trial {name!r}")
    trials = {
        _TRIALS.get(name, name): Trial(
            Supply(**one.supply.model_dump()), one.readings_s, tuple(events[name]), tuple(stretches[name]),
            one.duration_s,
        )
        for name, one in begun.items()
    }  # fmt: skip
    return PowerRecord(
        trials["cold"], trials.get("first_charge"), tuple(cuts), trials["stiff"], trials.get("lost_lower"),
        trials.get("found_lower"),
        tuple(
            DeadServer(
                one.trial.removeprefix(_DEAD), one.began_s, one.ended_s, one.reading_s, one.limit_s, trials[one.trial]
            )
            for one in dead
        ),
    )  # fmt: skip
