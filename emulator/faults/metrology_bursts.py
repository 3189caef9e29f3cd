# SPDX-License-Identifier: Apache-2.0
"""Bursts of carrier as older meters send for each Wh."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece
from .fault import Fault

__all__ = ["MetrologyBursts"]


_REST_S = 0.0334  # between two frames (54E §5.3.6)


@dataclass(frozen=True, slots=True)
class MetrologyBursts(Fault):
    """``count`` bursts of carrier of 1 to 20 ms before the frame (02E §2.3), which must be read all the same."""

    french_name: ClassVar[str] = "salves de métrologie"
    french: ClassVar[str] = (
        "« Nombre » salves de porteuse de 1 à 20 ms précèdent la trame (02E §2.3), qui doit être lue malgré tout."
    )

    count: Annotated[int, Interval(ge=1, le=50)] = 3

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        bursts = []
        for _ in range(self.count):
            whole, rest = divmod(max(1, round(rng.uniform(0.001, 0.020) * mode.baud)), CHARACTER_BITS)
            data, spoilt = bytes(whole), [(at, CharacterDefect.FRAMING) for at in range(whole)]
            if rest:  # of a last character, its first bits only
                last = 0x7F & 0x7F << rest - 1
                data += bytes((last,))
                if rest < CHARACTER_BITS - 1 and last.bit_count() % 2 == 0:
                    spoilt.append((whole, CharacterDefect.PARITY))  # the parity bit is high again, too
            silence = ((len(data), _REST_S),)
            bursts.append(Piece(data, fault=self.name, defects=tuple(spoilt), pauses=silence))
        return [*bursts, *pieces]
