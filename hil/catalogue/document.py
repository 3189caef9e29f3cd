# SPDX-License-Identifier: Apache-2.0
"""The catalogue as data: schema ``xky-requirements/1``, whose JSON Schema stands beside this file."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from ..campaign.condition import Facts
from .applicability import applicability
from .clauses import Clause, requirements_by_clause
from .entries import Entry, entries

__all__ = ["SCHEMA", "catalogue_document"]

SCHEMA = "xky-requirements/1"


def catalogue_document(shown: Sequence[Entry], clauses: Sequence[Clause], facts: Facts | None = None) -> dict[str, Any]:
    """What ``xky requirements --json`` prints.

    Args:
        shown: the requirements.
        clauses: the clauses.
        facts: of the device whose requirements they are; None: of none.
    """
    by_clause = requirements_by_clause(one.requirement for one in entries().values())
    return {
        "schema": SCHEMA,
        "suite": f"xky-hil {version('xky-hil')}",
        "board": None if facts is None else facts.board.id,
        "requirements": [_requirement(one, facts) for one in shown],
        "clauses": [
            {
                "clause": one.name,
                "title": one.title,
                "requirements": list(by_clause[one.name]),
                "why_none": one.why or None,
            }
            for one in clauses
        ],
    }


def _requirement(entry: Entry, facts: Facts | None) -> dict[str, Any]:
    one, procedure = entry.requirement, entry.requirement.procedure
    applies = None if facts is None else applicability(one, facts)
    return {
        "id": one.id,
        "group": entry.group,
        "text": one.text,
        "text_french": one.french,
        "why": one.why,
        "why_french": one.why_french,
        "level": one.level.value,
        "modes": sorted(mode.value for mode in one.modes),
        "compatibility": one.compatibility,
        "clause": one.clause,
        "clauses": list(entry.sources.clauses),
        "other_sources": list(entry.sources.others),
        "where": [condition.text for condition in one.where],
        "where_french": [condition.french for condition in one.where],
        "applies": None if applies is None else asdict(applies),
        "purposes": [
            {
                "id": purpose.id,
                "modes": sorted(mode.value for mode in purpose.modes),
                "stimuli": [stimulus.name for stimulus in purpose.stimuli],
            }
            for purpose in entry.purposes
        ],
        "defects": list(entry.defects),
        "procedure": None if procedure is None else {
            "needs": list(procedure.needs),
            "needs_french": list(procedure.needs_french),
            "steps": list(procedure.steps),
            "steps_french": list(procedure.steps_french),
            "limits": list(procedure.limits),
        },
    }  # fmt: skip
