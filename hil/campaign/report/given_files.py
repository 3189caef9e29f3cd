# SPDX-License-Identifier: Apache-2.0
"""What a run was given, ``evidence/``: what a person chose, the plan that came of it, files as they were, instruments.

No verdict needs them; who plays a run again does. Of probes no credentials are written.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xky.protocol.tomlfile import read_text
from xky.protocol.whole_file import whole_file

from ...bench.command_secrets import shown_address, shown_command, shown_device
from ..evidence.lines import text_of
from ..hidden_secrets import masked_toml
from ..stimulus import Stimulus

if TYPE_CHECKING:
    from ..campaign import Campaign

__all__ = ["GIVEN_FILES", "PLAN_SCHEMA", "given_texts", "write_given"]

PLAN_SCHEMA: Final = "xky-plan/1"
PLAN, INSTRUMENTS = "plan.json", "instruments.jsonl"
GIVEN_FILES = (PLAN, INSTRUMENTS, "statement.toml", "board.toml", "meter.toml", "stimulus.stim.toml")
_OF_BOARDS = ("board.toml", "statement.toml")
_PLAIN = (bool, int, float, str)
_TEXT_MAX = 1 << 24  # characters


def given_texts(campaign: "Campaign") -> dict[str, str]:
    """The texts of the files that a person named, by the names of ``GIVEN_FILES``, keys and passwords masked.

    They are read before the run.

    Raises:
        InputError: one cannot be read any more.
    """
    texts = {name: read_text(path, "a given")[:_TEXT_MAX] for name, path in campaign.files.items()}
    described = {name: masked_toml(text) if name in _OF_BOARDS else text for name, text in texts.items()}
    return {name: campaign.hidden.text(text) for name, text in described.items()}


def write_given(folder: Path, campaign: "Campaign", texts: Mapping[str, str], *, strict: bool) -> None:
    """Write what a run was given, into its ``evidence/``.

    Args:
        folder: of the evidence.
        campaign: that was run.
        texts: of ``given_texts``.
        strict: a should that fails makes the run fail.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "schema": PLAN_SCHEMA,
        "options": _options(campaign) | {"strict": strict},
        "steps": {mode.value: [_step(one) for one in campaign.plan(mode).steps] for mode in campaign.modes},
    }
    _write(folder / PLAN, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    for name, text in texts.items():
        _write(folder / name, text)
    if campaign.instruments is not None:
        said = (
            {"role": role, **asdict(exchange)}
            for role, instrument in campaign.instruments.instruments.items()
            for exchange in instrument.exchanges
        )
        _write(folder / INSTRUMENTS, "".join(f"{text_of(one)}\n" for one in said))


def _options(campaign: "Campaign") -> dict[str, Any]:
    """What a person chose: probes and commands as they may be printed, files by their names alone."""
    options = campaign.options
    told = {one.name: getattr(options, one.name) for one in fields(options)} | {"probes": list(campaign.probes)}
    told |= {"device": shown_device(options.device), "line": shown_address(options.line)}
    told |= {name: shown_command(told[name]) for name in ("reset", "flash") if told[name]}
    return {name: value.name if isinstance(value, Path) else value for name, value in told.items()}


def _write(path: Path, text: str) -> None:
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="")


def _step(step: Stimulus) -> dict[str, Any]:
    """Its name, and what of it is plain and not as usual; the rest stands in the suite of that version."""
    told: dict[str, Any] = {"name": step.name}
    for one in fields(step):
        value = getattr(step, one.name)
        if one.name != "name" and isinstance(value, _PLAIN) and value != one.default:
            told[one.name] = value
    return told
