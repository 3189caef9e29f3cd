# SPDX-License-Identifier: Apache-2.0
"""The page of a report: what is wrong first; blanks that can be seen; whole on paper and on a telephone."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.report.files import visible_blanks

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MEASURE = """<body style="margin:0"><pre></pre>
<iframe id=f src=index.html style="width:390px;height:900px;border:0"></iframe>
<script>f.onload = () => { const page = f.contentDocument;
  const cut = [...page.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > 390.5);
  document.querySelector("pre").textContent = `width ${page.documentElement.scrollWidth}, cut ${cut.length}`; }
</script></body>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with failures, one of them of a should."""
    out = tmp_path_factory.mktemp("report")
    only = ("TIC-CHK-1", "TIC-CHK-2", "TIC-LBL-1", "TIC-LBL-5", "TIC-VAL-1")
    certify("sim:generic", defect="ignores-checksum", out=out, only=only)
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_requirements_that_failed_stand_first(tmp_path: Path) -> None:
    certify("sim:generic", defect="drops-empty-data", mode="standard", out=tmp_path, only=["TIC-CHK-1", "TIC-LBL-5"])
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<details id="(.*?)"', text) == ["TIC-LBL-5", "TIC-CHK-1"]


def test_an_index_leads_to_each_of_them_and_says_why(page: str) -> None:
    [index] = re.findall(r'<nav class="index">(.*?)</nav>', page, re.DOTALL)
    targets = re.findall(r'href="#(.*?)"', index)
    assert targets == ["TIC-CHK-1"]
    assert all(f'<details id="{target}" open>' in page for target in targets)
    assert "repeats a damaged group" in index
    assert page.index("<nav") < page.index("<details")


def test_a_page_without_failures_has_no_index(tmp_path: Path) -> None:
    certify("sim:generic", mode="standard", out=tmp_path, only=["TIC-VAL-1"])
    assert "<nav" not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_partial_run_says_so(page: str) -> None:
    assert "<p>partial; decided " in page


@pytest.mark.parametrize(("line", "shown"), [
    ("7.12 s: HCHP 014860127 ! (wrong checksum)", "7.12 s: HCHP␠014860127␠! (wrong checksum)"),
    ("37.47 s: DATE→e261015180037→→ ", "37.47 s: DATE→e261015180037→→␠"),
    ("7.12 s: PTEC HP..  ", "7.12 s: PTEC␠HP..␠␠"),
    ("7.12 s: NGTF→ H (PLEINE) →(", "7.12 s: NGTF→␠H␠(PLEINE)␠→("),
    ("168 frames, 0.03 s to 248.21 s", "168 frames, 0.03 s to 248.21 s"),
    ("12.00 s: frames without ADPS, ADIR1", "12.00 s: frames without ADPS, ADIR1"),
    ("… 4 more", "… 4 more"),
])  # fmt: skip
def test_blanks_of_a_group_can_be_seen(line: str, shown: str) -> None:
    assert visible_blanks(line) == shown


def test_blanks_can_be_seen_in_the_page(page: str) -> None:
    assert re.search(r"<code>\d+\.\d\d s: HCHP␠\d{9}␠\S \(wrong checksum\)</code>", page)


def test_a_narrow_layout_is_for_screens_alone_so_that_print_keeps_its_columns(page: str) -> None:
    assert re.findall(r"@media ([^{]*max-width[^{]*)\{", page) == ["screen and (max-width: 46rem) "]


@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: install Debian's chromium")
def test_nothing_is_cut_at_390_pixels(folder: Path) -> None:
    (folder / "measure.html").write_text(MEASURE, encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
               f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=3000", "--dump-dom",
               (folder / "measure.html").as_uri()]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    [(width, cut)] = re.findall(r"<pre>width (\d+), cut (\d+)</pre>", told)
    assert (int(width) <= 390, int(cut)) == (True, 0)
