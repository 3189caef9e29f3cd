# SPDX-License-Identifier: Apache-2.0
"""The page of a report: what is wrong first; blanks that can be seen; whole on paper and on a telephone."""

import html
import json
import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from xky.boards import board_named
from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.emulator.faults import known_faults
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.oracle import Trail
from xky.hil.campaign.printed_page import print_page
from xky.hil.campaign.record import Record
from xky.hil.campaign.report.moment import Bar, Moment, moment_of
from xky.hil.campaign.report.page import page as render
from xky.hil.campaign.report.page import visible_blanks
from xky.hil.campaign.wording import Wording
from xky.protocol import Group, Mode

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MEASURE = """<body style="margin:0"><pre></pre>
<iframe id=f src=index.html style="width:390px;height:900px;border:0"></iframe>
<script>f.onload = () => { const page = f.contentDocument;
  const cut = [...page.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > 390.5);
  for (const one of page.querySelectorAll("svg text")) {
    const box = one.getBBox(), picture = one.ownerSVGElement.viewBox.baseVal;
    if (box.x < 0 || box.x + box.width > picture.width) cut.push(one); }
  document.querySelector("pre").textContent = `width ${page.documentElement.scrollWidth}, cut ${cut.length}`; }
</script></body>"""


FIRMWARE = {"version": "1.4.2", "sha256": "ab", "files": [{"file": "fw.elf", "sha256": "cd"}], "said": [],
            "proven": False, "disagreements": []}  # fmt: skip
REPORT: dict[str, Any] = {
    "verdict": "fail", "decided": 1, "total": 1, "device": "exec:x", "board": "generic", "mode": "standard",
    "statement": {}, "specification": "54E", "suite": "xky-hil 0", "seed": 0, "started": "2026-11-29T12:00:00Z",
    "duration_s": 2.0, "remarks": [], "requirements": [{
        "id": "TIC-CHK-1", "title": "Title.", "clause": "54E §1", "why": "Bills are wrong.", "level": "must",
        "verdict": "fail", "purposes": [{
            "id": "TIC-CHK-1/one", "mode": "standard", "probe": "lines", "verdict": "fail", "reason": "it did",
            "sent": ["1.00 s: A"], "expected": ["no"], "seen": ["yes"], "at_s": 1.5,
        }],
    }],
}  # fmt: skip


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


def test_the_fail_that_names_the_cause_stands_before_what_follows_from_it(tmp_path: Path) -> None:
    certify("sim:generic", defect="power-from-current", mode="standard", out=tmp_path,
            only=["TIC-CHK-1", "TIC-LNK-4", "TIC-SND-1"])  # fmt: skip
    told = [one["id"] for one in json.loads((tmp_path / "report.json").read_text())["requirements"]]
    assert told == ["TIC-SND-1", "TIC-CHK-1", "TIC-LNK-4"]
    shown = re.findall(r'<a href="#(TIC-\w+-\d)"><span', (tmp_path / "index.html").read_text())
    assert shown == ["TIC-SND-1", "TIC-LNK-4"]


def test_an_index_leads_to_each_of_them_and_says_why(page: str) -> None:
    [index] = re.findall(r'<nav class="index">(.*?)</nav>', page, re.DOTALL)
    targets = re.findall(r'href="#(.*?)"', index)
    assert targets == ["TIC-CHK-1"]
    assert all(f'<details id="{target}" open>' in page for target in targets)
    assert "repeats a damaged group" in index
    assert page.index("<nav") < page.index("<details")


