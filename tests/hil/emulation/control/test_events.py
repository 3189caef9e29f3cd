# SPDX-License-Identifier: Apache-2.0
"""What the stream tells of a run: the frames that left, what a UART makes of them, the meter, the day, the face."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from xky.emulator.faults import known_faults
from xky.hil.emulation.control.line_events import frame_event
from xky.hil.live.event_stream import EventStream
from xky.protocol import Mode
from xky.protocol.uart import Uart, received

from .driven import Driven


class Watched:
    """A page that looks at a run of one thread."""

    def __init__(self, run: Driven) -> None:
        self.run = run
        self.received = b""

    async def _send(self, message: Any) -> None:
        self.received += message.get("body", b"")

    async def wait(self, seconds: float) -> None:
        """Let time pass, a frame or two at a time, and the page read."""
        for _ in range(round(seconds / 0.5)):
            self.run.wait(0.5)
            for _ in range(3):
                await asyncio.sleep(0)

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = self.received.decode().splitlines()
        return [event for line in lines if line.startswith("data: ") for event in json.loads(line[6:])]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]


def watched(run: Driven, *steps: tuple[str, str, Any] | float) -> Watched:
    """What a page is told while calls are done and time passes."""
    page = Watched(run)

    async def body() -> None:
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await never.wait()
            return {}

        task = asyncio.ensure_future(run.stream.respond({"type": "http", "headers": []}, receive, page._send))
        await asyncio.sleep(0.01)
        for step in steps:
            if isinstance(step, float):
                await page.wait(step)
            else:
                await asyncio.get_running_loop().run_in_executor(None, lambda step=step: run.do(*step))
        task.cancel()

    asyncio.run(body())
    return page


def test_the_meter_is_told_on_though_there_are_too_many_frames_for_a_message() -> None:
    run = Driven()
    run.stream = run.feed._stream = EventStream(run._beginning, each_s=0.0, queued_max=1)
    page = Watched(run)

    async def body() -> None:
        never = asyncio.Event()
        scope = {"type": "http", "headers": []}
        task = asyncio.ensure_future(run.stream.respond(scope, never.wait, page._send))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        for _ in range(5):
            run.wait(20.0)  # a score of frames at once
            await asyncio.sleep(0.05)
        task.cancel()

    asyncio.run(body())
    told = [event["state"]["at_s"] for event in page.of("meter")]
    assert len(told) > 4
    assert told[-1] > 80


def test_each_frame_is_told_as_it_begins_with_the_characters_that_leave() -> None:
    run = Driven()
    page = watched(run, 6.0)
    frames = page.of("frame")
    assert [frame["number"] for frame in frames] == list(range(len(frames)))
    assert len(frames) >= 6
    for frame, burst in zip(frames, run.bursts, strict=True):
        assert frame["text"].encode("latin-1") == burst.data
        assert frame["start_s"] == pytest.approx(burst.start_s, abs=1e-6)
        assert frame["character_s"] == burst.character_s


@pytest.mark.by_day(2)
@pytest.mark.parametrize("name", sorted(known_faults()))
def test_of_each_fault_is_told_what_left_and_what_a_uart_hears(name: str) -> None:
    run = Driven()
    keys: dict[str, Any] = {"label": "SINSTS", "before": "SINSTS", "percent": 4, "rate": 0.01, "rms_bits": 0.3}
    needed = run.get("/openapi.json")["components"]["schemas"][
        "Fault" + "".join(part.title() for part in name.split("_"))
    ]["required"]  # fmt: skip
    body = {"name": name} | {key: keys.get(key, 5) for key in needed if key != "name"}
    if name in ("legal_value", "unknown_label"):
        body |= {"value": "00001"} if name == "legal_value" else {"label": "XYZ"}
    run.do("POST", "/faults", body)
    run.wait(8)
    (frame,) = [one for one in run.sent if one.number == run.sent[-1].number][-1:]
    event = frame_event(frame, 3, (name,))
    json.dumps(event, allow_nan=False)
    pieces = event["pieces"]
    assert "".join(piece["text"] for piece in pieces).encode("latin-1") == frame.data
    start_s, end_s = frame.start_s - 1e-9, frame.end_s + 1e-9
    sent = [burst for burst in run.bursts if start_s <= burst.start_s <= end_s]
    heard = b"".join(received(burst, Uart(9600)).data for burst in sent)
    assert "".join(piece["heard"] for piece in pieces).encode("latin-1") == heard
    complaints = sum(len(received(burst, Uart(9600)).errors) for burst in sent)
    assert sum(len(piece["errors"]) for piece in pieces) == complaints


def test_a_wrong_parity_bit_is_told_at_its_character() -> None:
    run = Driven()
    page = watched(run, ("POST", "/faults", {"name": "parity_error", "label": "SINSTS", "for_frames": 1}), 4.0)
    (frame,) = [frame for frame in page.of("frame") if "pieces" in frame]
    (piece,) = [piece for piece in frame["pieces"] if piece["fault"] is not None]
    assert (piece["label"], piece["fault"], piece["expect"]) == ("SINSTS", "parity_error", "may report")
    ((place, kind),) = piece["errors"]
    assert kind == "parity"
    assert piece["heard"] == piece["text"] == piece["meant"]
    assert piece["heard"][place] == piece["value"][-1]


def test_groups_that_leave_one_by_one_are_told_when_their_frame_is_over() -> None:
    run = Driven(mode="historic", phases=3)
    page = watched(run, 12.0)
    told = [b"".join(p["text"].encode("latin-1") for p in frame["pieces"]) for frame in page.of("frame")]
    assert told == [frame.data for frame in run.sent[: len(told)]]
    assert [frame["number"] for frame in page.of("frame")] == list(range(len(told)))
    assert len(told) >= 2


def test_the_meter_is_told_as_the_calls_tell_it_once_a_second_at_most() -> None:
    run = Driven()
    page = watched(run, ("PUT", "/load", {"load_va": 7200}), 10.0)
    meters = page.of("meter")
    assert 8 <= len(meters) <= 12
    last = meters[-1]
    assert last["state"]["load"]["over_subscription"]
    assert set(last["state"]) == set(run.get("/state"))
    assert set(last["display"]) == set(run.get("/display"))
    assert last["day"]["bands"] == run.get("/day")["bands"]


def test_who_looks_changes_no_byte_and_no_time_of_the_line() -> None:
    alone, seen = Driven(seed=7), Driven(seed=7)
    calls: tuple[Any, ...] = (
        2.0, ("PUT", "/load", {"load_va": 40000}), 8.0, ("POST", "/supply/cut", {"for_s": 2}), 6.0,
        ("POST", "/faults", {"name": "bit_flips", "rate": 0.01}), 5.0,
    )  # fmt: skip
    watched(seen, *calls)
    for step in calls:
        if isinstance(step, float):
            for _ in range(round(step / 0.5)):
                alone.wait(0.5)
        else:
            alone.do(*step)
    assert seen.bursts == alone.bursts
    assert len(alone.bursts) > 10


def test_nothing_is_asked_of_a_meter_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Driven()
    monkeypatch.setattr(run.session, "state", lambda: pytest.fail("asked for nobody"))
    run.wait(5)


@contextmanager
def tempo() -> Iterator[Driven]:
    colours = {"2026-01-14": "white", "2026-01-15": "red", "2026-01-16": "blue"}
    run = Driven()
    run.do("PUT", "/tariff", {"contract": {"name": "tempo", "colours": colours}})
    yield run


def test_the_bands_of_a_red_day_begin_at_six_and_carry_its_colour() -> None:
    with tempo() as run:
        day = run.get("/day")
        told = [(band["begins"][11:16], band["supplier_tariff"], band["colour"]) for band in day["bands"]]
        assert told == [
            ("00:00", "HC  BLANC", "white"), ("06:00", "HP  ROUGE", "red"), ("22:00", "HC  ROUGE", "red"),
        ]  # fmt: skip
        assert day["bands"][-1]["ends"] == "2026-01-16T00:00:00.000+01:00"
        assert [one["supplier_index"] for one in day["indexes"] if one["runs"]] == [6]
        run.do("POST", "/event", {"skip_to": "22:00:01"})
        assert [one["label"] for one in run.get("/day")["indexes"] if one["runs"]] == ["EASF05"]


@pytest.mark.parametrize(
    ("mode", "contract", "label"),
    [
        ("standard", "hc", "EAST"), ("historic", "hc", None), ("historic", "base", "BASE"),
        ("historic", "super-creuses", "BASE"),
    ],
)  # fmt: skip
def test_the_total_of_the_day_has_the_label_that_the_line_gives_it(mode: str, contract: str, label: str | None) -> None:
    run = Driven(mode=mode, contract=contract)
    assert run.get("/day")["drawn_label"] == label
    sent = {group["label"] for group in run.get("/frame")["groups"]}
    assert {"EAST", "BASE"} & sent == ({label} if label else set())


def test_a_peak_that_is_told_later_is_a_band_of_the_day() -> None:
    run = Driven(contract={"name": "ejp", "peak_days": ["2026-02-01"]})
    assert len(run.get("/day")["bands"]) == 1
    run.do("PUT", "/tariff", {"peak": {"number": 1, "start": "2026-01-15T19:00", "end": "2026-01-15T20:30"}})
    told = [(band["begins"][11:16], band["supplier_index"]) for band in run.get("/day")["bands"]]
    assert told == [("00:00", 1), ("19:00", 2), ("20:30", 1)]


def test_the_display_shows_the_running_index_first_and_the_alarm_while_it_is_cut_off() -> None:
    run = Driven()
    face = run.get("/display")
    registers = run.get("/registers")["registers"]
    assert face["screens"][0]["text"] == "HEURE PLEINE"
    assert face["screens"][0]["value"] == f"{registers['EASF02'] // 1000:06}"
    assert face["alert"] is None
    assert not face["key_lamp"]
    assert face["upper_lamp_flashes_per_h"] == run.get("/state")["load"]["drawn_va"] == 500.0
    run.do("PUT", "/load", {"load_va": 40000})
    run.wait(8)
    face = run.get("/display")
    assert face["alert"]["text"] == "PUISS DEPASSEE"
    assert face["key_lamp"]
    assert face["upper_lamp_flashes_per_h"] == 0
    run.do("POST", "/supply/cut", {})
    assert run.get("/display") == {"screens": [], "alert": None, "key_lamp": False, "upper_lamp_flashes_per_h": 0.0}


@pytest.mark.parametrize("meter", [{"mode": "historic"}, {"phases": 3}, {"producer": True}])
def test_each_screen_fits_the_display(meter: dict[str, Any]) -> None:
    run = Driven(**meter)
    for screen in run.get("/display")["screens"]:
        assert len(screen["text"]) <= 16
        assert len(screen["value"] + screen["unit"]) <= 16
    assert any(screen["name"] == "injected" for screen in run.get("/display")["screens"]) == ("producer" in meter)
    assert Mode(run.get("/state")["mode"]) is run.transmitter.meter.mode
