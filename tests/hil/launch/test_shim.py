# SPDX-License-Identifier: Apache-2.0
"""The preloaded library: a pty keeps what it was asked, the bench hears it, every other terminal is left alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from xky.hil.launch import shim as module
from xky.hil.launch.shim import Asked, NoShimError, Shim, shim_library

from ...compiler import needs_compiler

pytestmark = needs_compiler

OPENS = """
import sys, serial, termios
for _ in range(3):
    port = serial.Serial(sys.argv[1], int(sys.argv[2]), bytesize=int(sys.argv[3]), parity=sys.argv[4])
    port.timeout = 0.1
    kept = termios.tcgetattr(port.fd)[2]
    port.close()
print((kept & termios.CSIZE) == termios.CS7, bool(kept & termios.PARENB))
"""


@dataclass
class Terminal:
    """A pty, and the shim that hears what is asked of it."""

    path: str
    shim: Shim

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A program with the shim in it."""
        environment = {**os.environ, **self.shim.environment()}
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    def opened(self, path: str, *settings: str) -> subprocess.CompletedProcess[str]:
        """A program that opens a terminal three times and changes its mind in between."""
        return self.run(sys.executable, "-c", OPENS, path, *settings)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = os.openpty()
    path = os.ttyname(slave)
    shim = Shim(path)
    yield Terminal(path, shim)
    shim.close()
    os.close(master)
    os.close(slave)


def test_a_program_may_insist_on_seven_bits_and_parity_again_and_again(terminal: Terminal) -> None:
    ran = terminal.opened(terminal.path, "9600", "7", "E")
    assert (ran.stdout, ran.stderr) == ("True True\n", "")
    asked = terminal.shim.asked()
    assert len(asked) >= 3
    assert set(asked) == {Asked(9600, 7, "E", 1)}
    assert terminal.shim.asked() == []


@pytest.mark.parametrize(("baud", "bits", "parity"), [("1200", "7", "O"), ("9700", "8", "N"), ("38400", "8", "E")])
def test_what_was_asked_is_told_as_it_was_asked(terminal: Terminal, baud: str, bits: str, parity: str) -> None:
    assert terminal.opened(terminal.path, baud, bits, parity).returncode == 0
    assert terminal.shim.asked()[-1] == Asked(int(baud), int(bits), parity, 1)


@pytest.mark.skipif(shutil.which("stty") is None, reason="needs stty, of GNU coreutils")
def test_stty_which_reads_back_what_it_set_is_content(terminal: Terminal) -> None:
    ran = terminal.run("stty", "-F", terminal.path, "1200", "cs7", "parenb", "-parodd", "cstopb")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert terminal.shim.asked() == [Asked(1200, 7, "E", 2)]


def test_another_terminal_is_left_to_the_kernel(terminal: Terminal) -> None:
    master, slave = os.openpty()
    ran = terminal.opened(os.ttyname(slave), "9600", "8", "N")
    assert ran.stdout == "False False\n"
    assert "Invalid argument" in terminal.opened(os.ttyname(slave), "9600", "7", "E").stderr
    assert terminal.shim.asked() == []
    os.close(master)
    os.close(slave)


def test_a_program_lives_on_when_the_bench_hears_no_more(terminal: Terminal) -> None:
    environment = terminal.shim.environment()
    terminal.shim.close()
    words = [sys.executable, "-c", OPENS, terminal.path, "9600", "7", "E"]
    ran = subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


SANITIZED = "#include <termios.h>\nint main(void) { struct termios t; return tcgetattr(0, &t) == 0; }"


def test_a_program_with_an_address_sanitizer_starts(terminal: Terminal, tmp_path: Path) -> None:
    program = tmp_path / "sanitized"
    command = ["gcc", "-fsanitize=address", "-x", "c", "-", "-o", str(program)]
    try:
        subprocess.run(command, input=SANITIZED.encode(), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs gcc with its address sanitizer: install gcc and libasan")
    ran = terminal.run(str(program))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_was_preloaded_and_said_to_the_sanitizer_before_stays(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_PRELOAD", "libmine.so")
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    environment = terminal.shim.environment()
    assert environment["LD_PRELOAD"] == f"{shim_library()}:libmine.so"
    assert environment["ASAN_OPTIONS"] == "detect_leaks=0:verify_asan_link_order=0"


# The library


def test_it_is_built_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    library = shim_library()
    built = library.stat().st_mtime_ns
    monkeypatch.setenv("PATH", "")
    assert shim_library() == library
    assert library.stat().st_mtime_ns == built
    assert [path.name for path in library.parent.iterdir()] == [library.name]


def test_several_may_build_it_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with ThreadPoolExecutor(4) as pool:
        libraries = list(pool.map(lambda _: shim_library(), range(4)))
    assert len(set(libraries)) == 1
    assert [path.name for path in libraries[0].parent.iterdir()] == [libraries[0].name]


def test_no_compiler_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoShimError, match=r"there is no C compiler; install one \(cc\)"):
        shim_library()


def test_a_compiler_that_fails_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(module, "_FLAGS", ("--no-such-flag",))
    with pytest.raises(NoShimError, match=r"failed: .*no-such-flag"):
        shim_library()
    assert list((tmp_path / "xky-hil").iterdir()) == []


def test_a_person_without_a_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(NoShimError, match="there is no home folder to keep it in; set XDG_CACHE_HOME"):
        shim_library()


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(NoShimError, match=r"file/xky-hil: cannot be written \(Not a directory\); set XDG_CACHE_HOME"):
        shim_library()


@pytest.mark.parametrize("name", ["a folder", "a:folder"])
def test_a_folder_that_cannot_be_named_in_a_preload_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
    with pytest.raises(NoShimError, match="has a space or a colon in its name"):
        shim_library()
