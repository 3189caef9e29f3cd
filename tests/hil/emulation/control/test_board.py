# SPDX-License-Identifier: Apache-2.0
"""What a client is told of the board on terminals I1-A, and how it feeds it."""

from typing import Any

import pytest

from .driven import Driven
from .test_events import watched


def test_without_a_board_there_is_nothing_to_tell() -> None:
    run = Driven()
    assert run.get("/state")["board"] is None
    assert run.call("GET", "/board").status_code == 404
    wrong = (422, "terminal_a: nothing lives on terminals I1-A here; start xky emulate with --board")
    assert run.refused("PUT", "/terminals", {"share": 0}) == wrong
    assert run.refused("POST", "/event", {"terminal_a": {"share": 0}}) == wrong


def test_the_board_is_told_with_its_capacitor_its_firmware_and_what_it_has_read() -> None:
    run = Driven(board="winky-c6", load_va=700)
    run.wait(45)
    board = run.get("/state")["board"]
    assert (board["id"], board["firmware"], board["lives_on_terminals"]) == ("winky-c6", "winky", True)
    assert run.board is not None
    assert run.board.train is not None
    assert board["capacitor_v"] == pytest.approx(run.board.train.terminal_v, abs=1e-6)
    assert board["does"] in {"boot", "associate", "address", "connect", "listen", "publish", "sleep"}
    assert board["readings"] == run.board.readings >= 1
    assert board["last_reading"]["values"]["SINSTS"] == "700"
    assert board["supply"]["model"] == "min_spec"
    assert board["supply"]["available_w"] == pytest.approx(12**2 / (4 * 274), abs=1e-6)
    assert 0 < board["drawn_w"] <= board["supply"]["available_w"]
    assert {one["name"]: one["voltage_v"] for one in board["thresholds"]} == {
        "wakes_up": 4.2, "start": 4.15, "stop": 3.7, "brown_out": 3.3,
    }  # fmt: skip


def test_its_states_are_those_of_a_wake_in_their_order() -> None:
    run = Driven(board="winky-c6")
    assert run.board is not None
    seen: list[str] = []
    for _ in range(400):
        run.wait(0.1)
        does = run.board.load
        if does not in seen[-1:]:
            seen.append(does)
    wake = ["boot", "associate", "address", "connect", "listen", "publish", "sleep"]
    assert seen[: len(wake)] == wake


def test_a_supply_that_fails_takes_the_charge_until_a_brown_out_and_comes_back() -> None:
    run = Driven(board="winky-lab")
    run.wait(60)
    full_v = run.get("/state")["board"]["capacitor_v"]
    run.do("PUT", "/terminals", {"share": 0, "for_s": 200})
    run.wait(10)
    failing = run.get("/state")["board"]
    assert failing["supply"]["open_circuit_v"] == failing["supply"]["available_w"] == failing["drawn_w"] == 0
    assert failing["supply"]["back_in_s"] == pytest.approx(190)
    run.wait(180)
    dark = run.get("/state")["board"]
    assert (dark["is_on"], dark["does"], dark["brown_outs"]) == (False, "off", 1)
    assert dark["capacitor_v"] < full_v - 1
    told = run.get("/board")
    assert told["brown_outs_s"] == [dark["last_brown_out_s"]]
    assert min(one["capacitor_v"] for one in told["trace"]) == pytest.approx(3.3, abs=0.1)
    readings = dark["readings"]
    run.wait(300)
    alive = run.get("/state")["board"]
    assert (alive["is_on"], alive["supply"]["back_in_s"]) == (True, None)
    assert alive["readings"] > readings
    times = [one["at_s"] for one in run.get("/board")["trace"]]
    assert times == sorted(times)
    assert times[0] >= 250
    assert 20 < len(times) <= 310
    assert times[-1] - times[0] <= told["window_s"] == 300


@pytest.mark.nightly
def test_a_board_that_is_dark_for_hours_has_its_curve_all_the_same() -> None:
    run = Driven(board="winky-lab")
    run.wait(60)
    run.do("PUT", "/terminals", {"share": 0})
    run.wait(7200)
    told = run.get("/board")
    times = [one["at_s"] for one in told["trace"]]
    assert (times[0], times[-1]) == (pytest.approx(6960, abs=15), pytest.approx(7260))
    assert len(times) > 20
    assert run.get("/state")["board"]["last_brown_out_s"] < 200


@pytest.mark.parametrize("body", [{"model": "weak_old"}, {"share": 0.5}])
def test_another_supply_stays(body: dict[str, Any]) -> None:
    run = Driven(board="winky-c6")
    run.wait(1)
    assert run.do("PUT", "/terminals", body)["done"] == ["terminal_a"]
    run.wait(30)
    supply = run.get("/state")["board"]["supply"]
    assert supply["open_circuit_v"] == (10 if "model" in body else 6)
    assert run.do("POST", "/event", {"terminal_a": {"model": "typical"}})["done"] == ["terminal_a"]
    assert run.get("/state")["board"]["supply"]["model"] == "typical"
    known = {one["model"] for one in run.get("/board")["supplies_known"]}
    assert {"min_spec", "typical", "weak_old", "dead"} <= known


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "one of model and share is wanted"),
        ({"model": "min_spec", "share": 1}, "one of model and share is wanted"),
        ({"share": 1.5}, "share = 1.5"),
        ({"share": 0, "for_s": 0}, "for_s = 0"),
        ({"model": "weak"}, "weak_old"),
        ({"shar": 0}, "share"),
    ],
)
def test_a_supply_that_cannot_be_is_refused(body: dict[str, Any], complaint: str) -> None:
    run = Driven(board="winky-c6")
    status, told = run.refused("PUT", "/terminals", body)
    assert status == 422
    assert complaint in told


def test_a_board_with_a_supply_of_its_own_shows_state_and_readings_alone() -> None:
    run = Driven(board="generic")
    run.wait(10)
    board = run.get("/state")["board"]
    assert (board["does"], board["is_on"], board["lives_on_terminals"]) == ("run", True, False)
    assert board["readings"] >= 8
    assert [board[key] for key in ("capacitor_v", "supply", "drawn_w", "load_w")] == [None] * 4
    assert (board["thresholds"], run.get("/board")["trace"]) == ([], [])
    status, told = run.refused("PUT", "/terminals", {"share": 0})
    assert (status, told) == (
        422, "terminal_a: board generic has a supply of its own; start one that has none"
    )  # fmt: skip


def test_who_looks_changes_nothing_of_the_board() -> None:
    alone, seen = Driven(board="winky-lab"), Driven(board="winky-lab")
    watched(seen, 120.0)
    for _ in range(240):
        alone.wait(0.5)
    assert alone.board is not None
    assert seen.board is not None
    assert alone.board.train is not None
    assert seen.board.train is not None
    assert seen.board.train.stretches == alone.board.train.stretches
    assert seen.board.train.terminal_v == alone.board.train.terminal_v
    assert seen.bursts == alone.bursts


def test_the_stream_tells_the_board_while_somebody_looks() -> None:
    page = watched(Driven(board="winky-c6"), 10.0)
    last = page.of("meter")[-1]
    assert last["state"]["board"]["id"] == last["board"]["board"] == "winky-c6"
    assert len(last["board"]["trace"]) > 5


def test_nothing_is_asked_of_a_board_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Driven(board="winky-c6")
    for name in ("last_reading", "readings", "brown_outs"):
        monkeypatch.setattr(type(run.board), name, property(lambda _: pytest.fail("asked for nobody")))
    run.wait(60)
