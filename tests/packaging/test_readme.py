# SPDX-License-Identifier: Apache-2.0
"""The README runs as it is printed, and what its Python imports costs nothing before it is used."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ..command import xky

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")
SECTION = TEXT.partition("### In Python\n")[2].partition("\n## ")[0]
RECORDING = TEXT.partition("### Record your own line\n\n```sh\n")[2].partition("```")[0]
BLOCKS = re.findall(r"^```python\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


@pytest.mark.realtime
@pytest.mark.parametrize("block", BLOCKS, ids=["meter", "pty", "certify"])
def test_the_python_of_the_readme_runs(block: str, tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    if "serve_pty" in block:
        assert run.stdout.endswith("\x03\n")
    if "certify(" in block:
        assert (tmp_path / "report" / "index.html").exists()


def test_a_line_is_recorded_read_replayed_and_made_public_as_printed(tmp_path: Path) -> None:
    """With a capture in the place of the port, and a file in that of the pseudo-terminal."""
    lines = [shlex.split(line, comments=True) for line in RECORDING.splitlines()]
    assert [words[1] for words in lines if words[0] == "xky"] == ["capture", "decode", "emulate", "capture"]
    there = {"/dev/ttyUSB0": README.parent / "fixtures" / "captures" / "std_1p_base_lains.txt"}
    for line, words in zip(RECORDING.splitlines(), lines, strict=True):
        if words[0] != "xky":
            subprocess.run(line, shell=True, cwd=tmp_path, check=True)
            continue
        more = ["--out", "replayed.bin"] if "--replay" in words else []
        run = xky(*(there.get(word, word) for word in words[1:]), *more, cwd=tmp_path)
        assert (run.returncode, run.stderr) == (0, ""), line
    assert (tmp_path / "public.xkyc").exists()


def test_a_linky_on_a_pty_takes_three_lines_and_a_certification_five() -> None:
    lengths = [len([line for line in block.splitlines() if line]) for block in BLOCKS]
    assert [lengths[1] - 1, lengths[2]] <= [3, 5]  # pyserial's own import beside


@pytest.mark.nightly
def test_the_faces_give_each_name_that_they_list() -> None:
    code = (
        "import sys, xky.hil\n"
        "assert not [name for name in sys.modules if name.startswith('xky.hil.')], sys.modules\n"
        "import xky.emulator, xky.protocol\n"
        "for face in (xky.hil, xky.emulator, xky.protocol):\n"
        "    assert all(getattr(face, name) for name in face.__all__)\n"
        "try:\n"
        "    xky.hil.nothing\n"
        "except AttributeError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "module 'xky.hil' has no attribute 'nothing'\n"
