# SPDX-License-Identifier: Apache-2.0
"""A port or an instrument that one run has for itself: a lock file keeps two runs apart, whatever either opens it with.

The lock is the kernel's and goes with the process, however that ends; what stays in the file is who had it last. So one
that was left in a hurry is taken over, and whoever takes it knows that nobody put things in order.
"""

import errno
import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xky.protocol import BenchError

__all__ = ["HeldResource", "held_resource"]

_TAKEN = (errno.EAGAIN, errno.EACCES)
_OUTLIVES_A_REBOOT = Path("/var/tmp")  # FHS 3.0 §5.15: what a machine left that lost its power is to be found
_NAME_MAX = 200  # characters of a file's name; a URL may be longer


@dataclass(slots=True)
class HeldResource:
    """One that is held.

    Attributes:
        name: of the port or resource.
        left: what a run before left in the lock file that died holding it; empty: the last one let go in order.
    """

    name: str
    left: Mapping[str, Any]
    _fd: int

    @property
    def fd(self) -> int:
        """Of the lock file: a process that inherits it holds the resource, too."""
        return self._fd

    def write(self, **facts: Any) -> None:
        """Say in the lock file what whoever takes it over ought to know, should this process die."""
        told = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds"), **facts}
        data = json.dumps(told).encode()
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, data, 0)
        os.fsync(self._fd)

    def clear(self) -> None:
        """Nothing is left to be put in order."""
        os.ftruncate(self._fd, 0)


_HELD: dict[Path, tuple[HeldResource, int]] = {}  # of this process: a run holds for all its parts, which hold it, too


@contextmanager
def held_resource(name: str) -> Iterator[HeldResource]:
    """Hold a port or resource; this process may hold it several times over.

    Args:
        name: path of a port, its URL, or the name of an instrument's resource.

    Raises:
        BenchError: another run has it.
    """
    path = _folder() / _file_of(name)
    held, times = _HELD.get(path, (None, 0))
    if held is None:
        held = _taken(path, name)
    _HELD[path] = held, times + 1
    try:
        yield held
    finally:
        held, times = _HELD[path]
        if times > 1:
            _HELD[path] = held, times - 1
        else:
            del _HELD[path]
            os.close(held._fd)


def _folder() -> Path:
    """Where the lock files of all users of this machine are; ``XKY_LOCKS`` names another place."""
    told = os.environ.get("XKY_LOCKS")
    if told:
        return Path(told)
    kept = _OUTLIVES_A_REBOOT if _OUTLIVES_A_REBOOT.is_dir() else Path(tempfile.gettempdir())
    return kept / "xky-hil-locks"


def _file_of(name: str) -> str:
    real = os.path.realpath(name) if name.startswith("/") else name  # /dev/serial/by-id/… is the same port
    return re.sub(r"[^A-Za-z0-9.-]", "_", real)[-_NAME_MAX:] + ".lock"


def _taken(path: Path, name: str) -> HeldResource:
    try:
        fd = _opened(path)
    except OSError as error:
        raise BenchError(
            f"{name}: its lock file {path} cannot be made ({error.strerror}); mend that, or name another folder "
            "by XKY_LOCKS"
        ) from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        who = _facts(fd)
        os.close(fd)
        if error.errno not in _TAKEN:
            raise BenchError(
                f"{name}: its lock file {path} cannot be locked ({error.strerror}); see XKY_LOCKS"
            ) from None
        of = f" (process {who['pid']})" if "pid" in who else ""
        raise BenchError(f"{name}: busy, another run has it{of}; wait for that, or end it") from None
    return HeldResource(name, _facts(fd), fd)


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    with suppress(FileExistsError):
        path.parent.mkdir(parents=True)
        path.parent.chmod(0o1777)  # as /tmp: anybody may make one, nobody remove another's
    try:
        return os.open(path, flags)  # the kernel refuses to create another user's file there
    except FileNotFoundError:
        fd = os.open(path, flags | os.O_CREAT, 0o666)
        with suppress(OSError):
            os.fchmod(fd, 0o666)
        return fd


def _facts(fd: int) -> dict[str, Any]:
    try:
        told = json.loads(os.pread(fd, 4096, 0) or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
