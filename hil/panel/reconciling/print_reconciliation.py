# SPDX-License-Identifier: Apache-2.0
"""What reconciling found, for people: a verdict, a line a home, what was lost when and to whom, energies apart (Wh)."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from xky.emulator.legal_time import local_time

from ...console import PlainConsole
from ...terminal import counted
from .results import Energy, HomeFound, PanelFound, Stretch

__all__ = ["print_reconciliation"]

_WIDE = 100  # columns of a terminal that has room for boards
_HOMES = 20  # of a table; of more, the worst
_LOSSES, _REMARKS, _ENERGIES = 12, 12, 8  # lines
_COUNTS = (("due", "due"), ("arrived", "arrived"), ("lost", "lost_number"), ("late", "late"), ("doubled", "doubled"),
           ("wrong", "wrong"))  # fmt: skip


def print_reconciliation(found: PanelFound, console: PlainConsole) -> None:
    """Print it."""
    _headline(found, console)
    for remark in found.remarks:
        console.print(f"  {remark}", highlight=False)
    console.print(_table(found, wide=console.width >= _WIDE))
    _losses(found, console)
    _energies(found, console)
    _remarks(found, console)


def _headline(found: PanelFound, console: PlainConsole) -> None:
    days = sum(len(home.days) for home in found.homes)
    rest = (
        f": {found.name}: {counted(len(found.homes), 'home')}, {counted(days, 'home-day')}: "
        f"{found.total('due')} readings due, {found.total('arrived')} arrived"
    )
    if found.is_whole:
        console.print_headline("whole", "bold green", rest)
        return
    faults = any(not home.is_whole for home in found.homes)
    console.print_headline("not whole" if faults else "undecided", "bold red" if faults else "bold yellow", rest)


def _table(found: PanelFound, *, wide: bool) -> Table:
    homes = found.homes
    worst = sorted(homes, key=lambda one: (one.judged, -len(one.disagreeing) - one.faults, one.id))
    shown = homes if len(homes) <= _HOMES else worst[:_HOMES]
    title = None if len(homes) <= _HOMES else f"the {_HOMES} worst of {len(homes)} homes"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("home", overflow="fold")
    if wide:
        table.add_column("board", overflow="fold")
    for name, _ in _COUNTS:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("apart", justify="right", no_wrap=True)
    table.add_column("bound", justify="right", no_wrap=True)
    table.add_column("causes", min_width=16, overflow="fold")
    for home in shown:
        board = [home.board] if wide else []
        table.add_row(home.id, *board, *_counts(home), *_worst(home.worst_energy), _causes(home))
    return table


def _counts(home: HomeFound) -> Iterator[str]:
    for _, name in _COUNTS:
        yield str(home.total(name)) if home.judged else "–"


def _worst(worst: Energy | None) -> tuple[str, str]:
    return ("–", "–") if worst is None else (f"{worst.error_wh:.1f}", f"{worst.bound_wh:.1f}")


def _causes(home: HomeFound) -> str:
    if not home.judged:
        return "not judged"
    told = [f"{cause} {number}" for cause, number in sorted(home.causes.items(), key=lambda one: (-one[1], one[0]))]
    partly = home.total("partly_lost")
    if partly:
        told.append(f"by one way only {partly}")
    if home.disagreeing:
        told.append(f"energies beyond their bound {len(home.disagreeing)}")
    return "\n".join(told)


def _losses(found: PanelFound, console: PlainConsole) -> None:
    inferred = "; causes are inferred from who lost readings at the same time" if found.inferred else ""
    lost = [(home, one) for home in found.homes for day in home.days for one in day.lost]
    _stretches(lost, f"lost, the longest first{inferred}:", console)
    partly = [(home, one) for home in found.homes for day in home.days for one in day.partly]
    _stretches(partly, "came by one way, and not by the other that the gateway has:", console)


def _stretches(lost: Sequence[tuple[HomeFound, Stretch]], heading: str, console: PlainConsole) -> None:
    if not lost:
        return
    console.print(heading, highlight=False)
    for home, one in sorted(lost, key=lambda pair: (-pair[1].number, pair[1].from_us))[:_LOSSES]:
        what = f" ({one.what})" if one.what else ""
        console.print(
            f"  {home.id}  {_span(one)}  {counted(one.number, 'reading')}: {one.cause}{what}", highlight=False
        )
    if len(lost) > _LOSSES:
        console.print(f"  and {counted(len(lost) - _LOSSES, 'time')} more; --json tells all", highlight=False)


def _span(one: Stretch) -> str:
    first, last = local_time(one.from_us), local_time(one.to_us)
    if one.number == 1:
        return f"{first:%Y-%m-%d %H:%M:%S}"
    end = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} to {end}"


def _energies(found: PanelFound, console: PlainConsole) -> None:
    worst = found.worst_energy
    if worst is None:
        console.print("energies: none could be compared", highlight=False)
        return
    against = "the meter" if worst.against == "meter" else "the distributor's curve"
    console.print(
        f"energies: at most {worst.error_wh:.1f} Wh from {against} ({worst.day}, {worst.what}), where the bound is "
        f"{worst.bound_wh:.1f} Wh: rounding, and what was drawn between midnight and the nearest reading",
        highlight=False,
    )
    beyond = [(home, one) for home in found.homes for one in home.disagreeing]
    for home, one in beyond[:_ENERGIES]:
        points = f"; {one.beyond[0][1]}" if one.beyond else ""
        more = f" and {len(one.beyond) - 1} more intervals" if len(one.beyond) > 1 else ""
        console.print(
            f"  {home.id}  {one.day}  {one.what}: {one.readings_wh:.1f} Wh by the readings, {one.other_wh:.1f} by the "
            f"{one.against}, bound {one.bound_wh:.1f}{points}{more}",
            highlight=False,
        )
    if len(beyond) > _ENERGIES:
        console.print(f"  and {len(beyond) - _ENERGIES} more; --json tells all", highlight=False)


def _remarks(found: PanelFound, console: PlainConsole) -> None:
    remarks = [(home, text) for home in found.homes for text in home.remarks]
    for home, text in remarks[:_REMARKS]:
        console.print(f"  {home.id}: {text}", highlight=False)
    if len(remarks) > _REMARKS:
        console.print(f"  and {counted(len(remarks) - _REMARKS, 'remark')} more; --json tells all", highlight=False)
