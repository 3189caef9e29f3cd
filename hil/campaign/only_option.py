# SPDX-License-Identifier: Apache-2.0
"""What a person gave with ``--only``: ids of requirements and purposes that there are, of a mode that is run."""

from collections.abc import Sequence
from difflib import get_close_matches

from xky.protocol import InputError, Mode

from .suite import declared_purposes, known_ids

__all__ = ["check_only"]


def check_only(given: Sequence[str], modes: Sequence[Mode]) -> None:
    """Ask whether each is known, and of one of the modes that are run.

    Raises:
        InputError: one is not.
    """
    known = declared_purposes() if given else ()
    ids = known_ids() if given else []
    for only in given:
        if only not in ids:
            close = get_close_matches(only.upper() if "/" not in only else only, ids, n=1)
            mean = f" Did you mean {close[0]}?" if close else ""
            listed = ", ".join(id_ for id_ in ids if "/" not in id_)
            raise InputError(f"--only {only}: no such requirement or purpose; known: {listed}.{mean}")
        of = {mode for purpose in known if only in (purpose.id, purpose.requirement.id) for mode in purpose.modes}
        if of.isdisjoint(modes):
            raise InputError(f"--only {only}: is of mode {', '.join(sorted(of))}, which is not run; leave it out")
