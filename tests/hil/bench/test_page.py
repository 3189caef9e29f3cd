# SPDX-License-Identifier: Apache-2.0
"""A simulated Winky in real time is set by its page, as a person sets it."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest

from xky.emulator import Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.protocol import Mode

SPEED = 100.0


def said_by(url: str, **fields: str | list[str]) -> str:
    """A page; with fields, the answer to a form."""
    form = urllib.parse.urlencode(fields, doseq=True).encode() if fields else None
    with urllib.request.urlopen(url, form, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def meanwhile(bench: Bench, act: Callable[[], object]) -> None:
    """Let the bench's time pass while a person acts."""
    person = threading.Thread(target=act)
    person.start()
    bench.run(lambda: not person.is_alive())


@pytest.mark.realtime
def test_what_a_person_stores_on_the_page_is_published_from_the_restart_on() -> None:
    device = open_device("sim:winky-lab")
    board = device.board
    assert board is not None
    with Bench(device, board, Linky(mode=Mode.STANDARD), speed=SPEED, probes=("mqtt:127.0.0.1:0",)) as bench:
        url = device.page_url
        assert url is not None
        told: list[str] = []

        def sets() -> None:
            told.append(said_by(f"{url}/"))
            said_by(f"{url}/standard", label=["EAST", "SINSTS"])
            said_by(f"{url}/mqtt", on="on", topic="home/winky", client_id="kitchen", qos="1")
            with pytest.raises(urllib.error.HTTPError, match="404"):
                said_by(f"{url}/nothing")
            with pytest.raises(urllib.error.HTTPError, match="400"):
                said_by(f"{url}/", period="soon")

        bench.run(lambda: bool(bench.readings))
        meanwhile(bench, sets)
        assert "Winky (laboratory edition" in told[0]
        before = [*bench.readings]
        assert {reading.source.rpartition("/")[0] for reading in before} == {"xky/winky"}
        meanwhile(bench, lambda: said_by(f"{url}/restart", on="on"))
        heard = len(bench.readings)
        bench.run(lambda: len(bench.readings) >= heard + 3)
        news = bench.readings[heard:]
        assert {reading.source.rpartition("/")[0] for reading in news} == {"home/winky"}
        assert {label for reading in news for label in reading.said} <= {"EAST", "SINSTS"}
        device.restart()  # its power is cut: what is in flash stays
        heard = len(bench.readings)
        bench.run(lambda: len(bench.readings) >= heard + 3)
        assert {reading.source.rpartition("/")[0] for reading in bench.readings[heard:]} == {"home/winky"}
        assert device.page_url == url
    assert device.page_url is None


def test_no_page_is_served_in_virtual_time_or_by_a_board_without_one() -> None:
    for name in ("winky-lab", "eky"):
        device = open_device(f"sim:{name}")
        assert device.board is not None
        with Bench(device, device.board, Linky(mode=Mode.STANDARD)):
            assert device.page_url is None
