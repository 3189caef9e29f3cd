# SPDX-License-Identifier: Apache-2.0
"""One group on I1-I2: the carrier, its envelope, the bits in it, and one of its characters enlarged.

Not imported by its package: it wants numpy, which those who draw a run need not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xky.emulator.carrier import Samples, Waveform, quadrature
from xky.emulator.carrier.specification import READ
from xky.protocol import Burst, Mode
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import levels

from .file import write_picture
from .sheet import GREY, LEFT_IN, PLOT_IN, SMALL_PT, Sheet, add_legend, plain, width_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DrawnGroup", "draw_group"]

_NAMES = {0x02: "STX", 0x03: "ETX", 0x04: "EOT", 0x09: "HT", 0x0A: "LF", 0x0D: "CR", 0x20: "SP"}
_BIT_NAMES = ("start", *(f"bit {number}" for number in range(7)), "parity", "stop")
_CARRIER: dict[str, Any] = {"color": "#7f9fbf", "linewidth": 0.35}
_CLOSE: dict[str, Any] = {"linewidth": 0.9}  # where single periods show
_ENVELOPE: dict[str, Any] = {"color": "black", "linewidth": 1.1}
_ZERO: dict[str, Any] = {"color": "#a31515", "linewidth": 0.9, "linestyle": (0, (5, 2))}
_ONE: dict[str, Any] = {"color": "#2b6a2b", "linewidth": 0.9, "linestyle": (0, (1, 1.5))}


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """What is drawn.

    Attributes:
        burst: the group's characters.
        mode: of the line.
        waveform: how they were drawn.
        samples: of the line, from a character before the burst to one behind it.
    """

    burst: Burst
    mode: Mode
    waveform: Waveform
    samples: Samples

    @property
    def character_ms(self) -> float:
        """Duration of a character as it is sent."""
        return 1000 * self.burst.character_s / (1 + self.waveform.baud_error)


def draw_group(group: DrawnGroup, path: Path, title: str) -> None:
    """Draw a group into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky carrier", lambda: _figure_of(group, title))


def _figure_of(group: DrawnGroup, title: str) -> "Figure":
    lasts_ms = group.character_ms * (len(group.burst.data) + 1)  # half a character of rest on both sides
    enlarged = _liveliest(group.burst.data)
    sheet = Sheet({
        "title": 0.4, "names": 0.3, "carrier": 1.35, "gap": 0.12, "envelope": 1.15, "other gap": 0.12, "bits": 0.5,
        "times": 0.55, "heading": 0.25, "bit names": 0.25, "one": 1.7, "one gap": 0.12, "one bits": 0.5,
        "one times": 0.5,
    })  # fmt: skip
    sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12, title, size=11, weight="bold")
    whole = _View(group, -0.5 * group.character_ms, lasts_ms)
    carrier, envelope, bits = (sheet.axes(row, lasts_ms) for row in ("carrier", "envelope", "bits"))
    whole.draw_carrier(carrier)
    carrier.set_ylabel("carrier (V)")
    whole.draw_envelope(envelope, alone=True)
    envelope.set_ylabel("envelope (V)")
    whole.draw_bits(bits)
    bits.set_xlabel("time since the start of the group (ms)")
    starts_ms = group.character_ms * (np.arange(len(group.burst.data)) + 0.5)
    names = [_name(code) for code in group.burst.data]
    _write_names(sheet.axes("names", lasts_ms), starts_ms, group.character_ms, names)
    for axes in (carrier, envelope, bits):
        _divide(axes, (*starts_ms, starts_ms[-1] + group.character_ms))
        axes.axvspan(starts_ms[enlarged], starts_ms[enlarged] + group.character_ms, color="#ececec", zorder=0.5)
    _name_panels(carrier, envelope, group)

    name, code = names[enlarged], group.burst.data[enlarged]
    sheet.write(
        LEFT_IN, sheet.tops_in["heading"] - 0.08, f"{name} (0x{code:02X}) enlarged: the grey character above",
        weight="bold",
    )  # fmt: skip
    bit_ms = group.character_ms / CHARACTER_BITS
    wide_ms = group.character_ms + 2 * bit_ms
    close = _View(group, enlarged * group.character_ms - bit_ms, wide_ms)
    one, one_bits = sheet.axes("one", wide_ms), sheet.axes("one bits", wide_ms)
    close.draw_carrier(one, **_CLOSE)
    close.draw_envelope(one, alone=False)
    one.set_ylabel("carrier and envelope (V)")
    _name_lines(one)
    close.draw_bits(one_bits, told=True)
    one_bits.set_xlabel("time since the start of the group (ms)")
    places_ms = bit_ms * (np.arange(CHARACTER_BITS) + 1)
    _write_names(sheet.axes("bit names", wide_ms), places_ms, bit_ms, _BIT_NAMES)
    for axes in (one, one_bits):
        _divide(axes, (*places_ms, places_ms[-1] + bit_ms))
    return sheet.figure


