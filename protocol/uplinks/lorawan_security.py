# SPDX-License-Identifier: Apache-2.0
"""What keeps LoRaWAN 1.0.x frames whole and secret: AES-CMAC over the 32-bit counter, payload encryption, session keys.

LoRaWAN 1.0.2 §4.3.3 (payload), §4.4 (MIC), §6.2.4 and §6.2.5 (join); a join accept is sealed by AES *decryption*, so
that a device needs AES encryption only (observed with two independent packages).
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.cmac import CMAC

from ..errors import InputError

__all__ = ["MIC_BYTES", "RootKeys", "SessionKeys", "data_mic", "encrypted", "join_mic", "opened", "sealed"]

MIC_BYTES = 4
_BLOCK = 16
_UP, _DOWN = 0, 1  # direction in the blocks (LoRaWAN 1.0.2 table 13)
_NETWORK, _APPLICATION = b"\x01", b"\x02"  # which key is derived (§6.2.5)


def _hex(name: str, text: str, count: int) -> bytes:
    try:
        found = bytes.fromhex(text)
    except (ValueError, TypeError):
        found = b""
    if len(found) != count:
        raise InputError(f"{name}: expected {2 * count} hexadecimal digits, most significant first")
    return found


@dataclass(frozen=True, slots=True)
class RootKeys:
    """What a device is joined by; identifiers are written as people write them, most significant byte first.

    Attributes:
        dev_eui: of the device, 16 hexadecimal digits.
        join_eui: AppEUI of LoRaWAN 1.0, likewise.
        app_key: 32 hexadecimal digits; shown nowhere.

    Raises:
        InputError: one of them is of another form.
    """

    dev_eui: str
    join_eui: str
    app_key: str = field(repr=False)

    def __post_init__(self) -> None:
        for name, count in (("dev_eui", 8), ("join_eui", 8), ("app_key", _BLOCK)):
            object.__setattr__(self, name, _hex(name, getattr(self, name), count).hex())

    @property
    def key(self) -> bytes:
        """AppKey."""
        return bytes.fromhex(self.app_key)

    def session(self, join_nonce: int, net_id: int, dev_nonce: int) -> "SessionKeys":
        """The keys of the session that a join with these numbers begins (§6.2.5)."""
        said = join_nonce.to_bytes(3, "little") + net_id.to_bytes(3, "little") + dev_nonce.to_bytes(2, "little")
        network, application = (
            _encrypted_block(self.key, (which + said).ljust(_BLOCK, b"\0")) for which in (_NETWORK, _APPLICATION)
        )
        return SessionKeys(network, application)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """NwkSKey, of every MIC and of port 0, and AppSKey, of the other ports; shown nowhere."""

    network: bytes = field(repr=False)
    application: bytes = field(repr=False)

    def of_port(self, port: int) -> bytes:
        """The key that a payload of a port is encrypted by."""
        return self.application if port else self.network


def _encrypted_block(key: bytes, data: bytes) -> bytes:
    return Cipher(AES128(key), modes.ECB()).encryptor().update(data)


def _cmac(key: bytes, data: bytes) -> bytes:
    made = CMAC(AES128(key))
    made.update(data)
    return made.finalize()[:MIC_BYTES]


def _block(first: int, last: int, *, up: bool, dev_addr: int, counter: int) -> bytes:
    direction = _UP if up else _DOWN
    return (
        bytes((first, 0, 0, 0, 0, direction))
        + dev_addr.to_bytes(4, "little")
        + counter.to_bytes(4, "little")
        + bytes((0, last))
    )


def data_mic(key: bytes, frame: bytes, *, up: bool, dev_addr: int, counter: int) -> bytes:
    """The MIC of a data frame (§4.4).

    Args:
        key: NwkSKey.
        frame: MHDR to the end of FRMPayload.
        up: whether the device sends it.
        dev_addr: DevAddr.
        counter: all its 32 bits, of which the frame holds the lower half.
    """
    return _cmac(key, _block(0x49, len(frame), up=up, dev_addr=dev_addr, counter=counter) + frame)


def join_mic(key: bytes, frame: bytes) -> bytes:
    """The MIC of a join request, or of the plain fields of a join accept, MHDR before them (§6.2.4, §6.2.5)."""
    return _cmac(key, frame)


def encrypted(key: bytes, payload: bytes, *, up: bool, dev_addr: int, counter: int) -> bytes:
    """A payload encrypted, or an encrypted one as it was (§4.3.3): AES in counter mode, from block 1 on."""
    first = _block(0x01, 1, up=up, dev_addr=dev_addr, counter=counter)
    return Cipher(AES128(key), modes.CTR(first)).encryptor().update(payload)


def sealed(key: bytes, plain: bytes) -> bytes:
    """Fields and MIC of a join accept as they are sent: 16 or 32 bytes, by AES decryption (§6.2.5)."""
    return Cipher(AES128(key), modes.ECB()).decryptor().update(plain)


def opened(key: bytes, data: bytes) -> bytes:
    """The reverse of ``sealed``."""
    return _encrypted_block(key, data)
