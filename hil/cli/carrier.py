# SPDX-License-Identifier: Apache-2.0
"""``xky carrier``: the 50 kHz signal of a Linky's frames, into a file or to an arbitrary waveform generator."""

import math
from pathlib import Path
from typing import Annotated

import typer

from xky.emulator.meter_file.meter_file import MeterFile, meter_file, meter_names
from xky.protocol import InputError, Mode

from ..plot import check_plot
from ..terminal import printable

__all__ = ["command"]

_CARRIER_HZ = 50_000.0  # 54E table 3, 02E §1.3.1


def command(
    mode: Annotated[
        Mode | None, typer.Option(help="Historic (1200 baud) or standard (9600 baud); standard unless told.")
    ] = None,
    frames: Annotated[int, typer.Option(min=1, help="How many frames.")] = 1,
    meter: Annotated[
        str | None,
        typer.Option(autocompletion=meter_names, help=f"A meter's file, or one of {', '.join(meter_names())}."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of house, silences and noise; 0 unless told.")] = None,
    rate_hz: Annotated[int | None, typer.Option(help="Samples a second; 960000 unless told.")] = None,
    carrier_hz: Annotated[float | None, typer.Option(help="Of the carrier; 50000 unless told.")] = None,
    baud: Annotated[float | None, typer.Option(help="Bits a second; the mode's unless told.")] = None,
    amplitude_v: Annotated[float | None, typer.Option(help="Peak of a 0 in volts; 3.65 unless told.")] = None,
    edge_s: Annotated[float | None, typer.Option(help="Rise and fall of the envelope; 0.00001 unless told.")] = None,
    residual_v: Annotated[float | None, typer.Option(help="Peak of what a 1 leaves, in volts; 0 unless told.")] = None,
    noise_db: Annotated[float | None, typer.Option(help="Carrier over white noise in dB; none unless told.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write FILE.wav (one step is 1 mV) or FILE.csv.")] = None,
    upload: Annotated[
        str | None, typer.Option(metavar="RESOURCE", help="Play it on a generator, as TCPIP::192.168.1.5::INSTR.")
    ] = None,
    family: Annotated[str | None, typer.Option(help="The generator's; --family x lists those that are known.")] = None,
    load_ohm: Annotated[
        float | None, typer.Option(help="With --upload: what the volts stand on, behind 170 Ω in series.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="With --upload: only switch the output off.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw a group of the first frame: FILE.svg or FILE.png.")] = None,
) -> None:
    """Write the carrier of a Linky's frames, or play it on a generator; tells which limits of the TIC it breaks."""
    _check_destinations(out, upload, family, load_ohm, plot, off=off)
    if off:
        _switch_off(str(upload), str(family))
        return
    told = {name: value for name, value in (("mode", mode), ("seed", seed)) if value is not None}
    written = (MeterFile() if meter is None else meter_file(meter)).changed(**told)
    written.build()  # complains before anything is written
    options = {"rate_hz": rate_hz, "amplitude_v": amplitude_v, "edge_s": edge_s, "residual_v": residual_v,
               "noise_db": noise_db, "carrier_error": _error("--carrier-hz", carrier_hz, _CARRIER_HZ),
               "baud_error": _error("--baud", baud, written.mode.baud)}  # fmt: skip
    from ..emulation.carrier_signal import CarrierSignal

    signal = CarrierSignal(written, frames, {name: value for name, value in options.items() if value is not None})
    if out is not None:
        print(printable(signal.write(out)))
    if plot is not None:
        print(printable(signal.draw(plot)))
    if upload is not None:
        print(printable(signal.play(upload, str(family), load_ohm)))
    for limit in signal.waveform.broken_limits(written.mode):
        beyond = "; no receiver has to understand it" if limit.beyond_receivers else ""
        print(f"beyond the specification: {limit}{beyond}")


def _check_destinations(
    out: Path | None, upload: str | None, family: str | None, load_ohm: float | None, plot: Path | None, *, off: bool
) -> None:
    if out is None and upload is None and plot is None:
        raise InputError(
            "carrier: nowhere to go; give --out FILE.wav, --upload RESOURCE --family NAME, or --plot FILE.svg"
        )
    if (upload is None) != (family is None):
        raise InputError("--upload and --family belong together; give both: what to speak to, and its language")
    if family is not None:
        from ..instruments import check_instruments, longest_record

        longest_record(family)  # complains of an unknown one
        check_instruments()
    if upload is None and (off or load_ohm is not None):
        raise InputError(f"{'--off' if off else '--load-ohm'}: only with --upload RESOURCE; leave it out")
    if load_ohm is not None and not 0 < load_ohm < math.inf:
        raise InputError(f"--load-ohm {load_ohm:g}: expected a number over 0, as 500")
    if plot is not None:
        check_plot(plot)


def _error(option: str, told: float | None, nominal: float) -> float | None:
    """How far off a frequency is, as a fraction."""
    if told is None:
        return None
    if not 0.9 * nominal <= told <= 1.1 * nominal:
        raise InputError(f"{option} {told:g}: expected {0.9 * nominal:g} to {1.1 * nominal:g}")
    return told / nominal - 1


def _switch_off(resource: str, family: str) -> None:
    from ..instruments import switch_off

    switch_off(resource, family)
    print(printable(f"{resource}: the output is off"))
