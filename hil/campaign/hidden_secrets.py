# SPDX-License-Identifier: Apache-2.0
"""What a run knows and its report must not tell: LoRaWAN keys, passwords of a board's servers, of commands and SPECs.

They are taken out of a record as it is made, before it is judged, so that what is written gives the same verdicts. What
stands where it belongs is masked there, however short. In other texts, the device's own words mostly, only what is long
enough to be told from chance is, and nothing that the board says openly besides: a topic is no secret.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from xky.boards import Board

from ..bench.command_secrets import MASK, secrets_of_address, secrets_of_command, secrets_of_device
from ..bench.reading import Reading, Remark, in_label_table
from ..ends.end import EndEvent
from .record import Record

__all__ = ["HiddenSecrets", "masked_board", "masked_toml", "secrets_of_board", "secrets_of_run"]

_Model = TypeVar("_Model", bound=BaseModel)
NO_KEY = "0" * 32  # in the place of a key, which has to be one
_ASSIGNED = re.compile(
    r"""(\b(password|token|app_key)["']?\s*=\s*)("{3}.*?"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')""", re.DOTALL
)
_LONG, _LONG_DIGITS = 4, 8  # characters of a secret that is looked for in texts; digits alone are in any index


def masked_board(board: Board) -> Board:
    """The board without keys and passwords; one that has none as it is."""
    return _masked(board) if next(_of_board(board), None) is not None else board


def _masked(model: _Model) -> _Model:
    """A table of a description with its secrets masked: those fields that no ``repr`` shows."""
    changes: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            changes[name] = _masked(value)
        elif not field.repr and value:
            changes[name] = _mask_of(name)
    return model.model_copy(update=changes)


def _mask_of(name: str) -> str:
    return NO_KEY if name.endswith("_key") else MASK


def secrets_of_board(board: Board) -> "HiddenSecrets":
    """What a board has that must not be told."""
    return HiddenSecrets(board, tuple(_of_board(board)))


def _of_board(model: BaseModel) -> Iterator[tuple[str, str]]:
    """Each secret of a description with what stands in its place."""
    for name, field in type(model).model_fields.items():
        value, mask = getattr(model, name), _mask_of(name)
        if isinstance(value, BaseModel):
            yield from _of_board(value)
        elif not field.repr and value and value != mask:
            yield str(value), mask


class _Chosen(Protocol):
    """What of the options of a run may hold secrets: commands, and SPECs of probes as they were given."""

    @property
    def device(self) -> str: ...

    @property
    def line(self) -> str: ...

    @property
    def reset(self) -> str | None: ...

    @property
    def flash(self) -> str | None: ...

    @property
    def probes(self) -> tuple[str, ...]: ...


def secrets_of_run(board: Board, options: _Chosen) -> "HiddenSecrets":
    """What must not be told of a run.

    Args:
        board: under test, with its statement.
        options: of the run.
    """
    said = [*secrets_of_device(options.device)]
    said += [one for command in (options.reset, options.flash) if command for one in secrets_of_command(command)]
    said += [one for spec in (options.line, *options.probes) for one in secrets_of_address(spec)]
    return secrets_of_board(board).with_those(said)


@dataclass(frozen=True)
class HiddenSecrets:
    """Secrets, and texts and records without them.

    Attributes:
        board: that has some of them.
        secrets: each with what stands in its place.
    """

    board: Board
    secrets: tuple[tuple[str, str], ...]

    def with_those(self, said: Iterable[str]) -> "HiddenSecrets":
        """The same with others besides."""
        more = tuple((one, MASK) for one in said)
        return replace(self, secrets=(*self.secrets, *more)) if more else self

    @cached_property
    def _spellings(self) -> Sequence[tuple[str, str]]:
        """How they may stand in a text, the longest first, each with what stands in its place."""
        if not self.secrets:
            return ()
        openly = list(_texts_of(masked_board(self.board).model_dump(mode="json")))
        found: dict[str, str] = {}
        for secret, mask in self.secrets:
            is_long = len(secret) >= (_LONG_DIGITS if secret.isdecimal() else _LONG)
            if not is_long or set(secret) <= set(MASK) or any(secret in text for text in openly):
                continue
            escaped = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]
            for spelling in (secret, *escaped, quote(secret, safe=""), secret.upper() if mask == NO_KEY else secret):
                found.setdefault(spelling, mask)
        return sorted(found.items(), key=lambda pair: -len(pair[0]))

    def text(self, text: str) -> str:
        """A text without them."""
        for spelling, mask in self._spellings:
            if spelling in text:
                text = text.replace(spelling, mask)
        return text

    def record(self, record: Record) -> Record:
        """A record without them; one that has none as it is."""
        board = masked_board(record.board)
        if not self._spellings:
            return record if board is record.board else replace(record, board=board)
        text = self.text
        return replace(
            record,
            board=board,
            readings=[self._reading(one) for one in record.readings],
            remarks=[Remark(one.at_s, text(one.text), one.probe) for one in record.remarks],
            ended=None if record.ended is None else text(record.ended),
            last_words=text(record.last_words),
            stderr=self._bytes(record.stderr),
            notes=tuple(map(text, record.notes)),
            probes=tuple(replace(one, events=tuple(map(self._event, one.events))) for one in record.probes),
        )

    def _reading(self, reading: Reading) -> Reading:
        said = {label: one if in_label_table(label) or not isinstance(one.value, str)
                else replace(one, value=self.text(one.value)) for label, one in reading.said.items()}  # fmt: skip
        line, source = self.text(reading.line), self.text(reading.source)
        if (line, source, said) == (reading.line, reading.source, reading.said):
            return reading
        return replace(reading, said=said, line=line, source=source)

    def _bytes(self, data: bytes) -> bytes:
        for spelling, mask in self._spellings:
            data = data.replace(spelling.encode(), mask.encode())
        return data

    def _event(self, event: EndEvent) -> EndEvent:
        told, facts = self.text(event.text), self._fact(event.facts)
        return event if (told, facts) == (event.text, event.facts) else replace(event, text=told, facts=facts)

    def _fact(self, fact: Any) -> Any:
        if isinstance(fact, str):
            return self.text(fact)
        if isinstance(fact, Mapping):
            return {name: self._fact(value) for name, value in fact.items()}
        return [self._fact(one) for one in fact] if isinstance(fact, list | tuple) else fact


def masked_toml(text: str) -> str:
    """The text of a board or a statement without keys and passwords, as ``masked_board`` has none."""
    return _ASSIGNED.sub(lambda found: f'{found[1]}"{NO_KEY if found[2] == "app_key" else MASK}"', text)


def _texts_of(told: Any) -> Iterator[str]:
    """Every text in a table, its keys among them."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        yield from map(str, told)
        for value in told.values():
            yield from _texts_of(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _texts_of(value)
