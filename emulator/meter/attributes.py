# SPDX-License-Identifier: Apache-2.0
"""Attributes of a meter's face: those that show its state, and those that a person may set."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from xky.protocol import Mode

from .state import MeterState

__all__ = ["ModeSetting", "Setting", "Shown"]

_Value = TypeVar("_Value")


class _Face(Protocol):
    @property
    def state(self) -> MeterState: ...


class Shown(Generic[_Value]):
    """An attribute of ``MeterState``, to be read.

    Args:
        text: what it is.
    """

    _place = "state"

    def __init__(self, text: str) -> None:
        self.__doc__ = text

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._value: Callable[[_Face], Any] = attrgetter(f"{self._place}.{name}")

    @overload
    def __get__(self, face: None, owner: type) -> Self: ...
    @overload
    def __get__(self, face: _Face, owner: type) -> _Value: ...
    def __get__(self, face: _Face | None, owner: type) -> Self | _Value:
        return self if face is None else self._value(face)

    def __set__(self, face: _Face, value: _Value) -> None:
        raise AttributeError(f"{self._name}: a meter shows it and nobody sets it")


class Setting(Shown[_Value]):
    """One of ``Settings``, which a person may set at any time: it holds from the present on."""

    _place = "state.settings"

    def __set__(self, face: _Face, value: _Value) -> None:
        face.state.change(**{self._name: value})


class ModeSetting(Setting[Mode]):
    """The TIC mode, which a person may write as a word."""

    def __set__(self, face: _Face, value: Mode | str) -> None:
        super().__set__(face, Mode(value))
