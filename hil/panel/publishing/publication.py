# SPDX-License-Identifier: Apache-2.0
"""A panel published: pseudonymised homes for the third party that is trusted, and a public set of groups.

Groups are as fine as they may be: of k homes or more, then without those on which the attempt succeeds, up to all homes
in one; at last by spans longer than half an hour. Nothing is written unless the attempt fails and the independent check
finds nothing. Everything follows from folder, key and k: no clock, no chance.
"""

import csv
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from xky.emulator.legal_time import local_time
from xky.protocol import BenchError, InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.pseudonym import Pseudonyms

from ..anonymity import K_DEFAULT
from ..layout import PANEL, PANEL_FILE
from ..reconciling.exports.real_panel import is_real_panel
from .attempt import Attacker, Attempt
from .cells import QUASI_IDENTIFIERS, Cell, Traits, cells_of
from .check import check_public
from .dictionary import DICTIONARY, PUBLIC, TRUSTED, Table, dictionary_json, dictionary_page
from .exported_panel import exported_panel
from .finished_panel import FinishedPanel, PanelHome, finished_panel
from .half_hours import HALF_HOUR_US
from .mean_days import DAY_TYPES, STEP_W, HomeDays, MeanDays, mean_days
from .values import public_values

__all__ = ["PUBLIC_FOLDER", "TRUSTED_FOLDER", "Publication", "publish"]

# Postcode level domestic consumption of Great Britain (DESNZ, notes of January 2024): fewer than five meters are
# disclosive. French law asks for ten delivery points of a building (code de l'énergie D. 111-52 and following, décret
# 2020-196): give --k 10 where that is the rule.
_PSEUDONYM_BYTES = 8
_NUMBERS = re.compile(r"[0-9-]{7,}")  # of a panel's name: an address, a day
_SIMULATED = (
    "simulated: nobody lives in these homes; whoever has tool, panel file and seed makes them again, addresses and all"
)
_SMALL_K = (
    f"k {{k}} is below {K_DEFAULT}: groups of so few homes are taken to be disclosive; hand the public set on only "
    "where your own rule allows it"
)
_LONGER_MINUTES = (60, 120, 180, 360, 720, 1440)
_SILENT = 0.5  # of what a group draws may be withheld; else it is put together with others, or by longer spans
PUBLIC_FOLDER, TRUSTED_FOLDER = "public", "trusted"


@dataclass(frozen=True)
class Publication:
    """What became of it.

    Attributes:
        minutes: how long the spans of the clock are.
        groups: of the public set.
        homes: in them.
        left_out: homes whose readings do not tell the half hours that the others have.
        smallest: homes of the smallest group.
        complaints: of the independent check; nothing is written when there are any.
        folder: where it is; None when nothing was written.
    """

    panel: FinishedPanel
    k: int
    minutes: int
    groups: int
    homes: int
    left_out: int
    smallest: int
    tried: Attempt
    complaints: Sequence[str]
    folder: Path | None

    @property
    def remarks(self) -> list[str]:
        """What a person should know before handing the public set on, each in a line."""
        return [_SMALL_K.format(k=self.k)] if self.k < K_DEFAULT else []

    @property
    def is_published(self) -> bool:
        """Whether it was written."""
        return self.folder is not None


