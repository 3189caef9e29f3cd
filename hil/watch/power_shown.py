# SPDX-License-Identifier: Apache-2.0
"""What a page is told of the trials of a device's power: its capacitor over time on each supply, and what it lived."""

from collections.abc import Iterator, Mapping
from typing import Any

from xky.boards import Board
from xky.boards.power.clocked_train import train_of
from xky.protocol import InputError, Mode

from ..campaign.power_record import MINIMUM, PowerRecord, Trial
from ..emulation.voltage_curve import Point, inner_points_of, once_each, thinned, thresholds_of

__all__ = ["power_event"]

_POINTS = 300  # of a curve, each its lowest and its highest voltage
_DIGITS = 3


def power_event(mode: Mode, board: Board, record: PowerRecord) -> Mapping[str, Any]:
    """The trials of one mode. What the bench plays only to know the model's own margin is left out.

    Args:
        mode: of the TIC.
        board: that the device runs on, with a power train on the TIC.
        record: of its trials.

    Raises:
        InputError: it is of no trials that the board can have lived.
    """
    return {
        "kind": "power",
        "mode": mode.value,
        "thresholds": [{"name": name, "voltage_v": volts} for name, volts in thresholds_of(board, MINIMUM)],
        "trials": [_trial(name, board, trial, gone) for name, trial, gone in _trials(record)],
        "cuts": [
            {
                "lasted_s": round(cut.lasted_s, _DIGITS),
                "terminal_v": round(cut.terminal_v, _DIGITS),
                "reads_after_s": None if cut.reading_s is None else round(cut.reading_s - cut.back_s, _DIGITS),
            }
            for cut in record.cuts
        ],
    }


def _trials(record: PowerRecord) -> Iterator[tuple[str, Trial, tuple[float, float] | None]]:
    """Each with its name, and when what it needs was gone."""
    yield "cold", record.cold, None
    if record.first_charge is not None:
        yield "first_charge", record.first_charge, None
    yield "stiff", record.stiff, None
    for one in record.dead:
        yield f"no_{one.what.replace(' ', '_')}", one.trial, (one.began_s, one.ended_s)


def _trial(name: str, board: Board, trial: Trial, gone_s: tuple[float, float] | None) -> Mapping[str, Any]:
    each_s = max(trial.duration_s, 1.0) / _POINTS
    points = thinned(_points(board, trial, each_s), each_s)
    return {
        "name": name,
        "supply": {
            "model": trial.supply.name,
            "open_circuit_v": trial.supply.open_circuit_v,
            "source_ohm": trial.supply.source_ohm,
            "available_w": round(trial.supply.most_w, 6),
        },
        "duration_s": round(trial.duration_s, _DIGITS),
        "trace": [[round(at_s, _DIGITS), round(volts, _DIGITS)] for at_s, volts in points],
        "brown_outs": len(trial.brown_outs()),
        "brown_outs_s": [round(at_s, _DIGITS) for at_s in once_each((one.at_s for one in trial.brown_outs()), each_s)],
        "readings": len(trial.readings_s),
        "readings_s": [round(at_s, _DIGITS) for at_s in once_each(trial.readings_s, each_s)],
        "gone_s": gone_s,
    }


def _points(board: Board, trial: Trial, each_s: float) -> list[Point]:
    """Of each so many seconds and each load the lowest and the highest: who resets in a flash has thousands."""
    if board.power is None:
        raise InputError(f"board {board.id}: has no power train; nothing of its power can have been tried")
    train = train_of(board.power)
    states = {load: train.state(trial.supply, load) for load in {one.load for one in trial.stretches}}
    kept: dict[tuple[int, str], tuple[Point, Point]] = {}
    for one in trial.stretches:
        for point in inner_points_of(one, states[one.load]):
            key = int(point[0] / each_s), one.load
            lowest, highest = kept.get(key, (point, point))
            kept[key] = min(lowest, point, key=_volts), max(highest, point, key=_volts)
    found = {(at_s, load, volts) for (_, load), both in kept.items() for at_s, volts in both}
    return [(at_s, states[load].terminal_v(volts)) for at_s, load, volts in sorted(found)]


def _volts(point: Point) -> float:
    return point[1]
