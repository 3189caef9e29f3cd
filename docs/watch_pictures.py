# SPDX-License-Identifier: Apache-2.0
"""Pictures of the page of a watched run: that of docs/watch.md, or one of each width, theme and language.

python docs/watch_pictures.py [--all FOLDER]
"""

import argparse
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.printed_page import chromium
from xky.hil.watch.kept_run import KeptRun
from xky.hil.watch.watching import Watching

PICTURE = Path(__file__).parent / "images" / "watch.png"
WIDTHS, THEMES, LOCALES = (1280, 390), ("light", "dark"), ("en-GB", "fr-FR")
ONLY = ("TIC-CHK-1", "TIC-LNK-1", "TIC-SND-1")
HEIGHT = 1130  # pixels: down to the foot of line and reading


def opened(browser: Any, url: str, width: int, theme: str, locale: str, height: int = 900) -> Any:
    """The page on its first fail, once all of it is drawn."""
    page = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale=locale, reduced_motion="reduce"
    ).new_page()
    page.goto(url)
    page.wait_for_selector(".piece.asked")
    page.wait_for_selector("svg.moment")
    return page


def pictures(browser: Any, url: str, folder: Path | None) -> Iterator[Path]:
    """Make them, and tell each."""
    if folder is None:
        opened(browser, url, WIDTHS[0], THEMES[0], LOCALES[0], HEIGHT).screenshot(path=PICTURE)
        yield PICTURE
        return
    folder.mkdir(parents=True, exist_ok=True)
    for width, theme, locale in product(WIDTHS, THEMES, LOCALES):
        path = folder / f"watch-{width}-{theme}-{locale[:2]}.png"
        opened(browser, url, width, theme, locale).screenshot(path=path, full_page=True)
        yield path


def main() -> None:
    """What the page says of a device that reports what it should have refused."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="one of each width, theme and language, there")
    folder = parser.parse_args().all
    with TemporaryDirectory() as report, sync_playwright() as driver, Watching("0", "--port") as watching:
        certify("sim:generic", out=report, defect="ignores-checksum", only=ONLY)
        watching.show(KeptRun(Path(report)))
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it does not start as root with one
        browser = driver.chromium.launch(executable_path=chromium(), args=sandbox)
        for path in pictures(browser, watching.url, folder):
            print(path)
        browser.close()


if __name__ == "__main__":
    main()
