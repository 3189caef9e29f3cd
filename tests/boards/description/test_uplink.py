# SPDX-License-Identifier: Apache-2.0
"""The [uplink] table of a board's file: what it admits, and what a dead server costs by it."""

from pathlib import Path

import pytest

from xky.boards import board_named
from xky.boards.description.uplink import Influx, Mqtt, period_s, period_text
from xky.protocol import InputError

HEAD = 'id = "mine"\ntitle = "Mine"\n[uplink]\n'


@pytest.mark.parametrize("written", ["mmss", "decimal_minutes"])
def test_a_period_is_read_as_it_is_written(written: str) -> None:
    for seconds in (1.0, 15.0, 30.0, 59.0, 60.0, 90.0, 600.0, 3601.0):
        assert period_s(period_text(seconds, written), written) == pytest.approx(seconds, abs=1e-3)  # type: ignore[arg-type]


def test_a_dead_server_costs_its_tries_and_the_pauses_between_them() -> None:
    mqtt = Mqtt(topic="a", timeout_s=4.0, tries=3, pause_s=1.0, rest_s=120.0)
    assert (mqtt.most_s, mqtt.returns_s) == (14.0, 124.0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + 'device = "a"\n', r"mine\.toml:3: uplink: mqtt: missing, and influx too"),
        (HEAD + 'device = "a b"\n[uplink.influx]\ndatabase = "x"\n', r"mine\.toml:4: uplink\.device"),
        (HEAD + 'device = "a"\n[uplink.mqtt]\ntopic = "tele/+/x"\n', r"mine\.toml:6: uplink\.mqtt\.topic"),
        (HEAD + 'device = "a"\n[uplink.mqtt]\ntopic = ""\n', r"mine\.toml:6: uplink\.mqtt\.topic"),
        (HEAD + 'device = "a"\n[uplink.mqtt]\ntopic = "a"\nqos = 3\n', r"mine\.toml:7: uplink\.mqtt\.qos = 3"),
        (
            HEAD + 'device = "a"\n[uplink.mqtt]\ntopic = "a"\npassword = "p"\n',
            r"toml:5: uplink\.mqtt: username: missing",
        ),
        (HEAD + 'device = "a"\n[uplink.influx]\nversion = 2\n', r"mine\.toml:5: uplink\.influx: org: missing"),
        (HEAD + 'device = "a"\n[uplink.influx]\n', r"mine\.toml:5: uplink\.influx: database: missing"),
        (HEAD + 'device = "a"\nperiod = "0,1"\n[uplink.influx]\ndatabase = "x"\n', r"mine\.toml:\d: uplink.*period"),
        (HEAD + 'device = "a"\ntopics = 1\n[uplink.influx]\ndatabase = "x"\n', r"mine\.toml:5: uplink\.topics"),
    ],
)
def test_what_cannot_be_is_told_with_file_line_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(InputError, match=complaint):
        board_named(str(tmp_path / "mine.toml"))


def test_a_sleeping_board_has_one_period(tmp_path: Path) -> None:
    wake = "".join(f"{name}_s = 1.0\n" for name in ("boot", "associate", "address", "connect", "publish", "sleep"))
    text = f'{HEAD}device = "a"\nperiod = "0.30"\n[uplink.influx]\ndatabase = "x"\n[wake]\n{wake}'
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(InputError, match=r"uplink\.period: expected none beside \[wake\]"):
        board_named(str(tmp_path / "mine.toml"))


def test_secrets_are_not_shown_where_a_table_is() -> None:
    shown = repr((Mqtt(topic="a", username="me", password="secret"), Influx(database="x", token="secret")))
    assert "secret" not in shown
