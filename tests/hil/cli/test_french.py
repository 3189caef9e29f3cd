# SPDX-License-Identifier: Apache-2.0
"""What a partner reads in French: `diff`, `verify`, `dispute`, the archive that `certify` wrote, what is left out."""

import gzip
import json
import re
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.hil.archive.container import write_container
from xky.hil.archive.key_file import new_keys, signer_of
from xky.hil.archive.seal import seals_of
from xky.hil.cli import app
from xky.protocol import InputError

CONTESTED = "TIC-CHK-1/wrong-checksum"
ENGLISH = re.compile(
    r"\b(the|was|were|is|of|and|with|that|its|by|nobody|more|signed|whole|missing|changed|judged|says?|evidence|it)\b"
)
QUOTED = re.compile(r"'.*?'|\".*?\"|« .*? »")


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False, env={"COLUMNS": "400"})
    return done.exit_code, done.stdout


def english_of(said: str) -> list[str]:
    """The lines that have English words, but those that are commands."""
    lines = [line for line in said.splitlines() if not line.startswith("xky ")]
    return [line for line in lines if ENGLISH.search(QUOTED.sub("", re.sub(r"xky verify \S+|/\S+", "", line)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a report that is signed, anonymised and in French, its archive, and what the run printed."""
    root: Path = tmp_path_factory.mktemp("french")
    new_keys(root / "a.key")
    (root / "p.key").write_text("0123456789abcdef", encoding="utf-8")
    (root / "s.toml").write_text(
        'title = "Prototype"\n[[waiver]]\nrequirement = "TIC-CHK-1"\nreason = "known"\nuntil = 2099-01-01\n',
        encoding="utf-8",
    )
    status, said = run(
        "certify", "sim:generic", "--mode", "historic", "--defect", "ignores-checksum", "--only", "TIC-CHK-1",
        "--statement", str(root / "s.toml"), "--contested", f"{CONTESTED}=We doubt it.",
        "--out", str(root / "report"), "--archive", str(root / "a.xky"), "--sign", str(root / "a.key"),
        "--anonymise", "--key", str(root / "p.key"), "--lang", "fr",
    )  # fmt: skip
    assert status == 1
    (root / "said.txt").write_text(said, encoding="utf-8")
    return root


@pytest.mark.nightly
def test_the_archive_and_who_signed_it_are_told_in_french(folder: Path) -> None:
    said = (folder / "said.txt").read_text(encoding="utf-8")
    assert re.search(r"Archive : \S+/a\.xky, signée par [0-9a-f ]+\.$", said, re.MULTILINE)
    assert "Archive: " not in said


def test_what_was_left_out_is_told_in_french_on_the_page_and_the_terminal(folder: Path) -> None:
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "(left out)" not in page
    assert "contesté\N{NO-BREAK SPACE}: (omis)" in page
    assert "(left out)" not in (folder / "said.txt").read_text(encoding="utf-8")
    assert "(left out)" in (folder / "report" / "report.json").read_text(encoding="utf-8")


def test_an_archive_that_stands_is_verified_in_french(folder: Path) -> None:
    status, said = run("verify", str(folder / "a.xky"), "--replay", "--lang", "fr")
    assert status == 0, said
    assert said.startswith("ÉCHEC, partiel, conclu : 1 sur 1 : sim:generic ((omis)), micrologiciel")
    assert said.rstrip().endswith(": intact, signé : il tient")
    assert english_of(said) == []


def test_what_differs_is_told_in_french(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(folder / "a.xky") as opened:
        members = {name: opened.read(name) for name in opened.namelist() if not name.startswith("manifest.")}
    told = json.loads(members["report.json"])
    told |= {"verdict": "pass", "total": 7, "seed": 3}
    told["requirements"][0]["level"] = "should"
    told["requirements"][0]["purposes"][0]["verdict"] = "pass"
    members["report.json"] = json.dumps(told).encode()
    del members["report.sarif"]
    made_by = json.loads(members["evidence/plan.json"]) and seals_of(members, signer_of(folder / "a.key"), {}, "")
    altered = tmp_path / "a.xky"
    with altered.open("wb") as file:
        write_container(file, list((members | made_by).items()))
    status, said = run("verify", str(altered), "--replay", "--lang", "fr")
    assert status == 1
    assert "report.sarif : manque" in said
    assert english_of(said) == []
    data = altered.read_bytes()
    at = data.index(b"<testsuite")
    altered.write_bytes(data[:at] + b"#" + data[at + 1 :])
    said = run("verify", str(altered), "--lang", "fr")[1]
    assert "modifié : junit.xml:1" in said
    assert english_of(said) == []


def test_a_comparison_of_two_reports_is_told_in_french(folder: Path) -> None:
    report = str(folder / "report")
    status, said = run("diff", report, report, "--lang", "fr")
    assert status == 0
    assert "PAS PIRE  rien n'a empiré" in said
    assert english_of(said) == []


def test_a_pack_is_written_and_judged_in_french(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "a.zip"
    words = ("dispute", CONTESTED, "--report", str(folder / "report"), "--out", str(pack), "--lang", "fr")
    status, said = run(*words, "--sign", str(folder / "a.key"))
    assert status == 0
    assert english_of(said) == []
    with zipfile.ZipFile(pack) as opened:
        readme = opened.read("README.txt").decode()
        assert gzip.decompress(opened.read("record/sent.jsonl.gz"))
    assert "Ce qui doit être vrai (obligatoire, " in readme
    assert [line for line in english_of(readme) if " : xky " not in line] == []
    status, said = run("dispute", "--judge", str(pack), "--lang", "fr")
    assert status == 0
    assert "ÉCHEC  comme le dit le rapport : " in said
    assert english_of(said) == []
    status, said = run("verify", str(pack), "--replay", "--lang", "fr")
    assert status == 0, said
    assert english_of(said) == []


@pytest.mark.parametrize("words", [("diff", "a", "b"), ("verify", "a"), ("dispute", "--judge", "a")])
def test_a_language_that_nobody_wrote_is_told_in_a_line(words: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="--lang de: no such language; known: en, fr"):
        run(*words, "--lang", "de")