@pytest.mark.nightly
def test_a_page_without_failures_has_no_index(tmp_path: Path) -> None:
    certify("sim:generic", mode="standard", out=tmp_path, only=["TIC-VAL-1"])
    assert "<nav" not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_fail_says_why_it_matters_and_what_others_of_the_project_add_is_shown() -> None:
    told = render(REPORT | {
        "signed": True, "signer": "00" * 32, "firmware": FIRMWARE, "compatibility": "fail",
        "requirements": [REPORT["requirements"][0] | {"waived": {"reason": "ordered", "until": "2027-01-01"}}],
        "against": {"started": "2026-11-28T12:00:00Z", "suite": "xky-hil 0", "worse": [{"id": "TIC-CHK-1/one"}]},
    })  # fmt: skip
    assert '<p class="why"><b>Why it matters:</b> Bills are wrong.</p>' in told
    assert f"<p>signed by 6668 7aad f862 bd77 6c8f c18b 8e9f 8e20 (public key {'00' * 32})</p>" in told
    assert "<dt>firmware</dt><dd>1.4.2, ab: not proven<div>fw.elf, SHA-256 cd</div>" in told
    assert '<p class="note">▲ compatibility with meters in the field: fail</p>' in told
    assert "54E §1 · waived until 2027-01-01: ordered</p>" in told
    assert "worse since: TIC-CHK-1/one</span>" in re.sub(r"\s+", " ", told)


def test_what_is_wrong_names_what_is_waived() -> None:
    [failed] = REPORT["requirements"]
    waived = failed | {"id": "TIC-CHK-2", "waived": {"reason": "ordered", "until": "2027-01-01"}}
    for words, line in ((Wording(), "waived until 2027-01-01: ordered"), (Wording("fr"), "dérogation jusqu'au 2027")):
        told = render(REPORT | {"requirements": [failed, waived]}, words)
        [index] = re.findall(r'<nav class="index">(.*?)</nav>', told, re.DOTALL)
        first, second = html.unescape(index).split("</a>")[:2]
        assert (line in first, line in second) == (False, True)


def test_the_heading_names_the_product_of_the_statement_beside_the_device() -> None:
    told = render(REPORT | {"statement": {"title": "Dupont TicBox"}})
    assert "<h1><b>✗ fail</b> Dupont TicBox <span>exec:x</span></h1>" in told
    assert "<title>fail: Dupont TicBox, exec:x</title>" in told
    for statement in ({}, {"title": board_named("generic").title}):  # nobody's product
        assert "<h1><b>✗ fail</b> exec:x</h1>" in render(REPORT | {"statement": statement})


def test_no_control_character_of_a_device_is_left_in_a_page() -> None:
    report = json.loads(json.dumps(REPORT))
    purpose = report["requirements"][0]["purposes"][0]
    purpose |= {name: ["said \x1b[2J \x05"] for name in ("sent", "expected", "seen")} | {"reason": "\x1b \x05"}
    purpose["contested"] = report["requirements"][0]["clause"] = "\x1b"
    report |= {"remarks": ["\x07"], "device": "exec:\x1b", "statement": {"title": "Dupont\x1b"}}
    report["requirements"][0]["waived"] = {"reason": "\x1b", "until": "2027-01-01"}
    for words in (Wording(), Wording("fr")):
        told = render(report, words)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", told)
        assert "&lt;0x1B&gt; &lt;0x05&gt;" in told


def test_the_legend_is_in_the_language_of_the_page_whichever_was_made_before() -> None:
    legends = {"en": "✓ pass · ✗ fail · ? inconclusive · – not applicable. Square",
               "fr": "✓ réussite · ✗ échec · ? non conclu · – sans objet. Carré"}  # fmt: skip
    for language in ("en", "fr", "en"):
        told = re.sub(r"<[^>]*>", "", html.unescape(render(REPORT, Wording(language))))
        assert legends[language] in told


def test_marks_have_their_blanks_in_french() -> None:
    [failed] = REPORT["requirements"]
    skipped = {"verdict": "inconclusive", "reason": "skipped by --quick"}
    one = failed | {"verdict": "inconclusive", "purposes": [failed["purposes"][0] | skipped]}
    all_of_them = [failed, failed | {"level": "should"}, *(one | {"id": f"TIC-LNK-{n}"} for n in range(1, 9))]
    report = REPORT | {"partial": True, "requirements": all_of_them, "firmware": FIRMWARE}
    told = render(report | {"statement": {"title": "Dupont TicBox"}}, Wording("fr"))
    words = re.sub(
        r"\s+", " ", html.unescape(re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]*>", "", told, flags=re.DOTALL))
    )
    assert "partiel\N{NO-BREAK SPACE}; conclu" in html.unescape(told)
    assert re.findall(r"\S*\w[;:](?= )\S*", words) == []


