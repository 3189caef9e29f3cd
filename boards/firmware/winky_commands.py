# SPDX-License-Identifier: Apache-2.0
"""The ``winky_*`` commands of the Tasmota driver (v3.x), and the settings they change: text in, text out.

A text that is no number counts as 0, as in the driver; what a setting does not admit leaves it as it is, and the
answer says what it is. ``winky_target`` and ``winky_cosphi`` are newer than what was read of the driver: assumptions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from json import dumps
from re import match

from .energy_policy import EnergyPolicy

__all__ = ["WinkyCommands", "WinkySettings"]

_MESSAGES_MIN = 2  # driver: a publishable state needs two
_DONE = dumps("Done")


@dataclass(slots=True)
class WinkySettings:
    """What the commands set besides the energy policy; in flash.

    Attributes:
        sleep: 0: by the charge that comes; 1.00 to 9.99: so many times the wake; from 10 on seconds.
        most_messages: so many whole frames end a wake; 0: a low capacitor does, or twelve samples of cos φ; None: as
            the board's ``[listen]`` says, by which power is reckoned.
        writes: how often settings were written.
    """

    sleep: float
    most_messages: int | None = None
    writes: int = 0


class WinkyCommands:
    """The commands of one device.

    Args:
        settings: changed by them.
        policy: likewise.
        frames: messages that it waits for where nobody said.
    """

    def __init__(self, settings: WinkySettings, policy: EnergyPolicy, frames: int) -> None:
        self._settings, self._policy, self._frames = settings, policy, frames
        self._shown = 0
        self._cosphi = 0
        self._known: dict[str, Callable[[str], str]] = {
            "winky": lambda _: _DONE,
            "winky_display": self._display,
            "winky_sleep": self._sleep,
            "winky_max": self._max,
            "winky_start": self._start,
            "winky_stop": self._stop,
            "winky_ref": self._ref,
            "winky_coeff": self._coeff,
            "winky_meter": self._meter,
            "winky_target": self._target,
            "winky_cosphi": self._cosphi_samples,
        }

    def answer(self, command: str, data: str) -> str:
        """What goes to ``stat/…/RESULT``: one JSON object.

        Args:
            command: last level of the topic; case does not matter.
            data: what to set; empty asks.

        >>> from xky.boards import board_named
        >>> commands = WinkyCommands(WinkySettings(0.0), EnergyPolicy(board_named("winky-c6-tasmota")), 2)
        >>> commands.answer("winky_sleep", "30"), commands.answer("WINKY_SLEEP", "")
        ('{"winky_sleep":"30.00"}', '{"winky_sleep":"30.00"}')
        """
        name = command.lower()
        act = self._known.get(name)
        if act is None:
            return dumps({"Command": "Unknown", "Input": command}, separators=(",", ":"))
        return f'{{"{name}":{act(data.strip())}}}'

    def _set(self, **changes: float) -> None:
        self._policy.set(**changes)
        self._settings.writes += 1

    def _display(self, data: str) -> str:
        if data:
            self._shown = int(_number(data))
        return str(self._shown)

    def _sleep(self, data: str) -> str:
        if data:
            self._settings.sleep = min(max(_number(data), 0.0), self._policy.settings.max_sleep_s)
            self._settings.writes += 1
        return f'"{self._settings.sleep:.2f}"'

    def _max(self, data: str) -> str:
        if data:
            asked = int(_number(data))
            self._settings.most_messages = max(asked, _MESSAGES_MIN) if asked > 0 else 0
            self._settings.writes += 1
        most = self._settings.most_messages
        return str(self._frames if most is None else most)

    def _start(self, data: str) -> str:
        policy, volts = self._policy.settings, _number(data)
        if data and policy.stop_v is not None and volts > policy.stop_v:
            self._set(start_v=volts)
        return _volts(self._policy.settings.start_v)

    def _stop(self, data: str) -> str:
        policy, volts = self._policy.settings, _number(data)
        if data and policy.start_v is not None and 0 < volts < policy.start_v:
            self._set(stop_v=volts)
        return _volts(self._policy.settings.stop_v)

    def _target(self, data: str) -> str:
        return self._start(data)

    def _ref(self, data: str) -> str:
        farads = _number(data)
        if farads > 0:
            self._set(reference_f=farads)
        return f'"{self._policy.settings.reference_f or 0:.2f} Farad"'

    def _coeff(self, data: str) -> str:
        self._policy.find_scale_again()
        return _DONE

    def _meter(self, data: str) -> str:
        self._settings.writes += 1
        return _DONE

    def _cosphi_samples(self, data: str) -> str:
        if data:
            self._cosphi = int(_number(data))
        return str(self._cosphi)


def _number(text: str) -> float:
    """As the C library's ``atof`` takes it: the number that the text begins with, else 0."""
    found = match(r"\s*[+-]?(\d{1,12}(\.\d*)?|\.\d+)", text)
    return float(found[0]) if found else 0.0


def _volts(volts: float | None) -> str:
    return f'"{volts or 0:.2f} Volt"'
