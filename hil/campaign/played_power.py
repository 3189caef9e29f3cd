# SPDX-License-Identifier: Apache-2.0
"""The power of a device within a run: trials of a simulated one, or of a real one by the instruments of its bench."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from xky.emulator import Linky
from xky.protocol import InputError, Mode

from ..bench.access_point import AccessPoint
from ..bench.bench import Bench
from .instrumented_run import InstrumentedRun
from .measured_power import COLD, CUTS, DEAD, FULL
from .performance import CutShort
from .power_trials import PowerTrials
from .record import Record

if TYPE_CHECKING:
    from ..instruments import Instrument

__all__ = ["PoweredRun", "feed_before_the_plan", "play_power", "require_same_clock", "why_unfed"]

_PARTS: Mapping[str, str] = {"XKY-PWR-2": CUTS, "XKY-PWR-5": FULL, "XKY-PWR-8": DEAD}  # the others look at a cold start


class PoweredRun(InstrumentedRun, Protocol):
    """What is taken of a campaign."""

    @property
    def virtual_specs(self) -> Sequence[str]: ...

    @property
    def plays_power(self) -> bool: ...


def why_unfed(campaign: "PoweredRun") -> str | None:
    """Why the bench does not feed a real board as a meter does; empty: it does; None: it has no supply for one."""
    file, power = campaign.bench_file, campaign.board.power
    if file is None or not file.feeds_the_board or power is None or power.source != "tic":
        return None
    if not campaign.on_hardware:
        return None
    from .bench_trials import why_not_at_all

    most_v = file.by_role["supply"].limits_si.get("voltage_v")
    return why_not_at_all(campaign.board, frozenset(file.by_role), file.source_ohm, most_v)


def require_same_clock(instruments: Mapping[str, "Instrument"], speed: float) -> None:
    """Complain of a virtual bench that runs at another speed than the run.

    Raises:
        InputError: it does.
        LostInstrument: it does not tell.
    """
    for one in instruments.values():
        if not one.is_virtual:
            continue
        told = one.asked("XKY:SPEed?")
        if told == 0:
            raise InputError(
                f"{one.resource}: is on a virtual bench whose clock stands; start xky bench virtual without --stepped"
            )
        if abs(told / speed - 1) > 1e-9:
            raise InputError(
                f"--speed {speed:g}: the virtual bench of {one.resource} runs {told:g} times as fast as real time; "
                f"give --speed {told:g}"
            )
        return


def feed_before_the_plan(campaign: "PoweredRun", mode: Mode) -> None:
    """Feed a real board that lives on terminals I1-A, and wait for its first word: nobody else does."""
    if campaign.instruments is None or why_unfed(campaign) != "":
        return
    from .bench_trials import power_up

    options = campaign.options
    bench = Bench(
        campaign.open(), campaign.board, Linky(mode=mode, seed=options.seed), seed=options.seed, speed=options.speed,
        probes=campaign.specs,
    )  # fmt: skip
    limit_s = 1.1 * campaign.board.limits.cold_start_s / options.speed
    campaign.on_wait(f"feeding the board until it says a first word, {limit_s:.0f} s at the most")
    with bench:
        power_up(bench, campaign.board, campaign.instruments.instruments)


def play_power(campaign: "PoweredRun", mode: Mode, record: Record) -> None:
    """Play the trials of power that are asked for, into the record of their mode.

    Raises:
        CutShort: a person ended them; what was recorded by then is in its record.
    """
    asked = {one.purpose.requirement.id for one in campaign.left
             if one.mode is mode and one.purpose.requirement.about_power}  # fmt: skip
    if not asked:
        return
    try:
        if campaign.plays_power:
            options = campaign.options
            record.power = PowerTrials(
                campaign.open, campaign.board, mode, seed=options.seed, probes=campaign.virtual_specs
            ).play()
        elif (why := why_unfed(campaign)) is not None:
            record.power_unplayed = why
            if not why:
                _measure(campaign, mode, record, asked)
    except KeyboardInterrupt:
        record.power_cut_short = True
        raise CutShort(record) from None


def _measure(campaign: "PoweredRun", mode: Mode, record: Record, asked: set[str]) -> None:
    assert campaign.bench_file is not None and campaign.instruments is not None
    from .bench_trials import BenchTrials, trials_last_s

    source_ohm = campaign.bench_file.source_ohm
    assert source_ohm is not None
    options = campaign.options
    parts = tuple(dict.fromkeys(_PARTS.get(one, COLD) for one in sorted(asked)))
    commands = campaign.bench_file.access_point
    access_point = None if commands is None else AccessPoint(commands.off, commands.on)
    trials = BenchTrials(
        campaign.open, campaign.board, mode, campaign.instruments.instruments, source_ohm,
        parts=parts, lasts=bool(asked - {"XKY-PWR-1", *_PARTS}), seed=options.seed,
        speed=options.speed, probes=campaign.specs, access_point=access_point,
    )  # fmt: skip
    dead = len({"mqtt", "influx"}.intersection(one.partition(":")[0] for one in campaign.specs))
    dead += access_point is not None
    about_min = trials_last_s(campaign.board, dead if DEAD in parts else 0) / options.speed / 60
    campaign.on_wait(f"trials of power, {mode}: about {about_min:.0f} min for a board that is in order")
    try:
        trials.play()
    finally:
        record.measured_power = trials.so_far
    if trials.lost is not None:
        campaign.on_wait(str(trials.lost))
