# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium, driven by Playwright: what a person sees of a page, clicks and types."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["CHROMIUM", "WITHIN_MS", "browsing", "complaints_of", "needs_chromium", "opened"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WITHIN_MS = 30_000
_MISSING = [
    *([] if CHROMIUM else ["chromium (Debian's chromium)"]),
    *([] if find_spec("playwright") else ["playwright (pip install 'xky-hil[test]')"]),
]
needs_chromium = pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}")


@contextmanager
def browsing(*arguments: str) -> Iterator["Browser"]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to run as root with one
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, *arguments])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: "Browser", url: str, **options: Any) -> Iterator["Page"]:
    """A page in a fresh profile; whatever it complains of, or asks of another server, fails the test.

    Args:
        browser: that opens it.
        url: of the page.
        options: of the profile: ``viewport``, ``locale``, ``color_scheme`` …
    """
    context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options})
    context.set_default_timeout(WITHIN_MS)
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda told: wrong.append(told.text) if told.type in ("error", "warning") else None)
    page.on("request", lambda asked: None if asked.url.startswith((url, "data:")) else wrong.append(asked.url))
    try:
        page.goto(url)
        yield page
        expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "401 (", "422 (", "409 (", "503 (")
        assert not [one for one in wrong if not any(word in one for word in expected)]
    finally:
        context.close()


def complaints_of(page: "Page") -> list[str]:
    """What axe finds that is serious, or worse: each rule with the first element that breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0].get('failureSummary', '')}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
