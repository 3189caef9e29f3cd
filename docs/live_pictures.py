# SPDX-License-Identifier: Apache-2.0
"""The pictures of the live page: both sizes, themes and languages, of a red TEMPO evening with an overload and faults.

python docs/live_pictures.py FOLDER

Needs Debian's chromium and `pip install 'xky-hil[test]'`. That of the README, `docs/images/live-page.png`, is
`emulate-desk-light-en.png`.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
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


@contextmanager
def emulated() -> Iterator[str]:
    """The address of the page of a meter in that evening."""
    command = ["xky", "emulate", "--control", "0", "--port", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+:\d+", process.stderr.readline())
        assert found is not None
        try:
            for method, path, body in SCENE:
                headers = {"Content-Type": "application/json"}
                asked = urllib.request.Request(found[0] + path, json.dumps(body).encode(), headers, method=method)
                urllib.request.urlopen(asked).close()
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)


def main(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    with emulated() as url, sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        for (size, viewport), scheme, (language, locale) in product(
            SIZES.items(), ("light", "dark"), LANGUAGES.items()
        ):
            page = browser.new_page(viewport=viewport, color_scheme=scheme, locale=locale)
            page.goto(url)
            page.locator(".groups .damaged").first.wait_for()
            page.wait_for_timeout(SETTLES_MS)
            page.screenshot(path=folder / f"emulate-{size}-{scheme}-{language}.png")
            page.screenshot(path=folder / f"emulate-{size}-{scheme}-{language}-whole.png", full_page=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
