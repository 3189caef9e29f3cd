# SPDX-License-Identifier: Apache-2.0
"""Names of faults in French, for pages and reports alike, from one file, ``words/faults.json``."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

__all__ = ["french_faults"]


@cache
def french_faults() -> Mapping[str, str]:
    """French by English: an id with blanks is its name in English."""
    text = (resources.files("xky.hil.live") / "words" / "faults.json").read_text(encoding="utf-8")
    return {fault.replace("_", " "): told["name"] for fault, told in json.loads(text).items()}
