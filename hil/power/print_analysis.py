# SPDX-License-Identifier: Apache-2.0
"""An analysis for people: what it comes to, the wake phase by phase, where the energy goes, ratings exceeded."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from xky.boards.description.states import SLEEP
from xky.boards.power.analysis import GUARANTEED_W, Analysis
from xky.boards.power.energy import EnergyBalance
from xky.boards.power.ratings import Rated
from xky.emulator.supply import Supply

from ..console import PlainConsole
from .durations import told_time
from .wake_table import WakeStep, wake_of, wakes_at

__all__ = ["print_analysis", "title_of", "verdict_of"]

_WENT = {
    "delivered_j": "the rail: microcontroller and radio",
    "regulator_j": "regulator to the rail, wake-up comparator",
    "clamp_j": "clamp: the capacitor is full",
    "meter_j": "the meter's own resistance, series resistor",
    "diode_j": "rectifier",
    "charger_j": "regulator before the capacitor",
    "esr_j": "capacitor's series resistance",
    "leakage_j": "capacitor's leakage",
}
_LIMITS = {"energy": "what the meter gives", "wake": "the wake itself", "duty cycle": "the duty cycle of LoRa"}


def verdict_of(analysis: Analysis) -> tuple[str, str]:
    """One word on whether it lives, and why."""
    cold = analysis.cold
    if analysis.refused or cold is None:
        return "REFUSED", analysis.refused
    if cold.start_s is None:
        word, _, reason = cold.trouble.partition(":")
        return word.upper(), reason.strip()
    if analysis.cycle is None:
        return "LIVES", "starts by itself and is always on"
    period = f"its period of {told_time(analysis.period_s)}"
    if analysis.lives:
        return "LIVES", f"starts by itself and keeps {period}"
    return "STARTS", f"by itself, but cannot keep {period}: more goes out in it than comes in"


def title_of(analysis: Analysis, supply: Supply, temperature_c: float) -> str:
    """What was looked at, on one line."""
    return f"{analysis.board.title} on {_named(supply)}, {analysis.mode} mode, {temperature_c:g} °C"


def print_analysis(analysis: Analysis, title: str, highest: Supply, console: PlainConsole) -> None:
    """Print it.

    Args:
        analysis: of a board on a supply.
        title: see ``title_of``.
        highest: supply at which ratings were looked at.
        console: to print on.
    """
    console.print(title, style="bold")
    word, reason = verdict_of(analysis)
    console.print_headline(word, "bold green" if analysis.lives else "bold red", f": {reason}.")
    if analysis.refused:
        return
    console.print(_summary(analysis, highest))
    steps = wake_of(analysis)
    if steps:
        console.print(_wake(analysis, steps))
    if analysis.per_reading is not None:
        console.print(_energy(analysis.per_reading))
    if analysis.exceeded:
        console.print(_ratings(analysis.exceeded, highest))


def _named(supply: Supply) -> str:
    return f"{supply.name} ({supply.open_circuit_v:g} V rms behind {supply.source_ohm:g} Ω)"


def _summary(analysis: Analysis, highest: Supply) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, text in _lines(analysis, highest):
        table.add_row(name, text)
    return table


def _lines(analysis: Analysis, highest: Supply) -> Iterator[tuple[str, str]]:
    cold, cycle = analysis.cold, analysis.cycle
    assert cold is not None
    resets = f", {cold.resets} brown-outs before" if cold.resets else ""
    if cold.start_s is None:
        in_a_row = f": {cold.resets} brown-outs in a row, each with no more charge" if cold.resets else ""
        yield "cold start", f"none{in_a_row}"
    elif cycle is None:
        yield "cold start", f"runs from {told_time(cold.start_s)} on{resets}"
    else:
        assert cold.reading_s is not None
        reading = f"{told_time(cold.reading_s)} to the first reading"
        yield "cold start", f"{told_time(cold.start_s)} to the wake that comes through, {reading}{resets}"
    if cycle is not None:
        shortest = "none: no wake comes through, or no sleep brings back what it takes"
        if analysis.min_period_s is not None:
            shortest = f"{told_time(analysis.min_period_s)}, limited by {_LIMITS[analysis.limited_by]}"
            shortest += "" if cold.start_s is not None else ", were it charged before it is switched on"
        yield "shortest period", shortest
    if analysis.margin_v is not None:
        yield "brown-out margin", _margin(analysis, analysis.margin_v)
    energy = analysis.per_reading
    if energy is not None:
        yield "energy a reading", f"{energy.delivered_j + energy.regulator_j:.3g} J from the capacitor, sleep included"
    offered = f"{1e3 * analysis.offered_w:.0f} mW"
    if analysis.needs_w and analysis.settled_v is not None:
        percent = 100 * analysis.needs_w / analysis.offered_w
        drawn = f"{1e3 * analysis.needs_w:.3g} mW from the capacitor, {percent:.2g} %"
        yield "mean power", f"{drawn} of the {offered} that this supply gives at the most"
    else:
        guaranteed = f"54E guarantees {1e3 * GUARANTEED_W:.0f} mW"
        yield "mean power", f"none that lasts; this supply gives {offered} at the most, {guaranteed}"
    kept = "none exceeded" if not analysis.exceeded else f"{len(analysis.exceeded)} exceeded"
    yield "ratings", f"{kept} on the highest supply allowed, {_named(highest)}"


def _margin(analysis: Analysis, margin_v: float) -> str:
    if margin_v < 0:
        return f"none: {-margin_v:.2f} V are missing"
    begins_v = wakes_at(analysis)
    if analysis.cycle is None or analysis.settled_v is None or begins_v is None:
        return f"{margin_v:.2f} V"
    return f"{margin_v:.2f} V in its worst wake, {analysis.cycle.margin_v(begins_v):.2f} V in the long run"


def _wake(analysis: Analysis, steps: Sequence[WakeStep]) -> Table:
    kind = "One period in the long run" if analysis.settled_v is not None else "Its last wake"
    begins_v = wakes_at(analysis)
    assert analysis.train is not None and begins_v is not None
    at_v = analysis.train.state(analysis.supply, SLEEP).terminal_v(begins_v)
    table = Table(title=f"{kind}, from {at_v:.2f} V on", title_justify="left")
    table.add_column("phase")
    for column in ("duration", "current", "in bursts", "voltage at its end", "margin to brown-out"):
        table.add_column(column, justify="right")
    for step in steps:
        margin = Text("resets", "bold red") if step.resets else f"{step.margin_v:.2f} V"
        duration = told_time(step.duration_s) if step.duration_s else "at once"
        burst = "" if step.peak_a is None else _amperes(step.peak_a)
        table.add_row(step.phase, duration, _amperes(step.current_a), burst, f"{step.after_v:.3f} V", margin)
    return table


def _amperes(current_a: float) -> str:
    return f"{1e3 * current_a:.3g} mA" if current_a >= 1e-3 else f"{1e6 * current_a:.3g} µA"


def _energy(energy: EnergyBalance) -> Table:
    title = f"Where the energy of one period goes: {energy.source_j:.3g} J from the meter"
    table = Table(title=title, title_justify="left")
    table.add_column("to")
    table.add_column("energy", justify="right")
    table.add_column("share", justify="right")
    went = sorted(((getattr(energy, name), words) for name, words in _WENT.items()), reverse=True)
    went = [(joules, words) for joules, words in went if joules > 0]
    for (joules, words), tenths in zip(went, _tenths_of_a_percent([joules for joules, _ in went]), strict=True):
        amount = f"{joules:.3g} J" if joules >= 0.1 else f"{1e3 * joules:.3g} mJ"
        table.add_row(words, amount, f"{tenths / 10:.1f} %")
    return table


def _tenths_of_a_percent(parts: Sequence[float]) -> list[int]:
    """Shares that add up to 1000: those that lose most by rounding down are rounded up."""
    whole = sum(parts)
    exact = [1000 * part / whole for part in parts]
    rounded = [int(share) for share in exact]
    for place in sorted(range(len(parts)), key=lambda place: rounded[place] - exact[place])[: 1000 - sum(rounded)]:
        rounded[place] += 1
    return rounded


def _ratings(exceeded: Sequence[Rated], highest: Supply) -> Table:
    table = Table(title=f"Ratings exceeded on {_named(highest)}", title_justify="left")
    for column in ("part", "what"):
        table.add_column(column)
    for column in ("bears", "rated"):
        table.add_column(column, justify="right")
    for one in exceeded:
        table.add_row(one.part, one.what, Text(f"{one.borne:.3g}", "bold red"), f"{one.rated:.3g}")
    return table
