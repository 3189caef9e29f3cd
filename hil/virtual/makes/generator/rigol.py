# SPDX-License-Identifier: Apache-2.0
"""A virtual Rigol DG822, output 1."""

from collections.abc import Callable, Mapping

import numpy as np

from ...command_table import Answer, Call
from ...waveform_source import VirtualGenerator

__all__ = ["Virtual"]

_FEWEST, _MOST = 8, 8192  # points of a packet
_MIDDLE = 8192


class Virtual(VirtualGenerator):
    """DG822: packets of 14 bits without a sign; the last one selects the waveform."""

    maker, model, version = "RIGOL TECHNOLOGIES", "DG822", "00.02.06"
    full_scale = 8191.0

    def reset(self) -> None:
        super().reset()
        self._packets: list[bytes] = []

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "OUTPut#[:STATe]": lambda call: self.switch(on=call.switched(0)),
            "OUTPut#[:STATe]?": lambda call: "ON" if self.is_on else "OFF",
            "OUTPut#:LOAD": self._load,
            "[SOURce#:]TRACe:DATA:DAC16": self._packet,
            "[SOURce#:]FUNCtion:ARBitrary:SRATe": lambda call: setattr(self, "rate_hz", call.number(0, 1e-6, 1.25e8)),
            "[SOURce#:]VOLTage": lambda call: setattr(self, "peak_to_peak_v", call.number(0, 2e-3, 20.0)),
            "[SOURce#:]VOLTage:OFFSet": lambda call: None,
        }

    def _load(self, call: Call) -> None:
        self.load_is_open = call.text(0).upper().startswith("INF")

    def _packet(self, call: Call) -> None:
        if not _FEWEST <= len(call.block) // 2 <= _MOST:
            raise ValueError
        self._packets.append(call.block)
        if call.text(1).upper() == "END":
            self.taken = np.frombuffer(b"".join(self._packets), "<u2").astype(np.float64) - _MIDDLE
            self._packets.clear()
