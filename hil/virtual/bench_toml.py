# SPDX-License-Identifier: Apache-2.0
"""A bench file for a virtual bench: the same as for a real one, with the addresses that stand now."""

import shlex

import tomli_w

from ..bench_file import SAFE_ORDER
from .receiver import VirtualReceiver
from .virtual_bench import VirtualBench

__all__ = ["bench_toml"]

_LIMITS = {
    "supply": {"voltage": "13 V", "current": "0.3 A"},  # 54E §4: no more than 13 V rms without load
    "load": {"current": "0.2 A"},
}


def bench_toml(bench: VirtualBench, receiver: VirtualReceiver | None = None) -> str:
    """The text of the file.

    Args:
        bench: whose instruments it has.
        receiver: of the board, if it has one on a line.
    """
    lives_on_it = receiver is not None and receiver.board is not None
    behind = {"supply": {"behind": f"{bench.board.supply.source_ohm:g} ohm"}} if lives_on_it else {}
    instruments = [
        {"role": role, "resource": resource, "make": bench.makes[role]}
        | behind.get(role, {})
        | ({"limits": _LIMITS[role]} if role in _LIMITS else {})
        for role, resource in bench.resources.items()
    ]
    order = [role for role in SAFE_ORDER if role in bench.resources]
    device = {"board": bench.board.board.id}
    line: dict[str, dict[str, str | bool]] = {}
    if {"generator", "scope"} <= set(bench.resources):
        line["input"] = {"series": f"{bench.circuit.series_ohm:g} ohm"}
        if bench.ear is not None:
            line["input"]["hears"] = True
    if receiver is not None:
        device["spec"] = f"serial:{receiver.console}"
        line["line"] = {"port": f"serial:{receiver.line}"}
    rows: dict[str, list[dict[str, str]]] = {}
    if bench.network is not None:
        away = shlex.quote(str(bench.network.away))
        line["access_point"] = {"off": f"touch {away}", "on": f"rm -f {away}"}
        rows["probe"] = [{"spec": spec} for spec in bench.network.specs]
    return "# a virtual bench; its addresses stand as long as it runs\n" + tomli_w.dumps(
        {**line, "device": device, **rows, "instrument": instruments, "safe": {"order": order}}
    )
