# SPDX-License-Identifier: Apache-2.0
"""What stands in a ``linky://`` URL."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import serial

from xky.protocol import InputError, Mode

from ..outputs.port import KERNEL_BUFFER
from ..runner import SLOWEST
from ..scenario.emulated import Emulated, emulated, foreign_to_scenario

__all__ = ["LinkyUrl", "LinkyUrlError", "parse_url"]

SHAPE = "linky://standard?phases=3&seed=1"
_FASTEST = 1000.0  # beyond, the meter could not keep up with the clock while a slow program does other things


class LinkyUrlError(serial.SerialException, ValueError):
    """A ``linky://`` URL that says what cannot be: a wrong port and a wrong value at once."""


def _truth(text: str) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]


def _speed(text: str) -> float:
    if text in ("max", "0"):
        return math.inf
    speed = float(text)
    if not SLOWEST <= speed <= _FASTEST:
        raise ValueError(text)
    return speed


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


_KEYS: dict[str, tuple[Callable[[str], Any], str]] = {
    "phases": (int, "1 or 3"),
    "producer": (_truth, "true or false"),
    "contract": (str, "a name"),
    "meter": (str, "a ready meter or a file"),
    "scenario": (str, "a ready scenario or a file"),
    "at": (str, "legal time"),
    "seed": (int, "a whole number"),
    "speed": (_speed, f"a number from {SLOWEST:g} to {_FASTEST:g}, or max (or 0) for as fast as it is read"),
    "buffer": (_count, "a number of characters over 0"),
}


@dataclass(frozen=True)
class LinkyUrl:
    """What a URL asks for.

    Attributes:
        emulated: the meter, and what happens to it.
        speed: bench seconds per real second; infinite: as fast as it is read.
        buffer_bytes: receive buffer of the port.
    """

    emulated: Emulated
    speed: float = 1.0
    buffer_bytes: int = KERNEL_BUFFER


def parse_url(url: str) -> LinkyUrl:
    """What a URL asks for; of its meter's keys, those of ``xky emulate``.

    Raises:
        LinkyUrlError: an unknown key, a value that cannot be.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise LinkyUrlError(f"{url}: {error}; write {SHAPE}") from None
    mode = _mode(parts.netloc, parts.path, url)
    told: dict[str, Any] = {}
    for key, text in parse_qsl(parts.query, keep_blank_values=True):
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(_KEYS)}"
            raise LinkyUrlError(f"{url}: unknown key {key!r}{hint}")
        read, expected = _KEYS[key]
        try:
            told[key] = read(text)
        except (ValueError, KeyError):
            raise LinkyUrlError(f"{url}: {key}={text}: expected {expected}") from None
    try:
        return _linky_url(mode, told)
    except InputError as error:
        raise LinkyUrlError(f"{url}: {error}") from None


def _mode(netloc: str, path: str, url: str) -> Mode | None:
    if path.strip("/"):
        raise LinkyUrlError(f"{url}: {path!r} has no meaning; write {SHAPE}")
    if not netloc:
        return None
    try:
        return Mode(netloc.lower())
    except ValueError:
        raise LinkyUrlError(f"{url}: unknown mode {netloc!r}; write linky://historic or {SHAPE}") from None


def _linky_url(mode: Mode | None, told: dict[str, Any]) -> LinkyUrl:
    port = {"speed": told.pop("speed", 1.0), "buffer_bytes": told.pop("buffer", KERNEL_BUFFER)}
    meter, scenario = told.pop("meter", None), told.pop("scenario", None)
    if mode is not None:
        told["mode"] = mode
    if scenario is not None and (foreign := foreign_to_scenario(meter, told)) is not None:
        raise InputError(f"{foreign}: a scenario brings its own meter and times; leave it out")
    return LinkyUrl(emulated(meter, scenario, told), **port)
