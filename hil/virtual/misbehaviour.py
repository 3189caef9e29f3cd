# SPDX-License-Identifier: Apache-2.0
"""Ways in which real instruments misbehave on a connection, by name: what PyVISA makes of each was observed."""

from dataclasses import dataclass
from enum import StrEnum

from xky.protocol import InputError

__all__ = ["Misbehaviour", "Planned", "planned"]


class Misbehaviour(StrEnum):
    """What an instrument does wrong."""

    REFUSE = "refuse"  # nobody listens at its port; PyVISA opens it all the same
    HANG_UP = "hang-up"  # it closes the connection in the middle of an answer, once; PyVISA tells a time-out
    DRIBBLE = "dribble"  # an answer comes byte by byte; each one keeps PyVISA-py's time-out from being looked at
    LATE = "late"  # an answer comes when nobody waits for it any more, and is taken for the next one's
    SILENT = "silent"  # it takes everything and answers nothing
    INDEFINITE = "indefinite-block"  # blocks begin with #0; PyVISA makes an empty list of them, without an error
    COMPOUND = "compound"  # an answer holds more than was asked for
    WRONG_IDENTITY = "wrong-identity"  # another instrument sits at its address


@dataclass(frozen=True, slots=True)
class Planned:
    """A misbehaviour, and from when on.

    Attributes:
        what: it does wrong.
        after: messages that it takes soundly before.
    """

    what: Misbehaviour
    after: int = 0


def planned(text: str) -> Planned:
    """As a person writes it: ``late``, or ``late@12``: from the thirteenth message on.

    Raises:
        InputError: it is none.
    """
    name, at, count = text.partition("@")
    try:
        what = Misbehaviour(name)
    except ValueError:
        raise InputError(f"misbehaviour {name!r}: unknown; expected one of {', '.join(Misbehaviour)}") from None
    if at and not count.isdigit():
        raise InputError(f"misbehaviour {text!r}: expected a number of messages behind @, as {name}@12")
    return Planned(what, int(count) if at else 0)
