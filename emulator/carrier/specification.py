# SPDX-License-Identifier: Apache-2.0
"""What the specification says of the signal on I1-I2; all voltages are peak (54E §5.3.2, 02E §1.3.1.2)."""

from dataclasses import dataclass

from xky.protocol import Mode

__all__ = [
    "BAUD_TOLERANCE", "CARRIER_HZ", "CARRIER_TOLERANCE", "EMITTED", "NOISE_V", "OPEN_CIRCUIT_V", "READ", "Levels",
]  # fmt: skip

CARRIER_HZ = 50_000.0  # 54E table 3, 02E §1.3.1
CARRIER_TOLERANCE = 0.03  # 54E table 3, 02E §1.3.1
BAUD_TOLERANCE = 0.01  # 54E table 3, 02E §1.3.1
OPEN_CIRCUIT_V = 25.0  # Vevh0 without load, 54E §5.3.2: the highest carrier that there can be
NOISE_V = 0.05  # 1 kHz to 1 MHz, 54E §5.3.2, 02E §1.3.2


@dataclass(frozen=True, slots=True)
class Levels:
    """Of the envelope.

    Attributes:
        zero_min_v: Vevl0, the least for a 0 (carrier).
        zero_max_v: Vevh0, the most for a 0.
        one_max_v: Vevh1, the most for a 1 (no carrier).
        hold_s: Tev0 and Tev1, for how long a bit keeps its level.
        clause: where that is written.
    """

    zero_min_v: float
    zero_max_v: float
    one_max_v: float
    hold_s: float
    clause: str


EMITTED = {  # by the meter, on 100 Ω to 2 kΩ; historic mode may use the 5 V limit too (54E §5.3.2)
    Mode.STANDARD: Levels(1.2, 5.0, 0.2, 60e-6, "54E §5.3.2"),
    Mode.HISTORIC: Levels(1.2, 5.0, 0.1, 750e-6, "02E §1.3.2"),
}
READ = {  # what a receiver must still understand
    Mode.STANDARD: Levels(0.8, 5.0, 0.4, 50e-6, "54E §5.3.4"),
    Mode.HISTORIC: Levels(0.8, 5.0, 0.3, 700e-6, "02E §1.3.3"),
}
