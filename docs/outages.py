# SPDX-License-Identifier: Apache-2.0
"""What an hour without its server costs each board: the tables of docs/uplinks.md, in virtual time, in seconds.

python docs/outages.py
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from xky.boards.power.event_simulation import PowerEventKind
from xky.emulator import Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import FedDevice, open_device
from xky.protocol import Mode

HOUR_S = 3600.0
BOARDS = ("winky-lab", "winky-c6-tasmota", "eky", "loky")
LABEL = "EAST"  # each reading of each board has it


def _fails(end: Any) -> None:
    end.answers_with = 500


def _heals(end: Any) -> None:
    end.answers_with = None


@dataclass(frozen=True)
class Outage:
    """One hour of one of them.

    Attributes:
        title: of its table.
        at: kinds of the probes that are looked at.
        who: what of a bench is away: the end of that kind, or the network.
        begin: makes it so.
        finish: and undoes it.
    """

    title: str
    at: tuple[str, ...]
    who: str
    begin: Callable[[Any], None]
    finish: Callable[[Any], None]


OUTAGES = (
    Outage("An hour with the broker down", ("mqtt",), "mqtt", lambda it: it.go_down(), lambda it: it.come_back()),
    Outage("An hour with a database that answers 500", ("influx",), "influx", _fails, _heals),
    Outage("An hour with the access point gone", ("mqtt", "influx"), "network",
           lambda it: it.go_down(), lambda it: it.come_back()),
    Outage("An hour with the LoRaWAN network away", ("lorawan",), "lorawan",
           lambda it: it.go_down(), lambda it: it.come_back()),
)  # fmt: skip


@cache
def played(board: str, outage: Outage | None) -> tuple[dict[str, list[float]], str]:
    """When each reading came, by probe, an hour before, the hour itself, an hour behind it; and its brown-outs."""
    device = open_device(f"sim:{board}")
    assert device.board is not None
    meter = Linky(mode=Mode.STANDARD, seed=0)
    meter.load.hold(2300)
    with Bench(device, device.board, meter, seed=0, only_when_heard=True) as bench:
        bench.run_for(HOUR_S)
        if outage is not None:
            ends = {probe.kind: probe.end for probe in bench.probes}
            away = bench.network if outage.who == "network" else ends[outage.who]
            outage.begin(away)
            bench.run_for(HOUR_S)
            outage.finish(away)
            bench.run_for(HOUR_S)
        else:
            bench.run_for(2 * HOUR_S)
        came = {}
        for probe in bench.probes:
            told = [reading for reading in probe.readings if LABEL in reading.said]
            [(source, _)] = Counter(reading.source for reading in told).most_common(1)
            came[probe.kind] = [reading.at_s for reading in told if reading.source == source]
        fed = isinstance(device, FedDevice) and bench.board.power is not None and bench.board.power.source == "tic"
        events = device.train.events if isinstance(device, FedDevice) and fed else []
        return came, str(sum(event.what is PowerEventKind.BROWN_OUT for event in events)) if fed else "–"


def rows(board: str, outage: Outage) -> Iterator[tuple[str, ...]]:
    """What it cost, at each of its servers."""
    (as_ever, _), (hit, brown_outs) = played(board, None), played(board, outage)
    for kind in outage.at:
        if kind in hit:
            due = sum(HOUR_S <= at_s < 2 * HOUR_S for at_s in as_ever[kind])
            lost = max(len(as_ever[kind]) - len(hit[kind]), 0)
            back_s = next((at_s for at_s in hit[kind] if at_s >= 2 * HOUR_S), None)
            back = "never" if back_s is None else f"{back_s - 2 * HOUR_S:.0f} s"
            yield board, kind, str(due), str(lost), back, brown_outs


def tables() -> str:
    """All of them, in Markdown."""
    lines = []
    for outage in OUTAGES:
        lines += [
            f"{outage.title}:", "",
            "| board | seen at | due in the hour | lost | heard again after | brown-outs |",
            "|---|---|---|---|---|---|",
        ]  # fmt: skip
        for board in BOARDS:
            has = open_device(f"sim:{board}").board
            if has is not None and set(outage.at) & set(has.uplinks):
                lines += [f"| {' | '.join(row)} |" for row in rows(board, outage)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(tables(), end="")
