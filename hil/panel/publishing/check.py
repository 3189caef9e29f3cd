# SPDX-License-Identifier: Apache-2.0
"""An independent look at a public set: from the files alone, by whoever has them; nothing of how it was made is known.

Asked is that every group has k homes, that no two groups can have a home in common (so that no sum or difference is of
fewer), that each has the same spans of the clock, that values are rounded, that no injection is told of groups in which
few may inject, and that nothing else is in the folder: no column, no file and no number that could be an address, an
index or an instant.
"""

import csv
import io
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
_INJECTED_OF = {"no": {"", "0"}, "any": {""}, "other": {""}}  # of groups that may have few producers among them
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
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
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    wrong = [f"{name}: is no file of a public set" for name in sorted(names - _FILES)]
    wrong += [f"{name}: is missing" for name in sorted(_FILES - names)]
    if wrong:
        return wrong
    texts = {name: _text(folder / name) for name in sorted(names)}
    wrong = [f"{name}: is no file of UTF-8 text" for name, text in texts.items() if text is None]
    stated = _provenance(texts["dictionary.json"] or "")
    if wrong or stated is None:
        return wrong or ["dictionary.json: has no provenance"]
    wrong = [one for name, text in texts.items() for one in _personal(name, text or "", stated.get("seed"))]
    tables = {name: _rows(name, texts[name] or "", head, wrong) for name, head in _HEADS.items()}
    if stated.get("k") != k:
        wrong.append(f"dictionary.json: k is {stated.get('k')}; expected {k}")
    wrong += _groups(tables["groups.csv"], k, stated)
    wrong += _curves(tables["curves.csv"], {row["group"]: row["producer"] for row in tables["groups.csv"]})
    return wrong


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8") if path.is_file() and not path.is_symlink() else None
    except (OSError, UnicodeDecodeError):
        return None


def _provenance(text: str) -> Mapping[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    stated = said.get("provenance") if isinstance(said, dict) else None
    return stated if isinstance(stated, dict) else None


def _personal(name: str, text: str, seed: Any) -> list[str]:
    """What may be somebody's; a seed, which may be as long, is what it is said to be."""
    text = _HASH.sub("", text)
    if isinstance(seed, int):
        text = text.replace(f'"seed": {seed},', "").replace(f"| seed | {seed} |", "")
    found = [*_LONG_NUMBER.findall(text), *_DATE.findall(text)]
    return [f"{name}: holds what may be an address, an index or an instant"] if found else []


def _rows(name: str, text: str, head: Sequence[str], wrong: list[str]) -> list[dict[str, str]]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        wrong.append(f"{name}: is no CSV ({error})")
        return []
    if not rows or rows[0] != head:
        wrong.append(f"{name}: columns are {rows[0] if rows else []}; expected {list(head)}")
        return []
    if any(len(row) != len(head) for row in rows):
        wrong.append(f"{name}: a row has not {len(head)} values")
    return [dict(zip(head, row, strict=True)) for row in rows[1:] if len(row) == len(head)]


def _whole(text: str) -> int | None:
    """A number as it is published; None where it is written otherwise."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _groups(groups: Sequence[Mapping[str, str]], k: int, stated: Mapping[str, Any]) -> list[str]:
    sizes = [_whole(row["homes"]) or 0 for row in groups]
    wrong = [
        f"group {row['group']}: {row['homes']} homes; at least {k}"
        for row, size in zip(groups, sizes, strict=True)
        if size < k
    ]
    if not groups:
        wrong.append("groups.csv: no group")
    if len({row["group"] for row in groups}) != len(groups):
        wrong.append("groups.csv: two groups have one name")
    total = sum(sizes)
    if stated.get("homes") != total:
        wrong.append(f"groups.csv: {total} homes, dictionary.json says {stated.get('homes')}: a difference is of few")
    for one, other in combinations(groups, 2):
        if not any("any" not in (one[name], other[name]) and one[name] != other[name] for name in _TRAITS):
            wrong.append(f"groups {one['group']} and {other['group']}: may have homes in common, and give a difference")
    return wrong


def _curves(curves: Sequence[Mapping[str, str]], producers: Mapping[str, str]) -> list[str]:
    """Of the groups by name, each with whether its homes are producers."""
    wrong: list[str] = []
    grids: dict[str, list[tuple[str, ...]]] = {name: [] for name in producers}
    for row in curves:
        if row["group"] not in grids:
            wrong.append(f"curves.csv: group {row['group']} is not in groups.csv")
            continue
        grids[row["group"]].append((row["day_type"], row["begins"], row["minutes"]))
        minutes = _whole(row["minutes"])
        if (
            not _HALF_HOUR.fullmatch(row["begins"])
            or row["day_type"] not in ("weekday", "weekend")
            or not minutes
            or minutes % 30
        ):
            wrong.append(f"curves.csv: {row['day_type']} {row['begins']} is no span of a mean day")
        for name in ("consumed_w", "injected_w"):
            power = _whole(row[name])
            if row[name] and (power is None or power % _STEP_W):
                wrong.append(f"curves.csv: {row[name]} W of group {row['group']} is not to {_STEP_W} W")
        if row["injected_w"] not in _INJECTED_OF.get(producers[row["group"]], {row["injected_w"]}):
            wrong.append(f"curves.csv: {row['injected_w']} W injected by group {row['group']} may be that of one home")
    for name, grid in grids.items():
        if len(set(grid)) != len(grid) or sorted(grid) != sorted(next(iter(grids.values()))) or not grid:
            wrong.append(f"curves.csv: group {name} does not have each span of the others once")
    return wrong
