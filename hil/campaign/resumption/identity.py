# SPDX-License-Identifier: Apache-2.0
"""What two parts of a run must have in common: else their verdicts are not those of one device under one suite."""

import hashlib
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from xky.boards import Board
from xky.protocol import InputError

from ...bench.command_secrets import shown_address, shown_command, shown_device
from ..hidden_secrets import HiddenSecrets, masked_board, masked_toml, secrets_of_run

__all__ = ["difference", "identity_of", "names_its_program"]

_FILES = ("meter", "bench", "statement")  # options that name files whose content counts
_HASHED = ("reset", "flash")  # commands that may hold what is nobody's business
_OF_THE_REPORT = ("lang", "pdf", "contested")  # options that no verdict depends on
_NOT_GIVEN = {"None": "not given", "()": "not given", "": "not known"}
_PACKAGES = ("protocol", "emulator", "boards", "hil")
_OF_THE_SUITE = (".py", ".toml", ".json", ".ini", ".c")
_PROGRAMS = ("exec", "iss")


def identity_of(options: Any, board: Board, probes: Sequence[str]) -> dict[str, str]:
    """Name and value, or a hash, of everything that verdicts depend on besides the device's own behaviour.

    No password has a part in it: what is signed or kept would let it be guessed.

    Args:
        options: of a campaign.
        board: the statement laid over it.
        probes: as they may be printed.

    Raises:
        InputError: a file that counts cannot be read.
    """
    told = {
        name: _hash(repr(shown_command(value)).encode()) if name in _HASHED and value else str(value)
        for name, value in asdict(options).items()
        if name != "probes" and name not in _OF_THE_REPORT  # probes may hold passwords: as they may be printed
    }
    hidden = secrets_of_run(board, options)
    contents = {
        f"{name}'s content": _hash_without(hidden, Path(str(getattr(options, name))))
        for name in _FILES
        if getattr(options, name) is not None and Path(str(getattr(options, name))).is_file()
    }
    return {
        **told,
        **contents,
        "device": shown_device(options.device),
        "line": shown_address(options.line),
        "probes": ", ".join(probes),
        "board's description": _hash(masked_board(board).model_dump_json().encode()),
        "device's program": _program(options.device),
        "suite": f"xky-hil {version('xky-hil')}",
        "suite's content": _suite(),
    }


def difference(before: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """The first thing that is another, for people; None: nothing."""
    for name in dict.fromkeys((*now, *before)):
        if before.get(name) == now.get(name):
            continue
        if name.endswith(("'s content", "'s description", "'s program")):
            return f"the {name} is another one now"
        if name in _HASHED:
            return f"--{name} is another one now"
        was, is_ = (_NOT_GIVEN.get(one, one) for one in (before.get(name, ""), now.get(name, "")))
        option = name if name in ("device", "suite") else f"--{name.removesuffix('s') if name == 'probes' else name}"
        return f"{option} was {was}, and is {is_} now"
    return None


def names_its_program(device: str) -> bool:
    """Whether a device's name leads to the files of its program, so that another program is noticed."""
    return device.partition(":")[0] in (*_PROGRAMS, "sim")


def _program(device: str) -> str:
    """Hashes of the files that the words of a command name; empty for a device without any."""
    kind, _, rest = device.partition(":")
    if kind not in _PROGRAMS:
        return ""
    try:
        words = shlex.split(rest) if kind == "exec" else [rest]
    except ValueError:
        raise InputError(f"device {device!r}: a quotation mark is not closed; close it") from None
    found = (Path(shutil.which(word) or word) if number == 0 else Path(word) for number, word in enumerate(words))
    return " ".join(_hash_of(path) for path in found if path.is_file())


@cache
def _suite() -> str:
    """Hash of the suite and the bench themselves."""
    whole = hashlib.sha256()
    for package in _PACKAGES:
        root = Path(str(resources.files(f"xky.{package}")))
        for path in sorted(root.rglob("*")):
            if path.suffix in _OF_THE_SUITE and path.is_file():
                whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); it is part of what is certified") from None


def _hash_without(hidden: HiddenSecrets, path: Path) -> str:
    """Hash of a file without secrets: who has the report could try passwords by that of the whole."""
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); it is part of what is certified") from None
    return _hash(hidden.text(masked_toml(text)).encode("utf-8", "surrogateescape"))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
