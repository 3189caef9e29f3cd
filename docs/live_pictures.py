# SPDX-License-Identifier: Apache-2.0
"""The pictures of the live page: both sizes, themes and languages, of a red TEMPO evening with an overload and faults,
and of a board whose supply fails.

python docs/live_pictures.py FOLDER

Needs Debian's chromium and `pip install 'xky-hil[test]'`. Those of the README, `docs/images/live-page.png` and
`live-page-board.png`, are `emulate-desk-light-en.png` and `board-desk-light-en.png`.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

SIZES: dict[str, Any] = {"desk": {"width": 1280, "height": 1000}, "telephone": {"width": 390, "height": 844}}
LANGUAGES = {"en": "en-GB", "fr": "fr-FR"}
SCENE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("PUT", "/tariff", {"contract": {"name": "tempo", "colours": {"2026-01-15": "red", "2026-01-16": "blue"}}}),
    ("POST", "/event", {"skip_to": "2026-01-15T20:05"}),
    ("PUT", "/load", {"load_va": 9200}),
    ("POST", "/faults", {"name": "wrong_checksum", "label": "EAST"}),
    ("POST", "/faults", {"name": "framing_error", "label": "LTARF"}),
)
SETTLES_MS = 4000
BOARD_SPEED = 20
BOARD_SIZES: dict[str, Any] = {"desk": {"width": 1280, "height": 1480}, "telephone": SIZES["telephone"]}
BOARD_SCENE: tuple[tuple[float, dict[str, Any]], ...] = (  # seconds of the bench's clock, then what terminals I1-A give
    (100, {"share": 0, "for_s": 20}),
    (100, {"share": 0}),
    (100, {"model": "min_spec"}),
    (130, {"share": 0}),
    (100, {"model": "min_spec"}),
)


@contextmanager
def emulated(*arguments: str) -> Iterator[tuple[str, str]]:
    """The address of the page of a meter, and that of its port."""
    command = ["xky", "emulate", "--control", "0", "--port", "tcp", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        found = re.search(r"http://\S+:\d+", process.stderr.readline())
        assert found is not None
        try:
            yield found[0], process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)


def call(url: str, method: str, path: str, body: dict[str, Any]) -> None:
    """One call of the interface."""
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url + path, json.dumps(body).encode(), headers, method=method)
    urllib.request.urlopen(asked).close()


@contextmanager
def read(port: str) -> Iterator[None]:
    """Somebody reads a port: a line faster than a real one waits for that."""
    host, _, number = port.removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(number))) as line:
        reader = threading.Thread(target=lambda: [*iter(lambda: line.recv(65536), b"")], daemon=True)
        reader.start()
        yield
        line.shutdown(socket.SHUT_RDWR)
        reader.join()


def pictures(
    browser: Any, url: str, folder: Path, name: str, sizes: dict[str, Any], ready: Callable[[Any], None]
) -> None:
    """Of each size, theme and language: of what is seen at once, and of the whole page."""
    for (size, viewport), scheme, (language, locale) in product(sizes.items(), ("light", "dark"), LANGUAGES.items()):
        page = browser.new_page(viewport=viewport, color_scheme=scheme, locale=locale)
        page.goto(url)
        ready(page)
        page.screenshot(path=folder / f"{name}-{size}-{scheme}-{language}.png")
        page.screenshot(path=folder / f"{name}-{size}-{scheme}-{language}-whole.png", full_page=True)
        page.close()


def is_evening(page: Any) -> None:
    """The red evening is on the page."""
    page.locator(".groups .damaged").first.wait_for()
    page.wait_for_timeout(SETTLES_MS)


def has_failed(page: Any) -> None:
    """The board's story is open, and its curve shows what befell it."""
    page.locator(".story", has_text="I1-A").last.locator("summary").click()
    page.locator(".board .brown-out").first.wait_for(state="attached")
    page.wait_for_timeout(SETTLES_MS / 4)


def main(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        with emulated() as (url, _):
            for method, path, body in SCENE:
                call(url, method, path, body)
            pictures(browser, url, folder, "emulate", SIZES, is_evening)
        with emulated("--board", "winky-lab", "--speed", str(BOARD_SPEED)) as (url, port), read(port):
            for after_s, body in BOARD_SCENE:
                time.sleep(after_s / BOARD_SPEED)
                call(url, "PUT", "/terminals", body)
            pictures(browser, url, folder, "board", BOARD_SIZES, has_failed)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
