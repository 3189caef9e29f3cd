# SPDX-License-Identifier: Apache-2.0
"""A virtual Keysight 33522B, output 1."""

from collections.abc import Callable, Mapping

import numpy as np

from ...command_table import Answer, Call
from ...waveform_source import VirtualGenerator

__all__ = ["Virtual"]


class Virtual(VirtualGenerator):
    """33522B: a waveform's name must be new, or the memory clear; bytes come big end first unless swapped."""

    maker, model, version = "Agilent Technologies", "33522B", "4.00-1.19-2.00-58-00"

    def reset(self) -> None:
        super().reset()
        self._stored: dict[str, bytes] = {}
        self._is_swapped = False

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "OUTPut#[:STATe]": lambda call: self.switch(on=call.switched(0)),
            "OUTPut#[:STATe]?": lambda call: str(int(self.is_on)),
            "OUTPut#:LOAD": self._load,
            "[SOURce#:]DATA:VOLatile:CLEar": lambda call: self._stored.clear(),
            "FORMat:BORDer": lambda call: setattr(self, "_is_swapped", call.text(0).upper().startswith("SWAP")),
            "[SOURce#:]DATA:ARBitrary:DAC": self._store,
            "[SOURce#:]FUNCtion:ARBitrary": self._select,
            "[SOURce#:]FUNCtion:ARBitrary:SRATe": lambda call: setattr(self, "rate_hz", call.number(0, 1e-6, 2.5e8)),
            "[SOURce#:]FUNCtion:ARBitrary:FILTer": lambda call: None,
            "[SOURce#:]FUNCtion": lambda call: None,
            "[SOURce#:]VOLTage": lambda call: setattr(self, "peak_to_peak_v", call.number(0, 1e-3, 20.0)),
            "[SOURce#:]VOLTage:OFFSet": lambda call: None,
        }

    def _load(self, call: Call) -> None:
        self.load_is_open = call.text(0).upper().startswith("INF")

    def _store(self, call: Call) -> None:
        name = call.text(0)
        if name in self._stored:
            raise ValueError
        self._stored[name] = call.block

    def _select(self, call: Call) -> None:
        if call.text(0) not in self._stored:
            raise ValueError
        kind = "<i2" if self._is_swapped else ">i2"
        self.taken = np.frombuffer(self._stored[call.text(0)], kind).astype(np.float64)