@pytest.mark.by_day(2)
@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: install Debian's chromium")
def test_on_paper_what_failed_goes_on_where_a_page_ends(tmp_path: Path) -> None:
    [failed] = REPORT["requirements"]
    tall = failed["purposes"][0] | {"seen": [f"{n}.00 s: yes" for n in range(50)]}  # more than half a page
    many = [failed | {"id": f"TIC-CHK-{n}", "purposes": [tall | {"id": f"TIC-CHK-{n}/one"}]} for n in range(1, 7)]
    (tmp_path / "index.html").write_text(render(REPORT | {"requirements": many}), encoding="utf-8")
    print_page(tmp_path / "index.html", tmp_path / "report.pdf")
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "report.pdf").read_bytes())) <= 9


def test_what_is_undecided_for_one_reason_is_told_together() -> None:
    [failed] = REPORT["requirements"]
    left = [
        failed | {"id": f"TIC-LNK-{n}", "verdict": "inconclusive", "purposes": [
            failed["purposes"][0] | {"id": f"TIC-LNK-{n}/one", "verdict": "inconclusive", "reason": "not played: it"}]}
        for n in range(1, 12)
    ]  # fmt: skip
    told = render(REPORT | {"requirements": [failed, *left]})
    [index] = re.findall(r'<nav class="index">(.*?)</nav>', told, re.DOTALL)
    assert index.count("not played: it") == 1
    assert re.findall(r'href="#(TIC-LNK-\d+)"', index) == [f"TIC-LNK-{n}" for n in range(1, 12)]
    assert re.findall(r'<details id="(.*?)" open>', told) == ["TIC-CHK-1"]


@pytest.mark.nightly
def test_a_partial_run_says_so(page: str) -> None:
    assert "<p>partial; decided " in page


@pytest.mark.nightly
def test_the_verdict_is_a_sentence_and_says_how_much_of_how_much(page: str) -> None:
    assert '<p class="told">The device breaks 1 of the 3 requirements that it must meet.</p>' in page


def test_a_report_that_nobody_signed_says_so(page: str) -> None:
    assert "<p>unsigned: nobody vouches for this report</p>" in page


def test_a_glance_shows_each_requirement_by_mark_and_shape_and_leads_to_it(page: str) -> None:
    cells = re.findall(r'<a class="cell (\S+) (\S+)" href="#(\S+)" title=".*?">(.) (\d+)</a>', page)
    assert cells == [
        ("fail", "must", "TIC-CHK-1", "✗", "1"), ("pass", "must", "TIC-CHK-2", "✓", "2"),
        ("pass", "should", "TIC-LBL-1", "✓", "1"), ("pass", "should", "TIC-LBL-5", "✓", "5"),
        ("pass", "must", "TIC-VAL-1", "✓", "1"),
    ]  # fmt: skip


def test_each_fail_has_a_picture_of_its_moment(page: str) -> None:
    cases = re.findall(r'<section class="case fail">(.*?)</section>', page, re.DOTALL)
    assert len(cases) > 10
    for case in cases:
        [picture] = re.findall(r"<svg class=.moment.*?</svg>", case, re.DOTALL)
        assert re.search(r"<title id=\S+>The moment of TIC-CHK-1/\S+</title>", picture)
        assert "reading asked" in picture
        ElementTree.fromstring(picture)  # well-formed


def test_a_picture_shows_what_befell_the_group_that_was_repeated(page: str) -> None:
    cases = re.findall(r'<section class="case fail">.*?</section>', page, re.DOTALL)
    case = next(one for one in cases if "wrong-checksum</code>, historic" in one)
    assert re.search(r'class="code asked">HCHP \d+…</text>', case)
    assert "✗ wrong checksum</text>" in case


