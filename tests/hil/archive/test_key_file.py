# SPDX-License-Identifier: Apache-2.0
"""Keys of signers: made for their owner's eyes alone, shown, and refused where they are not what is asked for."""

import json
import stat
import subprocess
from pathlib import Path
from shutil import which

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ...command import xky

CERTIFY = ("certify", "sim:generic", "--mode", "historic", "--only", "TIC-CHK-1")


def test_a_new_key_is_for_its_owner_alone_and_is_never_written_over(tmp_path: Path) -> None:
    run = xky("keys", "new", "lab", "--json", cwd=tmp_path)
    assert run.returncode == 0
    made = json.loads(run.stdout)
    assert stat.S_IMODE((tmp_path / "lab").stat().st_mode) == 0o600
    before = (tmp_path / "lab").read_bytes()
    for name in ("lab", "lab.pub"):
        assert json.loads(xky("keys", "show", name, "--json", cwd=tmp_path).stdout) == made
    again = xky("keys", "new", "lab", cwd=tmp_path)
    assert (again.returncode, (tmp_path / "lab").read_bytes()) == (2, before)
    assert "lab: is there already, and a key is never written over; give another name" in again.stderr
    (tmp_path / "lab").rename(tmp_path / "kept")
    assert xky("keys", "new", "lab", cwd=tmp_path).returncode == 2  # lab.pub is of another key
    assert not (tmp_path / "lab").exists()


def test_a_key_is_not_made_where_nothing_can_be_written(tmp_path: Path) -> None:
    run = xky("keys", "new", "none/lab", cwd=tmp_path)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1) and "none/lab: cannot be written" in run.stderr


@pytest.mark.skipif(which("openssl") is None, reason="needs openssl: install Debian's openssl")
def test_openssl_reads_the_keys(tmp_path: Path) -> None:
    xky("keys", "new", "lab", cwd=tmp_path)
    told = [
        subprocess.run(
            ["openssl", "pkey", "-in", name, *more, "-pubout"], cwd=tmp_path, capture_output=True, check=True
        )
        for name, more in (("lab", []), ("lab.pub", ["-pubin"]))
    ]
    assert told[0].stdout == told[1].stdout == (tmp_path / "lab.pub").read_bytes()


def test_what_cannot_sign_is_refused_before_the_run(tmp_path: Path) -> None:
    xky("keys", "new", "lab", cwd=tmp_path)
    xky("keys", "new", "wide", cwd=tmp_path)
    (tmp_path / "wide").chmod(0o640)
    (tmp_path / "text").write_text("no key")
    (tmp_path / "text").chmod(0o600)
    other = ec.generate_private_key(ec.SECP256R1())
    for name, lock in (
        ("other", serialization.NoEncryption()),
        ("locked", serialization.BestAvailableEncryption(b"a")),
    ):
        (tmp_path / name).write_bytes(
            other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
        )
        (tmp_path / name).chmod(0o600)
    for name, told in (
        ("none", "--sign none: cannot be read (No such file or directory); make one with: xky keys new FILE"),
        ("lab.pub", "--sign lab.pub: is a public key, which signs nothing; give the file beside it, without .pub"),
        ("wide", "--sign wide: others may read or change it (mode 640); chmod 600 it"),
        ("text", "--sign text: holds no private key; make one with: xky keys new FILE"),
        ("other", "--sign other: is a key of another kind than Ed25519; make one with: xky keys new FILE"),
        ("locked", "--sign locked: is locked by a password"),
    ):
        run = xky(*CERTIFY, "--sign", name, cwd=tmp_path)
        assert run.returncode == 2 and told in run.stderr and run.stderr.count("\n") == 1, run.stderr
        assert not (tmp_path / "report").exists()


def test_who_is_to_have_signed_is_given_by_a_public_key(tmp_path: Path) -> None:
    xky("keys", "new", "lab", cwd=tmp_path)
    (tmp_path / "text").write_text("no key")
    for name, told in (
        ("lab", "--signer lab: is a private key, which nobody has to show; give lab.pub"),
        ("none", "--signer none: cannot be read"),
        ("text", "--signer text: holds no public key; give the FILE.pub of xky keys new FILE"),
    ):
        run = xky("verify", "any.xky", "--signer", name, cwd=tmp_path)
        assert run.returncode == 2 and told in run.stderr and run.stderr.count("\n") == 1
