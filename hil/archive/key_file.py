# SPDX-License-Identifier: Apache-2.0
"""Files with the keys of a signer, Ed25519 in PEM as openssl has them: ``FILE`` is secret, ``FILE.pub`` is not."""

import hashlib
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["PublicKey", "Signer", "new_keys", "public_key_of", "shown_key", "signed_by", "signer_of"]

_SECRET = 0o600
_OTHERS = 0o077  # permissions of the group and of all
_SIZE_MAX = 1 << 16
_MAKE = "make one with: xky keys new FILE"
_HEX = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who signs, as everybody may know it.

    Attributes:
        hex: the 32 bytes of the key, hexadecimal.
    """

    hex: str

    @property
    def fingerprint(self) -> str:
        """The first 16 bytes of the SHA-256 of the key's bytes, in groups of four digits: short enough to be read out.

        >>> PublicKey("00" * 32).fingerprint
        '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20'
        """
        digest = hashlib.sha256(bytes.fromhex(self.hex)).hexdigest()[:32]
        return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and can."""

    public: PublicKey
    _private: "Ed25519PrivateKey"

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._private.sign(data)


def signed_by(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether a signature over the data is that of a key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.hex)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def new_keys(path: Path) -> PublicKey:
    """Make a signer: ``path`` with the private key, which its owner alone may read, and ``path`` + ``.pub``.

    Raises:
        InputError: one of the two is there already, or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public_path = path.with_name(path.name + ".pub")
    for one in (path, public_path):
        if one.exists() or one.is_symlink():
            raise InputError(f"{one}: is there already, and a key is never written over; give another name")
    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key()
    shown = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    made: list[Path] = []
    try:
        for one, data, mode in ((path, secret, _SECRET), (public_path, shown, 0o644)):
            descriptor = os.open(one, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            made.append(one)
            with open(descriptor, "wb") as file:
                file.write(data)
    except OSError as error:
        for one in made:
            with suppress(OSError):
                one.unlink()
        raise cannot_be_written(f"{error.filename or path}", error) from None
    return PublicKey(public.public_bytes_raw().hex())


def shown_key(path: Path) -> PublicKey:
    """The public key of a file with either key.

    Raises:
        InputError: it holds neither, or others may read the private one.
    """
    return signer_of(path, "").public if b"PRIVATE KEY" in _read(path, str(path)) else public_key_of(str(path), "")


def signer_of(path: Path, option: str = "--sign") -> Signer:
    """The signer of a file with a private key.

    Raises:
        InputError: there is none, others may read it, or it holds something else.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    name = f"{option} {path}".strip()
    data = _read(path, name)
    if b"PUBLIC KEY" in data:
        raise InputError(f"{name}: is a public key, which signs nothing; give the file beside it, without .pub")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise InputError(f"{name}: others may read or change it (mode {mode:03o}); chmod 600 it")
    try:
        private = load_pem_private_key(data, None)
    except TypeError:
        raise InputError(f"{name}: is locked by a password, for which nobody asks here; {_MAKE}") from None
    except Exception:  # the library raises what it likes for what is no key
        raise InputError(f"{name}: holds no private key; {_MAKE}") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError(f"{name}: is a key of another kind than Ed25519; {_MAKE}")
    return Signer(PublicKey(private.public_key().public_bytes_raw().hex()), private)


def public_key_of(name: str, option: str) -> PublicKey:
    """The public key of a file, or of the 64 hexadecimal digits that a report shows.

    Raises:
        InputError: there is none, or the file holds something else, a private key too.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if _HEX.fullmatch(name.lower()):
        return PublicKey(name.lower())
    told = f"{option} {name}".strip()
    data = _read(Path(name), told)
    if b"PRIVATE KEY" in data:
        raise InputError(f"{told}: is a private key, which nobody has to show; give {name}.pub")
    try:
        public = load_pem_public_key(data)
    except Exception:  # the library raises what it likes for what is no key
        raise InputError(f"{told}: holds no public key; give the FILE.pub of xky keys new FILE") from None
    if not isinstance(public, Ed25519PublicKey):
        raise InputError(f"{told}: is a key of another kind than Ed25519; give the FILE.pub of xky keys new FILE")
    return PublicKey(public.public_bytes_raw().hex())


def _read(path: Path, told: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SIZE_MAX)
    except OSError as error:
        raise InputError(f"{told}: cannot be read ({error.strerror}); {_MAKE}") from None
