# SPDX-License-Identifier: Apache-2.0
"""What a program asks of a pseudo-terminal beyond what the kernel keeps, told by a library preloaded into it.

The library is built from ``tcsetattr_shim.c`` on first use, where a C compiler is, and kept for the next run.
It reaches every program that is linked dynamically, and those that it starts.
"""

import hashlib
import os
import platform
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

__all__ = ["Asked", "NoShimError", "Shim", "shim_library"]

_SOURCE = resources.files(__package__) / "tcsetattr_shim.c"
_COMPILERS = ("cc", "gcc", "clang")
# No library is needed and none is asked for: what is preloaded must load into programs of any libc.
_FLAGS = ("-shared", "-fPIC", "-O2", "-nostdlib", "-fno-stack-protector", "-U_FORTIFY_SOURCE")
_BUILDS_WITHIN_S = 60.0
_DATAGRAM_MAX = 64


class NoShimError(Exception):
    """There is no shim to be had here: the text says why. A run goes on without."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asked of its port by one call.

    Attributes:
        baud: bits per second; None where the system does not say.
        data_bits: 5 to 8.
        parity: ``"E"``, ``"O"`` or ``"N"``.
        stop_bits: 1 or 2.
    """

    baud: int | None
    data_bits: int
    parity: str
    stop_bits: int


def shim_library() -> Path:
    """The library, built now if it was not yet; safe when two processes build at once.

    Raises:
        NoShimError: no compiler, it fails, or there is no place for the library.
    """
    source = _SOURCE.read_bytes()
    folder = _cache_folder() / "xky-hil"
    made_of = b"\0".join((source, " ".join(_FLAGS).encode(), platform.machine().encode()))
    library = folder / f"tcsetattr-{hashlib.sha256(made_of).hexdigest()[:16]}.so"
    if any(character in " :" for character in str(library)):  # what separates names in LD_PRELOAD
        raise NoShimError(f"{folder} has a space or a colon in its name; set XDG_CACHE_HOME to another folder")
    try:
        if not library.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as workshop:
                built = Path(workshop) / library.name
                _build(source, built)
                os.replace(built, library)
    except OSError as error:
        raise NoShimError(f"{folder}: cannot be written ({error.strerror}); set XDG_CACHE_HOME") from None
    return library


def _cache_folder() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(chosen) if chosen else Path.home() / ".cache"
    except RuntimeError:
        raise NoShimError("there is no home folder to keep it in; set XDG_CACHE_HOME") from None


def _build(source: bytes, library: Path) -> None:
    compiler = next((found for name in _COMPILERS if (found := shutil.which(name))), None)
    if compiler is None:
        raise NoShimError("there is no C compiler; install one (cc)")
    command = [compiler, *_FLAGS, "-x", "c", "-", "-o", str(library)]
    try:
        subprocess.run(command, input=source, capture_output=True, check=True, timeout=_BUILDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        raise NoShimError(f"{compiler} did not end within {_BUILDS_WITHIN_S:.0f} s") from None
    except OSError as error:
        raise NoShimError(f"{compiler} cannot be run ({error.strerror})") from None
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise NoShimError(f"{compiler} failed: {words[0]}") from None


class Shim:
    """Hears what programs ask of one port.

    Args:
        port: path of a pseudo-terminal.

    Raises:
        NoShimError: see ``shim_library``.
    """

    def __init__(self, port: str) -> None:
        self._library = shim_library()
        self._number = os.stat(port).st_rdev
        self._name = f"xky-hil-{os.getpid()}-{secrets.token_hex(8)}"
        try:
            self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        except OSError as error:
            raise NoShimError(f"no socket to be had ({error.strerror}); close some") from None
        self._ear.setblocking(False)
        self._ear.bind(f"\0{self._name}")  # an abstract name: it goes with the socket

    def environment(self) -> dict[str, str]:
        """What a program needs in its environment, over what this process has."""
        preloaded = os.environ.get("LD_PRELOAD")
        checks = os.environ.get("ASAN_OPTIONS")
        return {
            "LD_PRELOAD": str(self._library) if not preloaded else f"{self._library}:{preloaded}",
            "XKY_PORT_NUMBER": str(self._number),
            "XKY_PORT_TOLD": self._name,
            # gcc's address sanitizer wants to be first, and ends a program in which something is preloaded
            "ASAN_OPTIONS": "verify_asan_link_order=0" if not checks else f"{checks}:verify_asan_link_order=0",
        }

    def fileno(self) -> int:
        """Readable when a program has asked for something."""
        return self._ear.fileno()

    def asked(self) -> list[Asked]:
        """What was asked since the last call, in order."""
        asked = []
        with suppress(BlockingIOError):
            while True:
                rate, bits, parity, stops = self._ear.recv(_DATAGRAM_MAX).decode("ascii").split()
                asked.append(Asked(int(rate) or None, int(bits), parity, int(stops)))
        return asked

    def close(self) -> None:
        """Hear no more; safe to call twice."""
        self._ear.close()
