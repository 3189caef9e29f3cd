# SPDX-License-Identifier: Apache-2.0
"""The receiver's input within a run: measured by instruments of the bench, and heard through by the device."""

from xky.emulator import Linky
from xky.protocol import Mode

from ..bench.bench import Bench
from .carrier_record import EVEN, FAST, ODD, RAMPS, RESIDUAL, SLOW, STRONG, WEAK
from .instrumented_run import InstrumentedRun
from .performance import CutShort
from .record import Record

__all__ = ["can_drive_the_input", "can_play_carriers", "play_input"]

_SIGNALS = {
    "TIC-INP-1": (WEAK, STRONG), "TIC-INP-2": (RESIDUAL,), "TIC-INP-3": (RAMPS,), "TIC-INP-5": (EVEN, ODD),
    "TIC-INP-7": (SLOW, FAST),
}  # fmt: skip


def can_drive_the_input(campaign: InstrumentedRun) -> bool:
    """Whether a generator drives the input of a real board, and a scope looks on."""
    file = campaign.bench_file
    if file is None or file.input is None or not campaign.on_hardware:
        return False
    return {"generator", "scope"} <= set(file.by_role)


def can_play_carriers(campaign: InstrumentedRun) -> bool:
    """Whether the board hears that generator besides."""
    file = campaign.bench_file
    return file is not None and file.input is not None and file.input.hears and can_drive_the_input(campaign)


def play_input(campaign: InstrumentedRun, mode: Mode, record: Record) -> None:
    """Play what is asked of the input, into the record of its mode, where the instruments are there.

    Raises:
        CutShort: a person ended it; what was recorded by then is in its record.
    """
    asked = [one.purpose.requirement for one in campaign.left if one.mode is mode]
    try:
        if any(one.about_input for one in asked) and can_drive_the_input(campaign):
            _measure(campaign, record)
        carriers = {one.id for one in asked if one.about_carrier}
        if carriers and can_play_carriers(campaign):
            _play_carriers(campaign, mode, record, carriers)
    except KeyboardInterrupt:
        record.trials_cut_short = record.power_cut_short = True  # those of power come behind
        raise CutShort(record) from None


def _measure(campaign: InstrumentedRun, record: Record) -> None:
    if campaign.instruments is None or campaign.bench_file is None or campaign.bench_file.input is None:
        return
    from .input_trials import measure_input

    record.input = measure_input(campaign.instruments.instruments, campaign.bench_file.input.series_ohm)


def _play_carriers(campaign: InstrumentedRun, mode: Mode, record: Record, asked: set[str]) -> None:
    if campaign.instruments is None:
        return
    from .carrier_trials import CarrierTrials

    signals = tuple(signal for one in sorted(asked) for signal in _SIGNALS[one])
    options = campaign.options
    bench = Bench(
        campaign.open(), campaign.board, Linky(mode=mode, seed=options.seed), seed=options.seed, speed=options.speed,
        probes=campaign.specs,
    )  # fmt: skip
    trials = CarrierTrials(bench, mode, campaign.instruments.instruments, campaign.on_wait, signals)
    try:
        trials.play()
    finally:
        record.carrier = trials.so_far
