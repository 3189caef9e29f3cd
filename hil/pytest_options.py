# SPDX-License-Identifier: Apache-2.0
"""The bench's options of a pytest run; imports nothing but pytest, so that the plugin stays light."""

from collections.abc import Mapping
from typing import Any

import pytest

__all__ = [
    "FROM_BENCH_FILE", "PURPOSE", "add_options", "begin_run", "boards_of", "campaign_options", "check_boards",
    "end_run", "is_spread", "number", "on_command_line", "option", "options_of", "run_under_way",
]  # fmt: skip

PURPOSE = "xky_purpose"  # attribute of a test that is a purpose of the conformance suite

_OPTIONS = {  # name behind ``--xky-`` and ``xky_``: help
    "device": "device under test, such as sim:winky-c6 or 'exec:./build/firmware {port}'; several boards of a lab, one "
    "a worker of xdist: labgrid:ONE,labgrid:OTHER",
    "board": "board that it is: a name or a TOML file",
    "mode": "historic or standard; the fixtures take standard unless told",
    "labels": "labels that the device claims, separated by commas",
    "line": "how an exec: device's port is made: pty, tcp or rfc2217; or the wire to a serial: one, serial:PORT",
    "reset": "how a real board is started anew: rts, dtr, or a command, {port} replaced",
    "flash": "command that puts its program on a real board, once a run, {port} replaced",
    "parity": "keep leaves the parity in the characters of a pty; adapter has that of a real line make it; strip, else",
    "speed": "times as fast as a real line",
    "seed": "seed of meters, gaps and faults",
    "meter": "ready meter, or a meter's file, in the place of the suite's household",
    "defect": "defect to build into simulated firmware",
    "bench": "bench file: what leads where, instruments, how they are made safe",
}

_IN_A_LAB = "labgrid:"

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


FROM_BENCH_FILE = pytest.StashKey[Mapping[str, Any]]()
"""What the bench file of a run says, by the names of options; the plugin reads it as the run begins."""


def option(config: pytest.Config, name: str) -> str | None:
    """An option of the bench: command line before bench file before ini file; None where none gives it."""
    given = _given(config, name)
    if not given:
        return None
    return _of_this_worker(config, boards_of(config)) if name == "device" else str(given)


def boards_of(config: pytest.Config) -> list[str]:
    """The devices of a run: several boards of a lab, or one device; empty where none is given."""
    given = str(_given(config, "device") or "")
    if given.startswith(_IN_A_LAB):
        return [_IN_A_LAB + place for place in given.removeprefix(_IN_A_LAB).split(f",{_IN_A_LAB}")]
    return [given] if given else []


def _of_this_worker(config: pytest.Config, boards: list[str]) -> str:
    """One board a worker; what spreads the tests has the first."""
    number = str(getattr(config, "workerinput", {}).get("workerid", "")).removeprefix("gw")
    return boards[int(number) % len(boards) if number.isdecimal() else 0]


def is_spread(config: pytest.Config) -> bool:
    """Whether this process runs no tests, but spreads them over the workers of xdist."""
    return bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")


def check_boards(config: pytest.Config) -> None:
    """Complain of several boards that are not one a worker; what one of them plays stays together.

    Raises:
        pytest.UsageError: there are more or fewer workers than boards, or a board is named twice.
    """
    boards = boards_of(config)
    if len(boards) < 2:
        return
    if hasattr(config, "workerinput"):
        config.option.loadgroup = True  # workers are not told of ``dist`` below
        return
    workers = len(getattr(config.option, "tx", None) or []) if is_spread(config) else 1
    if workers != len(boards):
        raise pytest.UsageError(
            f"--xky-device names {len(boards)} boards, and {workers} would be used; give -n {len(boards)} "
            "(pytest-xdist), one worker a board"
        )
    twice = [one for number, one in enumerate(boards) if one in boards[:number]]
    if twice:
        raise pytest.UsageError(f"--xky-device names {twice[0]} twice; a board runs one test at a time, leave one out")
    config.option.dist = "loadgroup"


def _given(config: pytest.Config, name: str) -> Any:
    of_bench = config.stash.get(FROM_BENCH_FILE, {})
    return on_command_line(config, name) or of_bench.get(name) or config.getini(f"xky_{name}")


def on_command_line(config: pytest.Config, name: str) -> Any:
    """What the command line gives; None where it does not."""
    return config.getoption(f"xky_{name}", default=None)


def options_of(config: pytest.Config, name: str) -> tuple[str, ...]:
    """A repeatable option of the bench: command line before bench file before ini file; empty where none gives it."""
    return tuple(str(one) for one in _given(config, name))


def number(config: pytest.Config, name: str, default: float) -> float:
    """An option of the bench that is a number.

    Raises:
        pytest.UsageError: it is none.
    """
    given = option(config, name)
    try:
        return default if given is None else float(given)
    except ValueError:
        raise pytest.UsageError(f"--xky-{name} {given}: expected a number") from None


def claimed_labels(text: str | None) -> tuple[str, ...] | None:
    """Labels as a person lists them, separated by commas; None where nobody did."""
    return None if text is None else tuple(label.strip() for label in text.split(",") if label.strip())


def campaign_options(config: pytest.Config) -> dict[str, Any]:
    """What the options of the bench are as arguments of ``campaign.Options``; ``device`` is None where none is given.

    Raises:
        pytest.UsageError: one that is to be a number is none.
    """
    return {
        **{name: option(config, name) for name in ("device", "board", "mode", "defect", "meter", "reset", "flash")},
        "labels": claimed_labels(option(config, "labels")),
        "line": option(config, "line") or "pty",
        "parity": option(config, "parity") or "strip",
        "speed": number(config, "speed", 1.0),
        "seed": int(number(config, "seed", 0)),
        "probes": options_of(config, "probe"),
    }


_UNDER_WAY: list[pytest.Config] = []


def begin_run(config: pytest.Config) -> None:
    """A run of pytest begins; there may be one inside another."""
    _UNDER_WAY.append(config)


def end_run(config: pytest.Config) -> None:
    """That run is over."""
    if config in _UNDER_WAY:
        _UNDER_WAY.remove(config)


def run_under_way() -> pytest.Config | None:
    """The run of pytest that is under way, for what pytest hands no fixtures, such as a state machine; None: there is
    none."""
    return _UNDER_WAY[-1] if _UNDER_WAY else None
