# SPDX-License-Identifier: Apache-2.0
"""``xky bench measure``: a board measured by the instruments of a bench, beside what ``xky power`` says of it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from xky.boards import board_named, board_names
from xky.emulator.supply import SUPPLIES, supply_named
from xky.protocol import BenchError, InputError, Mode

from ...console import PlainConsole
from ...measuring import Measurement, SafeState, Settings, Verdict, measure
from ...measuring.bench_instruments import opened_instruments
from ...measuring.curve_files import CURVE, write_curve
from ...measuring.document import document_of
from ...measuring.exchange_lines import write_exchanges
from ...measuring.fitted import fitted_to
from ...measuring.print_measurement import print_measurement
from ...measuring.routines import routine_named, routine_names
from ...owned_folder import owned_folder
from ...plot import check_plot
from ...power.durations import seconds_of
from ...terminal import complain

__all__ = ["command"]

_STATUS = {Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}


def command(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=", ".join(routine_names()))],
    bench: Annotated[Path, typer.Option(help="The bench's file.")] = Path("bench.toml"),
    board: Annotated[
        str | None, typer.Option(autocompletion=board_names, help="That is measured; the bench file's unless told.")
    ] = None,
    supply: Annotated[
        str, typer.Option(help=f"What the bench's supply stands for, with its resistor: {', '.join(SUPPLIES)}.")
    ] = "typical",
    open_circuit_v: Annotated[
        float | None, typer.Option(help="Voltage without load, V rms; in the place of the supply's.")
    ] = None,
    source_ohm: Annotated[
        float | None, typer.Option(help="Resistance before terminal A as measured; a fit takes it as known.")
    ] = None,
    mode: Annotated[Mode | None, typer.Option(help="Of the TIC; standard unless told.")] = None,
    duration: Annotated[str | None, typer.Option(help="30s, 2min, 1h; else as long as it should take.")] = None,
    readings: Annotated[int, typer.Option(min=20, max=20_000, help="Of the capacitor, about.")] = 300,
    load_a: Annotated[float, typer.Option(help="That the load draws, where it draws.")] = 0.02,
    out: Annotated[Path | None, typer.Option(help="Keep result.json, curve.csv, prediction.csv and a picture.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON object and nothing else.")] = False,
) -> None:
    """Measure a board with a bench's instruments, judge what is limited, and leave the bench in its safe state."""
    routine_named(what)
    if not 0 < load_a <= 5:
        raise InputError(f"--load-a {load_a:g}: expected a number over 0, at most 5")
    source = supply_named(supply)
    for option, value, most in (("--open-circuit-v", open_circuit_v, 30.0), ("--source-ohm", source_ohm, 10_000.0)):
        if value is not None and not 0 < value <= most:
            raise InputError(f"{option} {value:g}: expected a number over 0, at most {most:g}")
    source = source if open_circuit_v is None else replace(source, open_circuit_v=open_circuit_v)
    duration_s = None if duration is None else seconds_of("--duration", duration)
    console, states = PlainConsole(), list[SafeState]()

    def tell(text: str) -> None:
        if not as_json:
            console.print(text, highlight=False, soft_wrap=True)

    def end(state: SafeState) -> None:
        states.append(state)

    with opened_instruments(bench, complain) as opened:
        name = board or opened.board
        if name is None:
            raise InputError(f"{bench}: names no board; write board in [device], or give --board")
        measured = board_named(name)
        if measured.power is None or measured.power.source != "tic":
            raise InputError(f"{name}: no power train on the TIC; a measurement has nothing to compare with")
        source_ohm = opened.source_ohm if source_ohm is None else source_ohm
        source = source if source_ohm is None else replace(source, source_ohm=source_ohm)
        settings = Settings(measured, source, mode or Mode.STANDARD, duration_s, readings, load_a)
        with _state_told(what, states):
            found = measure(what, opened.instruments, opened.order, settings, tell, end)
        title = f"{measured.title}: {what}, {source.open_circuit_v:g} V rms behind {source.source_ohm:g} Ω"
        fitted = None
        if out is not None:
            with owned_folder(out, "measurement"):
                fitted = _keep(out, found, settings, title, source_known=source_ohm is not None)
                told = document_of(found, settings, opened.instruments, states[-1], fitted)
                text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
                (out / "result.json").write_text(text, encoding="utf-8")
                write_exchanges(out, opened.instruments)
        told = document_of(found, settings, opened.instruments, states[-1], fitted)
        if as_json:
            print(json.dumps(told, ensure_ascii=False, allow_nan=False))
        else:
            print_measurement(found, title, states[-1], console)
            if out is not None:
                console.print(f"written: {out}", highlight=False, soft_wrap=True)
    if found.verdict in _STATUS:
        raise typer.Exit(_STATUS[found.verdict])


@contextmanager
def _state_told(what: str, states: Sequence[SafeState]) -> Iterator[None]:
    """Say how the outputs are, whatever ends it; of a fault of the bench on its own line."""
    try:
        yield
    except BenchError as error:
        if not states or states[-1].told in str(error):
            raise
        raise BenchError(f"{error}; measure {what} stopped; {states[-1].told}") from error
    except BaseException:
        complain(f"measure {what}: stopped; {states[-1].told}" if states else f"measure {what}: stopped")
        raise


def _keep(
    folder: Path, found: Measurement, settings: Settings, title: str, *, source_known: bool
) -> dict[str, Any] | None:
    """Curve and picture; what a fit makes of the curve."""
    fitted = None
    if found.curve:
        write_curve(folder, found.curve)
        fitted, why = fitted_to(found.routine, folder / CURVE, settings, source_known=source_known)
        found.remarks += [why] if why else []
    _draw(found, folder / f"{found.routine}.svg", title)
    return fitted


def _draw(found: Measurement, path: Path, title: str) -> None:
    from ...measuring.picture import draw_measurement

    try:
        check_plot(path)
    except InputError as error:
        found.remarks.append(str(error))
        return
    draw_measurement(found, path, title)
