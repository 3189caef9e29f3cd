# SPDX-License-Identifier: Apache-2.0
"""Files of JSON lines: how they are written, and what is complained of when they are read."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from xky.protocol import InputError
from xky.protocol.whole_file import whole_file

from ...archive.member import MEMBER_MAX

__all__ = [
    "Line", "complaint", "line_of", "opened", "read_lines", "read_texts", "text_of", "what_is_wrong", "write_lines",
]  # fmt: skip

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_LEVEL = 3  # of compression, of 34 to 1; 4 takes almost twice as long for 40 to 1
_TOGETHER = 32  # lines packed at once: more do not stay in a cache
_LINE_MAX = 1 << 24  # characters; a few compressed bytes may stand for gigabytes

_MEND = "take the evidence as the run wrote it"


class Line(BaseModel):
    """A line of such a file: frozen, an unknown key is an error; what is not set is not written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    def told(self) -> dict[str, Any]:
        """As it is written."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


_Line = TypeVar("_Line", bound=BaseModel)


def text_of(said: Any) -> str:
    """A line, or a part of one, as it is written: numbers as exactly as they are."""
    return _ENCODER.encode(said)


def write_lines(path: Path, lines: Iterable[Mapping[str, Any] | str]) -> int:
    """Write a file of lines, of which some may be text already, and say how many."""
    number = 0
    with (
        whole_file(path) as partial,
        partial.open("wb") as raw,
        gzip.GzipFile(path.name, "wb", _LEVEL, raw, mtime=0) as packed,  # neither a fresh name nor the hour is in it
    ):
        texts = (line if isinstance(line, str) else text_of(line) for line in lines)
        while some := [*islice(texts, _TOGETHER)]:
            number += len(some)
            packed.write("\n".join([*some, ""]).encode())
    return number


def read_lines(path: Path, expected: int, kind: type[_Line], *kinds: type[_Line]) -> Iterator[tuple[str, _Line]]:
    """Each line of a file with its place, for complaints.

    Args:
        path: of the file.
        expected: number of lines.
        kind: what a line may be.
        kinds: what else.

    Raises:
        InputError: the file is missing, cut, or a line is wrong; the text names file and line.
    """
    for place, text in read_texts(path, expected):
        yield place, line_of(place, text, kind, *kinds)


def read_texts(path: Path, expected: int) -> Iterator[tuple[str, str]]:
    """The same of lines that are not read yet; arguments and errors as above."""
    number, size, name = 0, 0, str(path)
    with opened(path) as raw, gzip.open(raw, "rt", encoding="utf-8") as file:
        try:
            for number, text in enumerate(iter(lambda: file.readline(_LINE_MAX), ""), 1):
                place, size = f"{name}:{number}", size + len(text)
                if len(text) == _LINE_MAX and not text.endswith("\n"):
                    raise complaint(place, f"is longer than {_LINE_MAX >> 20} MiB")
                if size > MEMBER_MAX:
                    raise complaint(place, f"unpacks to more than {MEMBER_MAX >> 30} GiB")
                yield place, text
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise complaint(f"{path}:{number + 1}", f"cannot be read ({error})") from None
    if number != expected:
        raise complaint(f"{path}:{number}", f"ends after {number} lines; expected {expected}")


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A file of the evidence, to read its bytes.

    Raises:
        InputError: it is not there, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise complaint(str(path), f"cannot be read ({error.strerror})") from None


def complaint(place: str, what: str) -> InputError:
    """An error of the evidence, in one line."""
    return InputError(f"{place}: {what}; {_MEND}")


def line_of(place: str, text: str, *kinds: type[_Line]) -> _Line:
    """A line by the first of the kinds that it is.

    Raises:
        InputError: it is none of them; the text begins with ``place``.
    """
    errors = []
    for kind in kinds:
        try:
            return kind.model_validate_json(text)
        except ValidationError as error:
            errors.append(error)
    raise complaint(place, what_is_wrong(min(errors, key=ValidationError.error_count)))


def what_is_wrong(error: ValidationError, *below: str) -> str:
    """The first complaint of a validator in one line, with its key if it has one, ``below`` others."""
    first = error.errors(include_url=False)[0]
    return ": ".join(filter(None, (".".join(map(str, (*below, *first["loc"]))), first["msg"])))
