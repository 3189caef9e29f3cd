# SPDX-License-Identifier: Apache-2.0
"""Addresses replaced by keyed pseudonyms, in the bytes of a line: same length, same damage, no digit left.

What an intact group says as address (ADSC, ADCO) or delivery point (PRM) becomes a pseudonym, with the checksum
that it needs; the same key gives the same pseudonym. Whatever is no intact group (a damaged one, the half of
one, noise) may hold parts of an address, under any label or none: each digit of it becomes another, and its
checksum stays as far from the right one as it was, so that it is refused for the reason for which it was.
"""

import hmac
import re
from collections import deque
from collections.abc import Iterable, Iterator

from .capture import Run
from .checksum import checked_zone, checksum
from .errors import InputError
from .general import MAX_GROUP, GeneralDecoder
from .identity import MAKERS, Identity
from .labels import LABELS
from .lazy_frame import Fields
from .mode import Mode
from .model import Damaged

__all__ = ["KEY_MIN", "Anonymiser", "Pseudonyms", "RunAnonymiser", "anonymised"]

KEY_MIN = 16  # characters; a shorter one can be found by trying
_PERSONAL = {"ADSC", "ADCO", "PRM"}
_DIGITS, _UPPER, _LOWER = range(0x30, 0x3A), range(0x41, 0x5B), range(0x61, 0x7B)
_YEARS = range(7, 26)  # two digits: the years of make of the types that identity knows
_CHECKSUMS = range(0x20, 0x60)  # what a checksum can be
_BLOCK = 32  # numbers of one digest
_CR, _CR_PARITY = 0x0D, 0x8D  # without and with its even parity bit
_MODES = {mode.separator: mode for mode in Mode}
_LABEL = re.compile(rb"[!-~]+(?=[ \t])")
_DIGIT = re.compile(rb"[0-9\xb0-\xb9]")
_SEVEN_BITS = bytes(code & 0x7F for code in range(256))


class Pseudonyms:
    """Keyed pseudonyms.

    Args:
        key: secret; whoever has it can tell whether a pseudonym is that of a given address.

    Raises:
        InputError: the key is too short.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_MIN:
            raise InputError(f"the key has {len(key)} characters; give {KEY_MIN} at least, random ones")
        self._key = key
        self._drawn: dict[int, int] = {}  # the numbers of one block of places

    def of(self, label: str, value: str) -> str:
        """The pseudonym of what a label says.

        A meter's address stays one: a known maker, a year, the type of meter that it was, a serial number. Of
        anything else each digit and letter is another of its class.

        >>> name = Pseudonyms(b"0123456789abcdef").of("ADSC", "021861000101")
        >>> name[4:6], len(name), Identity.parse(name).maker_name in MAKERS.values()
        ('61', 12, True)
        """
        if label != "PRM" and re.fullmatch("[0-9]{12}", value):
            identity = Identity.parse(value)
            makers = [maker for maker in sorted(MAKERS) if maker != identity.maker]
            years = [year for year in _YEARS if year != identity.year]
            number = self._number(f"address {value}")
            maker, year = makers[number % len(makers)], years[number // len(makers) % len(years)]
            return str(Identity(maker, year, identity.type, int(self.other(value[6:], f"serial {value}"))))
        return self.other(value, f"{label} {value}")

    def other(self, text: str, about: str) -> str:
        """Text of which each digit and letter is another of its class."""
        numbers = self._number(about)
        out = []
        for character in text:
            code = ord(character)
            for among in (_DIGITS, _UPPER, _LOWER):
                if ord(character) in among:
                    numbers, number = divmod(numbers, len(among) - 1) if numbers else (0, 0)
                    code = _other(code, among, number)
            out.append(chr(code))
        return "".join(out)

    def draw(self, place: int) -> int:
        """A number that the key and a place give."""
        if place not in self._drawn:
            block = place - place % _BLOCK
            digest = self._digest(f"place {block}")
            self._drawn = dict(enumerate(digest[:_BLOCK], block))
        return self._drawn[place]

    def _number(self, about: str) -> int:
        return int.from_bytes(self._digest(about) + self._digest(f"{about} again"))

    def _digest(self, about: str) -> bytes:
        return hmac.digest(self._key, about.encode(), "sha256")


class _Groups(GeneralDecoder):
    """A decoder that tells each group at once, and how far the bytes are settled."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, int, Fields | Damaged]] = []  # offset, length LF to CR, what it says
        self._length = 0

    @property
    def settled(self) -> int:
        """Bytes before this offset belong to nothing that is under way."""
        return self._offset if self._group is None else self._group_offset

    def _read(self, body: bytes, length: int, end: bytes) -> None:
        self._length = length
        super()._read(body, length, end)

    def _append(self, part: Fields | Damaged) -> None:
        length = part.length if isinstance(part, Damaged) else self._length
        self.found.append((self._group_offset, length, part))
        super()._append(part)


