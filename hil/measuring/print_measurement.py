# SPDX-License-Identifier: Apache-2.0
"""A measurement for people: quantities beside their prediction, limits with their verdicts, how the bench was left."""

from rich.table import Table

from ..console import PlainConsole
from .measurement import Judged, Measurement, Quantity, Verdict
from .safe_state import SafeState

__all__ = ["print_measurement"]

_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.INCONCLUSIVE: "yellow"}


def print_measurement(found: Measurement, title: str, state: SafeState, console: PlainConsole) -> None:
    """Print it.

    Args:
        found: by the routine.
        title: what was measured on what.
        state: of the outputs at the end.
        console: to print on.
    """
    console.print(title, highlight=False, soft_wrap=True)
    if found.quantities:
        console.print(_table(("", "measured", "± (k = 2)", "predicted"), [_row(one) for one in found.quantities]))
        for one in found.quantities:
            if one.note:
                console.print(f"{one.title}: {one.note}", highlight=False, soft_wrap=True)
    if found.curve:
        share = 100 * found.largest_difference_v / found.full_scale_v if found.full_scale_v else 0.0
        console.print(
            f"curve: {len(found.curve)} readings; at most {1e3 * found.largest_difference_v:.3g} mV, {share:.2g} % of "
            f"full scale ({found.full_scale_v:.4g} V), from xky power", highlight=False, soft_wrap=True,
        )  # fmt: skip
    if found.limits:
        console.print(_table(("", "limit", "measured", "±", "allowed"), [_judged(one) for one in found.limits]))
    for clock in found.clocks:
        console.print(
            f"clock of the {clock.role}: {clock.offset_s:.6g} s ± {clock.uncertainty_s:.2g} s before the bench's, "
            f"and {clock.drift_s:.2g} s ± {clock.drift_uncertainty_s:.2g} s more at the end",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    for remark in found.remarks:
        console.print(f"note: {remark}", highlight=False, soft_wrap=True)
    console.print(state.told, highlight=False, soft_wrap=True)
    if found.verdict is not None:
        console.print_headline(str(found.verdict), _STYLES[found.verdict], "")


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(title_justify="left")
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == 0 or head == "limit" else "right", no_wrap=head != "limit")
    for row in rows:
        table.add_row(*row)
    return table


def _row(one: Quantity) -> tuple[str, ...]:
    measured = "not seen" if one.value is None else f"{one.value:.6g} {one.unit}".rstrip()
    unsure = f"{one.uncertainty:.2g}" if one.uncertainty else ""
    return one.title, measured, unsure, "" if one.predicted is None else f"{one.predicted:.6g}"


def _judged(one: Judged) -> tuple[str, ...]:
    scale, unit = (1e6, "µs") if one.unit == "s" else (100.0, "%") if not one.unit else (1.0, one.unit)
    allowed = " to ".join(f"{scale * edge:.5g}" for edge in (one.least, one.most) if edge is not None)
    word = "" if one.least is not None and one.most is not None else "≥ " if one.least is not None else "≤ "
    value, unsure = f"{scale * one.value:.5g} {unit}", f"{scale * one.uncertainty:.2g}"
    return str(one.verdict), f"{one.title} ({one.clause})", value, unsure, word + allowed
