# SPDX-License-Identifier: Apache-2.0
"""A virtual Rigol DS1054Z: its memory comes in pieces of 250 000 points at most."""

from collections.abc import Callable, Mapping

import numpy as np

from ...command_table import Answer, Call
from ...oscilloscope import CODES, VirtualScope

__all__ = ["Virtual"]

_DEPTHS = (12_000, 120_000, 1_200_000, 12_000_000)
_DIVISIONS = 12
_REFERENCE = 127
_PIECE = 250_000


class Virtual(VirtualScope):
    """DS1054Z; channels that are on share its memory."""

    maker, model, version = "RIGOL TECHNOLOGIES", "DS1054Z", "00.04.05.SP2"

    def reset(self) -> None:
        super().reset()
        self._source, self._first, self._last = 1, 1, 1200

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "CHANnel#:DISPlay": self._show,
            "CHANnel#:PROBe": lambda call: None,
            "CHANnel#:OFFSet": self._offset,
            "CHANnel#:SCALe": self._scale,
            "RUN": lambda call: self._run(),
            "STOP": lambda call: self._stop(),
            "ACQuire:MDEPth": self._depth,
            "ACQuire:MDEPth?": lambda call: str(self.depth),
            "ACQuire:SRATe?": lambda call: f"{1 / self.interval_s:.6E}",
            "TIMebase[:MAIN]:SCALe": self._timebase,
            "TIMebase[:MAIN]:SCALe?": lambda call: f"{self.window_s / _DIVISIONS:.6E}",
            "SINGle": lambda call: self._run(),
            "TFORce": lambda call: self.capture(),
            "TRIGger:STATus?": lambda call: "STOP" if self.is_stopped else "RUN",
            "WAVeform:SOURce": self._from,
            "WAVeform:MODE": lambda call: None,
            "WAVeform:FORMat": lambda call: None,
            "WAVeform:STARt": lambda call: setattr(self, "_first", int(call.number(0, 1, self.depth))),
            "WAVeform:STOP": lambda call: setattr(self, "_last", int(call.number(0, 1, self.depth))),
            "WAVeform:PREamble?": lambda call: self._preamble(),
            "WAVeform:DATA?": lambda call: self._data(),
        }

    def _run(self) -> None:
        self.is_stopped = False

    def _stop(self) -> None:
        self.is_stopped = True

    def _show(self, call: Call) -> None:
        self.channel(call.numbers[0]).is_shown = call.switched(0)

    def _offset(self, call: Call) -> None:
        self.channel(call.numbers[0]).offset_v = call.number(0, -100.0, 100.0)

    def _scale(self, call: Call) -> None:
        self.channel(call.numbers[0]).scale_v = call.number(0, 1e-3, 10.0)

    def _depth(self, call: Call) -> None:
        shown = sum(channel.is_shown for channel in self.channels.values())
        if self.is_stopped or int(call.number(0, 0, 1e9)) * max(shown, 1) not in _DEPTHS:
            raise ValueError
        self.depth = int(call.number(0, 0, 1e9))

    def _timebase(self, call: Call) -> None:
        self.window_s = _DIVISIONS * call.number(0, 5e-9, 50.0)

    def _from(self, call: Call) -> None:
        name = call.text(0).upper()
        self._source = int(name.removeprefix("CHANNEL").removeprefix("CHAN"))

    def _preamble(self) -> str:
        step_v = self.channel(self._source).scale_v / CODES
        return f"0,2,{self.depth},1,{self.interval_s:.6e},0,0,{step_v:.6e},0,{_REFERENCE}"

    def _data(self) -> bytes:
        if not 0 <= self._last - self._first < _PIECE:
            raise ValueError
        piece = self.codes(self._source)[self._first - 1 : self._last].astype(np.int16) + _REFERENCE
        data = piece.astype(np.uint8).tobytes()
        return f"#9{len(data):09d}".encode("ascii") + data
