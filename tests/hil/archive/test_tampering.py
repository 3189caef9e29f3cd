# SPDX-License-Identifier: Apache-2.0
"""Whatever is done to an archive is found, and named to the member and line."""

import gzip
import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.hil import verify
from xky.hil.archive.container import write_container
from xky.hil.archive.key_file import Signer
from xky.hil.archive.manifest import read_manifest
from xky.hil.verification.verify import Verification
from xky.protocol import InputError

from .small_report import new_signer, sealed

LARGE = 200  # bytes and lines of the usual run; at night all


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return new_signer(tmp_path_factory.mktemp("keys") / "lab")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Path:
    return sealed(tmp_path_factory.mktemp("run") / "device", signer)


@pytest.fixture(scope="module")
def folder(archive: Path) -> Path:
    return archive.with_suffix("")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    path = tmp_path_factory.mktemp("altered") / "altered.xky"

    def put(data: bytes) -> Path:
        path.write_bytes(data)
        return path

    return put


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    write_container(buffer, list(parts.items()))
    return buffer.getvalue()


def lies(data: bytes) -> dict[str, range]:
    """Where the bytes of each member are."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        starts = {one.filename: one.header_offset + 30 + len(one.filename) for one in file.infolist()}
        return {one.filename: range(starts[one.filename], starts[one.filename] + one.file_size)
                for one in file.infolist()}  # fmt: skip


def named(found: Verification) -> set[str]:
    """Members that are said to be changed, without their lines."""
    return {one.partition(":")[0] for one in found.changed}


def check_flip(data: bytes, at: int, mask: int, put: Callable[[bytes], Path]) -> None:
    altered = bytearray(data)
    altered[at] ^= mask
    found = verify(put(bytes(altered)))
    of = next((name for name, where in lies(data).items() if at in where), "(container)")
    assert not (found.stands or found.whole)
    assert of in named(found), (at, mask, found)
    if of != "manifest.json":  # of a name that is another one there, the member is missing, and added
        assert named(found) == {of}, (at, mask, found)
        assert not (found.missing or found.extra)


def test_an_archive_as_it_was_written_stands(archive: Path, folder: Path, signer: Signer) -> None:
    for path in (archive, folder):
        found = verify(path, signer=signer.public.hex)
        assert found.stands and found.document() == {
            "whole": True, "signed": True, "signer": signer.public.hex, "changed": [], "missing": [], "extra": [],
            "replayed": None,
        }  # fmt: skip


@settings(max_examples=LARGE)
@given(choice=st.data())
def test_a_flipped_byte_is_named_by_its_member(
    choice: st.DataObject, archive: Path, place: Callable[[bytes], Path]
) -> None:
    data = archive.read_bytes()
    check_flip(data, choice.draw(st.integers(0, len(data) - 1)), choice.draw(st.integers(1, 255)), place)


@pytest.mark.nightly
@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_every_flipped_byte_is_named_by_its_member(mask: int, archive: Path, place: Callable[[bytes], Path]) -> None:
    data = archive.read_bytes()
    for at in range(len(data)):
        check_flip(data, at, mask, place)


def test_a_flipped_byte_of_an_unsigned_archive_is_named_as_well(tmp_path: Path, place: Callable[[bytes], Path]) -> None:
    data = sealed(tmp_path / "unsigned").read_bytes()
    for at in range(0, len(data), 17):
        check_flip(data, at, 0xFF, place)


def test_each_altered_line_of_each_member_is_named(archive: Path, place: Callable[[bytes], Path]) -> None:
    data = archive.read_bytes()
    parts = members(data)
    for name in set(parts) - {"manifest.json", "manifest.sig"}:
        whole = gzip.decompress(parts[name]) if name.endswith(".gz") else parts[name]
        lines = whole.splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            altered = b"".join([*lines[: number - 1], b"x" + line[1:], *lines[number:]])
            again = gzip.compress(altered, mtime=0) if name.endswith(".gz") else altered
            assert verify(place(packed(parts | {name: again}))).changed == (f"{name}:{number}",)


def test_a_line_taken_out_or_put_in_is_named(archive: Path, place: Callable[[bytes], Path]) -> None:
    parts, name = members(archive.read_bytes()), "report.json"
    lines = parts[name].splitlines(keepends=True)
    for altered in ([*lines[:2], *lines[3:]], [*lines[:2], b"new\n", *lines[2:]]):
        assert verify(place(packed(parts | {name: b"".join(altered)}))).changed == (f"{name}:3",)


def test_a_member_of_another_archive_is_named(archive: Path, signer: Signer, tmp_path: Path) -> None:
    parts, other = members(archive.read_bytes()), members(sealed(tmp_path / "other", signer, run=2).read_bytes())
    for name in parts:
        if parts[name] != other[name]:
            path = tmp_path / "swapped.xky"
            path.write_bytes(packed(parts | {name: other[name]}))
            found = verify(path)
            assert not found.stands and name in named(found), name


def test_a_signature_taken_away_leaves_it_unsigned(archive: Path, place: Callable[[bytes], Path]) -> None:
    parts = members(archive.read_bytes())
    del parts["manifest.sig"]
    found = verify(place(packed(parts)))
    assert (found.stands, found.signed, found.missing) == (False, False, ("manifest.sig",))
    manifest = json.loads(parts["manifest.json"])
    manifest["public_key"] = None
    parts["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    found = verify(place(packed(parts)))  # the report still says who had signed it
    assert (found.stands, found.signed, found.changed) == (False, False, ("manifest.json",))


def test_an_archive_that_nobody_signed_is_whole_and_does_not_stand(tmp_path: Path) -> None:
    found = verify(sealed(tmp_path / "unsigned"))
    assert (found.whole, found.signed, found.stands) == (True, False, False)


def test_a_signature_by_another_key_is_found(
    archive: Path, signer: Signer, tmp_path: Path, place: Callable[[bytes], Path]
) -> None:
    parts, other = members(archive.read_bytes()), new_signer(tmp_path / "other")
    found = verify(place(packed(parts | {"manifest.sig": other.sign(parts["manifest.json"])})))
    assert not (found.stands or found.signed) and "manifest.sig" in named(found)
    manifest = parts["manifest.json"].replace(signer.public.hex.encode(), other.public.hex.encode())
    signed = packed(parts | {"manifest.json": manifest, "manifest.sig": other.sign(manifest)})
    found = verify(place(signed))
    assert (found.signer, found.changed, found.stands) == (other.public.hex, ("manifest.json",), False)
    by_other = sealed(tmp_path / "by-other", other)
    assert verify(by_other).stands
    assert not verify(by_other, signer=signer.public.hex).stands


def test_members_renamed_taken_away_or_added_are_named(archive: Path, place: Callable[[bytes], Path]) -> None:
    parts = members(archive.read_bytes())
    for name in parts:
        left = {other: data for other, data in parts.items() if other != name}
        found = verify(place(packed(left)))
        assert found.missing == (name,) and not found.stands, name
        found = verify(place(packed(left | {f"{name}.old": parts[name]})))
        assert name in found.missing and not found.stands, name
        assert f"{name}.old" in found.extra or name == "manifest.json"  # without it nobody knows what was there
    found = verify(place(packed(parts | {"notes.txt": b"mine"})))
    assert (found.extra, found.changed, found.stands) == (("notes.txt",), (), False)


def _reordered(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in sorted(parts, reverse=True):
            one = zipfile.ZipInfo(name)
            one.external_attr, one.create_system = 0o100644 << 16, 3
            file.writestr(one, parts[name])
    return buffer.getvalue()


def _with_comment(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(packed(parts))
    with zipfile.ZipFile(buffer, "a") as file:
        file.comment = b"looked at"
    return buffer.getvalue()


def _with_a_gap(parts: dict[str, bytes]) -> bytes:
    data = packed(parts)
    at = data.index(b"PK\x01\x02")
    end = bytearray(data[at:])
    end[-6:-2] = (at + 8).to_bytes(4, "little")
    return data[:at] + b"in a gap" + bytes(end)


@pytest.mark.parametrize(
    "alter",
    [
        _reordered, _with_comment, _with_a_gap,
        lambda parts: packed(parts) + b"more", lambda parts: b"#!" + packed(parts),
        lambda parts: packed(parts)[:-1], lambda parts: packed(parts)[:-22],
    ],
    ids=["reordered", "comment", "gap", "appended", "put before", "a byte short", "without its end"],
)  # fmt: skip
def test_what_is_not_as_the_writer_writes_is_the_containers(
    alter: Callable[[dict[str, bytes]], bytes], archive: Path, place: Callable[[bytes], Path]
) -> None:
    found = verify(place(alter(members(archive.read_bytes()))))
    assert (found.changed, found.missing, found.extra) == (("(container)",), (), ())
    assert found.signed and not found.stands


def test_an_archive_cut_anywhere_never_stands(archive: Path, place: Callable[[bytes], Path]) -> None:
    data = archive.read_bytes()
    for length in range(1, len(data), 23):
        try:
            found = verify(place(data[:length]))
        except InputError as error:
            assert "cut short" in str(error) or "is no archive" in str(error)
        else:
            assert not found.stands and (found.missing or found.changed)


def test_sums_of_the_container_made_right_hide_nothing(archive: Path, place: Callable[[bytes], Path]) -> None:
    """CRC-32 tells of accidents; who alters a member sets it right."""
    parts = members(archive.read_bytes())
    altered = parts | {"index.html": parts["index.html"].replace(b"2 of 2", b"3 of 3")}
    data = packed(altered)
    assert zlib.crc32(altered["index.html"]).to_bytes(4, "little") in data
    assert verify(place(data)).changed == ("index.html:2",)


def test_a_manifest_altered_beside_a_member_is_named_with_it(archive: Path, place: Callable[[bytes], Path]) -> None:
    parts = members(archive.read_bytes())
    altered = parts["index.html"].replace(b"pass", b"fail")
    manifest = read_manifest(parts["manifest.json"])
    digest = manifest.members["index.html"].sha256
    told = parts["manifest.json"].replace(digest.encode(), hashlib.sha256(altered).hexdigest().encode())
    found = verify(place(packed(parts | {"index.html": altered, "manifest.json": told})))
    assert "manifest.json" in named(found) and not found.signed
    data = parts["manifest.json"].replace(b"2026-10-15", b"2025-10-15")
    assert "manifest.json" in named(verify(place(packed(parts | {"manifest.json": data}))))


def test_a_folder_tells_as_much(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "device.xky").write_bytes(b"stands beside it")
    assert verify(copy).stands
    (copy / "index.html").write_bytes(b"<p>pass\n<p>decided 3 of 3\n")
    (copy / "junit.xml").unlink()
    (copy / "notes.txt").write_text("mine")
    (copy / "evidence" / "link").symlink_to(folder)
    found = verify(copy)
    assert (found.changed, found.missing) == (("index.html:2",), ("junit.xml",))
    assert set(found.extra) == {"evidence/link", "notes.txt"} and found.signed and not found.stands


def test_every_byte_of_a_folders_manifest_counts(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for name, step in (("manifest.json", 37), ("manifest.sig", 7)):
        data = (copy / name).read_bytes()
        for at in range(0, len(data), step):
            (copy / name).write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
            found = verify(copy)
            assert not found.stands and name in named(found), at
        (copy / name).write_bytes(data)


def test_the_same_files_give_the_same_archive(tmp_path: Path, signer: Signer) -> None:
    one, other = (sealed(tmp_path / name / "device", signer).read_bytes() for name in ("here", "there"))
    assert one == other
