# SPDX-License-Identifier: Apache-2.0
"""The bench's options of a pytest run; imports nothing but pytest, so that the plugin stays light."""

import pytest

__all__ = ["add_options", "option"]

_OPTIONS = (  # command line, ini name, help
    ("--device", "device", "device under test, such as sim:winky-c6 or 'exec:./build/firmware {port}'"),
    ("--board", "board", "board that it is: a name or a TOML file"),
    ("--tic-mode", "tic_mode", "historic or standard; the fixtures take standard unless told"),
    ("--tic-labels", "tic_labels", "labels that the device claims, separated by commas"),
    ("--line", "line", "how an exec: device's port is made: pty, tcp or rfc2217"),
    ("--line-parity", "line_parity", "keep leaves the parity in the characters of a pty; strip, else, takes it off"),
    ("--line-speed", "line_speed", "times as fast as a real line"),
    ("--xky-seed", "xky_seed", "seed of meters, gaps and faults"),
    ("--tic-meter", "tic_meter", "ready meter, or a meter's file, in the place of the suite's household"),
    ("--defect", "defect", "defect to build into simulated firmware"),
)


def add_options(parser: pytest.Parser) -> None:
    """The same names on the command line and in the ini file."""
    group = parser.getgroup("xky", "xKy HIL")
    for flag, name, text in _OPTIONS:
        group.addoption(flag, dest=f"xky_{name}", default=None, help=text)
        parser.addini(name, text, default="")


def option(config: pytest.Config, name: str) -> str | None:
    """An option of the bench: command line before ini file; None where neither gives it."""
    given = config.getoption(f"xky_{name}", default=None) or config.getini(name)
    return str(given) if given else None
