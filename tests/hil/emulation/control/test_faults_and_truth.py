# SPDX-License-Identifier: Apache-2.0
"""Faults that a client injects, and the journal of what went onto the line."""

from collections.abc import Sequence
from dataclasses import MISSING, fields
from random import Random
from typing import Any

import pytest

from xky.emulator import Piece
from xky.emulator.faults import known_faults
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.hil.emulation.control.known_faults import FaultBody
from xky.protocol import Mode

from .driven import Driven


def body_of(name: str) -> dict[str, Any]:
    """A body that injects a fault of that name: what has to be told is a label."""
    needed = [field for field in fields(known_faults()[name]) if field.default is field.default_factory is MISSING]  # type: ignore[arg-type]
    assert {field.name for field in needed} <= {"label", "before"}
    return {"name": name, **{field.name: "EAST" for field in needed}}


def test_no_figure_of_a_fault_is_without_bounds() -> None:
    """One that is could drown the bench."""
    schemas = Driven().get("/openapi.json")["components"]["schemas"]
    for name, schema in schemas.items():
        for key, one in schema["properties"].items() if name.startswith("Fault") and name != "FaultAnswer" else ():
            if one.get("type") in ("integer", "number") and "enum" not in one:
                assert {"minimum", "maximum"} <= set(one), f"{name}.{key}"


def test_no_fault_has_a_key_that_a_body_has() -> None:
    ours = set(FaultBody.model_fields)
    for kind in known_faults().values():
        assert ours.isdisjoint(field.name for field in fields(kind))  # type: ignore[arg-type]


def test_each_fault_is_described_with_its_own_keys() -> None:
    schemas = Driven().get("/openapi.json")["components"]["schemas"].values()
    bodies = [one for one in schemas if "for_frames" in one.get("properties", {})]
    described = {one["properties"]["name"]["const"]: one for one in bodies}
    assert set(described) == set(known_faults())
    for name, kind in known_faults().items():
        own = {field.name for field in fields(kind)}  # type: ignore[arg-type]
        assert set(described[name]["properties"]) == {"name", "for_frames"} | own
        assert described[name]["description"]


@pytest.mark.by_day(8)
@pytest.mark.parametrize("name", known_faults())
def test_each_fault_is_injected_and_cleared(name: str) -> None:
    run = Driven()
    injected = run.do("POST", "/faults", body_of(name))
    assert run.get("/faults") == [injected]
    run.wait(3)
    first_clean = run.do("DELETE", f"/faults/{injected['id']}", None)["first_frame"]
    assert run.get("/faults") == []
    run.wait(9)
    frames = run.get("/truth")["frames"]
    assert [name in frame["faults"] for frame in frames] == [frame["number"] < first_clean for frame in frames]
    assert first_clean > injected["first_frame"] == 0


@pytest.mark.parametrize("for_frames", [1, 3])
def test_a_fault_is_there_for_so_many_frames_whatever_the_meter_does_meanwhile(for_frames: int) -> None:
    run = Driven()
    run.wait(2.5)
    injected = run.do("POST", "/faults", {"name": "wrong_checksum", "label": "EAST", "for_frames": for_frames})
    run.wait(0.5)
    run.do("POST", "/supply/cut", {"for_s": 10})
    run.wait(30)
    first = injected["first_frame"]
    frames = {frame["number"]: frame for frame in run.get("/truth?limit=100")["frames"]}
    hit = [number for number, frame in frames.items() if frame["faults"]]
    assert hit == list(range(first, first + for_frames))
    assert run.get("/faults") == []
    expected = {group["label"]: (group["expect"], group["fault"]) for group in frames[first]["groups"]}
    assert expected.pop("EAST") == ("must not report", "wrong_checksum")
    assert set(expected.values()) == {("must report", None)}


def test_faults_of_others_on_the_line_stay() -> None:
    run = Driven()
    theirs = WrongChecksum("STGE")
    run.transmitter.faults = (theirs,)
    run.do("POST", "/faults", {"name": "noise", "length": 7})
    run.wait(3)
    assert len(run.transmitter.faults) == 2
    run.do("DELETE", "/faults", None)
    run.wait(3)
    assert run.transmitter.faults == (theirs,)


def test_a_label_that_comes_later_may_be_named_now() -> None:
    run = Driven(mode="historic")
    assert not run.do("POST", "/faults", {"name": "wrong_checksum", "label": "ADPS"})["touches_now"]
    run.do("PUT", "/load", {"load_va": 7000})
    run.wait(8)
    assert run.get("/truth?since=4")["frames"][0]["faults"] == ["wrong_checksum"]


