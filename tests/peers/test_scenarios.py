# SPDX-License-Identifier: Apache-2.0
"""Two decoders from PyPI read every ready scenario: what our meter sends is not only right by our own decoder."""

from collections import Counter
from collections.abc import Iterable

import pytest
from enedis_tic.link_layer import FrameFactory
from serial_teleinfo import parse_line, type_parsers

from xky.emulator import scenario_names
from xky.protocol import Mode

from ..emulator.scenario.played import Sent, played

pytestmark = pytest.mark.xdist_group("scenarios")  # where each is played once
AROUND_S = 20  # of each event of a long scenario
ALIKE = 100  # frames; more of the same tell nothing new
HISTORIC = ["clock-change-spring", "index-roll-over", "meter-exchange", "midnight", "outage", "overload"]
ADIR = {"ADIR1", "ADIR2", "ADIR3"}  # serial-teleinfo 1.0.1 knows its labels from a list, and these are not in it


def some(frames: Iterable[Sent]) -> list[Sent]:
    """All but the later ones of many that have the same groups and the same state."""
    alike: Counter[tuple[str, ...]] = Counter()
    kept = []
    for sent in frames:
        values = sent.frame.values
        kind = (*values, *(values.get(label, "") for label in ("STGE", "PTEC", "DEMAIN")))
        alike[kind] += 1
        if alike[kind] <= ALIKE:
            kept.append(sent)
    return kept


def check_enedis_tic(sent: Sent) -> None:
    text = sent.data.decode("ascii")
    if {"DPM1", "DPM2", "DPM3"} & sent.frame.values.keys():  # enedis-tic 0.2.0 has no blank season
        with pytest.raises(TypeError):
            FrameFactory(text).to_dict()
        return
    groups = FrameFactory(text).to_dict()
    assert {label: group["data"] for label, group in groups.items()} == sent.frame.values


def check_serial_teleinfo(sent: Sent) -> None:
    said = {}
    for line in (sent.data + b"\x02\n").split(b"\n")[1:-1]:  # each up to the LF of the next, as the package reads
        label, value, end_of_frame = parse_line(line + b"\n")
        if label in ADIR:
            assert label not in type_parsers
        else:
            type_parsers[label](label, value, end_of_frame)  # the package's own check of the size
        said[label] = value
    assert said == sent.frame.values


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "mode"),
    [*((name, None) for name in scenario_names()), *((name, Mode.HISTORIC) for name in HISTORIC)],
)
def test_the_peers_read_every_frame_of_a_scenario(name: str, mode: Mode | None) -> None:
    frames = some(played(name, mode).sample(AROUND_S))
    assert frames
    for sent in frames:
        if sent.frame.mode is Mode.STANDARD:
            check_enedis_tic(sent)
        elif not sent.cut:
            check_serial_teleinfo(sent)
