# SPDX-License-Identifier: Apache-2.0
"""Access points, brokers, databases and networks that are dead: sound devices are spared, wrong ones fail."""

from pathlib import Path

import pytest

from xky.boards import board_named
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.evidence import read_record
from xky.hil.campaign.evidence.event_lines import read_events, write_events
from xky.hil.campaign.record import ProbeRecord, Record, kept_events
from xky.hil.ends.end import EndEvent
from xky.protocol import Mode


def verdicts(folder: Path, board: str, *only: str, defect: str | None = None) -> tuple[dict[str, str], Record]:
    """What was decided of some requirements in standard mode, and the record."""
    campaign = Campaign(Options(f"sim:{board}", defect=defect, mode=Mode.STANDARD, only=only))
    report = certify(campaign, folder)
    found = {
        purpose["id"]: purpose["verdict"]
        for one in report["requirements"]
        for purpose in one["purposes"]
        if purpose["verdict"] != "not applicable"
    }
    return found, campaign.records[Mode.STANDARD]


DRAINING = ("XKY-PWR-8/access-point", "XKY-PWR-8/broker", "XKY-PWR-8/database")


@pytest.mark.nightly
@pytest.mark.parametrize("board", ["winky-c6-tasmota", pytest.param("winky-lab", marks=pytest.mark.nightly)])
def test_no_dead_server_drains_a_sound_board(tmp_path: Path, board: str) -> None:
    found, record = verdicts(tmp_path, board, "XKY-PWR-8")
    assert found == dict.fromkeys(DRAINING, "pass")
    assert record.power is not None
    assert [one.what for one in record.power.dead] == ["access point", "broker", "database"]
    assert all(one.ended_s - one.began_s == 7200.0 for one in record.power.dead)
    assert read_record(tmp_path / "evidence" / "standard").power == record.power


@pytest.mark.nightly
def test_one_that_tries_for_ever_browns_out_again_and_again(tmp_path: Path) -> None:
    found, record = verdicts(tmp_path, "winky-c6-tasmota", "XKY-PWR-8", defect="waits-for-dead-servers")
    assert found == dict.fromkeys(DRAINING, "fail")
    assert record.power is not None
    assert all(len(one.trial.brown_outs(one.began_s)) > 10 for one in record.power.dead)


@pytest.mark.parametrize("board", ["winky-c6", pytest.param("loky", marks=pytest.mark.nightly)])
def test_a_board_that_reaches_no_access_point_has_none_to_lose(tmp_path: Path, board: str) -> None:
    assert verdicts(tmp_path, board, "XKY-PWR-8")[0] == {}


@pytest.mark.nightly
def test_a_network_of_boards_can_go_away_where_they_are_simulated(tmp_path: Path) -> None:
    only = "XKY-UPL-1/access-point-away"
    assert verdicts(tmp_path, "eky", only)[0] == {only: "pass"}
    found, record = verdicts(tmp_path, "eky", only, defect="never-reconnects")
    assert found == {only: "fail"}
    assert [(one.step, one.spec) for one in record.outages] == [("access point away", "mqtt")]


LORAWAN = ("XKY-LRW-1", "XKY-LRW-2", "XKY-LRW-3", "XKY-LRW-4", "XKY-LRW-5", "XKY-UPL-1/network-away")


@pytest.mark.nightly
def test_a_sound_loky_passes_what_is_asked_of_lorawan(tmp_path: Path) -> None:
    found, record = verdicts(tmp_path, "loky", *LORAWAN)
    assert found == dict.fromkeys(
        ("XKY-LRW-1/nonces", "XKY-LRW-2/counters", "XKY-LRW-3/any-hour", "XKY-LRW-4/again", "XKY-LRW-4/pauses",
         "XKY-LRW-5/repetitions", "XKY-UPL-1/network-away"), "pass",
    )  # fmt: skip
    asked = [one for one in record.events if one.kind == "join_requested"]
    assert len({one.facts["dev_nonce"] for one in asked}) == len(asked) >= 5
    board = board_named("loky")
    assert board.lorawan is not None
    assert [one.facts["attempt"] for one in record.events if one.kind == "repeated"] == list(
        range(2, board.lorawan.transmissions_max + 1)
    )


def test_a_will_that_is_no_text_is_kept_all_the_same(tmp_path: Path) -> None:
    said = EndEvent(1.0, "connect", "asks", {"client_id": "w", "will": {"payload": b"Off\xff", "qos": 1}})
    (kept,) = kept_events([said])
    assert kept.facts == {"client_id": "w", "will": {"payload": "Off\\xff", "qos": 1}}
    probes = [ProbeRecord("mqtt", None, (kept,))]
    assert write_events(tmp_path / "events.jsonl.gz", probes) == 1
    assert read_events(tmp_path / "events.jsonl.gz", 1) == {"mqtt": (kept,)}


def test_the_record_of_an_uplink_is_read_back_as_it_was(tmp_path: Path) -> None:
    _, record = verdicts(tmp_path, "winky-c6-tasmota", "XKY-UPL-4")
    assert read_record(tmp_path / "evidence" / "standard").probes == record.probes
