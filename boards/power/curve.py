# SPDX-License-Identifier: Apache-2.0
"""Curves for scalar loops: cubic Hermite pieces with exact slopes, as fine as they must be.

Plain floats in lists: a look-up costs half a microsecond, where an array library takes thirty.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from math import cos, inf, pi, sqrt

__all__ = ["HALVED_IS_FINER", "HermiteCurve", "gauss", "hermite", "least", "root"]

_DEEPEST = 48  # halvings of a piece; a double has no more
HALVED_IS_FINER = 2**4  # a cubic's error over half the width: when it is known, so are both halves
_GOLDEN = (sqrt(5) - 1) / 2
_HALVINGS = 60  # of a valley


class HermiteCurve:
    """A function of one variable, kept as pieces.

    Args:
        xs: ascending, two at least.
        ys: there.
        slopes: there.
    """

    __slots__ = ("_fine", "_function", "_halvings", "_pieces", "_slopes", "xs", "ys")

    def __init__(self, xs: Sequence[float], ys: Sequence[float], slopes: Sequence[float]) -> None:
        self.xs, self.ys, self._slopes = list(xs), list(ys), list(slopes)
        self._pieces: list[_Piece | None] = [None] * (len(self.xs) - 1)  # of those where somebody came
        self._function: Callable[[float], tuple[float, float]] | None = None  # while it grows
        self._fine = (0.0, 0.0)
        self._halvings: list[int] = []  # how often each piece may still be halved

    @classmethod
    def through(
        cls,
        function: Callable[[float], tuple[float, float]],
        knots: Sequence[float],
        tolerance: float,
        *,
        relative: float = 0.0,
    ) -> "HermiteCurve":
        """The curve of a function between its first and last knot, halved until each middle is met.

        Args:
            function: value and slope.
            knots: ascending; where the slope jumps, and the ends.
            tolerance: largest distance in the middle of a piece, about.
            relative: or so much of the value there, if that is more.
        """
        points = [(knots[0], *function(knots[0]))]
        for knot in knots[1:]:
            points += _halved(function, points[-1], (knot, *function(knot)), (tolerance, relative), _DEEPEST)
        return cls(*zip(*points, strict=True))

    @classmethod
    def growing(
        cls,
        function: Callable[[float], tuple[float, float]],
        knots: Sequence[float],
        tolerance: float,
        *,
        relative: float = 0.0,
    ) -> "HermiteCurve":
        """The same curve as ``through``, of which a piece is halved when somebody first comes there."""
        curve = cls(*zip(*((knot, *function(knot)) for knot in knots), strict=True))
        curve._function, curve._fine = function, (tolerance, relative)
        curve._halvings = [_DEEPEST] * (len(knots) - 1)
        return curve

    def go_on(self, x: float, y: float, slope: float) -> None:
        """One piece more, behind the last."""
        self.xs.append(x)
        self.ys.append(y)
        self._slopes.append(slope)
        self._pieces.append(None)

    def __call__(self, x: float) -> float:
        xs = self.xs
        k = bisect_right(xs, x, 1, len(xs) - 1)  # the end of its piece
        # as in ``hermite``: a call of its own would cost a third
        x0, width, y0, chord, a, b = self._pieces[k - 1] or self._piece(k, x)
        u = (x - x0) / width
        return y0 + u * chord + u * (1 - u) * (a * (1 - u) + b * u)

    def around(self, x: float) -> tuple[float, float, "_Piece"]:
        """Between which x it is one piece, and its numbers: for who asks again next to it."""
        xs = self.xs
        k = bisect_right(xs, x, 1, len(xs) - 1)
        piece = self._pieces[k - 1]
        if piece is None:
            piece = self._piece(k, x)
            k = bisect_right(xs, x, 1, len(xs) - 1)  # it was halved, maybe
        return -inf if k == 1 else xs[k - 1], inf if k == len(xs) - 1 else xs[k], piece

    def _piece(self, k: int, x: float) -> "_Piece":
        """The piece before ``k``, or what of it is around ``x`` when it is halved as often as it must be."""
        if self._function is not None:
            k = self._halve(self._function, k, x)
        piece = self._pieces[k - 1] = self._numbers(k)
        return piece

    def _numbers(self, k: int) -> "_Piece":
        """Those of the piece before ``k`` as it is now."""
        width, chord = self.xs[k] - self.xs[k - 1], self.ys[k] - self.ys[k - 1]
        a, b = width * self._slopes[k - 1] - chord, chord - width * self._slopes[k]
        return self.xs[k - 1], width, self.ys[k - 1], chord, a, b

    def _halve(self, function: Callable[[float], tuple[float, float]], k: int, x: float) -> int:
        halvings = self._halvings
        while halvings[k - 1]:
            left, right = ((self.xs[at], self.ys[at], self._slopes[at]) for at in (k - 1, k))
            middle, met = _middle(function, left, right, self._fine)
            for values, value in zip((self.xs, self.ys, self._slopes), middle, strict=True):
                values.insert(k, value)
            self._pieces.insert(k, None)
            halvings[k - 1] = 0 if met else halvings[k - 1] - 1
            halvings.insert(k, halvings[k - 1])
            k += x >= middle[0]
        return k

    def where(self, y: float, k: int) -> float:
        """The x in piece ``k``, in which the curve only rises or only falls, at which it has the value ``y``."""
        piece = self._pieces[k]
        if piece is None:
            piece = self._numbers(k + 1)
            if self._function is None:  # else it may still be halved
                self._pieces[k] = piece
        x0, width, y0, chord, a, b = piece
        u = (y - y0) / chord
        for _ in range(40):
            rest = 1 - u
            bend = a * rest + b * u
            value = y0 + u * (chord + rest * bend) - y
            slope = chord + (rest - u) * bend + u * rest * (b - a)
            step = value / slope
            u -= step
            if -1e-13 < step < 1e-13:
                break
        return x0 + u * width


_Point = tuple[float, float, float]
_Piece = tuple[float, float, float, float, float, float]  # x, width, y, chord, and how it bends at both ends


def _halved(
    function: Callable[[float], tuple[float, float]], left: _Point, right: _Point, fine: tuple[float, float], depth: int
) -> Iterator[_Point]:
    middle, met = _middle(function, left, right, fine)
    if met or not depth:
        yield middle
        yield right
    else:
        yield from _halved(function, left, middle, fine, depth - 1)
        yield from _halved(function, middle, right, fine, depth - 1)


def _middle(
    function: Callable[[float], tuple[float, float]], left: _Point, right: _Point, fine: tuple[float, float]
) -> tuple[_Point, bool]:
    """The middle of a piece, and whether its halves are fine enough."""
    x = 0.5 * (left[0] + right[0])
    value, slope = function(x)
    whole_is_off = abs(hermite(x, *left, *right) - value)
    return (x, value, slope), whole_is_off <= HALVED_IS_FINER * max(fine[0], fine[1] * abs(value))


def hermite(x: float, x0: float, y0: float, s0: float, x1: float, y1: float, s1: float) -> float:
    """The value of one piece between two points, each with its slope."""
    width = x1 - x0
    u = (x - x0) / width
    chord = y1 - y0
    a, b = width * s0 - chord, chord - width * s1
    return y0 + u * chord + u * (1 - u) * (a * (1 - u) + b * u)


def root(function: Callable[[float], float], low: float, high: float, *, tolerance: float = 0.0) -> float:
    """Where a continuous function that changes its sign between ``low`` and ``high`` is zero (Illinois method)."""
    at_low, at_high = function(low), function(high)
    if at_low == 0.0:
        return low
    for _ in range(200):
        if at_high == 0.0 or abs(high - low) <= max(tolerance, 4e-16 * (abs(low) + abs(high))):
            return high
        middle = high - at_high * (high - low) / (at_high - at_low)
        value = function(middle)
        if (value < 0) != (at_high < 0):
            low, at_low = high, at_high
        else:
            at_low *= 0.5
        high, at_high = middle, value
    return high


def least(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley between ``low`` and ``high`` is least."""
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    values = [function(x) for x in inner]
    for _ in range(_HALVINGS):
        if values[0] <= values[1]:
            high = inner[1]
            inner = [high - _GOLDEN * (high - low), inner[0]]
            values = [function(inner[0]), values[0]]
        else:
            low = inner[0]
            inner = [inner[1], low + _GOLDEN * (high - low)]
            values = [values[1], function(inner[1])]
    return inner[0] if values[0] <= values[1] else inner[1]


def gauss(order: int) -> tuple[tuple[float, float], ...]:
    """Nodes and weights of Gauss and Legendre on 0 to 1."""
    pairs = []
    for k in range(order):
        x = _legendre_root(order, k)
        slope = _legendre(order, x)[1]
        pairs.append(((1 - x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return tuple(pairs)


def _legendre_root(order: int, k: int) -> float:
    x = cos(pi * (k + 0.75) / (order + 0.5))
    for _ in range(20):
        value, slope = _legendre(order, x)
        before, x = x, x - value / slope
        if x == before:
            break
    return x


def _legendre(order: int, x: float) -> tuple[float, float]:
    before, value = 1.0, x
    for n in range(2, order + 1):
        before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
    return value, order * (x * value - before) / (x * x - 1)
