# SPDX-License-Identifier: Apache-2.0
"""What reconciling found as one JSON object."""

from typing import Any

from xky.emulator.legal_time import local_time

from .results import DayFound, Energy, HomeFound, PanelFound, Stretch

__all__ = ["document_of"]

_DIGITS = 3  # of a watt-hour


def document_of(found: PanelFound) -> dict[str, Any]:
    """The object that ``xky panel reconcile --json`` prints; energies in Wh, null where none was compared."""
    worst = found.worst_energy
    return {
        "homes": len(found.homes),
        "readings_due": found.total("due"),
        "readings_arrived": found.total("arrived"),
        "lost": found.total("lost_number"),
        "late": found.total("late"),
        "doubled": found.total("doubled"),
        "wrong": found.total("wrong"),
        "energy_error_wh": None if worst is None else round(worst.error_wh, _DIGITS),
        "energy_bound_wh": None if worst is None else round(worst.bound_wh, _DIGITS),
        "causes": dict(sorted(found.causes.items())),
        "causes_inferred": found.inferred,
        "partly_lost": found.total("partly_lost"),
        "messages": found.total("messages"),
        "energies_beyond": sum(len(home.disagreeing) for home in found.homes),
        "whole": found.is_whole,
        "panel": found.name,
        "homes_due": found.homes_due,
        "remarks": list(found.remarks),
        "of_homes": [_home(one) for one in found.homes],
    }


def _home(home: HomeFound) -> dict[str, Any]:
    return {
        "id": home.id, "board": home.board, "whole": home.is_whole, "judged": home.judged,
        "days": [_day(one) for one in home.days], "remarks": home.remarks,
    }  # fmt: skip


def _day(day: DayFound) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(), "readings_due": day.due, "readings_arrived": day.arrived,
        "messages": day.messages, "lost": day.lost_number, "partly_lost": day.partly_lost, "late": day.late,
        "doubled": day.doubled, "wrong": day.wrong, "why": day.why, "losses": [_stretch(one) for one in day.lost],
        "partly": [_stretch(one) for one in day.partly],
        "energies": [_energy(one) for one in day.energies],
    }  # fmt: skip


def _stretch(one: Stretch) -> dict[str, Any]:
    return {
        "from": local_time(one.from_us).isoformat(timespec="milliseconds"),
        "to": local_time(one.to_us).isoformat(timespec="milliseconds"),
        "number": one.number, "cause": one.cause, "what": one.what,
    }  # fmt: skip


def _energy(one: Energy) -> dict[str, Any]:
    told: dict[str, Any] = {
        "against": one.against, "what": one.what, "readings_wh": round(one.readings_wh, _DIGITS),
        "other_wh": round(one.other_wh, _DIGITS), "error_wh": round(one.error_wh, _DIGITS),
        "bound_wh": round(one.bound_wh, _DIGITS), "agrees": one.agrees,
    }  # fmt: skip
    if one.against == "distributor":
        told |= {"points": one.points, "of_points": one.of_points, "beyond": [text for _, text in one.beyond]}
    return told