class Anonymiser:
    """Replaces the addresses in a stream; what goes in comes out, as many bytes, at most a group later.

    What comes out does not depend on where the input was cut.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._groups = _Groups()
        self._held = b""
        self._held_at = 0  # offset of the first byte held
        self._parity = False  # the last group ended with CR and its parity bit

    def feed(self, data: bytes) -> bytes:
        """Take any bytes; return what is settled by them."""
        self._held += data
        self._groups.feed(data)
        end, settled = self._held_at + len(self._held), self._groups.settled
        return self._release(end if end - settled > MAX_GROUP else settled)  # so long a group is refused anyway

    def close(self) -> bytes:
        """The end of the stream: the rest."""
        return self._release(self._held_at + len(self._held))

    def _release(self, end: int) -> bytes:
        begin, self._groups.found, found = self._held_at, [], self._groups.found
        size = max(0, end - begin)
        data, self._held, self._held_at = self._held[:size], self._held[size:], begin + size
        out = bytearray()
        for offset, length, part in found:
            if offset < begin:
                continue  # its begin, too long for a group, is out
            out += self._spoil(data[len(out) : offset - begin], begin + len(out))
            group = data[offset - begin : offset - begin + length]
            self._parity = group[-1] == _CR_PARITY
            out += self._group(group, part, offset)
        return bytes(out + self._spoil(data[len(out) :], begin + len(out)))

    def _group(self, group: bytes, part: Fields | Damaged, offset: int) -> bytes:
        if isinstance(part, Damaged):
            return self._damaged(group, part, offset)
        label, value, _ = part
        mode = Mode.STANDARD if b"\t" in group else Mode.HISTORIC
        if label in LABELS[mode] and label not in _PERSONAL:
            return group
        body = _plain(group)[1:-1]
        value = self._pseudonyms.of(label, value) if label in _PERSONAL else self._pseudonyms.other(value, label)
        body = body[: -2 - len(value)] + value.encode() + body[-2:]
        return self._like(group, b"\n%b%c\r" % (body[:-1], checksum(checked_zone(body, mode))))

    def _damaged(self, group: bytes, part: Damaged, offset: int) -> bytes:
        """Other digits, refused for the same reason: a known label stays, and the checksum is wrong by as much."""
        body = _plain(group)[1:-1]
        label = _LABEL.match(body)
        known = label is not None and any(label[0].decode() in LABELS[mode] for mode in Mode)
        if part.length > MAX_GROUP or group[-1] & 0x7F != _CR:
            return self._spoil(group, offset)
        kept = 1 + label.end() if known and label is not None else 0
        spoilt = group[:kept] + self._spoil(group[kept:], offset + kept)
        mode = _MODES.get(body[-2:-1])
        if mode is None or body[-1] not in _CHECKSUMS:
            return spoilt
        new = _plain(spoilt)[1:-1]
        distance = body[-1] - checksum(checked_zone(body, mode))
        code = ((checksum(checked_zone(new, mode)) + distance - 0x20) & 0x3F) + 0x20
        return self._like(group, _plain(spoilt)[:-2] + bytes((code, _CR)))

    def _spoil(self, data: bytes, offset: int) -> bytes:
        """Every digit another one, drawn by its place."""
        if not _DIGIT.search(data):
            return data
        out = bytearray(_plain(data))
        for match in _DIGIT.finditer(data):
            at = match.start()
            out[at] = _other(out[at], _DIGITS, self._pseudonyms.draw(offset + at))
        return self._like(data, bytes(out))

    def _like(self, before: bytes, after: bytes) -> bytes:
        """Seven-bit characters with the bit 7 that those before had: as it was, or as parity, right or wrong."""
        if not self._parity:
            return bytes(old & 0x80 | new & 0x7F for old, new in zip(before, after, strict=True))
        return bytes(
            new & 0x7F | ((old.bit_count() + (new & 0x7F).bit_count()) & 1) << 7
            for old, new in zip(before, after, strict=True)
        )


class RunAnonymiser:
    """The runs of a capture with pseudonyms for addresses, each with its time and its length.

    A run comes out once the group at its end is known.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._anonymiser = Anonymiser(pseudonyms)
        self._waiting: deque[Run] = deque()
        self._ready = b""

    def feed(self, run: Run) -> list[Run]:
        """Take a run, return those that are settled."""
        self._waiting.append(run)
        self._ready += self._anonymiser.feed(run.data)
        return self._settled()

    def close(self) -> list[Run]:
        """The end of the capture: the rest."""
        self._ready += self._anonymiser.close()
        return self._settled()

    def _settled(self) -> list[Run]:
        runs = []
        while self._waiting and len(self._ready) >= (size := len(self._waiting[0].data)):
            runs.append(Run(self._waiting.popleft().end_s, self._ready[:size]))
            self._ready = self._ready[size:]
        return runs


def anonymised(runs: Iterable[Run], pseudonyms: Pseudonyms) -> Iterator[Run]:
    """The runs of a whole capture with pseudonyms for addresses."""
    anonymiser = RunAnonymiser(pseudonyms)
    for run in runs:
        yield from anonymiser.feed(run)
    yield from anonymiser.close()


def _plain(data: bytes) -> bytes:
    return data.translate(_SEVEN_BITS)


def _other(code: int, among: range, number: int) -> int:
    """Another code of the same class."""
    return among[(code - among.start + 1 + number % (len(among) - 1)) % len(among)]
