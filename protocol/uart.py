# SPDX-License-Identifier: Apache-2.0
"""What travels on a line, and what a UART makes of it.

The line is idle high; a character is a start bit (low), seven data bits LSB first, even parity and a
stop bit (high). A receiver waits for a falling edge, then samples the middle of each of its own bits,
up to its first stop bit. That is done bit by bit only where it can matter: once a start edge is that
of a true character and the receiver's clock is near enough, samples fall into the very bits that were
sent, so whole runs are copied through a table. The table itself is made by the bit-true receiver.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter

from .character_levels import TEXTS, CharacterDefect, Parity, character_of
from .errors import InputError
from .mode import CHARACTER_BITS, DATA_BITS
from .quick import quick

__all__ = ["Burst", "CharacterDefect", "Received", "Reception", "Uart", "handed_over", "levels", "received"]

_RATIO_MIN, _RATIO_MAX = 0.955, 1.045  # receiver's bit over sender's: ten samples fall into the ten bits sent
_SPOILT = 0x80
_WINDOW_CHARACTERS = 8
_FOUND_CHARACTERS = 16  # within so many, most who wake among characters find the beginning of one
_IDLE = "1"
_AS_NUMBERS = bytes.maketrans(b"01", bytes((0, 1)))
_FALLS = "10"
_ROUNDING_BITS = 1e-6  # a receiver enabled, or sampling, right at an edge sees what is behind it


@quick
@dataclass(frozen=True, slots=True)
class Burst:
    """Characters sent back to back.

    Attributes:
        start_s: time of the first start bit, in seconds on the bench's clock.
        character_s: duration of one character, in seconds (10 bits of 7E1).
        data: the 7-bit characters, parity not included.
        defects: index of a character to what is wrong with it; sparse.

    Raises:
        InputError: characters that last no time: nobody could send them, nor divide by that.
    """

    start_s: float
    character_s: float
    data: bytes
    defects: Mapping[int, CharacterDefect] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.character_s > 0:
            raise InputError(f"Burst: character_s = {self.character_s!r}: a character lasts longer than 0 seconds")

    @property
    def end_s(self) -> float:
        """End of the last stop bit."""
        return self.start_s + len(self.data) * self.character_s

    def end_of(self, index: int) -> float:
        """End of the stop bit of the character at ``index``."""
        return self.start_s + (index + 1) * self.character_s


@dataclass(frozen=True, slots=True)
class Uart:
    """Settings of a receiver.

    Attributes:
        baud: its own idea of the bits per second.
        data_bits: 5 to 8.
        parity: ``"E"``, ``"O"``, ``"N"``, or ``"M"`` and ``"S"``: a bit that is always 1, always 0.
        stop_bits: 1 or 2; like real ones, a receiver looks at the first only.

    >>> Uart(9600).bits, Uart(1200, 8, "N").bits
    (10, 10)
    """

    baud: float
    data_bits: int = 7
    parity: Parity = "E"
    stop_bits: int = 1
    bits: int = field(init=False, repr=False, compare=False)
    """Bits that it samples of a character: start, data, parity if any, first stop bit."""

    def __post_init__(self) -> None:
        if not (self.baud > 0 and self.data_bits in (5, 6, 7, 8) and self.parity in ("E", "O", "N", "M", "S")
                and self.stop_bits in (1, 2)):  # fmt: skip
            raise InputError(
                f"UART {self.baud} {self.data_bits}{self.parity}{self.stop_bits}: "
                "expected a baud rate over 0, 5 to 8 data bits, parity E, O, N, M or S, 1 or 2 stop bits"
            )
        object.__setattr__(self, "bits", 2 + self.data_bits + (self.parity != "N"))


@quick
@dataclass(frozen=True, slots=True)
class Received:
    """One character as a UART hands it over at ``end_s``, in the middle of its stop bit.

    A character with both errors counts as framing: the parity of what is no character says nothing.
    """

    code: int
    end_s: float
    error: CharacterDefect | None = None


@quick
@dataclass(frozen=True, slots=True)
class Reception:
    """All that a UART received of one burst; iterating gives each character.

    Attributes:
        data: the codes; with 8N1 on a 7E1 line the parity bit shows in bit 7.
        errors: index into ``data`` to what the UART complained of; sparse.
        runs: (index, ``end_s``) of the first character of each evenly spaced run.
        character_s: distance of the characters in a run.
    """

    data: bytes
    errors: Mapping[int, CharacterDefect]
    runs: tuple[tuple[int, float], ...]
    character_s: float

    @property
    def handed_over(self) -> bytes:
        """The codes with bit 7 set where the UART complains.

        So a driver hands them over that looks at parity and stop bits, as that of a simulated board does: a receiver
        then refuses the group, the better one of the two right ways. What a program reads of a serial port has no
        such mark, unless it asks for one: that is ``data``.
        """
        if not self.errors:
            return self.data
        spoilt = bytearray(self.data)
        for index in self.errors:
            spoilt[index] |= _SPOILT
        return bytes(spoilt)

    def end_of(self, index: int) -> float:
        """Time at which the UART has the character at ``index``."""
        first, end_s = self.runs[bisect_right(self.runs, (index, math.inf)) - 1]
        return end_s + (index - first) * self.character_s

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Received]:
        for index, code in enumerate(self.data):
            yield Received(code, self.end_of(index), self.errors.get(index))


def levels(burst: Burst) -> bytes:
    """The line of a burst bit by bit, first bit first: 0 or 1 in each byte.

    >>> levels(Burst(0.0, 10 / 9600, b"A")).hex(" ")
    '00 01 00 00 00 00 00 01 00 01'
    """
    return _text_of(burst).encode().translate(_AS_NUMBERS)


def received(burst: Burst, uart: Uart, awake_s: float | None = None) -> Reception:
    """What ``uart`` receives of ``burst``, heard alone.

    Args:
        burst: what is on the line; idle before and after.
        uart: settings of the receiver.
        awake_s: time from which the receiver listens; None, or before the burst, hears all of it.

    >>> received(Burst(0.0, 10 / 9600, b"AB"), Uart(9600, 8, "N")).data
    b'AB'
    >>> received(Burst(0.0, 10 / 9600, b"C"), Uart(9600, 8, "N")).data
    b'\\xc3'
    """
    return _receive(burst, uart, awake_s, copy_runs=True)


def handed_over(burst: Burst, uart: Uart, awake_s: float | None = None) -> bytes:
    """``Reception.handed_over`` of ``received``, for who asks for nothing else; arguments as there."""
    if _comes_as_sent(burst, uart, awake_s):
        return burst.data
    if awake_s is not None and not burst.defects:
        data = _from_inside(burst, uart, awake_s)
        if data is not None:
            return data
    return received(burst, uart, awake_s).handed_over


def _from_inside(burst: Burst, uart: Uart, awake_s: float) -> bytes | None:
    """What is handed over of true characters to who wakes among them, as ``_receive`` has it.

    Most find the first bit of a character soon, and have what is left as it was sent. None where this one does not, or
    samples otherwise.
    """
    ratio = _ratio(burst, uart)
    codes, bad = _table(uart.data_bits, uart.parity, None)
    if bad or not (_is_one_for_one(uart) and _RATIO_MIN < ratio < _RATIO_MAX):
        return None
    position = (awake_s - burst.start_s) / (burst.character_s / CHARACTER_BITS) - _ROUNDING_BITS
    first = math.ceil(position) - 1
    if first < 0:
        return None
    at = first % CHARACTER_BITS
    first //= CHARACTER_BITS
    bits, data_bits, parity, last_sample = uart.bits, uart.data_bits, uart.parity, (uart.bits - 0.5) * ratio
    sound = TEXTS[None]
    text = "".join([sound[code & 0x7F] for code in burst.data[first : first + _FOUND_CHARACTERS]])
    data = bytearray()
    while (edge := text.find(_FALLS, at) + 1) and edge + bits <= len(text):
        if not edge % CHARACTER_BITS:
            return bytes(data + burst.data[first + edge // CHARACTER_BITS :].translate(codes))
        code, error = character_of(text[edge : edge + bits], data_bits, parity)
        data.append(code if error is None else code | _SPOILT)
        at = math.ceil(edge + last_sample) - 1
    return None


def _comes_as_sent(burst: Burst, uart: Uart, awake_s: float | None) -> bool:
    """True characters after an idle line, and a receiver set as they are: each bit is sampled where it was sent."""
    if burst.defects or uart.data_bits != DATA_BITS or uart.parity != "E":
        return False
    heard_whole = awake_s is None or awake_s <= burst.start_s
    return heard_whole and _RATIO_MIN < _ratio(burst, uart) < _RATIO_MAX


def _ratio(burst: Burst, uart: Uart) -> float:
    """The receiver's bit over the sender's."""
    return 1 / (uart.baud * (burst.character_s / CHARACTER_BITS))


def _receive(burst: Burst, uart: Uart, awake_s: float | None, *, copy_runs: bool) -> Reception:
    """The receiver; without ``copy_runs`` it is the plain bit-true one, the judge of the other.

    Positions are counted in bits of the sender since the start of the burst.
    """
    sent_bit_s = burst.character_s / CHARACTER_BITS
    ratio = _ratio(burst, uart)
    last_sample = (uart.bits - 0.5) * ratio
    if copy_runs and burst.data and _comes_as_sent(burst, uart, awake_s):
        return Reception(burst.data, {}, ((0, burst.start_s + last_sample * sent_bit_s),), burst.character_s)
    position = 0.0 if awake_s is None else max(0.0, (awake_s - burst.start_s) / sent_bit_s - _ROUNDING_BITS)
    if not (copy_runs and _is_one_for_one(uart) and _RATIO_MIN < ratio < _RATIO_MAX):
        return _sampled(burst, uart, ratio, position)
    data = bytearray()
    errors: dict[int, CharacterDefect] = {}
    runs: list[tuple[int, float]] = []
    line = _Levels(burst)
    while (edge := line.falling_edge(position)) is not None:
        runs.append((len(data), burst.start_s + (edge + last_sample) * sent_bit_s))
        if edge % CHARACTER_BITS == 0:
            last = _copy_run(burst, edge // CHARACTER_BITS, uart, data, errors)
            position = last * CHARACTER_BITS + last_sample
            continue
        # each sample falls into the bit of its number
        code, error = character_of(line.text(edge, uart.bits), uart.data_bits, uart.parity)
        if error is not None:
            errors[len(data)] = error
        data.append(code)
        position = edge + last_sample
    return Reception(bytes(data), errors, tuple(runs), burst.character_s)


def _sampled(burst: Burst, uart: Uart, ratio: float, position: float) -> Reception:
    """The same at any ratio of the receiver's bit to the sender's, from a position on: each bit is looked up."""
    sent_bit_s = burst.character_s / CHARACTER_BITS
    samples = [(k + 0.5) * ratio for k in range(uart.bits)]
    last_sample = samples[-1]
    behind = len(burst.data) * CHARACTER_BITS + 1
    places = [min(int(sample + _ROUNDING_BITS) + 1, behind) for sample in samples]
    sampled, span = itemgetter(*places), places[-1] + 1
    line = f"{_IDLE}{_text_of(burst)}{_IDLE * span}"  # a bit before the burst, and enough behind it
    data = bytearray()
    errors: dict[int, CharacterDefect] = {}
    runs: list[tuple[int, float]] = []
    while (edge := line.find(_FALLS, math.ceil(position))) >= 0:
        levels = sampled(line[edge : edge + span])
        if levels[0] == _IDLE:  # a pulse shorter than half a bit is no start bit
            position = edge + samples[0]
            continue
        runs.append((len(data), burst.start_s + (edge + last_sample) * sent_bit_s))
        code, error = character_of("".join(levels), uart.data_bits, uart.parity)
        if error is not None:
            errors[len(data)] = error
        data.append(code)
        position = edge + last_sample
    return Reception(bytes(data), errors, tuple(runs), burst.character_s)


def _text_of(burst: Burst) -> str:
    """The line of a burst, bit by bit, a figure each."""
    sound = TEXTS[None]
    if not burst.defects:
        return "".join([sound[code & 0x7F] for code in burst.data])
    return "".join([TEXTS[burst.defects.get(index)][code & 0x7F] for index, code in enumerate(burst.data)])


def _is_one_for_one(uart: Uart) -> bool:
    """Whether it takes a character for one; one that stops before the parity bit takes the rest for another."""
    return CHARACTER_BITS - 1 <= uart.bits <= CHARACTER_BITS


class _Levels:
    """The line of a burst, bit by bit.

    Made in windows of some characters: a receiver looks at bits around a wake or a defect only.
    """

    __slots__ = ("_begin", "_burst", "_end", "_window")

    def __init__(self, burst: Burst) -> None:
        self._burst = burst
        self._begin = self._end = 0
        self._window = ""

    def text(self, position: int, bits: int) -> str:
        """So many bits from there on, a figure each."""
        if not self._begin <= position <= self._end - bits:
            self._look(position)
        return self._window[position - self._begin : position - self._begin + bits]

    def falling_edge(self, position: float) -> int | None:
        """The first falling edge not before ``position``."""
        candidate = math.ceil(position)
        while candidate < len(self._burst.data) * CHARACTER_BITS:
            if not self._begin <= candidate - 1 < self._end - 1:
                self._look(candidate - 1)
            edge = self._window.find(_FALLS, candidate - 1 - self._begin)
            if edge >= 0:
                return self._begin + edge + 1
            candidate = self._end
        return None

    def _look(self, position: int) -> None:
        """Make the window that begins at the character of a position."""
        data, defects = self._burst.data, self._burst.defects
        first = position // CHARACTER_BITS  # -1 for the idle line before the burst
        codes = data[max(first, 0) : first + _WINDOW_CHARACTERS]
        if defects:
            texts = [TEXTS[defects.get(index)][code & 0x7F] for index, code in enumerate(codes, max(first, 0))]
        else:
            sound = TEXTS[None]
            texts = [sound[code & 0x7F] for code in codes]
        window = "".join(texts) if first >= 0 else _IDLE * CHARACTER_BITS + "".join(texts)
        self._window = window.ljust(_WINDOW_CHARACTERS * CHARACTER_BITS, _IDLE)
        self._begin, self._end = first * CHARACTER_BITS, (first + _WINDOW_CHARACTERS) * CHARACTER_BITS


def _copy_run(burst: Burst, first: int, uart: Uart, data: bytearray, errors: dict[int, CharacterDefect]) -> int:
    """Receive from ``first`` to the next low stop bit, which hides the next start edge, or to the end.

    Returns:
        Index of the last character taken.
    """
    if not burst.defects:
        codes, bad = _table(uart.data_bits, uart.parity, None)
        if not bad:
            data += burst.data[first:].translate(codes)
            return len(burst.data) - 1
    defects = {index: defect for index, defect in burst.defects.items() if first <= index < len(burst.data)}
    last = min((i for i, defect in defects.items() if defect is CharacterDefect.FRAMING), default=len(burst.data) - 1)
    shift = len(data) - first
    codes, bad = _table(uart.data_bits, uart.parity, None)
    run = burst.data[first : last + 1]
    data += run.translate(codes)
    if bad:
        errors.update((first + shift + i, bad[code & 0x7F]) for i, code in enumerate(run) if code & 0x7F in bad)
    for index, defect in defects.items():
        if index <= last:
            codes, bad = _table(uart.data_bits, uart.parity, defect)
            code = burst.data[index]
            data[index + shift] = codes[code]
            errors.pop(index + shift, None)
            if code & 0x7F in bad:
                errors[index + shift] = bad[code & 0x7F]
    return last


@cache
def _table(data_bits: int, parity: Parity, defect: CharacterDefect | None) -> tuple[bytes, dict[int, CharacterDefect]]:
    """What a true clock makes of each 7-bit code sent alone with ``defect``: codes, and complaints by code."""
    uart = Uart(1.0, data_bits, parity)
    defects = {} if defect is None else {0: defect}
    heard = [
        _receive(Burst(0.0, float(CHARACTER_BITS), bytes((code,)), defects), uart, None, copy_runs=False)
        for code in range(128)
    ]
    codes = bytes(reception.data[0] for reception in heard) * 2  # bit 7 is not sent
    return codes, {code: reception.errors[0] for code, reception in enumerate(heard) if 0 in reception.errors}
