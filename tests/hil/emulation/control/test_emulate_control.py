# SPDX-License-Identifier: Apache-2.0
"""``xky emulate --control``: what a person is told, and a run in real time that another program drives."""

import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xky.hil.cli import main
from xky.hil.emulation.control import control
from xky.protocol.status import Breaker, Status

from .running import WITHIN_S, decoding, emulating

SPEED = 20


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--control", "8080", "--out", "run.bin"], "xky: --control: a run into a file alone is over at once; leave"),
        (["--control", "here"], "xky: --control 'here': expected HOST:PORT or PORT, write 127.0.0.1:8080"),
        (["--control", "no..such..host:8080"], "xky: --control 'no..such..host:8080': host"),
        (["--control", "0", "--control-token", "é"], "xky: --control-token: empty, or not of printable ASCII"),
        (["--control", "TAKEN"], "xky: --control: 127.0.0.1 port TAKEN cannot be taken (address already in use); take"),
        (["--control", "0", "--meter", "tempo-2p"], "xky: meter 'tempo-2p': not known"),
    ],
)
def test_what_keeps_it_from_serving_is_one_line_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["xky", "emulate", *(one.replace("TAKEN", port) for one in arguments)])
        handler = signal.getsignal(signal.SIGTERM)
        with pytest.raises(SystemExit) as ended:
            main()
        signal.signal(signal.SIGTERM, handler)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith(told.replace("TAKEN", port))
    assert len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["fastapi", "uvicorn"])
def test_what_is_not_installed_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setattr(control, "find_spec", lambda one: None if one == name else one)
    monkeypatch.setattr(sys, "argv", ["xky", "emulate", "--control", "0"])
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        main()
    signal.signal(signal.SIGTERM, handler)
    assert ended.value.code == 2
    told = f"xky: --control: {name} is not installed; install it with: pip install 'xky-hil[control]'\n"
    assert capsys.readouterr() == ("", told)


def values(event: dict[str, Any]) -> dict[str, str]:
    return {group["label"]: group["value"] for group in event.get("groups", ()) if group["ok"]}


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.by_day(1)
@pytest.mark.realtime
@pytest.mark.parametrize("mode", ["historic", "standard"])
def test_the_load_is_raised_over_http_until_xky_decode_shows_that_the_cut_off_opened(mode: str) -> None:
    def last() -> dict[str, str]:
        whole = [event for event in events if event["event"] == "frame" and event["complete"]]
        return values(whole[-1]) if whole else {}

    def shows(load_va: int) -> Callable[[], bool]:
        return lambda: int(last().get("SINSTS") or last().get("PAPP") or -1) == load_va

    with emulating("127.0.0.1:0", "--mode", mode, "--speed", str(SPEED)) as run, decoding(run.port) as events:
        for load_va in (1000, 3000, 7000, 12_000):
            done = run.call("PUT", "/load", {"load_va": load_va})
            assert done["done"] == ["load_va"]
            until(shows(load_va))
            over = load_va > 6000
            if mode == "historic":
                assert ("ADPS" in last()) == over
            else:
                assert Status.parse(last()["STGE"]).over_reference == over
                assert Status.parse(last()["STGE"]).breaker is Breaker.CLOSED
        until(shows(0))
        if mode == "historic":
            assert "ADPS" not in last()
        else:
            assert Status.parse(last()["STGE"]).breaker is Breaker.OVERPOWER
        assert run.call("GET", "/state")["cut_off"]["is_open"]
        assert run.call("GET", "/state")["at_s"] > done["at_s"]
        run.call("POST", "/event", {"breaker": "close", "load_va": 200})
        until(shows(200))
        frames = run.call("GET", "/truth?limit=100")["frames"]
    sent = [{group["label"]: group["value"] for group in frame["groups"]} for frame in frames]
    heard = [values(event) for event in events if event["event"] == "frame" and event["complete"]]
    assert heard[: len(sent)] == sent[: len(heard)]
    assert not run.complaints


@pytest.mark.nightly
@pytest.mark.realtime
def test_who_looks_and_drives_is_answered_while_the_line_waits_for_its_first_reader() -> None:
    with emulating("127.0.0.1:0", "--speed", "20") as run:
        begin_s = time.monotonic()
        with urllib.request.urlopen(f"{run.url}/events", timeout=WITHIN_S) as events:
            assert b'"kind":"meter"' in events.readline() + events.readline()
        done = run.call("PUT", "/load", {"load_va": 4321})
        assert time.monotonic() - begin_s < 5
        assert (done["at_s"], done["first_frame"]) == (0, 0)
        with decoding(run.port) as heard:
            until(lambda: len([one for one in heard if one["event"] == "frame" and one["complete"]]) > 0)
        first = next(one for one in heard if one["event"] == "frame" and one["complete"])
        assert values(first)["SINSTS"] == "04321"


@pytest.mark.realtime
def test_beyond_loopback_it_asks_for_the_token_that_it_printed_and_ends_with_the_run() -> None:
    with emulating("0.0.0.0:0", "--frames", "6", "--speed", "4") as run:
        run.url = f"http://127.0.0.1:{run.url.rpartition(':')[2]}"
        token, run.token = run.token, None
        with decoding(run.port):
            with pytest.raises(urllib.error.HTTPError) as refused:
                run.call("GET", "/state")
            assert refused.value.code == 401
            assert "token" in json.load(refused.value)["detail"]
            run.token = token
            assert run.call("GET", "/state")["supply"]
            assert run.process.wait(WITHIN_S) == 0
            with pytest.raises(urllib.error.URLError):
                run.call("GET", "/state")