def test_a_fault_that_cannot_be_applied_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: WrongChecksum, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        raise IndexError("list index out of range")

    run = Driven()
    monkeypatch.setattr(WrongChecksum, "apply", broken)
    status, detail = run.refused("POST", "/faults", {"name": "wrong_checksum", "label": "EAST"})
    assert (status, detail.partition(" (")[0]) == (422, "wrong_checksum: cannot be applied to a frame of this meter")
    run.wait(5)
    assert run.get("/faults") == []


@pytest.mark.by_day(4)
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"name": "wrong_cheksum", "label": "EAST"}, "name 'wrong_cheksum': no such fault; known: "),
        ({"name": "wrong_cheksum", "label": "EAST"}, "Did you mean wrong_checksum?"),
        ({"label": "EAST"}, "name: this key is missing; write one of "),
        ({"name": "wrong_checksum"}, "label: this key is missing; write it"),
        ({"name": "wrong_checksum", "lable": "EAST"}, "lable: no such key; known here: for_frames, label, name."),
        ({"name": "wrong_checksum", "label": 7}, "label = 7: input should be a valid string"),
        ({"name": "wrong_checksum", "label": "EAST", "for_frames": 0}, "for_frames = 0: input should be greater"),
        ({"name": "wrong_checksum", "label": "EATS"}, "label 'EATS': no such label; write it as Enedis does"),
        ({"name": "wrong_checksum", "label": "PAPP"}, "'PAPP' is no label of standard mode; this meter sends ADSC, "),
        ({"name": "noise", "length": 10**9}, "length = 1000000000: input should be less than or equal to "),
        ({"name": ["noise"]}, "name \"['noise']\": no such fault"),
        ([], "body: expected a JSON object"),
    ],
)
def test_a_wrong_fault_is_told_with_key_and_mend(body: Any, told: str) -> None:
    run = Driven()
    status, detail = run.refused("POST", "/faults", body)
    assert status == 422
    assert told in detail
    assert run.get("/faults") == []


def test_a_fault_that_is_not_there_cannot_be_cleared() -> None:
    assert Driven().refused("DELETE", "/faults/3", None) == (
        404,
        "fault 3: there is none of that id; GET /faults lists them",
    )


# The truth


@pytest.mark.parametrize("meter", [{}, {"mode": "historic", "phases": 3, "load_va": [6000, 0, 0]}])
def test_the_truth_is_what_went_onto_the_line(meter: dict[str, Any]) -> None:
    run = Driven(**meter)
    run.do("POST", "/faults", {"name": "noise", "for_frames": 2})
    if meter:
        run.wait(3)
        run.do("PUT", "/load", {"load_va": 300})
    run.wait(30)
    frames = run.get("/truth?limit=100")["frames"]
    assert [frame["number"] for frame in frames] == list(range(len(frames)))
    sent = b"".join(burst.data for burst in run.bursts)
    told = b"".join(bytes.fromhex(frame["data_hex"]) for frame in frames)
    assert len(told) > 3000
    assert sent.startswith(told)
    for frame in frames:
        assert frame["start_s"] < frame["groups"][0]["start_s"] < frame["groups"][-1]["end_s"] <= frame["end_s"]
        assert all(group["data_hex"] in frame["data_hex"] for group in frame["groups"])


def test_the_truth_is_read_on_from_where_it_ended_and_the_oldest_frames_go() -> None:
    run = Driven(kept=10)
    assert run.get("/truth") == {"frames": [], "next": 0, "oldest": 0, "kept_max": 10}
    seen: list[int] = []
    following = 0
    for _ in range(12):
        run.wait(3)
        told = run.get(f"/truth?since={following}&limit=2")
        seen += [frame["number"] for frame in told["frames"]]
        following = told["next"]
        assert told["oldest"] == max(run.get("/state")["frames_sent"] - 10, 0)
    assert seen == sorted(set(seen))
    assert seen[:3] == [0, 1, 2]
    run.wait(60)
    told = run.get("/truth?since=3&limit=100")
    assert [frame["number"] for frame in told["frames"]] == list(range(told["oldest"], told["next"]))
    assert len(told["frames"]) == 10
    assert run.get(f"/truth?since={told['next'] + 50}")["next"] == told["next"]


@pytest.mark.parametrize(
    ("query", "told"),
    [("since=-1", "since = '-1': input should be greater"), ("limit=101", "limit = '101': input"),
     ("since=x", "since = 'x': input should be a valid integer")],
)  # fmt: skip
def test_a_wrong_question_is_told(query: str, told: str) -> None:
    status, detail = Driven().refused("GET", f"/truth?{query}", None)
    assert status == 422
    assert detail.startswith(told)
