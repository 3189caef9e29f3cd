# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C while Hypothesis is at work: it comes out as that, whatever Hypothesis makes of it."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["interrupts_come_out"]


@contextmanager
def interrupts_come_out() -> Iterator[None]:
    """Raise an interrupt that is covered by an error.

    Hypothesis 6.170 asserts, behind whatever ends a run, that its engine is there. Where the interrupt came while the
    engine was being made, that is what comes out: an ``AssertionError``, with the interrupt behind it.

    Raises:
        KeyboardInterrupt: as it came.
    """
    try:
        yield
    except Exception as error:
        behind: BaseException | None = error
        while behind is not None and not isinstance(behind, KeyboardInterrupt):
            behind = behind.__context__
        if behind is None:
            raise
        raise behind from None
