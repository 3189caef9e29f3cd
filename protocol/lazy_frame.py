# SPDX-License-Identifier: Apache-2.0
"""A frame whose ``Group`` objects are made when somebody asks for them.

Making the groups of a standard frame costs ten times what it takes to see that its bytes are right, and
most receivers want the values only. To its users this is a ``Frame``: equal to one, hashed and shown as
one, and a plain one as soon as it is copied, pickled or replaced.
"""

from typing import Any, Protocol

from .mode import Mode
from .model import Damaged, Frame, Group

__all__ = ["AS_READ", "Fields", "LazyFrame", "Parts", "fields_of", "lazy_frame"]

Fields = tuple[str, str, str | None]  # label, value, horodate
Parts = tuple[list[Fields | Damaged], list[int]]  # groups as read, and where in the frame their LF is


class _Source(Protocol):
    """Who knows how to make groups and values of ``parts``."""

    def groups(self, parts: Any, offset: int) -> tuple[Group | Damaged, ...]: ...

    def said(self, parts: Any) -> list[Fields]: ...

    def values(self, parts: Any) -> dict[str, str]: ...

    def has_good(self, parts: Any) -> bool: ...


class _AsRead:
    """Parts as the general decoder leaves them."""

    def groups(self, parts: Parts, start: int) -> tuple[Group | Damaged, ...]:
        return tuple(
            part if isinstance(part, Damaged) else Group(*part, start + offset)
            for part, offset in zip(*parts, strict=True)
        )

    def said(self, parts: Parts) -> list[Fields]:
        return [part for part in parts[0] if isinstance(part, tuple)]

    def values(self, parts: Parts) -> dict[str, str]:
        return {part[0]: part[1] for part in parts[0] if isinstance(part, tuple)}

    def has_good(self, parts: Parts) -> bool:
        return any(isinstance(part, tuple) for part in parts[0])


AS_READ = _AsRead()


class LazyFrame(Frame):
    """See the module; made by ``lazy_frame``, never by its class. Its fields stay empty until asked for."""

    __slots__ = ("made_of",)
    made_of: tuple[Mode, _Source, Any, bool, int]  # mode, source, parts, complete, offset

    def __new__(cls, mode: Mode, groups: tuple[Group | Damaged, ...], complete: bool = True, offset: int = 0) -> Any:
        """A plain frame: this is how ``dataclasses.replace`` makes one of changed fields."""
        return Frame(mode, groups, complete, offset)

    def __getattr__(self, name: str) -> Any:
        # Python comes here for a field that is still empty
        mode, source, parts, complete, offset = self.made_of
        if name == "groups":
            _FIELDS[name].__set__(self, source.groups(parts, offset))
        elif name in _FIELDS:
            for field, value in (("mode", mode), ("complete", complete), ("offset", offset)):
                _FIELDS[field].__set__(self, value)
        else:
            raise AttributeError(f"'Frame' object has no attribute {name!r}")
        return getattr(self, name)

    @property
    def said(self) -> list[Fields]:
        """What the groups that were kept say, in order: label, value, horodate."""
        made_of = self.made_of
        return made_of[1].said(made_of[2])

    @property
    def values(self) -> dict[str, str]:
        """Label to value of the groups kept; the last one where a label came twice."""
        made_of = self.made_of
        return made_of[1].values(made_of[2])

    @property
    def has_good(self) -> bool:
        """Whether any group was kept."""
        made_of = self.made_of
        return made_of[1].has_good(made_of[2])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        return (self.mode, self.groups, self.complete) == (other.mode, other.groups, other.complete)

    __hash__ = Frame.__hash__

    def __repr__(self) -> str:
        return repr(Frame(self.mode, self.groups, self.complete, self.offset))

    def __reduce__(self) -> tuple[Any, ...]:
        return Frame, (self.mode, self.groups, self.complete, self.offset)


_FIELDS: dict[str, Any] = {name: vars(Frame)[name] for name in ("mode", "groups", "complete", "offset")}
_new = object.__new__
_set_made_of = vars(LazyFrame)["made_of"].__set__  # a frozen dataclass lets nothing else set it
_set_complete = _FIELDS["complete"].__set__


def lazy_frame(mode: Mode, source: _Source, parts: Any, complete: bool, offset: int) -> LazyFrame:
    """A frame whose groups and values ``source`` makes of ``parts``."""
    frame: LazyFrame = _new(LazyFrame)
    _set_made_of(frame, (mode, source, parts, complete, offset))
    _set_complete(frame, complete)  # which every receiver asks for first
    return frame


def fields_of(frame: Frame) -> list[Fields] | None:
    """What each group of a frame that was read says; None where one was refused."""
    if isinstance(frame, LazyFrame):
        read: list[Fields | Damaged] = frame.made_of[2][0]
        return (
            None
            if any(isinstance(part, Damaged) for part in read)
            else [part for part in read if isinstance(part, tuple)]
        )
    if any(isinstance(group, Damaged) for group in frame.groups):
        return None
    return [(group.label, group.value, group.timestamp) for group in frame.good]
