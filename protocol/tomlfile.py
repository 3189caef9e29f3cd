# SPDX-License-Identifier: Apache-2.0
"""TOML files that a person writes: read against a schema, and each complaint names file, line, key and mend.

A validator's text that begins with a key of its table blames that key: ``off_peak '22h': write …``; one below it is
written with dots.
"""

import difflib
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from .additions import added, added_file
from .as_written import AsWritten
from .errors import InputError
from .tomlplaces import line_of

__all__ = [
    "Section", "Shelf", "Written", "all_that_is_wrong", "parse_toml", "read_text", "read_toml", "toml_data",
    "what_is_wrong",
]  # fmt: skip

_TYPO = ("extra_forbidden", "unexpected_keyword_argument")
_SHOWN = 60  # characters of a wrong value
_MOST_BITS = 14_200  # of a whole number that Python writes: 4300 digits, so that it does not take for ever
_TOO_LONG = "a number has too many digits; write it with 18 at most"
_TOO_DEEP = "tables or lists are nested too deep to be read; write them flatter"


class Section(AsWritten, BaseModel):
    """A table of such a file: frozen, an unknown key is an error, and a value is what it is written as."""

    # What reads it is made when a file of its kind first comes: most commands read none of most kinds
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written:
    """Where something was written, so that a complaint can say so; nowhere unless told.

    Attributes:
        name: of the file.
        text: of the file.
        keys: of the table in it.
    """

    name: str = ""
    text: str = ""
    keys: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """What paths in the file start from."""
        return Path(self.name).parent

    def below(self, *keys: str) -> "Written":
        """A table in it."""
        return Written(self.name, self.text, (*self.keys, *keys))

    def complain(self, error: object, *keys: str) -> InputError:
        """An error that names file, line and key."""
        path = (*self.keys, *keys)
        place = f"{self.name}:{line_of(path, self.text)}: " if self.name else ""
        return InputError(f"{place}{_beginning_with(path, str(error))}")

    @contextmanager
    def blame(self, *keys: str) -> Iterator[None]:
        """An error inside is that of a key."""
        try:
            yield
        except InputError as error:
            raise self.complain(error, *keys) from None


def read_toml(path: Path, model: type[_Model], what: str) -> _Model:
    """The file as ``model``.

    Args:
        path: of the file.
        model: its schema.
        what: such as ``a board``, for the hint when the file cannot be read.

    Raises:
        InputError: it cannot be read, or is wrong; the text names file, line and key.
    """
    return parse_toml(read_text(path, what), str(path), model)


def read_text(path: Path, what: str) -> str:
    """The text of such a file; see ``read_toml``."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
    except UnicodeDecodeError as error:
        why = f"no UTF-8 at byte {error.start}"
    raise InputError(f"{path}: cannot be read ({why}); give the path of {what}'s TOML file")


@cache
def _files_in(folder: Traversable) -> Sequence[str]:
    """Names of the TOML files that a folder of the package has, without the ending."""
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name[-5:] == ".toml")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files of one kind that come with the package, those that other packages add, and any other by its path.

    Attributes:
        folder: where they lie.
        what: one of them, such as ``meter``.
        shown: how the folder is called in complaints.
        group: of the entry points by which packages outside add theirs; empty: they cannot.
    """

    folder: Traversable
    what: str
    shown: str
    group: str = ""

    def shipped(self) -> list[str]:
        """Those that come with the package."""
        return [*_files_in(self.folder)]  # type: ignore[arg-type]  # a folder of a package is a path, and has a hash

    def names(self) -> list[str]:
        """All that have a name.

        Raises:
            InputError: a package adds one of a shipped name.
        """
        shipped = self.shipped()
        return sorted([*shipped, *added(self.group, shipped)]) if self.group else shipped

    def take(self, name: str) -> tuple[str, str]:
        """Of a ready file by name, or of any by its path (``….toml``): how complaints call it, and its text.

        Raises:
            InputError: there is none, or it cannot be read; or a package adds one of a shipped name.
        """
        if name.endswith(".toml"):
            return name, read_text(Path(name), f"a {self.what}")
        if name in self.shipped():
            if self.group:
                added(self.group, (name,))  # refused where a package has taken the name
            return f"{self.shown}/{name}.toml", (self.folder / f"{name}.toml").read_text(encoding="utf-8")
        known = self.names()
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise InputError(f"{self.what} {name!r}: not known; known: {', '.join(known)}, or a file NAME.toml.{hint}")
        point = added(self.group, ())[name]
        return f"{point.module}/{name}.toml", added_file(point, f"{name}.toml").read_text(encoding="utf-8")


