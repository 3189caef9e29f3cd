# SPDX-License-Identifier: Apache-2.0
"""The catalogue for sphinx-needs: a needs.json that its ``needimport`` takes.

Clauses are ``spec``, requirements ``req`` that link to their clauses, purposes ``test`` that link to their requirement:
the three are types that sphinx-needs has unless told. Its ids have no hyphens, so that TIC-CHK-1 is TIC_CHK_1 there.
"""

import json
import re
from datetime import datetime
from importlib.metadata import version
from typing import Any

from ..clauses import clauses
from ..entries import entries

__all__ = ["needs"]


def needs(made: datetime) -> str:
    """The text of the file.

    Args:
        made: when.
    """
    suite, when = version("xky-hil"), made.isoformat(timespec="seconds")
    all_of_them = {one["id"]: one for one in (*_clauses(), *_requirements(), *_purposes())}
    told = {
        "created": when,
        "current_version": suite,
        "project": "xky-hil",
        "versions": {
            suite: {
                "created": when,
                "creator": {"program": "xky", "version": suite},
                "needs": all_of_them,
                "needs_amount": len(all_of_them),
            }
        },
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _need(id_: str, kind: str, title: str, content: str, links: list[str], tags: list[str]) -> dict[str, Any]:
    return {"id": id_, "type": kind, "title": title, "content": content, "links": links, "tags": tags, "status": None}


def _id(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def _clause_id(name: str) -> str:
    return f"CLAUSE_{_id(name)}"


def _clauses() -> list[dict[str, Any]]:
    return [
        _need(_clause_id(one.name), "spec", f"{one.name}: {one.title}", one.why, [], []) for one in clauses().values()
    ]


def _requirements() -> list[dict[str, Any]]:
    return [
        _need(
            _id(one.id), "req", one.requirement.text, "\n\n".join(filter(None, (one.requirement.why, _how(one.id)))),
            [_clause_id(name) for name in one.sources.clauses],
            [one.requirement.level.value, *sorted(one.requirement.modes)],
        )
        for one in entries().values()
    ]  # fmt: skip


def _how(id_: str) -> str:
    entry = entries()[id_]
    procedure = entry.requirement.procedure
    if procedure is not None:
        return f"Needs {'; '.join(procedure.needs)}. {' '.join(procedure.steps)} Limits: {'; '.join(procedure.limits)}."
    return f"Proven by the defects {', '.join(entry.defects)}." if entry.defects else ""


def _purposes() -> list[dict[str, Any]]:
    return [
        _need(_id(purpose.id), "test", purpose.id, ", ".join(one.name for one in purpose.stimuli), [_id(entry.id)],
              sorted(purpose.modes))
        for entry in entries().values()
        for purpose in entry.purposes
    ]  # fmt: skip
