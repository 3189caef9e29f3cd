# SPDX-License-Identifier: Apache-2.0
"""A panel that is finished, as it is opened to be published: its homes, and what tells them apart."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xky.protocol import InputError

from ..layout import HOME, PANEL, SCHEMA

__all__ = ["FinishedPanel", "PanelHome", "finished_panel"]


@dataclass(frozen=True, slots=True)
class PanelHome:
    """One home.

    Attributes:
        folder: of its portions.
        identity: the meter's address, or what else names it; never published.
        contract: its tariff's name.
        phases: 1 or 3.
        producer: whether it injects.
        board: of its gateway.
        mode: of its TIC.
    """

    folder: Path
    identity: str
    contract: str
    phases: int
    producer: bool
    board: str
    mode: str


@dataclass(frozen=True, slots=True)
class FinishedPanel:
    """What is published from.

    Attributes:
        seed: None of a panel that is not simulated.
        digest: SHA-256 over the SHA-256 of each file, in the order of their names: one number for all, so that none
            can be tried by itself.
    """

    name: str
    seed: int | None
    first_month: str
    last_month: str
    homes: Sequence[PanelHome]
    digest: str


def finished_panel(folder: Path) -> FinishedPanel:
    """Open the folder that ``xky panel run`` wrote.

    Raises:
        InputError: it is none, it is not finished, or a file of it cannot be read; nothing is published of a part.
    """
    head = _json_of(folder / PANEL, f"{folder}: no {PANEL}, so no folder of a panel; give one that xky panel run wrote")
    if head.get("schema") != SCHEMA:
        raise InputError(f"{folder / PANEL}: schema is {head.get('schema')!r}; this version reads {SCHEMA}")
    folders = sorted(path for path in (folder / "homes").glob("*") if path.is_dir())
    if not head.get("whole"):
        done = sum((path / HOME).is_file() for path in folders)
        raise InputError(
            f"{folder}: the panel is not finished ({done} of {head.get('homes')} homes are done); "
            f"run xky panel run again with --out {folder}, then publish"
        )
    homes = [_home(path) for path in folders]
    if len(homes) != head.get("homes"):
        raise InputError(f"{folder}: {len(homes)} homes are there, {PANEL} says {head.get('homes')}; run it anew")
    seen: dict[str, PanelHome] = {}
    for home in homes:
        if home.identity in seen:  # the message names folders, never the address
            raise InputError(f"{home.folder / HOME}: has the address of {seen[home.identity].folder.name}; mend one")
        seen[home.identity] = home
    begin, end = str(head.get("from", ""))[:7], str(head.get("until", ""))[:7]
    return FinishedPanel(str(head.get("name", "")), head.get("seed"), begin, end, homes, _digest(folder))


def _home(folder: Path) -> PanelHome:
    path = folder / HOME
    said = _json_of(path, f"{path}: is not there, and the panel is said to be whole; run it anew")
    missing = [key for key in ("contract", "phases") if key not in said]
    identity = said.get("address") or said.get("prm") or said.get("id")
    if missing or not identity:
        raise InputError(f"{path}: says no {missing[0] if missing else 'address'}; run the panel anew, or add it")
    return PanelHome(
        folder, str(identity), str(said["contract"]), int(said["phases"]), bool(said.get("producer", False)),
        str(said.get("board", "")), str(said.get("mode", "")),
    )  # fmt: skip


def _json_of(path: Path, missing: str) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(missing) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({type(error).__name__}); run the panel anew") from None
    if not isinstance(said, dict):
        raise InputError(f"{path}: expected a JSON object; run the panel anew")
    return said


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as read:
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
            whole.update(hashlib.file_digest(read, "sha256").digest())
    return whole.hexdigest()
