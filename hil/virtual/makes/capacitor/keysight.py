# SPDX-License-Identifier: Apache-2.0
"""A virtual Keysight 34461A."""

from collections.abc import Callable, Mapping

from ...command_table import Answer, Call
from ...voltmeter import VirtualVoltmeter

__all__ = ["Virtual"]

_NOON_S = 43_200.0  # its clock when the bench began


class Virtual(VirtualVoltmeter):
    """34461A: 6½ digits."""

    maker, model, version = "Keysight Technologies", "34461A", "A.03.02-03.15-03.02-00.52-03-02"

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "CONFigure[:VOLTage][:DC]": lambda call: self.prepare(),
            "[SENSe:]VOLTage[:DC]:NPLC": lambda call: None,
            "[SENSe:]VOLTage[:DC]:IMPedance:AUTO": lambda call: None,
            "READ?": lambda call: f"{self.read():+.8E}",
            "MEASure[:VOLTage][:DC]?": lambda call: f"{self.read():+.8E}",
            "SYSTem:TIME?": lambda call: self._time(),
        }

    def _time(self) -> str:
        now_s = (_NOON_S + self.bench.clock.now_s()) % 86_400
        return f"{int(now_s // 3600):02d},{int(now_s % 3600 // 60):02d},{now_s % 60:06.3f}"
