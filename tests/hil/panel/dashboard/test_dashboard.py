# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

from xky.hil.panel.dashboard import dashboard_text, queries
from xky.hil.panel.servers import points

from ....command import xky


def test_the_file_is_one_that_grafana_imports() -> None:
    board = json.loads(dashboard_text())
    assert board["schemaVersion"] == 39
    assert [one["type"] for one in board["templating"]["list"]] == ["datasource", "query", "query"]
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in board["panels"]]
    assert len({one["id"] for one in board["panels"]}) == len(set(places)) == len(places)
    for panel in board["panels"]:
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
        assert panel["description"]


def test_each_query_asks_a_measurement_of_the_layout() -> None:
    known = {points.LIVE, points.TIC, points.DISTRIBUTOR, points.PREDICTION}
    for query in queries():
        assert query.text.split('FROM "')[1].partition('"')[0] in known


def test_the_command_prints_it_and_writes_it_to_a_new_file_only(tmp_path: Path) -> None:
    assert xky("panel", "dashboard", cwd=tmp_path).stdout == dashboard_text()
    assert xky("panel", "dashboard", "--out", "home.json", cwd=tmp_path).returncode == 0
    assert (tmp_path / "home.json").read_text() == dashboard_text()
    again = xky("panel", "dashboard", "--out", "home.json", cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr
