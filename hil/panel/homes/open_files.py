# SPDX-License-Identifier: Apache-2.0
"""How many files and connections homes hold that are played at once: seen to before one of them is lost for that."""

import resource
from collections.abc import Iterable

from xky.protocol import BenchError

from ..chain import Chain

__all__ = ["open_files_are_needed"]

_OF_A_HOME = 4  # tables of the day, and one that is made whole
_OF_THE_PROCESS = 64


def open_files_are_needed(chains: Iterable[Chain]) -> None:
    """See that this process may hold as many open as these need; the system's soft limit is raised for it.

    Args:
        chains: one of each home that is played at once.

    Raises:
        BenchError: the system allows fewer.
    """
    of_chains = [chain.open_files for chain in chains]
    needed = _OF_THE_PROCESS + sum(_OF_A_HOME + one for one in of_chains)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BenchError(
            f"--speed: {len(of_chains)} homes at once in a process need {needed} open files, and the system allows "
            f"{hard}; give more --workers or fewer --homes, or raise it (ulimit -Hn)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
