# SPDX-License-Identifier: Apache-2.0
"""Open an instrument in its role: nothing but ``*IDN?`` is sent before its identity was seen to be right."""

from collections.abc import Mapping
from typing import Any

from xky.protocol import InputError

from .identity import Identity
from .instrument import Instrument
from .lost import WrongInstrument
from .makes import make_named, make_names
from .roles import ROLES
from .session import ANSWER_S, Session

__all__ = ["make_of", "open_instrument", "role_names"]


def role_names() -> tuple[str, ...]:
    """What an instrument can be for on a bench."""
    return tuple(ROLES)


def open_instrument(
    role: str, resource: str, make: str | None, limits: Mapping[str, float], *, answer_s: float = ANSWER_S
) -> Instrument:
    """Open an instrument; what it puts out stays as it is.

    Args:
        role: one of ``role_names()``; the result is of the class of that role.
        resource: VISA, as ``TCPIP::192.168.1.5::INSTR``.
        make: one of ``make_names(role)``; None: the one that its identity says.
        limits: what must never be exceeded, in SI units: ``voltage_v``, ``current_a``.
        answer_s: how long an answer may take.

    Raises:
        InputError: the role, the make or the resource's name is none.
        LostInstrument: nobody answers.
        WrongInstrument: something answers that is of another make, or a model that is not known in this role.
    """
    if role not in ROLES:
        raise InputError(f"role {role!r}: unknown; expected one of {', '.join(ROLES)}")
    if make is not None:
        make_named(role, make)  # complains of an unknown one before anything is opened
    session = Session(resource, answer_s=answer_s)
    try:
        found = make_of(role, session.identity)
        if found is None or (make is not None and found != make):
            raise _wrong(role, resource, session.identity, make, found)
    except BaseException:
        session.close()
        raise
    return ROLES[role](session, make_named(role, found), found, limits)


def make_of(role: str, identity: Identity) -> str | None:
    """The name of the make in a role that an identity says; None where there is none."""
    for name in make_names(role):
        make = make_named(role, name)
        if any(known in identity.maker.lower() for known in make.MAKERS) and any(
            identity.model.upper().startswith(prefix) for prefix in _prefixes(make)
        ):
            return name
    return None


def _prefixes(make: Any) -> list[str]:
    """How the models of a make begin; of generators more is known of each."""
    return [str(getattr(model, "prefix", model)) for model in make.MODELS]


def _wrong(role: str, resource: str, identity: Identity, make: str | None, found: str | None) -> WrongInstrument:
    others = [other for other in ROLES if other != role and make_of(other, identity) is not None]
    if found is not None:
        mend = f'write make = "{found}"'
    elif others:
        mend = f"it can be a {' or a '.join(others)}; is the resource that of another instrument?"
    else:
        known = ", ".join(f"{name} ({', '.join(_prefixes(make_named(role, name)))})" for name in make_names(role))
        mend = f"known for this role: {known}"
    expected = f"no {make} {role}" if make is not None else f"no known {role}"
    return WrongInstrument(f"{resource}: is a {identity}, {expected}; {mend}")
