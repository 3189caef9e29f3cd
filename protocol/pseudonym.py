# SPDX-License-Identifier: Apache-2.0
"""Addresses replaced by keyed pseudonyms, in the bytes of a line: same length, same damage, no digit left.

What an intact group says as address (ADSC, ADCO) or delivery point (PRM) becomes a pseudonym, with the checksum
that it needs; the same key and the same text give the same pseudonym.

Whatever is no intact group (a damaged one, the half of one, noise) may hold parts of an address, under any label
or none, and as characters that are no digits any more. There nothing is transformed: each character is drawn
by the key and by its place alone, so that no number of copies tells what stood there. What it was shows only
where the reason of refusal rests on it: delimiters stay, and so does what has no place in a group, as another one.
The checksum, if it was wrong, is a wrong one that is drawn too: its distance from the right one would tell bits.
"""

import hmac
import re
import string
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
from .separators import has_three_parts

__all__ = ["KEY_MIN", "Anonymiser", "Pseudonyms", "RunAnonymiser", "anonymised"]

KEY_MIN = 16  # characters; a shorter one can be found by trying
_PERSONAL = {"ADSC", "ADCO", "PRM"}
_YEARS = range(7, 26)  # two digits: the years of make of the types that identity knows
_BLOCK = 32  # bytes of one digest
_CR, _CR_PARITY = 0x0D, 0x8D  # without and with its even parity bit
_LABEL = re.compile(rb"[!-~]+(?=[ \t])")
_SEVEN_BITS = bytes(code & 0x7F for code in range(256))

_DIGITS = string.digits.encode()
_ODD_DIGITS = b"12478"  # with an odd number of bits
_PRINTABLE = bytes(range(0x20, 0x7F))
_UNSEEN = bytes({*range(0x20), 0x7F} - {*b"\x02\x03\x04\t\n\r"})  # what has no place in a group and delimits nothing
_LETTERS = b"gijklmnopqrstuvwxyz"  # of no horodate, no number, no calendar


def _kinds(printable: bytes) -> dict[int, bytes]:
    """What each character is drawn from: if it is printable, these. What is not in it stays."""
    return dict.fromkeys(_PRINTABLE, printable) | dict.fromkeys(_UNSEEN, _UNSEEN)


