# SPDX-License-Identifier: Apache-2.0
"""What a sound meter looks like through a wrong setting: short runs of bytes that nothing else gives.

A receiver set to another rate, or fed upside down, makes garbage of a line, but always the same garbage of the same
characters, and labels never change. So ready meters are heard through each wrong setting, and what they give is
looked for in what came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from xky.emulator.faults import Fault
from xky.emulator.faults.baud_error import BaudError
from xky.emulator.faults.inverted_line import InvertedLine
from xky.emulator.faults.slow_opto import SlowOpto
from xky.emulator.meter_file.meter_file import meter_file
from xky.emulator.truth.piece import Piece
from xky.emulator.truth.timing import bursts_of
from xky.protocol import Burst, InputError, Mode, encode_group
from xky.protocol.mode import ETX, STX
from xky.protocol.uart import Uart, received

__all__ = ["SETTINGS", "Setting", "likely_setting"]

_RUN = 5  # bytes; by chance one of these runs is met in 2**40
_ALPHABET = 24  # different bytes from which a stream can say anything
_LIKELY = 0.1  # of the runs of a line are known under the right setting
_ALL, _HALF = 0.9, 0.5  # or so many: some settings give a few bytes only, which others give, too
_MORE = 4  # times as many as under any other: labels of both modes have parts in common
_PERCENTS = (5.9, 6.7, 7.8, 9.2, 12.0, 16.0, -5.2, -5.9, -6.7, -7.7, -9.1, -11.5)
"""By how much characters are longer: from one to the next one more bit is sampled in its neighbour."""
_METERS = ("base-1p", "hc-1p", "tempo-1p", "hc-3p", "producer-hc-1p", "producer-tempo-3p")
_LOOKED_AT = 20_000  # bytes


@dataclass(frozen=True, slots=True)
class Setting:
    """A wrong way to listen to a line.

    Attributes:
        mode: what the meter sends.
        baud: of the receiver.
        fault: what happens on the way; None where only the rate is wrong.
    """

    mode: Mode
    baud: int
    fault: Fault | None = None

    @property
    def what(self) -> object:
        """What is wrong, whichever the mode: a fault, a rate that is too high or too low, or the other mode's;
        None where nothing is."""
        if isinstance(self.fault, BaudError):
            return self.fault.percent > 0
        if self.fault is None:
            return None if self.baud == self.mode.baud else self.baud
        return self.fault


SETTINGS: tuple[Setting, ...] = (
    *(Setting(mode, mode.baud) for mode in Mode),  # a sound line without a good group is not another one
    Setting(Mode.HISTORIC, Mode.STANDARD.baud),
    Setting(Mode.STANDARD, Mode.HISTORIC.baud),
    *(Setting(mode, mode.baud, InvertedLine()) for mode in Mode),
    *(Setting(mode, mode.baud, SlowOpto(stretch_bits, 0.0)) for mode in Mode for stretch_bits in (0.9, -0.9)),
    *(Setting(mode, mode.baud, BaudError(percent)) for mode in Mode for percent in _PERCENTS),
)


def likely_setting(data: bytes) -> Setting | None:
    """The wrong setting through which these bytes were heard; None where none, or more than one, would give them."""
    data = data[:_LOOKED_AT]
    runs = {data[at : at + _RUN] for at in range(len(data) - _RUN + 1)}
    runs = {run for run in runs if len(set(run)) > 1}
    if len(runs) < _ALPHABET:
        return None
    known = _known_runs_of_seven_bits if data.isascii() else _known_runs
    shares = {setting: len(runs & known(setting)) / len(runs) for setting in SETTINGS}
    best = max(SETTINGS, key=lambda setting: shares[setting])
    others = max(share for setting, share in shares.items() if setting.what != best.what)
    is_all = shares[best] >= _ALL and others <= _HALF
    is_it = is_all or shares[best] >= max(_LIKELY, _MORE * others)
    return best if is_it and best.what is not None else None


@cache
def _known_runs(setting: Setting) -> frozenset[bytes]:
    """Runs of bytes that ready meters give through a setting."""
    uart = Uart(setting.baud, 8, "N")
    found = set[bytes]()
    for bursts in _bursts(setting):
        heard = b"".join([received(burst, uart).data for burst in bursts])
        found.update(heard[at : at + _RUN] for at in range(len(heard) - _RUN + 1))
    return frozenset(run for run in found if len(set(run)) > 1)


@cache
def _known_runs_of_seven_bits(setting: Setting) -> frozenset[bytes]:
    """The same with the eighth bit taken off, as by a pseudo-terminal, or by a port that is set to seven bits."""
    stripped = (bytes(code & 0x7F for code in run) for run in _known_runs(setting))
    return frozenset(run for run in stripped if len(set(run)) > 1)


def _bursts(setting: Setting) -> Iterator[list[Burst]]:
    for name in _METERS:
        try:
            meter = meter_file(name).changed(mode=setting.mode).build()
        except InputError:  # historic mode knows no producers
            continue
        for load_va in (300.0, 2500.0):
            meter.load.hold(load_va)
            groups = meter.groups()
            pieces = [Piece(STX), *(Piece(encode_group(group, setting.mode), group) for group in groups), Piece(ETX)]
            if setting.fault is not None:
                pieces = setting.fault.apply(pieces, setting.mode, Random(0))
            yield bursts_of(pieces, 0.0, setting.mode.character_s)
