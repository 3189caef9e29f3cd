# SPDX-License-Identifier: Apache-2.0
"""What is no archive of ours, or was made to do harm, is refused in one line that says how to mend it."""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from xky.hil import verify
from xky.hil.archive import member
from xky.hil.archive.container import write_container
from xky.hil.archive.member import Member, differing_lines, member_of
from xky.protocol import InputError

from ...command import xky
from .small_report import new_signer, sealed


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for one, data in members:
            file.writestr(one, data)
    return buffer.getvalue()


def link() -> zipfile.ZipInfo:
    one = zipfile.ZipInfo("index.html")
    one.create_system, one.external_attr = 3, 0o120777 << 16
    return one


def deflated() -> zipfile.ZipInfo:
    one = zipfile.ZipInfo("sent.jsonl")
    one.compress_type = zipfile.ZIP_DEFLATED
    return one


def encrypted() -> bytes:
    data = zipped(("report.json", b"{}"))
    at = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01" + data[7 : at + 8] + b"\x01" + data[at + 9 :]


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped(("report.json", b"{}"), ("report.json", b"{ }"))


@pytest.mark.parametrize(("data", "told"), [
    (lambda: b"", "is no archive"),
    (lambda: b"no zip at all\n" * 99, "is no archive"),
    (lambda: zipped(("readme.txt", b"hello")), "is a zip, but no archive: it has no manifest.json"),
    (lambda: zipped(("../../evil.json", b"{}")), "../../evil.json: leads outside the archive"),
    (lambda: zipped(("/etc/passwd", b"")), "/etc/passwd: leads outside the archive"),
    (lambda: zipped(("..\\evil", b"")), "leads outside the archive"),
    (lambda: zipped(("C:evil", b"")), "C:evil: leads outside the archive"),
    (lambda: zipped((deflated(), bytes(1000))), "sent.jsonl: is packed, and members are stored"),
    (lambda: zipped((link(), b"/etc/passwd")), "index.html: is a symbolic link"),
    (encrypted, "report.json: is encrypted"),
    (twice, "report.json: is in it twice"),
])  # fmt: skip
def test_a_zip_that_is_no_archive_is_refused_in_a_line(data: Callable[[], bytes], told: str, tmp_path: Path) -> None:
    (tmp_path / "a.xky").write_bytes(data())
    run = xky("verify", "a.xky", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("xky: a.xky: ") and told in run.stderr and run.stderr.count("\n") == 1
    assert "; " in run.stderr


def test_an_archive_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.xky")
    for name, told in (
        ("none.xky", "No such file"), ("empty", "is no report: it has no manifest.json"), ("pipe.xky", "is neither"),
    ):  # fmt: skip
        run = xky("verify", name, cwd=tmp_path)
        assert run.returncode == 2 and told in run.stderr


def test_an_archive_cut_short_before_its_manifest_says_so(tmp_path: Path) -> None:
    data = sealed(tmp_path / "device").read_bytes()
    (tmp_path / "cut.xky").write_bytes(data[:300])
    run = xky("verify", "cut.xky", cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr == "xky: cut.xky: is cut short after 300 bytes, before its manifest.json; ask for it once more\n"


def test_an_archive_of_a_later_version_is_told_from_a_changed_one(tmp_path: Path) -> None:
    signer = new_signer(tmp_path / "key")
    for who in (None, signer):
        archive = sealed(tmp_path / f"device-{who is None}", who)
        with zipfile.ZipFile(archive) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        parts["manifest.json"] = parts["manifest.json"].replace(b"xky-evidence/1", b"xky-evidence/2")
        with archive.open("wb") as later:
            write_container(later, list(parts.items()))
        with pytest.raises(InputError, match=r"is of another version \(xky-evidence/2\), and this one reads"):
            verify(archive)


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    archive = tmp_path / "huge.xky"
    with archive.open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(InputError, match="is larger than 2 GiB"):
        verify(archive)


def test_a_packed_member_of_gigabytes_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "MEMBER_MAX", 1 << 20)
    data = gzip.compress(bytes(8 << 20))
    assert len(data) < 10_000
    assert differing_lines("sent.jsonl.gz", data, Member(10, "0" * 64, ["0" * 16])) == [1]
    assert member_of("sent.jsonl.gz", data).lines is None


def test_what_an_archive_calls_its_members_does_not_steer_the_terminal(tmp_path: Path) -> None:
    archive = sealed(tmp_path / "device")
    with zipfile.ZipFile(archive) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    (tmp_path / "a.xky").write_bytes(zipped(*parts.items(), ("\x1b]0;mine\x07\n.txt", b"")))
    run = xky("verify", "a.xky", cwd=tmp_path)
    assert run.returncode == 1 and "\x1b" not in run.stdout and "\x07" not in run.stdout


@pytest.mark.parametrize("text", [
    "", "[]", "{", "\xff", '{"schema": "xky-evidence/1"}', "[" * 100_000, '{"schema": 1}', "1" * 5000,
])  # fmt: skip
def test_a_manifest_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    sealed(folder)
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))
    found = verify(folder)
    assert found.changed[0].partition(":")[0] == "manifest.json" and not found.stands


def test_names_of_a_manifest_that_lead_elsewhere_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "device"
    sealed(folder)
    index = json.loads((folder / "manifest.json").read_bytes())["members"]["index.html"]
    for name in ("../key", "/etc/passwd", "a\\b", "a//b", ".hidden", "x" * 300):
        said = json.loads((folder / "manifest.json").read_bytes())
        said["members"] = {name: index}
        (folder / "manifest.json").write_text(json.dumps(said, indent=1) + "\n")
        found = verify(folder)
        assert found.changed == ("manifest.json",) and found.missing == (), name