def toml_data(text: str, name: str) -> dict[str, Any]:
    """What a file says, before any schema; see ``parse_toml``.

    Raises:
        InputError: it is no TOML; the text names file and line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = place[1] if place else max(len(text.splitlines()), 1)  # at the end of the document
        raise InputError(f"{name}:{line}: no valid TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{name}:{_deepest_line(text)}: {_TOO_DEEP}") from None
    except ValueError:
        most = max(sys.get_int_max_str_digits(), 1)
        digits = max(re.finditer(r"\d[\d_]*", text), key=lambda one: len(one[0]))
        line = text.count("\n", 0, digits.start()) + 1 if len(digits[0]) > most else 1
        raise InputError(f"{name}:{line}: {_TOO_LONG}") from None
    keys = _too_long(data)
    if keys is not None:  # written by sixteens, eights or twos, which takes no time to read
        raise InputError(f"{name}:{line_of(keys, text)}: {_TOO_LONG}")
    return data


def parse_toml(text: str, name: str, model: type[_Model]) -> _Model:
    """The text of a file as ``model``; ``name`` stands for it in complaints.

    Raises:
        InputError: it is wrong; the text names file, line and key.
    """
    data = toml_data(text, name)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        keys, complaint = what_is_wrong(error, data, model)
        raise InputError(f"{name}:{line_of(keys, text)}: {complaint}") from None
    except OverflowError:
        raise InputError(f"{name}: a number is beyond all that can be reckoned with; write a smaller one") from None
    except RecursionError:
        raise InputError(f"{name}:{_deepest_line(text)}: {_TOO_DEEP}") from None


def _too_long(data: Mapping[str, Any]) -> Sequence[str] | None:
    """Where the first whole number is that nobody could be shown."""
    left: list[tuple[tuple[str, ...], Any]] = [((), data)]
    for keys, value in left:  # which grows meanwhile
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            return keys
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        left.extend(((*keys, str(key)), one) for key, one in inner)
    return None


def _deepest_line(text: str) -> int:
    """The line with the most brackets and dots, where whoever nests too deep most likely does it."""
    lines = text.splitlines() or [""]
    return 1 + max(range(len(lines)), key=lambda k: sum(map(lines[k].count, "[{.")))


def what_is_wrong(error: ValidationError, data: object, model: type[BaseModel]) -> tuple[list[str], str]:
    """The first complaint about ``data``: the keys down to what it blames, and one line that begins with them."""
    return all_that_is_wrong(error, data, model)[0]


def all_that_is_wrong(error: ValidationError, data: object, model: type[BaseModel]) -> list[tuple[list[str], str]]:
    """Each complaint about ``data``, as ``what_is_wrong`` tells the first: one of each place."""
    located = [(one, _keys_written(one["loc"], data, missing=one["type"] == "missing")) for one in error.errors()]
    # A typo comes before the hole it leaves; and of the forms that a value may have, the one it comes nearest to.
    located.sort(key=lambda one: (one[0]["type"] not in _TYPO, -len(one[1]), one[0]["type"] != "value_error"))
    misspelt = [keys for one, keys in located if one["type"] in _TYPO]
    told: list[tuple[list[str], str]] = []
    places: list[list[str]] = []
    for one, keys in located:
        typos = [place[-1] for place in misspelt if place[:-1] == keys[:-1]]
        is_hole = one["type"] == "missing" and bool(difflib.get_close_matches(keys[-1], typos, 1))
        if not is_hole and not any(place[: len(keys)] == keys for place in places):
            places.append(keys)
            told.append(_complaint(one, keys, data, model))
    return told


def _complaint(first: ErrorDetails, keys: list[str], data: object, model: type[BaseModel]) -> tuple[list[str], str]:
    key = ".".join(keys)
    if first["type"] in _TYPO:
        known = sorted(_keys_of(model, keys[:-1]))
        near = difflib.get_close_matches(keys[-1], known, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return keys, f"{key}: no such key; known here: {', '.join(known)}.{hint}"
    if first["type"] == "missing":
        return keys, f"{key}: this key is missing; write it"
    if first["type"] == "value_error":  # of a validator of ours, which says it all
        text = str(first["ctx"]["error"])
        blamed, text = _blamed(text, _at(keys, data))
        keys = [*keys, *blamed]
        return keys, _beginning_with(keys, text)
    value = first["input"]
    found = value.isoformat() if isinstance(value, date | time) else repr(value)  # a datetime is a date, too
    found = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
    shape = _SHAPES.get(first["type"])
    wanted = f"write {shape}" if shape else f"{first['msg'][0].lower()}{first['msg'][1:]}"
    return keys, f"{key} = {found}: {wanted}"


_SHAPES = {  # in the words of TOML, not of Python
    "tuple_type": 'a list, such as [1] or ["22:30-06:30"]',
    "model_type": "a table, such as { key = value }",
    "dataclass_type": "a table, such as { key = value }",
    "mapping_type": "a table, such as { key = value }",
    "dict_type": "a table, such as { key = value }",
    "too_short": "one at least in it",
    "string_too_short": "one character at least",
}


def _blamed(text: str, table: object) -> tuple[list[str], str]:
    """The keys that a validator's text begins with, such as ``clamp.voltage_v: …``, and the text from the last on."""
    keys: list[str] = []
    begins = re.match(r"[\w-]+(?:\.[\w-]+)*", text)
    for word in begins[0].split(".") if begins else ():
        if not isinstance(table, Mapping) or word not in table:
            break
        keys, table = [*keys, word], table[word]
    return keys, text.removeprefix("".join(f"{key}." for key in keys[:-1]))


