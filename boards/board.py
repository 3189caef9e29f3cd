# SPDX-License-Identifier: Apache-2.0
"""The description of a hardware revision: a TOML file with the source of each value beside it."""

import difflib
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xky.protocol import InputError, Mode

__all__ = ["Board", "Limits", "Listen", "Receiver", "Wake", "board_named", "board_names", "load_board"]

Seconds = Annotated[float, Field(ge=0)]
_BUILT_IN = resources.files(__package__)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Receiver(_Section):
    """The UART: its settings follow from the TIC mode (7E1) unless the board says otherwise."""

    buffer_bytes: Annotated[int, Field(ge=1)] = 4095
    """Characters kept while the program does not read."""


class Listen(_Section):
    """How a sleeping device reads."""

    frames: Annotated[int, Field(ge=1)] = 2
    timeout_s: Annotated[float, Field(gt=0)] = 12.0


class Wake(_Section):
    """The life of a device that sleeps, phase by phase."""

    boot_s: Seconds
    associate_s: Seconds
    address_s: Seconds
    connect_s: Seconds
    publish_s: Seconds
    sleep_s: Seconds

    @property
    def deaf_s(self) -> float:
        """From wake-up until the TIC is listened to."""
        return self.boot_s + self.associate_s + self.address_s + self.connect_s


class Limits(_Section):
    """Times that verdicts use, in line time; None takes the default from the frame period."""

    freshness_s: Seconds | None = None
    completeness_s: Seconds | None = None
    recovery_s: Seconds | None = None


class Board(_Section):
    """One hardware revision.

    Attributes:
        id: its name on the command line.
        title: one line for people.
        firmware: simulated firmware of ``boards/firmware/`` that runs on it; None: real devices only.
        modes: TIC modes that it reads.
        labels: labels that it claims to report; None claims every label of the mode.
        wake: None for a device that is always on and reports each frame.
    """

    id: str
    title: str
    firmware: str | None = None
    modes: tuple[Mode, ...] = (Mode.HISTORIC, Mode.STANDARD)
    labels: tuple[str, ...] | None = None
    receiver: Receiver = Receiver()
    listen: Listen = Listen()
    wake: Wake | None = None
    limits: Limits = Limits()

    @property
    def report_period_s(self) -> float:
        """Longest time between two readings of a sleeping device; 0 for one that reports each frame."""
        if self.wake is None:
            return 0.0
        return self.wake.deaf_s + self.listen.timeout_s + self.wake.publish_s + self.wake.sleep_s


def board_names() -> list[str]:
    """The boards shipped: the TOML files of this folder."""
    return sorted(entry.name.removesuffix(".toml") for entry in _BUILT_IN.iterdir() if entry.name.endswith(".toml"))


def board_named(name: str) -> Board:
    """A shipped board by name, or any board by the path of its file (``….toml``).

    Raises:
        InputError: no such board, or its file is wrong; the text names file, line and key.
    """
    if name.endswith(".toml"):
        return load_board(Path(name))
    if name not in board_names():
        near = difflib.get_close_matches(name, board_names(), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"board {name!r}: not known; known: {', '.join(board_names())}, or a file NAME.toml.{hint}")
    return _parse((_BUILT_IN / f"{name}.toml").read_text(encoding="utf-8"), f"boards/{name}.toml")


def load_board(path: Path) -> Board:
    """The board of a file.

    Raises:
        InputError: it cannot be read, or is wrong; the text names file, line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give the path of a board's TOML file") from None
    return _parse(text, str(path))


def _parse(text: str, name: str) -> Board:
    try:
        return Board.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = place[1] if place else max(len(text.splitlines()), 1)  # at the end of the document
        raise InputError(f"{name}:{line}: no valid TOML: {error}") from None
    except ValidationError as error:
        raise InputError(_explain(error, text, name)) from None


def _explain(error: ValidationError, text: str, name: str) -> str:
    """The first complaint as one line: file, line, key, what was found, how to mend."""
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # a typo, not the hole it leaves
    keys = [str(part) for part in first["loc"]]
    key = ".".join(keys)
    where = f"{name}:{_line_of(keys, text)}: {key}"
    if first["type"] == "extra_forbidden":
        known = _keys_at(keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{where}: no such key; known here: {', '.join(known)}.{hint}"
    if first["type"] == "missing":
        return f"{where}: this key is missing; write it"
    return f"{where} = {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}"


_SECTIONS: dict[str, type[BaseModel]] = {"receiver": Receiver, "listen": Listen, "wake": Wake, "limits": Limits}


def _keys_at(section: list[str]) -> list[str]:
    model: type[BaseModel] = Board
    for part in section:
        model = _SECTIONS.get(part, model)
    return sorted(model.model_fields)


def _line_of(keys: list[str], text: str) -> int:
    """Line of a key; of its section where the key itself is not written; 1 where neither is."""
    found, section = 1, ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\]]+)\]", line):
            section = header[1].strip()
            if section in (".".join(keys[:-1]), keys[0]):
                found = number
        key = re.match(r"\s*([\w\-\"']+)\s*=", line)
        path = [*filter(None, section.split(".")), key[1].strip("\"'")] if key else []
        if key and path == keys[: len(path)]:  # the key, or the list that holds it
            return number
    return found