# A flipped bit makes some digits other characters and some not: so what a character was does not show.
_ANY, _ANY_ODD = _kinds(_DIGITS), _kinds(_ODD_DIGITS)
# If the checksum is right, the group was refused for the form of its text: this form stays.
_FORM = _kinds(_LETTERS) | dict.fromkeys(_DIGITS, _DIGITS)
for _code in b" HEhe":  # seasons of horodates
    del _FORM[_code]


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

    def of(self, label: str, value: str) -> str:
        """The pseudonym of what a label says.

        A meter's address stays one: a known maker, a year, the type of meter that it was, a serial number. Of
        anything else each character becomes a digit. They are drawn without regard to what was there, and may be
        the same by chance: pseudonyms that never are would rule out addresses.

        >>> name = Pseudonyms(b"0123456789abcdef").of("ADSC", "021861000101")
        >>> name[4:6], len(name), Identity.parse(name).maker_name in MAKERS.values()
        ('61', 12, True)
        """
        if label == "PRM" or not re.fullmatch("[0-9]{12}", value):
            return self.other(label, value)
        number = int.from_bytes(self._draw(f"address {value}", 0, _BLOCK))
        number, serial = divmod(number, 10**6)
        number, year = divmod(number, len(_YEARS))
        return str(Identity(sorted(MAKERS)[number % len(MAKERS)], _YEARS[year], Identity.parse(value).type, serial))

    def other(self, label: str, value: str) -> str:
        """As many digits as the text has characters."""
        drawn = self._draw(f"text {label} {value}", 0, len(value))
        return _drawn(value.encode(), _ANY, drawn).decode()

    def token(self, about: str, size: int) -> bytes:
        """Bytes that stand for a text, without any of its form.

        >>> Pseudonyms(b"0123456789abcdef").token("home 021861000101", 4).hex()
        '44e4057a'
        """
        return self._draw(f"token {about}", 0, size)

    def digits(self, label: str, place: int) -> str:
        """Which digit stands for 0, 1, … 9 at a place of what a label says: each for one, so that what differs still
        does.

        >>> sorted(Pseudonyms(b"0123456789abcdef").digits("EAST", 3)) == list("0123456789")
        True
        """
        drawn = self._draw(f"digits {label} {place}", 0, 4 * len(string.digits))
        return "".join(sorted(string.digits, key=lambda digit: drawn[4 * int(digit) : 4 * int(digit) + 4]))

    def draw(self, place: int, size: int) -> bytes:
        """What the key gives for each place from this one on."""
        return self._draw("place", place, size)

    def _draw(self, about: str, start: int, size: int) -> bytes:
        first, last = start // _BLOCK, (start + size - 1) // _BLOCK
        digests = (hmac.digest(self._key, f"{about} {block}".encode(), "sha256") for block in range(first, last + 1))
        begin = start - first * _BLOCK
        return b"".join(digests)[begin : begin + size]


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
            out += self._noise(data[len(out) : offset - begin], begin + len(out))
            out += self._group(data[offset - begin : offset - begin + length], part, offset)
        return bytes(out + self._noise(data[len(out) :], begin + len(out)))

    def _group(self, group: bytes, part: Fields | Damaged, offset: int) -> bytes:
        if len(group) > MAX_GROUP or group[-1] & 0x7F != _CR:
            return self._noise(group, offset)
        self._parity = group[-1] == _CR_PARITY
        if isinstance(part, Damaged):
            return self._damaged(group, offset)
        label, value, _ = part
        mode = Mode.STANDARD if b"\t" in group else Mode.HISTORIC
        if label in LABELS[mode] and label not in _PERSONAL:
            return group
        body = _plain(group)[1:-1]
        value = self._pseudonyms.of(label, value) if label in _PERSONAL else self._pseudonyms.other(label, value)
        body = body[: -2 - len(value)] + value.encode() + body[-2:]
        return self._like(group, b"\n%b%c\r" % (body[:-1], checksum(checked_zone(body, mode))))

    def _damaged(self, group: bytes, offset: int) -> bytes:
        """Refused for the same reason: a known label and the separators stay, and whether the checksum is right."""
        body = _plain(group)[1:-1]
        mode = Mode.STANDARD if b"\t" in body else Mode.HISTORIC
        first = body.find(mode.separator)
        checked = has_three_parts(body, mode) and body[-1] in _PRINTABLE
        right = checked and body[-1] == checksum(checked_zone(body, mode))
        bit_7 = self._bit_7_of_odd(group)
        kinds = _ANY_ODD if bit_7 is not None else _FORM if right else _ANY
        stays = {at for at, code in enumerate(body) if code not in kinds}
        label = _LABEL.match(body)
        if label is not None and any(label[0].decode() in LABELS[each] for each in Mode):
            stays.update(range(label.end()))
        if mode is Mode.HISTORIC:
            stays |= {first, len(body) - 2} if checked else {first}
        numbers = self._pseudonyms.draw(offset + 1, len(body))
        drawn = _drawn(body, kinds, numbers)
        new = bytearray(body[at] if at in stays else code for at, code in enumerate(drawn))
        if checked:
            wrong_by = 0 if right else 1 + numbers[-1] % 63
            new[-1] = (checksum(checked_zone(bytes(new), mode)) - 0x20 + wrong_by) % 64 + 0x20
        out = bytearray(self._like(group, b"\n%b\r" % bytes(new)))
        if bit_7 is not None:
            for at in set(range(len(body))) - stays:
                out[1 + at] = new[at] | bit_7
        return bytes(out)

    def _bit_7_of_odd(self, group: bytes) -> int | None:
        """The bit 7 that the odd characters of a group have, if its CR says otherwise: then it is CR that was hit.

        Kept where it was, or as wrong parity, it would tell which digits were odd.
        """
        odd = [code for code in group[:-1] if (code & 0x7F).bit_count() % 2]
        with_bit = sum(code > 0x7F for code in odd)
        if 2 * with_bit == len(odd) or (2 * with_bit > len(odd)) == self._parity:
            return None
        return 0 if self._parity else 0x80

    def _noise(self, data: bytes, offset: int) -> bytes:
        """What is in no whole group: all of it drawn but delimiters, bit 7 too."""
        plain = _plain(data)
        new = _drawn(plain, _ANY, self._pseudonyms.draw(offset, len(data)))
        return bytes(
            before if code not in _ANY else after | (after.bit_count() & 1) << 7 if self._parity else after
            for before, code, after in zip(data, plain, new, strict=True)
        )

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


def _drawn(text: bytes, kinds: dict[int, bytes], numbers: bytes) -> bytes:
    """For each character one of its kind, by its number; what has no kind stays."""
    return bytes(
        kinds[code][number % len(kinds[code])] if code in kinds else code
        for code, number in zip(text, numbers, strict=True)
    )
