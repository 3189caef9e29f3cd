# SPDX-License-Identifier: Apache-2.0
"""A virtual Siglent SDS1104X-E: a word before a block, two line feeds behind it."""

from collections.abc import Callable, Mapping

from ...command_table import Answer, Call
from ...oscilloscope import Channel, VirtualScope

__all__ = ["Virtual"]

_SIZES = {"14K": 14_000, "140K": 140_000, "1.4M": 1_400_000, "14M": 14_000_000}
_DIVISIONS = 14


class Virtual(VirtualScope):
    """SDS1104X-E, one channel on; answers carry their question and unit until ``CHDR OFF``."""

    maker, model, version = "Siglent Technologies", "SDS1104X-E", "8.2.6.1.37R9"
    depth = 14_000

    def reset(self) -> None:
        super().reset()
        self._has_headers = True

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "CHDR": lambda call: setattr(self, "_has_headers", call.text(0).upper() != "OFF"),
            "C#:TRA": self._show,
            "C#:ATTN": lambda call: None,
            "C#:OFST": self._offset,
            "C#:OFST?": lambda call: self._told(f"C{call.numbers[0]}:OFST", self._of(call).offset_v, "V"),
            "C#:VDIV": self._scale,
            "C#:VDIV?": lambda call: self._told(f"C{call.numbers[0]}:VDIV", self._of(call).scale_v, "V"),
            "MSIZ": self._size,
            "TDIV": self._timebase,
            "SARA?": lambda call: self._told("SARA", 1 / self.interval_s, "Sa/s"),
            "TRMD": lambda call: setattr(self, "is_stopped", call.text(0).upper() == "STOP"),
            "FRTR": lambda call: self.capture(),
            "SAST?": lambda call: ("SAST " if self._has_headers else "") + ("Stop" if self.is_stopped else "Armed"),
            "WFSU": lambda call: None,
            "C#:WF?": self._data,
        }

    def _told(self, header: str, value: float, unit: str) -> str:
        return f"{header} {value:.6E}{unit}" if self._has_headers else f"{value:.6E}"

    def _of(self, call: Call) -> Channel:
        return self.channel(call.numbers[0])

    def _show(self, call: Call) -> None:
        self.channel(call.numbers[0]).is_shown = call.switched(0)

    def _offset(self, call: Call) -> None:
        self.channel(call.numbers[0]).offset_v = call.number(0, -100.0, 100.0)

    def _scale(self, call: Call) -> None:
        self.channel(call.numbers[0]).scale_v = call.number(0, 5e-4, 10.0)

    def _size(self, call: Call) -> None:
        if call.text(0).upper() not in _SIZES:
            raise ValueError
        self.depth = _SIZES[call.text(0).upper()]

    def _timebase(self, call: Call) -> None:
        self.window_s = _DIVISIONS * call.number(0, 1e-9, 100.0)

    def _data(self, call: Call) -> bytes:
        data = self.codes(call.numbers[0]).tobytes()
        return b"DAT2," + f"#9{len(data):09d}".encode("ascii") + data + b"\n"
