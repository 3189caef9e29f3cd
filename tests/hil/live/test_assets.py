# SPDX-License-Identifier: Apache-2.0
"""The files of the pages: which there are, what is in them, and that they are shipped."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from xky.hil.live.assets import ASSETS_AT, asset, version
from xky.hil.live.page import page
from xky.hil.live.policy import PAGE_POLICY

ROOT = Path(__file__).parents[3]
LIVE = ROOT / "hil" / "live"
OURS = sorted([*LIVE.glob("js/**/*.js"), *LIVE.glob("css/*.css")])
NO_MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|\beval\(|new Function")


def test_what_is_no_shipped_file_is_not_served() -> None:
    assert asset("js/stream.js") is not None
    for name in (
        "",
        "js",
        "js/",
        "../assets.py",
        "js/../assets.py",
        "/etc/passwd",
        "assets.py",
        "page.html",
        "js/none.js",
    ):
        assert asset(name) is None, name


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_our_files_make_no_markup_of_text_and_need_no_other_network(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "SPDX-License-Identifier: Apache-2.0" in text.splitlines()[0]
    assert not NO_MARKUP.findall(text)
    assert not re.findall(r"https?://", text)
    assert len(text.splitlines()) <= 300
    for name in re.findall(r'from "(\.[^"]+)"', text):
        found = (file.parent / name).resolve().relative_to(LIVE).as_posix()
        assert asset(found) is not None, name


def test_what_the_pages_are_drawn_with_is_what_was_published() -> None:
    about = (LIVE / "vendor" / "README.md").read_text(encoding="utf-8")
    files = sorted(LIVE.glob("vendor/*.mjs"))
    assert [file.name for file in files] == ["htm.mjs", "preact.mjs"]
    for file in files:
        assert f"`{hashlib.sha256(file.read_bytes()).hexdigest()}`" in about
        assert not NO_MARKUP.findall(file.read_text(encoding="utf-8").replace("dangerouslySetInnerHTML", "").replace(
            "innerHTML", "")), file  # fmt: skip
        assert file.with_suffix(".LICENSE").stat().st_size > 500


def test_each_file_is_in_the_wheel() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    shipped = {path for pattern in table["xky.hil"] for path in (ROOT / "hil").glob(pattern) if path.is_file()}
    everywhere = (".py", ".pyc", ".html", ".toml")
    of_pages = {path for path in LIVE.rglob("*") if path.is_file() and path.suffix not in everywhere}
    assert of_pages <= shipped
    assert {"*.html", "*.toml"} <= set(table["*"])


def test_a_page_has_no_script_or_style_of_its_own() -> None:
    text = page("emulate", "A <title>")
    assert "A &lt;title&gt;" in text
    assert f'<meta name="xky-version" content="{version()}">' in text
    assert re.findall(r"<script[^>]*>([^<]*)</script>", text) == [""]
    assert not re.findall(r"<style|style=|onload=|onclick=", text)
    for path in re.findall(r'(?:src|href)="(/live/[^"]+)"', text):
        assert asset(path.removeprefix(ASSETS_AT)) is not None, path


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in PAGE_POLICY.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert set(rules) == {
        "script-src", "style-src", "connect-src", "img-src", "base-uri", "form-action", "frame-ancestors",
    }  # fmt: skip
    assert all(set(rule.split()) <= {"'self'", "'none'", "data:"} for rule in rules.values())
