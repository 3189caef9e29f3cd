# SPDX-License-Identifier: Apache-2.0
"""``xky power profile``: the log of a power profiler to the loads of a board's file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import InputError

from ...console import PlainConsole
from ...named_file import named_file
from ...plot import check_plot
from ...power.measured.measured_columns import check_power
from ...terminal import printable

__all__ = ["command"]


def command(
    log: Annotated[
        Path, typer.Argument(help="CSV with a header: time and current, such as Timestamp(ms),Current(uA).")
    ],
    rail: Annotated[float, typer.Option(help="Voltage at which it was recorded; for the energies.")] = 3.3,
    out: Annotated[
        Path | None, typer.Option(callback=named_file, help="Write the tables of a board's file: LOADS.toml.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the log and one wake: FILE.svg or FILE.png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON object.")] = False,
) -> None:
    """Find the states of a device in a log of its current: boot, radio, listen, publish, sleep."""
    check_power("power profile")
    if not 0 < rail <= 60:
        raise InputError(f"--rail {rail:g}: expected a number of volts over 0, at most 60")
    if plot is not None:
        check_plot(plot)
    if out is not None and out.suffix != ".toml":
        raise InputError(f"--out {out}: give a name that ends in .toml")

    from ...power.measured.fitted_board import write_whole
    from ...power.measured.print_profile import document_of_profile, print_profile
    from ...power.measured.profile import profile_of, read_log
    from ...power.measured.profile_toml import profile_toml

    samples = read_log(log)
    profile = profile_of(samples)
    if out is not None:
        write_whole(out, "--out", profile_toml(profile, log.name))
    if plot is not None:
        from ...power.plot.profile import draw_profile

        draw_profile(samples, profile, plot, f"Current of {log.name}")
    if as_json:
        print(json.dumps(document_of_profile(profile, log, rail), ensure_ascii=False))
        return
    print_profile(profile, log, rail, PlainConsole())
    if out is None:
        print(f"\n{profile_toml(profile, log.name)}", end="")
    else:
        print(printable(f"written: {out}"))
