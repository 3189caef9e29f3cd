# SPDX-License-Identifier: Apache-2.0
"""A panel's run: its homes one by one, by whoever works, into one folder that a second run goes on with."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property, partial
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xky.emulator.legal_time import PARIS, instant_us, local_time
from xky.emulator.runner import check_speed
from xky.protocol import InputError
from xky.protocol.whole_file import PARTIAL, whole_file

from ..owned_folder import owned_folder
from ..terminal import complain
from ..workers import Workers, workers
from .board_files import board_texts, check_boards, keep_boards
from .chain import Chain, HandedThrough
from .homes.home import Home, drawn_home
from .homes.written import room_is_needed, write_json
from .layout import BOARDS, EVENTS, HOME, PANEL, PANEL_FILE, SCHEMA, Cause, home_folder
from .panel_file import HOMES_MAX, panel_file
from .servers import check_servers, fill_curves, run_chain, take_name

if TYPE_CHECKING:
    from .homes.together import PlayedTogether

__all__ = ["PanelRun", "RunSettings"]

_DAY_S = 86_400
_SAME = ("name", "seed", "from", "until", "version")  # of two runs into one folder


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a person asked for.

    Attributes:
        name: of a ready panel, or path of its file.
        out: folder.
        homes: in the place of what the file says, as the two below.
        days: likewise.
        seed: likewise.
        workers: processes; None: every core.
        scheduler: address of a Dask scheduler in the place of processes.
        chain: makes what carries the messages of a home, wherever that is played; a function of a module, or a
            ``functools.partial`` of one.
        broker: that messages go through, ``mqtt://…``; it and the database take the place of ``chain``.
        database: that readings go to, and are read back from, ``influx://…``.
        speed: seconds of the run in a real second, all homes at once; None: virtual time, as fast as they can.
    """

    name: str
    out: Path
    homes: int | None = None
    days: float | None = None
    seed: int | None = None
    workers: int | None = None
    scheduler: str | None = None
    chain: Callable[[], Chain] = HandedThrough
    broker: str | None = None
    database: str | None = None
    speed: float | None = None