class _View:
    """A stretch of the line, from ``start_ms`` after the start of the group; axes count from its own start."""

    def __init__(self, group: DrawnGroup, start_ms: float, lasts_ms: float) -> None:
        self._group, self._start_ms, self._lasts_ms = group, start_ms, lasts_ms

    def draw_carrier(self, axes: "Axes", **options: Any) -> None:
        samples, rate_hz = self._group.samples, self._group.waveform.rate_hz
        times_ms = np.arange(len(samples)) / rate_hz * 1000
        self._plot(axes, times_ms, samples, **(_CARRIER | options))
        reach_v = float(np.abs(samples).max()) * 1.12
        axes.set_ylim(-reach_v, reach_v)
        self._count_time(axes, labelled=False)

    def draw_envelope(self, axes: "Axes", *, alone: bool) -> None:
        envelope_v, step_s = quadrature(self._group.samples, self._group.waveform.rate_hz)
        self._plot(axes, (np.arange(len(envelope_v)) + 0.5) * step_s * 1000, envelope_v, **_ENVELOPE)
        read = READ[self._group.mode]
        axes.axhline(read.zero_min_v, **_ZERO)
        axes.axhline(read.one_max_v, **_ONE)
        if alone:
            axes.set_ylim(0, max(float(envelope_v.max()), read.zero_min_v) * 1.18)
            self._count_time(axes, labelled=False)

    def draw_bits(self, axes: "Axes", *, told: bool = False) -> None:
        bits = np.frombuffer(levels(self._group.burst), np.uint8)
        bit_ms = self._group.character_ms / CHARACTER_BITS
        corners_ms = np.arange(len(bits) + 1) * bit_ms - self._start_ms
        axes.step([-1e3, *corners_ms, 1e3], [1, 1, *bits, 1], where="pre", **_ENVELOPE)
        if told:
            for corner_ms, bit in zip(corners_ms[:-1], bits, strict=True):
                if -bit_ms / 2 < corner_ms < self._lasts_ms - bit_ms / 2:
                    axes.text(corner_ms + bit_ms / 2, 0.5, str(bit), ha="center", va="center", size=8)
        axes.set_ylim(-0.25, 1.25)
        axes.set_yticks([0, 1], ["0", "1"])
        axes.set_ylabel("bit")
        self._count_time(axes, labelled=True)

    def _plot(self, axes: "Axes", times_ms: Any, values: Any, **options: Any) -> None:
        """What lies in the stretch, and one value on both sides."""
        places_ms = times_ms - self._group.character_ms - self._start_ms
        begin, end = np.searchsorted(places_ms, (0, self._lasts_ms))
        seen = slice(max(0, int(begin) - 1), int(end) + 1)
        axes.plot(places_ms[seen], values[seen], **options)

    def _count_time(self, axes: "Axes", *, labelled: bool) -> None:
        step_ms = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if self._lasts_ms / step <= 16)
        ticks_ms = (
            np.arange(np.ceil(self._start_ms / step_ms), (self._start_ms + self._lasts_ms) // step_ms + 1) * step_ms
        )
        axes.set_xticks(
            ticks_ms - self._start_ms, [f"{tick:g}" if labelled else "" for tick in ticks_ms.round(6) + 0.0]
        )
        axes.set_xlim(0, self._lasts_ms)
        if not labelled:
            axes.tick_params(axis="x", length=2)


def _name_panels(carrier: "Axes", envelope: "Axes", group: DrawnGroup) -> None:
    from matplotlib.lines import Line2D

    waveform, read = group.waveform, READ[group.mode]
    told = [
        f"{waveform.carrier_hz / 1000:g} kHz, {waveform.amplitude_v:g} V peak",
        f"{group.mode.baud * (1 + waveform.baud_error):g} baud",
        f"edges of {waveform.edge_s * 1e6:g} µs",
        f"residual carrier {waveform.residual_v:g} V",
        f"{waveform.rate_hz / 1000:g} kS/s",
        "no noise" if waveform.noise_db is None else f"noise at {waveform.noise_db:g} dB",
    ]
    nothing = Line2D([], [], linestyle="none")
    add_legend(carrier, "Carrier", [nothing] * len(told), told, handletextpad=-3.4)
    handles = [Line2D([], [], **look) for look in (_ENVELOPE, _ZERO, _ONE)]
    zero, one = f"a 0 has {read.zero_min_v:g} V or more", f"a 1 has less than {read.one_max_v:g} V\n({read.clause})"
    add_legend(envelope, "Envelope", handles, ["as received", zero, one])


def _name_lines(axes: "Axes") -> None:
    from matplotlib.lines import Line2D

    looks = {"carrier": _CARRIER | _CLOSE, "envelope": _ENVELOPE}
    add_legend(axes, "One character", [Line2D([], [], **look) for look in looks.values()], list(looks))


def _write_names(axes: "Axes", starts: Any, length: float, names: Sequence[str]) -> None:
    """A name over each place, standing where it has no room to lie."""
    axes.set_axis_off()
    axes.set_ylim(0, 1)
    room_in = length / axes.get_xlim()[1] * PLOT_IN
    lies = max(width_in(name, SMALL_PT) for name in names) < room_in
    for start, name in zip(starts, names, strict=True):
        axes.text(start + length / 2, 0.15, name, ha="center", va="bottom", size=SMALL_PT, rotation=0 if lies else 90)


def _divide(axes: "Axes", places: Sequence[float]) -> None:
    for place in places:
        axes.axvline(place, color=GREY, linewidth=0.3, alpha=0.6, zorder=0.8)


def _name(code: int) -> str:
    return _NAMES.get(code) or (chr(code) if 0x20 < code < 0x7F else f"0x{code:02X}")


def _liveliest(data: bytes) -> int:
    """The character with the most changes of level, the first of them."""
    changes = [sum(a != b for a, b in pairwise(levels(Burst(0.0, 1.0, bytes((code,)))))) for code in data]
    return changes.index(max(changes))
