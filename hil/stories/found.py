# SPDX-License-Identifier: Apache-2.0
"""Stimulus files that are purposes of a suite: what a hunt found becomes one by moving its file into a folder."""

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from ..campaign.requirement import Purpose

if TYPE_CHECKING:
    from .stimulus_file import StimulusFile

__all__ = ["purposes_in"]


def purposes_in(folder: Traversable) -> Mapping[Purpose, "StimulusFile"]:
    """Each with its file, in order of their names.

    Raises:
        InputError: a file is wrong; the text names file, line and key.
    """
    found: dict[Purpose, StimulusFile] = {}
    files = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    if not any(name.endswith(".toml") for name in files):
        return found
    from .replay import purpose_of_stimulus
    from .stimulus_file import SUFFIX, read_stimulus

    for name in filter(lambda name: name.endswith(SUFFIX), files):
        with resources.as_file(folder / name) as path:
            stimulus = read_stimulus(path)
            found[purpose_of_stimulus(path, stimulus, own_meter=True)] = stimulus
    return found
