# SPDX-License-Identifier: Apache-2.0
"""A panel that is finished, as it is opened to be published: its homes, and what tells them apart."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from xky.hil.campaign.evidence.lines import what_is_wrong
from xky.hil.terminal import one_line
from xky.protocol import InputError

from ..layout import HOME, PANEL, SCHEMA
from .cells import ANY, OTHER
from .half_hours import HalfHours, half_hours_of

__all__ = ["FinishedPanel", "PanelHome", "digest_of", "finished_panel"]


def _is_no_word_of_ours(tariff: str) -> str:
    if tariff in (ANY, OTHER):
        raise ValueError(f"{tariff!r} is a word of the public set; give the tariff another name")
    return tariff


def _as_instant(said: object) -> datetime:
    try:
        return datetime.fromisoformat(str(said))
    except ValueError:
        raise ValueError(f"{said!r}: expected an instant as 2026-01-15T00:00:00+01:00") from None


_Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
_Instant = Annotated[datetime, BeforeValidator(_as_instant)]


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", regex_engine="python-re")


class _Panel(_Said):
    """What panel.json says, as far as it is needed here."""

    name: str = ""
    seed: int | None = None
    begins: _Instant = Field(alias="from")
    until: _Instant
    homes: int
    whole: bool = False


class _Home(_Said):
    """What home.json says, as far as it is needed here."""

    address: _Text | None = None
    prm: _Text | None = None
    id: _Text | None = None
    contract: Annotated[_Text, Field(min_length=1), AfterValidator(_is_no_word_of_ours)]
    phases: Literal[1, 3]
    producer: bool = False
    board: _Text = ""
    mode: _Text = ""


_Kind = TypeVar("_Kind", bound=_Said)


@dataclass(frozen=True, slots=True)
class PanelHome:
    """One home.

    Attributes:
        half_hours: gives those of each of its days.
        identity: the meter's address, or what else names it; never published.
        contract: its tariff's name.
        phases: 1 or 3.
        producer: whether it injects.
        board: of its gateway.
        mode: of its TIC.
    """

    half_hours: Callable[[], Iterator[HalfHours]]
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
    path = folder / PANEL
    told = _json_of(path, f"{folder}: no {PANEL}, so no folder of a panel; give one that xky panel run wrote")
    if told.get("schema") != SCHEMA:
        raise InputError(f"{path}: schema is {told.get('schema')!r}; this version reads {SCHEMA}")
    head = _as_said(_Panel, told, path)
    folders = sorted(path for path in (folder / "homes").glob("*") if path.is_dir())
    if not head.whole:
        done = sum((path / HOME).is_file() for path in folders)
        raise InputError(
            f"{folder}: the panel is not finished ({done} of {head.homes} homes are done); "
            f"run xky panel run again with --out {folder}, then publish"
        )
    homes = [_home(path) for path in folders]
    if len(homes) != head.homes:
        raise InputError(f"{folder}: {len(homes)} homes are there, {PANEL} says {head.homes}; run it anew")
    seen: dict[str, Path] = {}
    for path, home in zip(folders, homes, strict=True):
        if home.identity in seen:  # the message names folders, never the address
            raise InputError(f"{path / HOME}: has the address of {seen[home.identity].name}; mend one")
        seen[home.identity] = path
    last = head.until - timedelta(microseconds=1)  # the end is the first instant that is not of the panel
    months = f"{head.begins:%Y-%m}", f"{last:%Y-%m}"
    return FinishedPanel(one_line(head.name), head.seed, *months, homes, digest_of(folder))


def _home(folder: Path) -> PanelHome:
    path = folder / HOME
    said = _as_said(
        _Home, _json_of(path, f"{path}: is not there, and the panel is said to be whole; run it anew"), path
    )
    identity = said.address or said.prm or said.id
    if not identity:
        raise InputError(f"{path}: says no address; run the panel anew, or add it")
    return PanelHome(
        partial(half_hours_of, folder), identity, said.contract, said.phases, said.producer, said.board, said.mode
    )


def _as_said(kind: type[_Kind], told: dict[str, Any], path: Path) -> _Kind:
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        raise InputError(f"{path}: {what_is_wrong(error)}; run the panel anew, or mend it") from None


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


def digest_of(folder: Path) -> str:
    """SHA-256 over the SHA-256 of each file of a folder, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as read:
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
            whole.update(hashlib.file_digest(read, "sha256").digest())
    return whole.hexdigest()
