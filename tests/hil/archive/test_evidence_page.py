# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/evidence.md as they stand there, from making a key to a check without the package."""

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from ...command import PLAIN

PAGE = Path(__file__).parents[3] / "docs" / "evidence.md"
TOOLS = ("unzip", "openssl", "sha256sum", "zcat")


@pytest.mark.nightly
@pytest.mark.skipif(not all(map(which, TOOLS)), reason=f"needs {', '.join(TOOLS)}: install Debian's packages")
def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 4
    script = "set -e\n" + "".join(f"({block})\n" for block in blocks).replace(
        "certify sim:generic", "certify sim:generic --only TIC-CHK-1"
    )
    here = tmp_path / "bin"
    here.mkdir()
    (here / "xky").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from xky.hil.cli import main; main()" "$@"\n')
    (here / "xky").chmod(0o755)
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **PLAIN, "PATH": path},
    )
    assert run.returncode == 0, run.stderr
    assert "Signature Verified Successfully" in run.stdout
    assert "it stands" in run.stdout
    assert re.search(r"^[0-9a-f]{16}$", run.stdout, re.M)
    assert (tmp_path / "shared.xky").exists()