def _beginning_with(keys: Sequence[str], text: str) -> str:
    """The text behind the keys; it may begin with the last of them itself."""
    own = bool(keys) and re.match(rf"{re.escape(keys[-1])}(?![\w-])", text) is not None
    above = ".".join(keys[:-1] if own else keys)
    return f"{above}{'.' if own else ': '}{text}" if above else text


def _keys_written(loc: Sequence[int | str], data: object, *, missing: bool) -> list[str]:
    """Those parts of a place that a person wrote, or left out: not the form that a value was tried as."""
    keys: list[str] = []
    for number, part in enumerate(loc, 1):
        if isinstance(data, Mapping):
            written = part in data or (missing and number == len(loc))
        else:
            written = isinstance(data, list | tuple) and isinstance(part, int)
        if not written:
            continue
        keys.append(str(part))
        data = _at([str(part)], data)
    return keys


def _at(keys: Sequence[str], data: Any) -> object:
    for key in keys:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list | tuple) and key.isdigit() and int(key) < len(data):
            data = data[int(key)]
        else:
            return None
    return data


def _keys_of(model: type[BaseModel], keys: Sequence[str]) -> list[str]:
    """Names of the keys that a table may have."""
    names = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    if not keys:
        return list(names)
    rest = [key for key in keys[1:] if not key.isdigit()]
    for kind in _classes(names.get(keys[0])):
        if issubclass(kind, BaseModel):
            return _keys_of(kind, rest)
        if is_dataclass(kind):
            return [field.name for field in fields(kind)]
    return list(names)


def _classes(annotation: Any) -> Iterator[type[Any]]:
    """The classes in an annotation such as ``tuple[Event, ...] | None``."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _classes(part)
