# SPDX-License-Identifier: Apache-2.0
"""An independent look at a public set: from the files alone, by whoever has them; nothing of how it was made is known.

Asked is that every group has k homes, that no two groups can have a home in common (so that no sum or difference is of
fewer), that each has the same spans of the clock, that values are rounded, and that nothing else is in the folder: no
column, no file and no number that could be an address, an index or an instant.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

__all__ = ["check_public"]

_FILES = {"groups.csv", "curves.csv", "dictionary.json", "dictionary.md"}
_HEADS = {
    "groups.csv": ["group", "contract", "producer", "phases", "homes"],
    "curves.csv": ["group", "day_type", "begins", "minutes", "consumed_w", "injected_w"],
}
_TRAITS = ("contract", "producer", "phases")
_STEP_W = 10
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_LONG_NUMBER = re.compile(r"[0-9]{7,}")  # an index has 9 digits, an address 12, a PRM 14, an instant 16
_DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}|\b[HEhe ]?[0-9]{12}\b")
_HALF_HOUR = re.compile(r"([01][0-9]|2[0-3]):(00|30)")


def check_public(folder: Path, k: int) -> list[str]:
    """What is wrong with a public set, a line each; nothing when it may be published.

    Args:
        folder: of its files.
        k: homes of a group at least.
    """
    names = {path.name for path in folder.iterdir()}
    wrong = [f"{name}: is no file of a public set" for name in sorted(names - _FILES)]
    wrong += [f"{name}: is missing" for name in sorted(_FILES - names)]
    if wrong:
        return wrong
    stated = json.loads((folder / "dictionary.json").read_text("utf-8"))["provenance"]
    wrong = [one for name in sorted(names) for one in _personal(folder / name, stated.get("seed"))]
    tables = {name: _rows(folder / name, head, wrong) for name, head in _HEADS.items()}
    if stated.get("k") != k:
        wrong.append(f"dictionary.json: k is {stated.get('k')}; expected {k}")
    wrong += _groups(tables["groups.csv"], k, stated)
    wrong += _curves(tables["curves.csv"], [row["group"] for row in tables["groups.csv"]])
    return wrong


def _personal(path: Path, seed: int | None) -> list[str]:
    """What may be somebody's; a seed, which may be as long, is what it is said to be."""
    text = _HASH.sub("", path.read_text("utf-8"))
    text = text.replace(f'"seed": {seed},', "").replace(f"| seed | {seed} |", "")
    found = [*_LONG_NUMBER.findall(text), *_DATE.findall(text)]
    return [f"{path.name}: holds what may be an address, an index or an instant"] if found else []


def _rows(path: Path, head: Sequence[str], wrong: list[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as read:
        rows = list(csv.reader(read))
    if not rows or rows[0] != head:
        wrong.append(f"{path.name}: columns are {rows[0] if rows else []}; expected {list(head)}")
        return []
    return [dict(zip(head, row, strict=True)) for row in rows[1:]]


def _groups(groups: Sequence[Mapping[str, str]], k: int, stated: Mapping[str, Any]) -> list[str]:
    wrong = [f"group {row['group']}: {row['homes']} homes; at least {k}" for row in groups if int(row["homes"]) < k]
    if not groups:
        wrong.append("groups.csv: no group")
    total = sum(int(row["homes"]) for row in groups)
    if stated.get("homes") != total:
        wrong.append(f"groups.csv: {total} homes, dictionary.json says {stated.get('homes')}: a difference is of few")
    for one, other in combinations(groups, 2):
        if not any("any" not in (one[name], other[name]) and one[name] != other[name] for name in _TRAITS):
            wrong.append(f"groups {one['group']} and {other['group']}: may have homes in common, and give a difference")
    return wrong


def _curves(curves: Sequence[Mapping[str, str]], groups: Sequence[str]) -> list[str]:
    wrong: list[str] = []
    grids: dict[str, list[tuple[str, ...]]] = {name: [] for name in groups}
    for row in curves:
        if row["group"] not in grids:
            wrong.append(f"curves.csv: group {row['group']} is not in groups.csv")
            continue
        grids[row["group"]].append((row["day_type"], row["begins"], row["minutes"]))
        if (
            not _HALF_HOUR.fullmatch(row["begins"])
            or row["day_type"] not in ("weekday", "weekend")
            or int(row["minutes"]) % 30
        ):
            wrong.append(f"curves.csv: {row['day_type']} {row['begins']} is no span of a mean day")
        wrong += [
            f"curves.csv: {row[name]} W of group {row['group']} is not to {_STEP_W} W"
            for name in ("consumed_w", "injected_w")
            if int(row[name]) % _STEP_W
        ]
    for name, grid in grids.items():
        if len(set(grid)) != len(grid) or sorted(grid) != sorted(next(iter(grids.values()))) or not grid:
            wrong.append(f"curves.csv: group {name} does not have each span of the others once")
    return wrong
