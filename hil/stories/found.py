# SPDX-License-Identifier: Apache-2.0
"""Stimulus files that are purposes of a suite: what a hunt found becomes one by moving its file into a folder."""

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from ..campaign.requirement import Purpose
from .replay import purpose_of_stimulus
from .stimulus_file import SUFFIX, StimulusFile, read_stimulus

__all__ = ["purposes_in"]


def purposes_in(folder: Traversable) -> Mapping[Purpose, StimulusFile]:
    """Each with its file, in order of their names.

    Raises:
        InputError: a file is wrong; the text names file, line and key.
    """
    found: dict[Purpose, StimulusFile] = {}
    if not folder.is_dir():
        return found
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(SUFFIX)):
        with resources.as_file(folder / name) as path:
            stimulus = read_stimulus(path)
            found[purpose_of_stimulus(path, stimulus, own_meter=True)] = stimulus
    return found