class PanelRun:
    """One run.

    Args:
        settings: of it.

    Attributes:
        homes: how many there are.
        made: how many of them are done.
        worst_late_s: in real time, by how many real seconds the clock was missed at most.

    Raises:
        InputError: there is no such panel, its file is wrong, or a package is missing.
    """

    def __init__(self, settings: RunSettings) -> None:
        if any(find_spec(name) is None for name in ("numpy", "pyarrow")):
            raise InputError("xky panel run: needs pyarrow; install it with: pip install 'xky-hil[parquet]'")
        if settings.speed is not None:
            check_speed(settings.speed)
        self._settings = settings
        self._panel, self._text = panel_file(settings.name)
        self.homes = self._panel.homes if settings.homes is None else settings.homes
        if not 1 <= self.homes <= HOMES_MAX:
            raise InputError(f"--homes {self.homes}: give 1 to {HOMES_MAX}")
        self.days = self._panel.days if settings.days is None else settings.days
        self._seed = self._panel.seed if settings.seed is None else settings.seed
        self._boards = board_texts(self._panel.boards)
        self._got: Counter[str] = Counter()
        self.made = 0
        self.worst_late_s = 0.0

    @cached_property
    def from_us(self) -> int:
        """Midnight at which it begins, µs since 1970-01-01 UTC."""
        return instant_us(datetime.combine(self._panel.first, time(), PARIS))

    @cached_property
    def until_us(self) -> int:
        """Its end: whole local days, and of a part of one its first hours."""
        whole, rest = divmod(self.days, 1)
        midnight = datetime.combine(self._panel.first + timedelta(days=int(whole)), time(), PARIS)
        return instant_us(midnight) + round(rest * _DAY_S) * 1_000_000

    def play(self) -> Iterator[int]:
        """Play the homes that are not done; how many are done, as they come.

        Raises:
            InputError: another panel is in that folder, it cannot be made, or no Dask is installed.
            BenchError: no room is left, a server is not there, or a process or worker ended.
        """
        settings, out = self._settings, self._settings.out
        homes = [drawn_home(self._panel, self._seed, number) for number in range(1, self.homes + 1)]
        check_servers(settings.broker, settings.database, self._name)
        with ExitStack() as stack:
            stack.enter_context(owned_folder(out, "panel"))
            self._check_folder()
            stack.enter_context(room_is_needed(out))
            self._take_name()
            self._begin()
            missing = [home for home in homes if not self._is_done(home)]
            yield self.made
            jobs = min(settings.workers or os.cpu_count() or 1, max(len(missing), 1))
            if missing:
                them = stack.enter_context(workers(jobs, settings.scheduler, "--workers"))
                for got in self._played(them, missing):
                    self._got.update(got)
                    self.made += 1
                    yield self.made
            self._write(whole=True)
            if settings.database is not None:
                fill_curves(out, self._name, settings.database)

    def _take_name(self) -> None:
        """Of the panel in the database, where there is one."""
        database, told = self._settings.database, self._told(whole=False)
        if database is not None:
            text = sha256(self._text.encode()).hexdigest()
            take_name(database, self._name, self.homes, {key: told[key] for key in _SAME[1:]} | {"file_sha256": text})

    def _played(self, them: Workers, missing: Sequence[Home]) -> Iterator[Mapping[str, int]]:
        """What came of each home, as they are done."""
        speed = self._settings.speed
        missing = [self._with_kept_board(home) for home in missing]
        if speed is None:
            yield from them.results(_work, ((self._task(home), self._chain([home])) for home in missing))
            return
        shares = [missing[place :: them.number] for place in range(min(them.number, len(missing)))]
        tasks = (([self._task(home) for home in share], self._chain(share), speed) for share in shares)
        try:
            for played in them.results(_work_together, tasks):
                self.worst_late_s = max(self.worst_late_s, played.worst_late_s)
                yield from played.got
        finally:
            them.rest(0.0)  # they would go on for as long as the run lasts

    @property
    def _name(self) -> str:
        return Path(self._settings.name).stem

    def _chain(self, homes: Sequence[Home]) -> Callable[[], Chain]:
        settings = self._settings
        if settings.broker is None and settings.database is None:
            return settings.chain
        return partial(run_chain, self._name, homes, settings.broker, settings.database)

    def _with_kept_board(self, home: Home) -> Home:
        """With its board's file as this folder has it, which whoever works shares; what a person wrote they may not."""
        if not home.board.endswith(".toml"):
            return home
        return replace(home, board=str(self._settings.out.absolute() / BOARDS / Path(home.board).name))

    def _task(self, home: Home) -> Mapping[str, Any]:
        return {
            "home": home,
            "drawn_for": f"panel {self._seed} home {home.number}",
            "from_us": self.from_us,
            "until_us": self.until_us,
            "outages": self._panel.outage,
            "folder": self._settings.out.absolute(),
        }

    # the folder

    def _told(self, *, whole: bool) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "name": self._name,
            "seed": self._seed,
            "from": local_time(self.from_us).isoformat(),
            "until": local_time(self.until_us).isoformat(),
            "days": self.days,
            "homes": self.homes,
            "whole": whole,
            "version": version("xky-hil"),
        }

    def _check_folder(self) -> None:
        """Complain of a folder that holds something else."""
        out = self._settings.out
        path, file = out / PANEL, out / PANEL_FILE
        if not path.exists():
            others = sorted(one.name for one in out.iterdir() if not one.name.endswith(PARTIAL))
            if others and others != [PANEL_FILE]:
                raise InputError(f"--out {out}: holds something else ({others[0]}); give another folder")
            return
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            there = {key: told[key] for key in (*_SAME, "homes")}
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError, KeyError, TypeError):
            raise InputError(f"--out {out}: its {PANEL} is none of a panel; give another folder") from None
        now = self._told(whole=False)
        for key in _SAME:
            if there[key] != now[key]:
                raise InputError(
                    f"--out {out}: holds another panel ({key} {there[key]}, not {now[key]}); give another folder"
                )
        if text != self._text:
            raise InputError(f"--out {out}: holds a panel of another {PANEL_FILE}; give another folder")
        check_boards(out, self._boards)
        if there["homes"] > self.homes:
            raise InputError(
                f"--out {out}: holds a panel of {there['homes']} homes, not {self.homes}; give another folder"
            )

    def _begin(self) -> None:
        out = self._settings.out
        for left in out.glob(f".*{PARTIAL}"):  # of a run that was killed
            left.unlink()
        from .homes.columns import event_table
        from .homes.written import write_table

        with whole_file(out / PANEL_FILE) as partial:
            partial.write_text(self._text, encoding="utf-8", newline="")
        self._write(whole=False)
        keep_boards(out, self._boards)
        write_table(out / EVENTS, event_table(self._outages()))

    def _outages(self) -> Sequence[tuple[int, int, str, str]]:
        spans = [(max(one.from_us, self.from_us), min(one.to_us, self.until_us), one.of) for one in self._panel.outage]
        return [(from_us, to_us, str(Cause(of)), f"{of} away") for from_us, to_us, of in spans if from_us < to_us]

    def _write(self, *, whole: bool) -> None:
        write_json(self._settings.out / PANEL, self._told(whole=whole))

    def _is_done(self, home: Home) -> bool:
        path = home_folder(self._settings.out, home.number) / HOME
        if not path.exists():
            return False
        self._got.update(json.loads(path.read_text(encoding="utf-8")).get("got", {}))
        self.made += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """For programs, as ``panel-run.schema.json`` has it."""
        told = self._told(whole=self.made == self.homes)
        return told | {
            "schema": "xky-panel-run/1",
            "out": str(self._settings.out),
            "homes_done": self.made,
            "readings": {key: self._got[key] for key in ("stored", *Cause)},
            "speed": self._settings.speed,
            "worst_late_s": None if self._settings.speed is None else round(self.worst_late_s, 3),
            "remarks": [
                f"the {one.of} is away at {one.at}, which is outside of the run: nothing of that is played"
                for one in self._panel.outage
                if one.to_us <= self.from_us or one.from_us >= self.until_us
            ],
        }


def _work(task: Mapping[str, Any], chain: Callable[[], Chain]) -> Mapping[str, int]:
    """On a worker: a home."""
    from .homes.playing import HomeTask, play_home

    carrier = chain()
    try:
        return play_home(HomeTask(**task), carrier)
    finally:
        carrier.close()


def _work_together(tasks: Sequence[Mapping[str, Any]], chain: Callable[[], Chain], speed: float) -> "PlayedTogether":
    """On a worker: its share of the homes, in real time."""
    from .homes.playing import HomeTask
    from .homes.together import play_together

    return play_together([HomeTask(**task) for task in tasks], chain, speed, complain)