def publish(folder: Path, pseudonyms: Pseudonyms, out: Path, k: int = K_DEFAULT) -> Publication:
    """Publish a finished panel.

    Args:
        folder: that ``xky panel run`` wrote, or with a real panel's exports.
        pseudonyms: by the key.
        out: folder to write; not there yet.
        k: homes of a group at least, 2 or more.

    Raises:
        InputError: something of it cannot be published, or is there already; nothing is written.
        BenchError: no room, or what was made does not stand its check.
    """
    if k < 2:
        raise InputError(f"--k {k}: a group of one is that one; give 2 or more, {K_DEFAULT} unless told")
    if out.exists() or out.is_symlink():
        raise InputError(f"--out {out}: is there already; give another name, or remove it")
    if folder.resolve() in out.resolve().parents:
        raise InputError(f"--out {out}: is in the folder of the panel itself; give one beside it")
    is_made = (folder / PANEL).exists() or not is_real_panel(folder / PANEL_FILE)
    panel = finished_panel(folder) if is_made else exported_panel(folder)
    if len(panel.homes) < k:
        raise InputError(f"{folder}: {len(panel.homes)} homes, and a group has {k} at least; nothing is published")
    with _beside(out) as made:
        trusted = made / TRUSTED_FOLDER
        trusted.mkdir(mode=0o700)  # personal data still
        homes = _write_trusted(panel, pseudonyms, trusted)
        days = mean_days(homes)
        if len(days.places) < k:
            raise InputError(
                f"{folder}: {len(days.places)} of {len(panel.homes)} homes have readings of the same half hours, "
                f"and a group has {k} at least; nothing is published"
            )
        spans, cells, curves, tried = _fine_groups(panel, homes, days, k, folder)
        provenance = _provenance(panel, k)
        count = sum(len(cell.members) for cell in cells)
        _dictionaries(trusted, "trusted", "Pseudonymised homes, for the trusted third party", TRUSTED,
                      provenance | {"homes": len(panel.homes), "steps": _TRUSTED_STEPS})  # fmt: skip
        public = made / PUBLIC_FOLDER
        public.mkdir()
        _write_public(cells, spans, curves, public)
        steps = _public_steps(k, spans.minutes, len(cells))
        shown = {
            "homes linked in the pseudonymised set": f"{tried.linked_records:.3f}",
            "homes named from this set": f"{tried.named_homes:.3f}",
            "the same by tariff, phases and producer alone": f"{tried.named_chance:.3f}",
            "took part or not told apart (a coin: 0.5)": f"{tried.told_apart:.3f}",
        }
        _dictionaries(
            public, "public", "Load curves of groups of homes", PUBLIC,
            provenance | {"homes": count, "attempt": shown, "steps": steps},
        )  # fmt: skip
        complaints = check_public(public, k)
        done = Publication(
            panel, k, spans.minutes, len(cells), count, len(panel.homes) - count,
            min(len(cell.members) for cell in cells), tried, complaints,
            out if tried.fails and not complaints else None,
        )  # fmt: skip
        if done.is_published:
            made.chmod(0o755)
            made.rename(out)
    return done


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder to write to beside ``out``, which is gone afterwards where nobody gave it that name."""
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    except OSError as error:
        raise cannot_be_written(f"--out {out}", error) from None
    try:
        yield made
    except OSError as error:
        raise BenchError(f"--out {out}: cannot be written ({error.strerror}); nothing is published") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fine_groups(
    panel: FinishedPanel, homes: Sequence[HomeDays], days: MeanDays, k: int, folder: Path
) -> tuple[MeanDays, list[Cell], Any, Attempt]:
    """The finest groups on which the attempt fails, by half hours, else by longer and longer spans."""
    weight = days.mean_w.mean(axis=1) * 2  # drawn and injected are a half of the columns each
    traits = [Traits(_traits_of(panel.homes[place]), float(weight[row])) for row, place in enumerate(days.places)]
    if not cells_of(traits, k):
        raise InputError(
            f"{folder}: one home draws more than half of what all {len(traits)} draw, so that their mean is its "
            "curve; nothing is published"
        )
    attacker = Attacker(homes, days.places)
    for spans in (days, *(wide for minutes in _LONGER_MINUTES if (wide := days.widened(minutes)).slots.size)):
        refused: set[frozenset[int]] = set()
        while cells := cells_of(traits, k, refused):
            curves = public_values(spans, cells, k)
            found = spans, cells, curves, attacker.on(spans, cells, curves, k)
            silent = np.isnan(curves[:, : len(spans.days)]).mean(axis=1) > _SILENT
            told = found[3].told_apart_by_group
            if not silent.any() and found[3].fails:
                return found
            worst = silent if silent.any() else np.array(told) == max(told)
            refused |= {frozenset(cell.members) for cell, one in zip(cells, worst, strict=True) if one}
    if silent.any():
        raise InputError(
            f"{folder}: one home draws more than half of what all draw in most spans; nothing is published"
        )
    return found


def _traits_of(home: PanelHome) -> dict[str, str]:
    values = (home.contract, "yes" if home.producer else "no", str(home.phases))
    return dict(zip(QUASI_IDENTIFIERS, values, strict=True))


def _write_trusted(panel: FinishedPanel, pseudonyms: Pseudonyms, folder: Path) -> list[HomeDays]:
    """The homes by their pseudonyms, in that order; what is kept of each, in the panel's order."""
    named = sorted((_pseudonym(pseudonyms, home.identity), place) for place, home in enumerate(panel.homes))
    kept = [HomeDays() for _ in panel.homes]
    with _table(folder, TRUSTED[0]) as homes, _table(folder, TRUSTED[1]) as curves:
        for name, place in named:
            home = panel.homes[place]
            homes.writerow([name, home.contract, "yes" if home.producer else "no", home.phases, home.mode, home.board])
            for day in home.half_hours():
                kept[place].add(day)
                for start, drawn, given in zip(day.starts_us, day.consumed_wh, day.injected_wh, strict=True):
                    ends = local_time(int(start) + HALF_HOUR_US).isoformat()
                    curves.writerow([name, ends, _number(drawn), _number(given)])
    return kept


