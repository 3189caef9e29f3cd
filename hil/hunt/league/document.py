# SPDX-License-Identifier: Apache-2.0
"""The league as data: ``league.json``, schema ``xky-league/1`` (its JSON Schema stands beside this file)."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from ...campaign.report.document import SPECIFICATION, in_order
from ...campaign.suite import declared_purposes
from ...campaign.verdict import Verdict
from .kept import KeptHunt, KeptRun
from .run import Played, version_of

__all__ = ["columns", "document"]


def document(played: Sequence[Played], *, aborted: bool = False) -> dict[str, Any]:
    """The whole league.

    Args:
        played: one an entry, in order.
        aborted: a person ended it before all had run.
    """
    return {
        "schema": "xky-league/1",
        **({"aborted": True} if aborted else {}),
        "suite": f"xky-hil {version('xky-hil')}",
        "specification": SPECIFICATION,
        "requirements": _requirements(played),
        "decoders": [_decoder(one) for one in played],
    }


def columns(league: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The columns of the table: each decoder with each of its runs."""
    return [(decoder, run) for decoder in league["decoders"] for run in decoder["runs"]]


def _requirements(played: Iterable[Played]) -> list[dict[str, str]]:
    """Those that some entry has to meet, in the order of its reports."""
    asked = {
        id_
        for one in played
        for run in one.runs
        for id_, verdict in run.verdicts.items()
        if Verdict(verdict) is not Verdict.NOT_APPLICABLE
    }
    known = {purpose.requirement.id: purpose.requirement for purpose in declared_purposes()}
    return [
        {"id": id_, "level": known[id_].level.value, "title": known[id_].text} for id_ in sorted(asked, key=in_order)
    ]


def _decoder(one: Played) -> dict[str, Any]:
    board = one.entry.board
    return {
        "name": one.entry.name,
        "title": board.title,
        "version": version_of(one.entry),
        "packages": list(one.packages),
        "line": one.entry.settings.line,
        "speed": one.speed,
        "claims": None if board.labels is None else list(board.labels),
        "skipped": one.skipped or None,
        "runs": [_run(run) for run in one.runs],
        "hunts": [_hunt(hunt) for hunt in one.hunts],
    }


def _run(run: KeptRun) -> dict[str, Any]:
    return {
        "mode": run.mode.value,
        "decided": run.decided,
        "total": run.total,
        "seed": run.seed,
        "verdicts": {
            id_: verdict for id_, verdict in run.verdicts.items() if Verdict(verdict) is not Verdict.NOT_APPLICABLE
        },
        "findings": [{key: _listed(value) for key, value in asdict(one).items()} for one in run.findings],
        "mishaps": [asdict(one) for one in run.mishaps],
    }


def _hunt(hunt: KeptHunt) -> dict[str, Any]:
    told = [{key: _listed(value) for key, value in asdict(one).items() if key != "died"} for one in hunt.findings]
    mishaps = [asdict(one) for one in hunt.mishaps]
    return {"mode": hunt.mode.value, "examples": hunt.examples, "findings": told, "mishaps": mishaps}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
