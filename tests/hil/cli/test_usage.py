# SPDX-License-Identifier: Apache-2.0
"""The command line itself: every complaint in one line, the version, completion, standard output as a file."""

import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from pkgutil import walk_packages

import pytest

from xky.boards import board_names
from xky.emulator.meter_file.meter_file import meter_names
from xky.hil import cli

from ...command import PLAIN, XKY, xky


@pytest.mark.parametrize(("arguments", "expected"), [
    (["nosuch"], r"no such command 'nosuch'; known: capture, .*power, .*; see xky --help"),
    (["certfy"], r"no such command 'certfy'; known: .*\. Did you mean certify\? See xky --help"),
    (["--sped"], r"no such option: --sped; see xky --help"),
    (["boards", "nosuch"], r"boards: no such command 'nosuch'; known: show; see xky boards --help"),
    (["boards", "--sped"], r"boards: no such option: --sped; see xky boards --help"),
    (["boards", "show"], r"boards show: missing argument .*NAME.*; see xky boards show --help"),
    (["certify", "--sped", "1"], r"certify: no such option: --sped.*--speed.*[;?] [sS]ee xky certify --help"),
    (["certify", "sim:generic", "more"], r"certify: got unexpected extra argument.*more.*; see xky certify --help"),
    (["certify", "sim:generic", "--mode", "both"], r"certify: invalid value for '--mode': 'both' is not one of .*"),
    (["emulate", "--frames", "0"], r"emulate: invalid value for '--frames': .*; see xky emulate --help"),
    (["emulate", "--mode"], r"emulate: option '--mode' requires an argument; see xky emulate --help"),
    (["emulate", "--phases", "x"], r"emulate: invalid value for '--phases': .*; see xky emulate --help"),
    (["decode"], r"decode: missing argument .*SOURCE.*; see xky decode --help"),
    (["power", "sweep", "--joobs", "3"], r"power sweep: no such option: --joobs.*--jobs.*xky power sweep --help"),
])  # fmt: skip
def test_a_wrong_command_line_is_one_line_and_exit_2(arguments: list[str], expected: str, tmp_path: Path) -> None:
    run = xky(*arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch(f"xky: {expected}\n", run.stderr), run.stderr


@pytest.mark.parametrize(("arguments", "what"), [
    (["certify", "sim:generic", "--out", ""], "--out"), (["certify", "sim:generic", "--out="], "--out"),
    (["certify", ""], "an argument"), (["decode", "x", "--parquet", ""], "--parquet"), (["", "x"], "an argument"),
    (["emulate", "--frames", "1", "--out", ""], "--out"), (["emulate", "--scenario", "", "--out", "x"], "--scenario"),
    (["power", "sweep", "winky-c6", "--vary", "cap_f=1:2", "--out", ""], "--out"), (["keys", "new", ""], "an argument"),
])  # fmt: skip
def test_a_word_that_is_empty_is_refused_and_nothing_is_written(
    arguments: list[str], what: str, tmp_path: Path
) -> None:
    run = xky(*arguments, cwd=tmp_path)
    told = f"xky: {what}: is empty, as is a variable that nobody set; give it a value, or leave it out\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["power"]])
def test_no_command_at_all_is_the_page_of_help(arguments: list[str], tmp_path: Path) -> None:
    run = xky(*arguments, cwd=tmp_path)
    assert "Usage: xky" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    run = xky("--version", cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, f"xky {version('xky-hil')}\n", "")


INTERRUPTED_AT = """
import sys
sys.argv[0], module = "xky", sys.argv.pop(1)
class Person:
    def find_spec(self, name, *_):
        if name == module:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Person())
from xky.hil.start import main
main()
"""


@pytest.mark.parametrize(("module", "words", "status"), [
    ("typer", ["emulate", "--mode", "historic"], 0), ("typer", ["certify", "sim:generic"], 130),
    ("xky.hil.cli.emulate", ["emulate"], 0), ("simpy", ["emulate", "--out", "x"], 0),
    ("xky.hil.cli.capture", ["capture", "/dev/null", "--out", "x"], 0), ("xky.hil.cli.watch", ["watch", "x"], 0),
    ("xky.hil.cli.listen", ["listen", "mqtt"], 0), ("xky.hil.cli.diff", ["diff", "a", "b"], 130),
])  # fmt: skip
@pytest.mark.by_day(3)
def test_ctrl_c_is_one_line_while_a_command_is_starting(
    module: str, words: list[str], status: int, tmp_path: Path
) -> None:
    run = subprocess.run([sys.executable, "-c", INTERRUPTED_AT, module, *words], cwd=tmp_path, capture_output=True,
                         text=True, timeout=60, check=False)  # fmt: skip
    told = "ended; nothing was to be kept" if status == 0 else "interrupted; nothing is kept"
    assert (run.returncode, run.stdout, run.stderr) == (status, "", f"xky: {told}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("words", "offered"), [
    ("xky cert", "certify"), ("xky power sw", "sweep"), ("xky certify --on", "--only"),
    ("xky emulate --mode h", "historic"),
])  # fmt: skip
def test_a_shell_completes_commands_options_and_values(words: str, offered: str) -> None:
    assert completed(words) == [offered]