def _pseudonym(pseudonyms: Pseudonyms, identity: str) -> str:
    """Of a home: without any form of an address, and too long to be the same by chance."""
    return f"h-{pseudonyms.token(f'home {identity}', _PSEUDONYM_BYTES).hex()}"


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.1f}"


def _power(value_w: float) -> str:
    return "" if np.isnan(value_w) else str(int(value_w))


def _write_public(cells: Sequence[Cell], days: MeanDays, curves: Any, folder: Path) -> None:
    width = len(days.days)
    with _table(folder, PUBLIC[0]) as groups, _table(folder, PUBLIC[1]) as rows:
        for number, cell in enumerate(cells, 1):
            name = f"g{number}"
            groups.writerow(
                [name, *(cell.values[one] for one in ("contract", "producer", "phases")), len(cell.members)]
            )
            for column, (kind, slot) in enumerate(zip(days.days, days.slots, strict=True)):
                begins = f"{slot // 2:02}:{slot % 2 * 30:02}"
                drawn, given = curves[number - 1, column], curves[number - 1, width + column]
                rows.writerow([name, DAY_TYPES[kind], begins, days.minutes, _power(drawn), _power(given)])


@contextmanager
def _table(folder: Path, table: Table) -> Iterator[Any]:
    with (folder / table.file).open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])
        yield writer


def _dictionaries(folder: Path, product: str, title: str, tables: Sequence[Table], provenance: dict[str, Any]) -> None:
    (folder / f"{DICTIONARY}.json").write_text(dictionary_json(product, tables, provenance), "utf-8")
    (folder / f"{DICTIONARY}.md").write_text(dictionary_page(title, tables, provenance), "utf-8")


def _provenance(panel: FinishedPanel, k: int) -> dict[str, Any]:
    return {
        "tool": f"xky-hil {version('xky-hil')}",
        "panel": _NUMBERS.sub("…", panel.name),
        "simulated": panel.seed is not None,
        **({} if panel.seed is None else {"note": _SIMULATED}),
        "seed": panel.seed,
        "from_month": panel.first_month,
        "until_month": panel.last_month,
        "inputs_sha256": panel.digest,
        "k": k,
        **({"k_note": _SMALL_K.format(k=k)} if k < K_DEFAULT else {}),
    }


_TRUSTED_STEPS = [
    "addresses (ADSC, ADCO, PRM) replaced by pseudonyms by key; rows in the order of the pseudonyms",
    "index at each end of a half hour taken on the line between the two readings around it, both within ten minutes; "
    "differences are energies, no index is kept",
]


def _public_steps(k: int, minutes: int, groups: int) -> list[str]:
    return [
        "half hours of each home from the index of its readings, as in the pseudonymised set",
        "mean day of each home by half hour of the clock, weekdays and weekends apart; half hours that nine tenths of "
        "the homes have, homes that have all of these",
        f"groups by tariff, producer and phases: leaves of one tree, {k} homes or more each, no home with more than "
        "half of a group's energy, those put together on which the attempt succeeded; no totals",
        f"spans of {minutes} minutes of the clock (longer than a half hour where the attempt on half hours succeeded)",
        f"mean over the homes of each group, rounded to {STEP_W} W; groups: {groups}",
        "withheld, and empty: a value of which one home has more than half, or all but the two largest less than a "
        "tenth of the largest; injection of groups in which not all "
        f"homes are producers or fewer than {k} inject",
        "independent check of these files, and an attempt to find homes in them: see attempt",
    ]
