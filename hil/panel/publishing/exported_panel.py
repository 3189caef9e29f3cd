# SPDX-License-Identifier: Apache-2.0
"""A real panel's exports, as they are opened to be published: its homes, and what tells them apart.

What a home is stands in ``panel.toml``, else its readings tell: its tariff by NGTF or OPTARIF, its phases by the
quantities of each phase, a producer by an injected index. A home is named by its ``id`` there, whatever readings say.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from xky.emulator.legal_time import local_time
from xky.hil.terminal import one_line
from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import read_toml

from ..layout import PANEL_FILE
from ..reconciling.exports.export_columns import ExportColumns, read_exports
from ..reconciling.exports.panel_file import ExportsFile, HomeExports
from ..reconciling.index_series import total_labels
from .cells import ANY, OTHER
from .finished_panel import FinishedPanel, PanelHome, digest_of
from .half_hours import HalfHours, half_hours_of_readings

__all__ = ["exported_panel"]

_TARIFFS = ("NGTF", "OPTARIF")
_OF_A_PHASE = ("URMS", "IRMS", "SINSTS", "SMAXSN", "UMOY", "IINST", "IMAX")
_OF_THE_FIRST = ("URMS1", "IRMS1", "UMOY1", "IINST", "IMAX")  # said of three phases, too, but with those of the others
_Bounds = tuple[int | None, int | None]


def exported_panel(folder: Path) -> FinishedPanel:
    """Open a folder with a ``panel.toml`` of ``xky-exports/1``.

    Raises:
        InputError: that file is wrong, a home's file cannot be read, or nothing tells its tariff or phases; nothing is
            published of a part.
    """
    described = read_toml(folder / PANEL_FILE, ExportsFile, "a panel's exports")
    bounds_us = described.bounds_us
    homes, spans_us = [], []
    for one in described.home:
        columns = _columns(folder, one, bounds_us)
        homes.append(_home(folder, one, columns, bounds_us))
        spans_us.append((int(columns.at_us[0]), int(columns.at_us[-1])))
    months = [f"{local_time(at_us):%Y-%m}" for at_us in (min(spans_us)[0], max(last for _, last in spans_us))]
    name = one_line(described.name or folder.resolve().name)
    return FinishedPanel(name, None, months[0], months[1], homes, digest_of(folder))


def _columns(folder: Path, home: HomeExports, bounds_us: _Bounds) -> ExportColumns:
    remarks: list[str] = []
    try:
        columns, is_complete = read_exports(folder, home, remarks)
        if not is_complete:
            raise InputError(f"home {home.id}: a file of it cannot be read")
        return columns.between(*bounds_us)
    except InputError as error:
        reasons = "; ".join(remarks[-2:])
        raise InputError(f"{error}{f': {reasons}' if reasons else ''}; nothing is published of a part") from None


def _home(folder: Path, home: HomeExports, columns: ExportColumns, bounds_us: _Bounds) -> PanelHome:
    contract = home.contract or _tariff(columns)
    phases = home.phases or _phases(columns.said)
    for what, told, label in (("contract", contract, "NGTF, OPTARIF"), ("phases", phases, "IRMS1, IINST")):
        if not told:
            raise InputError(
                f"home {home.id}: its readings do not tell its {what} ({label}); write {what} into its table of "
                f"{PANEL_FILE}"
            )
    if contract in (ANY, OTHER):
        raise InputError(f"home {home.id}: contract {contract!r} is a word of the public set; give it another name")
    if not total_labels(columns.said):
        raise InputError(f"home {home.id}: its readings say no index of all that it drew; leave it out of {PANEL_FILE}")
    is_producer = bool(np.nansum(columns.said["EAIT"])) if "EAIT" in columns.said else False
    mode = Mode.STANDARD if "EAST" in columns.said else Mode.HISTORIC
    return PanelHome(
        partial(_half_hours, folder, home, bounds_us), home.id, contract or "", phases or 1,
        is_producer if home.producer is None else home.producer, Path(home.board or "").name, str(mode),
    )  # fmt: skip


def _half_hours(folder: Path, home: HomeExports, bounds_us: _Bounds) -> Iterator[HalfHours]:
    """Read again: no two homes stand in memory at once."""
    columns = _columns(folder, home, bounds_us)
    drawn = [columns.said[label] for label in total_labels(columns.said)]
    injected = [columns.said[label] for label in ("EAIT",) if label in columns.said]
    return half_hours_of_readings(columns.at_us, drawn, injected)


def _tariff(columns: ExportColumns) -> str:
    """What the readings say most often, without the padding of a frame."""
    for label in _TARIFFS:
        told = columns.said.get(label, np.empty(0))
        for number, _ in Counter(told[~np.isnan(told)].astype(int).tolist()).most_common(1):
            tariff = columns.texts[number].strip(" .")
            return tariff if tariff.isprintable() else ""
    return ""


def _phases(said: Mapping[str, object]) -> int:
    """0 where nothing is said of any phase."""
    if any(f"{name}{number}" in said for name in _OF_A_PHASE for number in (2, 3)):
        return 3
    return 1 if any(name in said for name in _OF_THE_FIRST) else 0