COMMANDS_OF_POWER = ["compare", "fit", "profile", "show", "spice", "sweep"]


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("words", "offered"), [
    ("xky certify --meter ", meter_names()),
    ("xky power ", [*COMMANDS_OF_POWER, *board_names()]),
    ("xky boards show ", board_names()),
    ("xky power eky --scenario supply", ["supply-cut-outs", "supply-weak"]),
])  # fmt: skip
def test_a_shell_completes_names_of_what_is_known(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


def test_each_name_of_a_board_meter_scenario_or_contract_can_be_completed() -> None:
    names = {"board", "first", "second", "meter", "scenario", "contract", "defect", "only"}
    found = {}
    for module in walk_packages(cli.__path__, f"{cli.__name__}."):
        command = getattr(import_module(module.name), "command", None)
        for name, parameter in {} if command is None else signature(command).parameters.items():
            if name in names:
                found[f"{module.name} {name}"] = parameter.annotation.__metadata__[0].autocompletion
    assert len(found) >= 13
    assert [place for place, completion in found.items() if completion is None] == []


def completed(words: str) -> list[str]:
    """What a shell offers behind these words: for the last of them, or for one more behind a space."""
    number = len(words.split()) - (not words.endswith(" "))
    asked = {"_XKY_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(number)}
    start = "import sys; sys.argv[0] = 'xky'; from xky.hil.start import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", start], env={**os.environ, **PLAIN, **asked}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    return run.stdout.split()


def emulate(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*XKY, "emulate", *arguments], capture_output=True, timeout=60, check=False)


@pytest.mark.nightly
def test_standard_output_gets_what_a_file_gets(tmp_path: Path) -> None:
    run = emulate("--frames", "2", "--out", "-")
    assert xky("emulate", "--frames", "2", "--out", "file", cwd=tmp_path).returncode == 0
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("besides", [["--port", "pty"], ["--link", "x"], ["--plot", "x.svg"], ["--control", "0"]])
def test_standard_output_is_the_lines_alone(besides: list[str], tmp_path: Path) -> None:
    run = xky("emulate", "--out", "-", *besides, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"xky: {besides[0]}: does not go with --out -")


@pytest.mark.parametrize("arguments", [
    ["capture", "x", "--out", "-"], ["certify", "sim:generic", "--out", "-"], ["decode", "x", "--parquet", "-"],
    ["power", "fit", "loky", "x", "--out", "-"], ["power", "profile", "x", "--out", "-"],
])  # fmt: skip
def test_nothing_is_ever_called_a_dash(arguments: list[str], tmp_path: Path) -> None:
    run = xky(*arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert run.stderr == f"xky: {arguments[-2]} -: does not go to standard output; give a name\n"


def test_a_netlist_goes_to_standard_output_either_way(tmp_path: Path) -> None:
    said = xky("power", "spice", "winky-c6", cwd=tmp_path).stdout
    assert said and xky("power", "spice", "winky-c6", "--out", "-", cwd=tmp_path).stdout == said
    assert list(tmp_path.iterdir()) == []
