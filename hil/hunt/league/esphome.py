# SPDX-License-Identifier: Apache-2.0
"""Builds an entry's configuration of ESPHome for its host platform, one program a mode."""

import sys
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from xky.protocol import LABELS, BenchError, Mode

from .entry import Entry
from .workshop import digest, finished, run

__all__ = ["build", "configuration"]

_HEADER = resources.files(__package__) / "esphome_reading.h"
_WITH_PORT = Path(__file__).with_name("with_port.py")


def configuration(entry: Entry, mode: Mode) -> str:
    """The configuration of one mode: a sensor for each label of it that the entry claims."""
    claimed = entry.board.labels
    labels = [label for label in LABELS[mode] if claimed is None or label in claimed]
    template = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # YAML of our own words
    text = entry.program.read_text(encoding="utf-8")
    return template.from_string(text).render(mode=mode.value, baud=mode.baud, labels=labels)


def build(entry: Entry, cache: Path, python: Path) -> tuple[str, ...]:
    """Build each mode, unless it is built.

    Args:
        entry: whose file is a configuration.
        cache: folder of the league.
        python: of the environment that holds ESPHome.

    Returns:
        The words of its command.

    Raises:
        BenchError: it does not build.
    """
    texts = {mode: configuration(entry, mode) for mode in entry.board.modes}
    header = _HEADER.read_text(encoding="utf-8")

    def make(folder: Path) -> list[str]:
        for mode, text in texts.items():
            (folder / mode).mkdir()
            (folder / mode / "device.yaml").write_text(text, encoding="utf-8")
            (folder / mode / _HEADER.name).write_text(header, encoding="utf-8")
            run(entry.name, [str(python), "-m", "esphome", "compile", "device.yaml"], folder / mode, HOME=str(folder))
            built = next((folder / mode).glob(".esphome/build/*/.pioenvs/*/program"), None)
            if built is None:
                raise BenchError(f"{entry.name}: ESPHome built no program")
            (folder / mode / "program").symlink_to(built)
        return []

    folder = cache / f"{entry.name}-{digest(str(python), header, *texts.values())}"
    with finished(folder, make) as (folder, _):
        # it keeps preferences in its home
        return ("env", f"HOME={folder}", sys.executable, str(_WITH_PORT), "{port}", f"{folder}/{{mode}}/program")
