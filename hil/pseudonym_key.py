# SPDX-License-Identifier: Apache-2.0
"""The key of pseudonyms, ``--key FILE``: who has it can tell whether a pseudonym is that of a given address."""

import os
from pathlib import Path

from xky.protocol import InputError
from xky.protocol.pseudonym import KEY_MIN, Pseudonyms

__all__ = ["KEY_VARIABLE", "pseudonyms_by", "require_anonymise"]

KEY_VARIABLE = "XKY_KEY"
_MAKE_KEY = "make one with: head -c 32 /dev/urandom | base64 > xky.key"


def require_anonymise(key: Path | None, *, anonymise: bool) -> None:
    """A key is for nothing else.

    Raises:
        InputError: it was given alone.
    """
    if key is not None and not anonymise:
        raise InputError(f"--key {key}: is for --anonymise; add that, or leave the key out")


def pseudonyms_by(path: Path | None) -> Pseudonyms:
    """Pseudonyms by the key of a file; None: of the environment.

    Raises:
        InputError: there is none, or it is too short.
    """
    if path is not None:
        name = f"--key {path}"
        try:
            key = path.read_bytes().strip()
        except OSError as error:
            raise InputError(f"{name}: cannot be read ({error.strerror}); {_MAKE_KEY}") from None
    else:
        name, key = KEY_VARIABLE, os.environ.get(KEY_VARIABLE, "").encode()
        if not key:
            raise InputError(f"--anonymise: needs a key; give --key FILE or set {KEY_VARIABLE}; {_MAKE_KEY}")
    if b"PRIVATE KEY" in key:
        raise InputError(f"{name}: signs reports (--sign), and is no key of pseudonyms; {_MAKE_KEY}")
    if len(key) < KEY_MIN:
        raise InputError(f"{name}: has {len(key)} characters; a key has {KEY_MIN} at least; {_MAKE_KEY}")
    return Pseudonyms(key)
