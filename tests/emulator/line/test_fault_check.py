# SPDX-License-Identifier: Apache-2.0
"""A fault on a group that the meter does not have tests nothing: it is refused, whichever way it comes."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import simpy

from xky.emulator import Line, Linky, Quirks, Transmitter, Truth, scenario_named
from xky.emulator.faults import made_fault, with_faults
from xky.emulator.line.fault_box import FaultBox
from xky.protocol import InputError, Mode

MODE = "no label of {} mode"
NEVER = "this meter never sends"
MISSING: list[tuple[dict[str, Any], str, str]] = [
    ({"mode": "historic"}, "EAST", MODE.format("historic")),
    ({}, "PAPP", MODE.format("standard")),
    ({}, "SINSTS2", NEVER),
    ({}, "EAIT", NEVER),
    ({"mode": "historic"}, "BBRHCJB", NEVER),
    ({"mode": "historic"}, "DEMAIN", NEVER),
    ({"mode": "historic"}, "PEJP", NEVER),
    ({"mode": "historic", "phases": 3}, "ADPS", NEVER),
    ({"mode": "historic"}, "ADIR1", NEVER),
    ({"mode": "historic", "phases": 3, "quirks": Quirks(no_adir=True)}, "ADIR1", NEVER),
    ({"mode": "historic", "quirks": Quirks(no_hhphc=True)}, "HHPHC", NEVER),
]
TO_COME: list[tuple[dict[str, Any], str]] = [
    ({}, "MSG2"),
    ({}, "DPM1"),
    ({}, "PPOINTE"),
    ({"mode": "historic"}, "ADPS"),
    ({"mode": "historic", "phases": 3}, "ADIR2"),
    ({"mode": "historic", "contract": "ejp"}, "PEJP"),
    ({"mode": "historic", "contract": "tempo"}, "DEMAIN"),
    ({"mode": "historic", "contract": "weekend"}, "BASE"),
    ({"quirks": Quirks(pilot_labels=True)}, "SINST1"),
]


def transmitter(meter: Linky) -> Transmitter:
    return Transmitter(simpy.Environment(), meter, Line(), Truth())


def by_python(meter: Linky, label: str) -> None:
    transmitter(meter).faults = (made_fault("wrong_checksum", label=label),)


def by_box(meter: Linky, label: str) -> None:
    """HTTP and the fixture of pytest."""
    FaultBox(transmitter(meter)).add("wrong_checksum", {"label": label}, None, at_s=0.0, first_frame=0)


@pytest.mark.parametrize("put", [by_python, by_box])
@pytest.mark.parametrize(("settings", "label", "told"), MISSING)
def test_a_group_that_the_meter_does_not_have(
    put: Callable[[Linky, str], None], settings: dict[str, Any], label: str, told: str
) -> None:
    with pytest.raises(InputError, match=rf"^wrong_checksum: .*{told}.*this meter (never )?sends .*AD[SC][CO]"):
        put(Linky(**settings), label)


@pytest.mark.parametrize("put", [by_python, by_box])
@pytest.mark.parametrize(("settings", "label"), TO_COME)
def test_a_group_that_may_come(put: Callable[[Linky, str], None], settings: dict[str, Any], label: str) -> None:
    put(Linky(**settings), label)


@pytest.mark.parametrize(("settings", "label", "told"), MISSING)
def test_a_scenario_names_file_line_and_key(settings: dict[str, Any], label: str, told: str, tmp_path: Path) -> None:
    quirk = {Quirks(no_adir=True): "no_adir", Quirks(no_hhphc=True): "no_hhphc"}.get(settings.get("quirks", Quirks()))
    table = "\n".join(f"{key} = {value!r}" for key, value in settings.items() if key != "quirks")
    table += "" if quirk is None else f"\nhabits = {{ {quirk} = true }}"
    (tmp_path / "it.toml").write_text(
        'at = "2027-01-05T18:00"\nend = "2027-01-05T18:01"\n'
        f'[[event]]\nat = "18:00:10"\nfaults = [{{ name = "wrong_checksum", label = "{label}" }}]\n[meter]\n{table}\n'
    )
    with pytest.raises(InputError, match=rf"it.toml:5: event.0.faults: wrong_checksum: .*{told}"):
        scenario_named(str(tmp_path / "it.toml"))


def test_a_frame_of_the_other_mode() -> None:
    with pytest.raises(InputError, match="wrong_checksum: 'EAST' is no label of historic mode; take one of this mode"):
        with_faults([], [made_fault("wrong_checksum", label="EAST")], Mode.HISTORIC, Random(0))


def test_what_is_on_the_line_stays_when_the_meter_changes_its_mode() -> None:
    sender = transmitter(Linky())
    sender.faults = (made_fault("wrong_checksum", label="EAST"),)
    sender.meter.mode = Mode.HISTORIC
    sender.faults = (*sender.faults, made_fault("wrong_checksum", label="PAPP"))
    assert len(sender.faults) == 2
