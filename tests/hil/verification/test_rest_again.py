# SPDX-License-Identifier: Apache-2.0
"""What the owner of a key changes besides verdicts, and signs again, is found by the evidence, and named."""

import json
import re
import shutil
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xky.hil import verify
from xky.hil.archive.key_file import Signer, new_keys, signer_of
from xky.hil.archive.seal import Seal
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.certify_device import certify as certify_device
from xky.hil.verification.verify import Verification

STATEMENT = """
title = "Dupont TicBox"
[release]
version = "1.2"
[[waiver]]
requirement = "TIC-CHK-1"
reason = "known since March"
until = 2127-12-31
"""
SAID = "TIC-CHK-1/altered-digit=our meter has no such digits"
Cheat = Callable[[Path], None]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    path = tmp_path_factory.mktemp("keys") / "lab"
    new_keys(path)
    return signer_of(path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Path:
    """The folder of a report in French of a defective device under a statement, with a waiver and a contested fail."""
    folder = tmp_path_factory.mktemp("run")
    statement = folder / "dupont.toml"
    statement.write_text(STATEMENT)
    options = Options(
        "sim:generic", mode="historic", defect="ignores-checksum", statement=statement, lang="fr", contested=(SAID,),
        only=("TIC-CHK-1", "TIC-FLD-1", "TIC-SND-1"),
    )  # fmt: skip
    certify(Campaign(options), folder / "report", seal=Seal(signer))
    return folder / "report"


def sealed_again(run: Path, folder: Path, signer: Signer, cheat: Cheat) -> Verification:
    """What is found when the owner of the key has altered a report, and signed it again."""
    shutil.copytree(run, folder)
    cheat(folder)
    Seal(signer).close(folder, {})
    found = verify(folder, signer=signer.public.hex, replay=True)
    assert found.whole and found.signed and found.replayed is not None
    return found


def of_report(change: Callable[[dict[str, Any]], None]) -> Cheat:
    """A change of ``report.json``, and of the plan beside it if it is one of the plan's."""

    def cheat(folder: Path) -> None:
        report = json.loads((folder / "report.json").read_bytes())
        change(report)
        (folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")

    return cheat


def of_text(name: str, pattern: str, by: str) -> Cheat:
    def cheat(folder: Path) -> None:
        before = (folder / name).read_text(encoding="utf-8")
        after = re.sub(pattern, by, before, flags=re.DOTALL)
        assert after != before
        (folder / name).write_text(after, encoding="utf-8")

    return cheat


def first(report: dict[str, Any]) -> dict[str, Any]:
    requirement: dict[str, Any] = next(one for one in report["requirements"] if one["id"] == "TIC-CHK-1")
    return requirement


def _both_waivers(folder: Path) -> None:
    of_text("report.json", r'"waived": \{.*?\},', "")(folder)
    of_text("evidence/historic/run.json", r'"waiver": \[.*?\]', '"waiver": []')(folder)


NO_FAILURE = of_text("junit.xml", r"<failure .*?</failure>", "")
CHEATS: dict[str, tuple[Cheat, str]] = {
    "page": (of_text("index.html", r"<h1>.*?</h1>", "<h1>PASS</h1>"), r"index\.html:\d+: "),
    "whole page": (lambda folder: (folder / "index.html").write_text("<h1>PASS, all of it</h1>"), r"index\.html:1: "),
    "picture": (of_text("index.html", r"<svg.*?</svg>", ""), r"index\.html:\d+: "),
    "no page": (lambda folder: (folder / "index.html").unlink(), "index.html: is missing"),
    "junit without failures": (NO_FAILURE, r"junit\.xml:1: test_checksum\..* is fail; failure \(TIC-CHK-1"),
    "junit's count": (of_text("junit.xml", r'failures="\d+"', 'failures="0"'), r"junit\.xml: failures is 0; counted"),
    "junit's case": (
        of_text("junit.xml", r"<testcase .*?</testcase>", ""),
        r"junit\.xml: test_checksum\..* is missing",
    ),
    "junit's entity": (of_text("junit.xml", r"<testsuites", "<!DOCTYPE a><testsuites"), r"junit\.xml:1: is none that"),
    "no junit": (lambda folder: (folder / "junit.xml").unlink(), r"junit\.xml: cannot be read"),
    "in-toto": (of_text("statement.intoto.json", '"fail"', '"pass"'), r"statement\.intoto\.json:\d+: "),
    "sarif": (of_text("report.sarif", '"fail"', '"open"'), r"report\.sarif:\d+: "),
    "firmware": (of_report(lambda r: r["firmware"].update(proven=True)), "report.json: firmware.proven is true; "),
    "hash": (of_report(lambda r: r["firmware"].update(sha256="0" * 64)), "report.json: firmware.sha256 is "),
    "waiver removed": (of_report(lambda r: first(r).pop("waived")), "report.json: waived of TIC-CHK-1 is null; "),
    "waiver added": (
        of_report(lambda r: r["requirements"][-1].update(waived={"reason": "so", "until": "2127-01-01"})),
        r"report\.json: waived of TIC-\S+ is .*; null by the evidence",
    ),
    "waiver removed twice": (_both_waivers, r"evidence/historic/run\.json: waiver of its board is not that of "),
    "statement's waiver": (
        of_text("evidence/statement.toml", "TIC-CHK-1", "TIC-SND-1"),
        r"evidence/historic/run\.json: waiver of its board",
    ),
    "no statement": (lambda f: (f / "evidence/statement.toml").unlink(), r"evidence/statement\.toml: is missing"),
    "compatibility": (
        of_report(lambda r: r.update(compatibility="fail")),
        'report.json: compatibility is "fail"; "pass"',
    ),
    "its mark": (
        of_report(lambda r: first(r).update(compatibility=True)),
        "report.json: compatibility of TIC-CHK-1 is",
    ),
    "seed": (of_report(lambda r: r.update(seed=7)), "report.json: seed is 7; 0 by the evidence"),
    "mode": (of_report(lambda r: r.update(mode="both")), 'report.json: mode is "both"; "historic"'),
    "device": (of_report(lambda r: r.update(device="sim:loky")), 'report.json: device is "sim:loky"; "sim:generic"'),
    "plan's mode": (
        of_text("evidence/plan.json", '"mode": "historic"', '"mode": "standard"'),
        r"evidence/plan\.json: ",
    ),
    "no plan": (lambda folder: (folder / "evidence/plan.json").unlink(), r"evidence/plan\.json: is missing"),
    "no options": (lambda folder: (folder / "evidence/plan.json").write_text("[]"), r"evidence/plan\.json: cannot be"),
    "title": (of_report(lambda r: first(r).update(title="All is well")), "report.json: title of TIC-CHK-1 is "),
    "why": (of_report(lambda r: first(r).update(why="for nothing")), "report.json: why of TIC-CHK-1 is "),
    "clause": (of_report(lambda r: first(r).update(clause="none")), "report.json: clause of TIC-CHK-1 is "),
    "contested": (
        of_report(lambda r: first(r)["purposes"][0].update(contested="no")),
        r'report\.json: contested of \S+ is "no"; ',
    ),
    "again": (
        of_report(lambda r: first(r)["purposes"][0].pop("again", None)), r"report\.(json: again|sarif)",
    ),
    "board's title": (of_report(lambda r: r["statement"].update(title="Durand")), "report.json: statement.title is "),
    "remark removed": (of_report(lambda r: r["remarks"].pop()), "report.json: remarks: .* is not among them"),
    "remark added": (
        of_report(lambda r: r["remarks"].append("certified by Enedis")),
        "report.json: remarks: .* follows from nothing",
    ),
    "key added": (of_report(lambda r: r.update(approved=True)), "report.json: approved is true; null by the evidence"),
    "no firmware": (of_report(lambda r: r.pop("firmware")), "report.json: cannot be made again"),
}  # fmt: skip


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("cheat", "told"), CHEATS.values(), ids=CHEATS)
def test_what_who_signs_makes_of_the_rest_of_a_report_is_found(
    cheat: Cheat, told: str, run: Path, tmp_path: Path, signer: Signer
) -> None:
    found = sealed_again(run, tmp_path / "forged", signer, cheat)
    assert found.replayed is not None and not found.stands
    assert any(re.match(told, one) for one in found.replayed.other), found.replayed.other


def test_a_report_as_it_was_written_stands_and_tells_what_was_not_compared(
    run: Path, tmp_path: Path, signer: Signer
) -> None:
    found = sealed_again(run, tmp_path / "same", signer, lambda folder: None)
    assert found.replayed is not None and found.stands and found.replayed.other == ()
    assert found.replayed.unchecked == [
        "when it began", "the commands that play one fail alone, since they name files",
    ]  # fmt: skip
    assert "unchecked" not in json.dumps(found.document())


def test_of_another_suite_the_rest_is_not_compared_and_that_is_said(
    run: Path, tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xky.hil.archive.seal.versions", lambda: {"xky-hil": "9.0"})

    def another(folder: Path) -> None:
        of_text("report.json", r'"suite": "[^"]*"', '"suite": "xky-hil 9.0"')(folder)
        of_text("index.html", r"<h1>.*?</h1>", "<h1>another</h1>")(folder)

    found = sealed_again(run, tmp_path / "another", signer, another)
    assert found.replayed is not None and found.replayed.other == ()
    (said,) = found.replayed.unchecked
    assert said.endswith("it is by xky-hil 9.0")
    told = sealed_again(run, tmp_path / "pretended", signer, lambda folder: None).replayed
    assert told is not None and "report.json: suite is " in told.other[0]


@pytest.mark.nightly
def test_an_anonymised_report_is_made_again_to_the_same(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(b64encode(bytes(range(32))).decode() + "\n")
    certify_device(
        "sim:generic", out=tmp_path / "report", mode="historic", defect="ignores-checksum", lang="fr",
        only=("TIC-CHK-1", "TIC-SND-1"), anonymise=tmp_path / "key",
    )  # fmt: skip
    told = verify(tmp_path / "report", replay=True).replayed
    assert told is not None and told.other == ()


def test_the_first_line_says_the_verdict_and_the_device(run: Path, tmp_path: Path, signer: Signer) -> None:
    found = sealed_again(run, tmp_path / "same", signer, lambda folder: None)
    decided = f"decided {(report := json.loads((run / 'report.json').read_bytes()))['decided']} of {report['total']}"
    assert found.headline == f"FAIL, partial, {decided}: sim:generic (Dupont TicBox), firmware 1.2 (not proven)"


@pytest.mark.parametrize(
    "text", ["{}", "[]", "[" * 99_999, '{"verdict": "fine"}', '{"verdict": []}', '{"verdict": "pass"}']
)
def test_a_report_that_tells_no_verdict_has_no_headline(text: str, run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(run, folder)
    (folder / "report.json").write_text(text)
    assert verify(folder).headline == "no verdict: report.json tells none"
    (folder / "report.json").unlink()
    assert verify(folder).headline == "no verdict: report.json is missing"
