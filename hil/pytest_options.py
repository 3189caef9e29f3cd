# SPDX-License-Identifier: Apache-2.0
"""The bench's options of a pytest run; imports nothing but pytest, so that the plugin stays light."""

import pytest

__all__ = ["PURPOSE", "add_options", "option", "options_of"]

PURPOSE = "xky_purpose"  # attribute of a test that is a purpose of the conformance suite

_OPTIONS = {  # name behind ``--xky-`` and ``xky_``: help
    "device": "device under test, such as sim:winky-c6 or 'exec:./build/firmware {port}'",
    "board": "board that it is: a name or a TOML file",
    "mode": "historic or standard; the fixtures take standard unless told",
    "labels": "labels that the device claims, separated by commas",
    "line": "how an exec: device's port is made: pty, tcp or rfc2217",
    "parity": "keep leaves the parity in the characters of a pty; strip, else, takes it off",
    "speed": "times as fast as a real line",
    "seed": "seed of meters, gaps and faults",
    "meter": "ready meter, or a meter's file, in the place of the suite's household",
    "defect": "defect to build into simulated firmware",
}


_REPEATABLE = {  # the same, given as often as there are; in the ini file separated by blanks
    "probe": "where readings are seen: lines, mqtt, influx, lorawan, or an address; repeatable",
}


def add_options(parser: pytest.Parser) -> None:
    """``--xky-NAME`` on the command line and ``xky_NAME`` in the ini file: no name that may be somebody else's."""
    group = parser.getgroup("xky", "xKy HIL")
    for name, text in _OPTIONS.items():
        group.addoption(f"--xky-{name}", dest=f"xky_{name}", default=None, help=text)
        parser.addini(f"xky_{name}", text, default="")
    for name, text in _REPEATABLE.items():
        group.addoption(f"--xky-{name}", dest=f"xky_{name}", action="append", default=None, help=text)
        parser.addini(f"xky_{name}", text, type="args", default=[])


def option(config: pytest.Config, name: str) -> str | None:
    """An option of the bench: command line before ini file; None where neither gives it."""
    given = config.getoption(f"xky_{name}", default=None) or config.getini(f"xky_{name}")
    return str(given) if given else None


def options_of(config: pytest.Config, name: str) -> tuple[str, ...]:
    """A repeatable option of the bench: command line before ini file; empty where neither gives it."""
    given = config.getoption(f"xky_{name}", default=None) or config.getini(f"xky_{name}")
    return tuple(str(one) for one in given)
