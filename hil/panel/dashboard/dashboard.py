# SPDX-License-Identifier: Apache-2.0
"""The Grafana dashboard of a home, a file that is shipped, and every query that it asks."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["Query", "dashboard_text", "queries"]


class Query(NamedTuple):
    """One query of the dashboard, with its variables as Grafana has them.

    Attributes:
        title: of its panel, or name of its variable.
        ref: of the query in its panel; empty of a variable.
        text: InfluxQL.
    """

    title: str
    ref: str
    text: str


def dashboard_text() -> str:
    """The file, as Grafana imports it."""
    return (files(__package__) / "home.json").read_text(encoding="utf-8")


def queries() -> Iterator[Query]:
    """Each query: those of variables first, then those of panels."""
    board: dict[str, Any] = json.loads(dashboard_text())
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield Query(variable["name"], "", variable["query"])
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield Query(panel["title"], target["refId"], target["query"])