@pytest.mark.parametrize("label", ["A", "MSG1"])
def test_a_picture_of_a_single_group_has_room_for_its_fault(label: str) -> None:
    group = Group(label, "x" * 32)
    piece = Piece(b"\n" + label.encode() + b"\tx\tA\r", group, Expect.MUST_NOT, "other_checksum_rule")
    truth = Truth()
    truth.append(SentFrame(0, Mode.STANDARD, 1.0, 0.001, (piece,), True, "step"))
    record = Record(Mode.STANDARD, board_named("generic"), 1.0, None, truth, [], [])
    moment = moment_of(record, Trail(at_s=1.5, groups=[truth[0].groups[0]]))
    report = json.loads(json.dumps(REPORT))
    assert moment is not None
    for words in (Wording(), Wording("fr")):
        text = render(report, words, {("TIC-CHK-1/one", "standard", "lines"): moment})
        assert re.search(r'class="fault">✗ (other checksum rule|règle de checksum de l.autre mode)</text>', text)


def a_full_moment() -> Moment:
    """Of an instant late in a run, with each fault that has a name at a group at the right edge, and long outages."""
    truth = Truth()
    for number in range(9):
        pieces = (Piece(b"\nEAST\tx\tA\r", Group("EAST", "x"), Expect.MUST_NOT, "wrong_checksum"),)
        truth.append(SentFrame(number, Mode.STANDARD, 12345.0 + 0.3 * number, 0.02, pieces, True, "step"))
    record = Record(Mode.STANDARD, board_named("generic"), 1.0, None, truth, [], [])
    moment = moment_of(record, Trail(at_s=12346.5, groups=[truth[0].groups[0]]))
    assert moment is not None
    groups = [Bar(350.0, 2.0, "HCHP 01486012…", one.replace("_", " ")) for one in known_faults()]
    return replace(moment, groups=groups, outages=[Bar(104.0, 200.0, "LoRaWAN network away", is_asked=True)])


def test_a_rare_value_is_no_fault_in_a_picture() -> None:
    """Who reads it would take the meter for guilty of what the device did."""
    rare = Piece(b"\nPREF\t03\tB\r", Group("PREF", "03"), Expect.MUST, "legal_value")
    spoilt = Piece(b"\nPCOUP\t03\t?\r", Group("PCOUP", "03"), Expect.MUST_NOT, "wrong_checksum")
    truth = Truth()
    for number, pieces in enumerate(((rare,), (rare, spoilt))):
        truth.append(SentFrame(number, Mode.STANDARD, 1.0 + 0.03 * number, 0.001, pieces, True, "step"))
    record = Record(Mode.STANDARD, board_named("generic"), 1.0, None, truth, [], [])
    moment = moment_of(record, Trail(at_s=1.03, groups=[truth[1].groups[0]]))
    assert moment is not None
    assert [one.fault for one in moment.groups] == ["", "wrong checksum"]
    assert [one.fault for one in moment.frames] == ["", "wrong checksum"]


def test_pictures_have_names_of_their_own(page: str) -> None:
    ids = re.findall(r' id="(.*?)"', page)
    assert len(ids) == len(set(ids))


def test_a_page_asks_nothing_of_any_network_and_runs_no_script(page: str) -> None:
    assert "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b|\bsrc=|@import|https?://", page)


