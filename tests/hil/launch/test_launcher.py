# SPDX-License-Identifier: Apache-2.0
"""The launcher: programs that were written for the path of a serial port open URLs."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = """
import sys, serial
from serial import Serial

class Mine(serial.Serial):
    pass

def at_once(url):
    return Serial(url, 1200, bytesize=7, parity="E", timeout=5)

def by_name(url):
    return serial.Serial(port=url, baudrate=1200, bytesize=7, parity="E", timeout=5)

def later(url):
    port = serial.Serial()
    port.port, port.baudrate, port.bytesize, port.parity, port.timeout = url, 1200, 7, "E", 5
    port.open()
    return port

if __name__ == "__main__":
    port = globals()[sys.argv[1]](sys.argv[2])
    print(port.read(5), port.baudrate, port.bytesize, port.parity, isinstance(port, serial.Serial),
          isinstance(port, Mine), isinstance(3, serial.Serial), sys.argv[0], __file__)
    port.close()
    print(port.is_open, isinstance(Mine(), serial.Serial), isinstance(Mine(), Mine))
"""


@pytest.fixture
def url() -> Iterator[str]:
    """A port over TCP on which a line says hello, without an end."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            try:
                while True:
                    connection.sendall(b"hello")
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"socket://127.0.0.1:{server.getsockname()[1]}"
    server.close()
    thread.join(5)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def launched(*words: str, cwd: Path | None = None, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """What a program says that is started by the launcher."""
    environment = os.environ if path is None else {**os.environ, "PATH": path}
    command = [sys.executable, "-m", "xky.hil.launch", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment, timeout=60)


def check(ran: subprocess.CompletedProcess[str]) -> None:
    """It read the line, at its own settings, and knows its port for a serial port."""
    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    assert sorted(first[2:7]) == sorted("hello")
    assert " 1200 7 E True False False " in first
    assert second == "False True True"


@pytest.mark.parametrize("way", ["at_once", "by_name", "later"])
def test_a_program_opens_a_url_for_a_path(program: Path, url: str, way: str) -> None:
    ran = launched(str(program), way, url)
    check(ran)
    assert ran.stdout.splitlines()[0].endswith(f" {program} {program}")


def test_a_module_opens_a_url_for_a_path(program: Path, url: str) -> None:
    check(launched("-m", "program", "at_once", url, cwd=program.parent))


def test_a_command_of_the_path_opens_a_url_for_a_path(program: Path, url: str) -> None:
    program.chmod(0o755)
    check(launched("program.py", "at_once", url, cwd=Path("/"), path=str(program.parent)))


def test_a_program_opens_an_emulated_meter_for_a_path(tmp_path: Path) -> None:
    program = tmp_path / "opens.py"
    program.write_text(
        "import serial, sys\n"
        "port = serial.Serial(sys.argv[1], 9600, bytesize=7, parity='E', timeout=5)\n"
        "print(isinstance(port, serial.Serial), port.read_until(b'\\r')[:6])"
    )
    ran = launched(str(program), "linky://standard?speed=max")
    assert ran.stdout == "True b'\\x02\\nADSC'\n", ran.stderr


def test_a_path_is_opened_as_ever(tmp_path: Path) -> None:
    program = tmp_path / "opens.py"
    program.write_text(
        "import serial, sys\nport = serial.Serial(sys.argv[1], 9600)\nprint(port.name, port.fileno() > 2)"
    )
    master, slave = os.openpty()
    ran = launched(str(program), os.ttyname(slave))
    assert ran.stdout == f"{os.ttyname(slave)} True\n", ran.stderr
    os.close(master)
    os.close(slave)


def test_the_status_of_the_program_is_that_of_the_launcher(tmp_path: Path) -> None:
    program = tmp_path / "ends.py"
    program.write_text("import sys\nsys.exit(7)")
    assert launched(str(program)).returncode == 7


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "xky: usage: python -m xky.hil.launch [-m MODULE | PROGRAM] ARGUMENTS…\n"),
        (("-m",), "xky: usage: python -m xky.hil.launch [-m MODULE | PROGRAM] ARGUMENTS…\n"),
        (("no-such.py",), "xky: no-such.py: no such program; give a file, a command on the PATH, or -m MODULE\n"),
    ],
)
def test_what_cannot_be_run_is_told_in_one_line(words: tuple[str, ...], told: str) -> None:
    ran = launched(*words)
    assert (ran.returncode, ran.stderr) == (2, told)
