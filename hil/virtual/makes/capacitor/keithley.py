# SPDX-License-Identifier: Apache-2.0
"""A virtual Keithley DMM6500, with its SCPI set."""

from collections.abc import Callable, Mapping

from ...command_table import Answer, Call
from ...voltmeter import VirtualVoltmeter

__all__ = ["Virtual"]


class Virtual(VirtualVoltmeter):
    """DMM6500: 6½ digits; a reading goes into a buffer, with its time."""

    maker, model, version = "KEITHLEY INSTRUMENTS", "MODEL DMM6500", "1.7.12b"

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "[SENSe#:]FUNCtion[:ON]": lambda call: self.prepare(),
            "[SENSe#:]VOLTage[:DC]:RANGe[:UPPer]": lambda call: None,
            "[SENSe#:]VOLTage[:DC]:NPLCycles": lambda call: None,
            "[SENSe#:]VOLTage[:DC]:NPLC": lambda call: None,
            "[SENSe#:]VOLTage[:DC]:INPutimpedance": lambda call: None,
            "[SENSe#:]VOLTage[:DC]:INP": lambda call: None,
            "TRACe:CLEar": lambda call: self.begin(),
            "READ?": self._read,
        }

    def _read(self, call: Call) -> str:
        since_s, voltage_v = self.since_first_s(), self.read()
        elements = [element.upper() for element in call.arguments[1:]] or ["READ"]
        told = {"READ": f"{voltage_v:.7E}", "READING": f"{voltage_v:.7E}", "REL": f"{since_s:.9f}",
                "RELATIVE": f"{since_s:.9f}"}  # fmt: skip
        if any(element not in told for element in elements):
            raise ValueError
        return ",".join(told[element] for element in elements)