def test_what_a_device_said_stands_as_text(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    said = "<img src=x onerror=alert(1)>"
    report["device"] = said
    report["remarks"] = [said]
    for purpose in report["requirements"][0]["purposes"]:
        purpose |= {"reason": said, "sent": [said], "expected": [said], "seen": [said], "again": said}
    assert "<img" not in render(report)


def test_a_fail_can_be_seen_again_by_the_command_beside_it(folder: Path, tmp_path: Path) -> None:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    failed = [one for of in report["requirements"] for one in of["purposes"] if one["verdict"] == "fail"]
    words = shlex.split(failed[0]["again"])
    assert words == ["xky", "certify", "sim:generic", "--defect", "ignores-checksum", "--mode", failed[0]["mode"],
                     "--only", failed[0]["id"], "--seed", "0"]  # fmt: skip
    alone = certify("sim:generic", defect="ignores-checksum", mode=failed[0]["mode"], only=[failed[0]["id"]])
    [again] = [one for of in alone["requirements"] for one in of["purposes"]]
    assert again["verdict"] == "fail"


def test_a_fail_of_the_whole_run_is_seen_again_by_a_whole_run() -> None:
    report = certify("sim:generic", defect="ignores-checksum", mode="standard", only=["TIC-SND-1"])
    commands = [one["again"] for of in report["requirements"] for one in of["purposes"] if one["verdict"] == "fail"]
    assert not any("--only" in one for one in commands)


@pytest.mark.parametrize(("line", "shown"), [
    ("7.12 s: HCHP 014860127 ! (wrong checksum)", "7.12 s: HCHP␣014860127␣! (wrong checksum)"),
    ("37.47 s: DATE→e261015180037→→ ", "37.47 s: DATE→e261015180037→→␣"),
    ("7.12 s: PTEC HP..  ", "7.12 s: PTEC␣HP..␣␣"),
    ("7.12 s: NGTF→ H (PLEINE) →(", "7.12 s: NGTF→␣H␣(PLEINE)␣→("),
    ("168 frames, 0.03 s to 248.21 s", "168 frames, 0.03 s to 248.21 s"),
    ("9.05 s: the first whole frame since it was started, without them",
     "9.05 s: the first whole frame since it was started, without them"),
    ("9.05 s: supply fails for 3 s, back at 12.05 s", "9.05 s: supply fails for 3 s, back at 12.05 s"),
    ("9.05 s: started inside a frame; of it came P 1", "9.05 s: started inside a frame; of it came P␣1"),
    ("12.00 s: frames without ADPS, ADIR1", "12.00 s: frames without ADPS, ADIR1"),
    ("… 4 more", "… 4 more"),
])  # fmt: skip
def test_blanks_of_a_group_can_be_seen(line: str, shown: str) -> None:
    assert visible_blanks(line) == shown


def test_blanks_can_be_seen_in_the_page(page: str) -> None:
    assert re.search(r"<code>\d+\.\d\d s: HCHP␣\d{9}␣\S \(wrong checksum\)</code>", page)


def test_a_narrow_layout_is_for_screens_alone_so_that_print_keeps_its_columns(page: str) -> None:
    assert re.findall(r"@media ([^{]*max-width[^{]*)\{", page) == ["screen and (max-width: 46rem) "]


@pytest.mark.by_day(1)
@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: install Debian's chromium")
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut(folder: Path, tmp_path: Path, width: int, language: str) -> None:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    pictures = re.findall(
        r"<svg class=.moment.*?</svg>", (folder / "index.html").read_text(encoding="utf-8"), re.DOTALL
    )
    long = "x" * 90
    report |= {"signed": True, "signer": "00" * 32, "device": f"exec:{long}", "statement": {"title": f"Dupont {long}"}}
    for one in report["requirements"]:
        one["waived"] = {"reason": long, "until": "2027-01-01"}
        one["purposes"][0]["contested"] = long
    words = Wording(language)
    full = render(REPORT, words, {("TIC-CHK-1/one", "standard", "lines"): a_full_moment()})
    pictures += re.findall(r"<svg class=.moment.*?</svg>", full, re.DOTALL)
    text = render(report, words).replace("</main>", "".join(pictures) + "</main>")
    folder = tmp_path
    (folder / "index.html").write_text(text, encoding="utf-8")
    (folder / "measure.html").write_text(MEASURE.replace("390", str(width)), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
               f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=3000", "--dump-dom",
               (folder / "measure.html").as_uri()]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    [(seen, cut)] = re.findall(r"<pre>width (\d+), cut (\d+)</pre>", told)
    assert (int(seen) <= width, int(cut)) == (True, 0)
