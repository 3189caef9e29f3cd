# SPDX-License-Identifier: Apache-2.0
"""A pack that is signed, without what is personal, or altered by who signs it: `xky verify` says which."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.hil.archive.container import write_container
from xky.hil.archive.key_file import Signer, new_keys, signer_of
from xky.hil.archive.manifest import MANIFEST, SIGNATURE
from xky.hil.archive.seal import seals_of
from xky.hil.campaign.certify_device import certify
from xky.hil.cli import app
from xky.hil.dispute.contested_purpose import contested_in
from xky.hil.dispute.judged_pack import judge_pack
from xky.hil.dispute.pack import write_pack
from xky.hil.verification.verify import verify
from xky.protocol import InputError
from xky.protocol.pseudonym import Pseudonyms

CONTESTED = "TIC-CHK-1/wrong-checksum"
PSEUDONYMS = Pseudonyms(b"0123456789abcdef")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("report")
    certify("sim:generic", mode="historic", defect="ignores-checksum", only=["TIC-CHK-1"], out=folder)
    return folder


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    path = tmp_path_factory.mktemp("keys") / "a.key"
    new_keys(path)
    return signer_of(path)


def members_of(pack: Path) -> dict[str, bytes]:
    """As they are, and unpacked where they are packed."""
    with zipfile.ZipFile(pack) as opened:
        found = {name: opened.read(name) for name in opened.namelist()}
    return {name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in found.items()}


def sealed_anew(pack: Path, signer: Signer, member: str = "", old: bytes = b"", new: bytes = b"") -> None:
    """The same pack, something in a member altered, signed by somebody."""
    with zipfile.ZipFile(pack) as opened:
        members = {name: opened.read(name) for name in opened.namelist() if name not in (MANIFEST, SIGNATURE)}
    if member:
        assert old in members[member]
        members[member] = members[member].replace(old, new, 1)
    version = json.loads(members["dispute.json"])["packed_by"]
    seals = seals_of(members, signer, {"made by": version}, "2026-10-15T18:00:00Z")
    with pack.open("wb") as file:
        write_container(file, list((members | seals).items()))


def test_a_signed_pack_stands_and_its_record_gives_its_verdict_again(
    report: Path, signer: Signer, tmp_path: Path
) -> None:
    pack = tmp_path / "a.dispute.zip"
    write_pack(contested_in(report, CONTESTED), pack, signer=signer)
    found = verify(pack, signer=signer.public.hex, replay=True)
    assert found.stands, found
    assert found.replayed is not None
    assert (found.replayed.same, found.replayed.other) == (1, ())
    assert found.headline == f"FAIL, {CONTESTED} in historic mode: sim:generic"
    assert judge_pack(pack).is_same


def test_a_pack_without_a_key_is_whole_and_unsigned(report: Path, tmp_path: Path) -> None:
    pack = tmp_path / "a.dispute.zip"
    write_pack(contested_in(report, CONTESTED), pack)
    found = verify(pack, replay=True)
    assert (found.whole, found.signed, found.stands) == (True, False, False)


def test_a_byte_that_was_changed_is_found_and_named(report: Path, signer: Signer, tmp_path: Path) -> None:
    pack = tmp_path / "a.dispute.zip"
    write_pack(contested_in(report, CONTESTED), pack, signer=signer)
    data = pack.read_bytes()
    at = data.index(b"<- wrong checksum")
    pack.write_bytes(data[:at] + b"#" + data[at + 1 :])
    found = verify(pack)
    assert not found.whole
    assert [one.partition(":")[0] for one in found.changed] == ["line.txt"]


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("member", "old", "new", "told"), [
    ("README.txt", b": fail", b": pass", "README.txt:1: is not what dispute.json and the record make"),
    ("line.txt", b"    <- wrong checksum", b"", "line.txt:"),
    ("line.bin", b"ADCO", b"ADSC", "line.bin:"),
    ("readings.txt", b"lines", b"mqtt!", "readings.txt:1: "),
    ("dispute.json", b'"verdict": "fail"', b'"verdict": "pass"', f"{CONTESTED} (historic, lines): verdict is"),
    ("dispute.json", b'"level": "must"', b'"level": "should"', "dispute.json: level of TIC-CHK-1 is"),
])  # fmt: skip
def test_what_who_signs_a_pack_altered_in_it_is_named(
    report: Path, signer: Signer, tmp_path: Path, member: str, old: bytes, new: bytes, told: str
) -> None:
    pack = tmp_path / "a.dispute.zip"
    write_pack(contested_in(report, CONTESTED), pack, signer=signer)
    sealed_anew(pack, signer, member, old, new)
    found = verify(pack, replay=True)
    assert found.whole
    assert found.replayed is not None
    assert any(one.startswith(told) for one in found.replayed.other), found.replayed.other
    assert not found.stands


def test_a_pack_says_who_signed_it_so_that_another_may_not(report: Path, signer: Signer, tmp_path: Path) -> None:
    pack, other = tmp_path / "a.dispute.zip", tmp_path / "other.key"
    write_pack(contested_in(report, CONTESTED), pack, signer=signer)
    new_keys(other)
    sealed_anew(pack, signer_of(other))
    assert verify(pack).changed == (MANIFEST,)


def test_a_pack_with_pseudonyms_holds_no_address_in_any_member_and_is_judged_the_same(
    report: Path, signer: Signer, tmp_path: Path
) -> None:
    plain, pack = tmp_path / "plain.dispute.zip", tmp_path / "a.dispute.zip"
    write_pack(contested_in(report, CONTESTED), plain)
    sent = members_of(plain)["line.bin"].split(b"\n")
    addresses = {line.split()[1] for line in sent if line.startswith(b"ADCO ")}
    assert addresses
    write_pack(contested_in(report, CONTESTED), pack, signer=signer, pseudonyms=PSEUDONYMS)
    found = members_of(pack)
    assert [name for name, data in found.items() for one in addresses if one in data] == []
    assert "again" not in json.loads(found["dispute.json"])["purpose"]
    assert b"Anonymised: " in found["README.txt"]
    assert judge_pack(pack).is_same
    checked = verify(pack, replay=True)
    assert checked.stands, checked.replayed


def test_the_command_signs_and_anonymises_and_asks_for_what_it_needs(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XKY_KEY", raising=False)
    new_keys(Path("a.key"))
    Path("p.key").write_text("0123456789abcdef", encoding="utf-8")

    def run(*options: str) -> str:
        words = ["dispute", CONTESTED, "--report", str(report), "--out", "x.zip", *options]
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    assert "signed by " in run("--sign", "a.key", "--anonymise", "--key", "p.key")
    assert verify("x.zip", signer="a.key.pub", replay=True).stands
    assert json.loads(run("--json"))["signer"] is None
    for options, complaint in (
        (("--key", "p.key"), "--key p.key: is for --anonymise"),
        (("--anonymise",), "--anonymise: needs a key"),
        (("--sign", "p.key"), "--sign p.key: "),
    ):
        with pytest.raises(InputError, match=complaint):
            run(*options)


def test_a_report_that_has_pseudonyms_already_is_told(report: Path, tmp_path: Path) -> None:
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    (tmp_path / "report.json").write_text(json.dumps(told | {"anonymised": True}), encoding="utf-8")
    (tmp_path / "evidence").symlink_to(report / "evidence")
    with pytest.raises(InputError, match="has pseudonyms already"):
        write_pack(contested_in(tmp_path, CONTESTED), tmp_path / "x.zip", pseudonyms=PSEUDONYMS)
