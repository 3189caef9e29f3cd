# SPDX-License-Identifier: Apache-2.0
"""Keeps one program, and ends it with all that it started: when it is told to, or when whoever asked for it is gone.

A script that runs by itself, without what is installed: ``keeper.py FD GRACE_S COMMAND…``; ``kept_program`` starts
it and hears over the socket FD. It is a process of its own since it has to outlive a bench that is killed. On Linux
orphans come to it, whatever session they made for themselves; elsewhere it knows the program's process group alone.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

__all__ = ["end_all", "keep", "living"]

_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
_LOOKS_AGAIN_S = 0.02


def keep(ear: socket.socket, grace_s: float, words: list[str]) -> None:
    """Start a program, tell how it ends, and end it with all that it started when the other end speaks or is gone.

    Args:
        ear: told ``failed ERRNO`` or ``started``, ``ended STATUS`` as of ``waitpid``, and ``left PID NAME`` of each
            process that could not be ended.
        grace_s: seconds between SIGTERM and SIGKILL, and given to SIGKILL.
        words: of the command.
    """
    _control(_SET_CHILD_SUBREAPER, 1)
    for order in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(order, _nothing)  # not ignored: the program would inherit that
    awake, wakes = os.pipe()
    for end in (awake, wakes):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wakes)
    program, trouble = _started(words)
    if trouble:
        _tell(ear, f"failed {trouble}")
        return
    _tell(ear, "started")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the program's: their end is seen when it has let go of them
        os.dup2(nowhere, stream)

    def reap() -> None:
        status = _reaped().get(program)
        if status is not None:
            _tell(ear, f"ended {status}")

    while True:
        ready, _, _ = select.select([ear.fileno(), awake], [], [])
        if awake in ready:
            with suppress(BlockingIOError):
                os.read(awake, 4096)
            reap()
        if ear.fileno() in ready:
            break
    for process, name in end_all(program, grace_s, reap):
        _tell(ear, f"left {process} {name}")


def end_all(program: int, grace_s: float, reap: Callable[[], None]) -> list[tuple[int, str]]:
    """SIGTERM to all that is left of a program, SIGKILL to what stays; numbers and names of what even that leaves.

    Args:
        program: its number, and that of its process group.
        grace_s: given to each signal.
        reap: takes in children that have ended.
    """
    for order in (signal.SIGTERM, signal.SIGKILL):
        give_up = time.monotonic() + grace_s
        told: set[int] = set()
        while left := living(program):
            if time.monotonic() >= give_up:
                break
            for process in left.keys() - told:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process, order)
            if order == signal.SIGTERM:
                told |= left.keys()
            time.sleep(_LOOKS_AGAIN_S)
            reap()
        if not left:
            return []
    return [(abs(process), name) for process, name in left.items()]


def living(program: int) -> dict[int, str]:
    """What descends from this process and has not ended, with names; where the system does not tell, the group.

    Args:
        program: number of that group; it is told below 0, as ``kill`` takes it.
    """
    try:
        numbers = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        try:
            os.killpg(program, 0)
        except OSError:
            return {}
        return {-program: "its process group"}
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for number in numbers:
        with suppress(OSError), open(f"/proc/{number}/stat", "rb") as file:
            before, _, behind = file.read().rpartition(b")")
            fields = behind.split()
            state, parent, threads = fields[0], int(fields[1]), int(fields[17])
            children.setdefault(parent, []).append(number)
            if state not in (b"Z", b"X") or threads > 1:  # the first of its threads may have ended alone
                names[number] = before.partition(b"(")[2].decode(errors="replace")
    found: dict[int, str] = {}
    parents = [os.getpid()]
    while parents:
        for child in children.get(parents.pop(), ()):
            parents.append(child)
            if child in names:
                found[child] = names[child]
    return found


def _started(words: list[str]) -> tuple[int, int]:
    """A program's number, and the errno of why it could not be run."""
    trouble, tells = os.pipe()  # closed by exec
    program = os.fork()
    if not program:
        try:
            os.setsid()
            _control(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
            for order in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them
                signal.signal(order, signal.SIG_DFL)
            os.execvp(words[0], words)
        except OSError as error:
            os.write(tells, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(tells)
    with open(trouble, "rb") as told:
        return program, int(told.read() or 0)


def _reaped() -> dict[int, int]:
    """Children that ended, orphans of the program among them, and how."""
    ended = {}
    with suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                break
            ended[process] = status
    return ended


def _control(what: int, value: int) -> None:
    with suppress(OSError, AttributeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def _nothing(number: int, frame: FrameType | None) -> None:
    pass


def _tell(ear: socket.socket, text: str) -> None:
    with suppress(OSError):  # nobody is there to hear it
        ear.sendall(text.replace("\n", " ").encode() + b"\n")


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as connected:
        connected.set_inheritable(False)
        keep(connected, float(sys.argv[2]), sys.argv[3:])
