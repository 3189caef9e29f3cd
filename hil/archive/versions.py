# SPDX-License-Identifier: Apache-2.0
"""With what a run was made: versions of the package, of Python, of the platform and of what the package needs."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["PACKAGE", "versions"]

PACKAGE = "xky-hil"


_OF_DEVELOPERS = {"bench", "test"}  # extras in which no run has a part


@cache
def versions() -> dict[str, Any]:
    """As the manifest has them; of dependencies those that are installed, those of extras too."""
    from packaging.requirements import Requirement

    asked = [Requirement(one) for one in requires(PACKAGE) or ()]
    extras = ["", *sorted({*metadata(PACKAGE).get_all("Provides-Extra", [])} - _OF_DEVELOPERS)]
    needed = sorted({one.name.lower() for one in asked if _is_needed(one, extras)} - {PACKAGE})
    found = {}
    for name in needed:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # of an extra that nobody asked for
    return {
        PACKAGE: version(PACKAGE),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "dependencies": found,
    }


def _is_needed(one: "Requirement", extras: list[str]) -> bool:
    return one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
