# SPDX-License-Identifier: Apache-2.0
"""A signal to a generator: what does not fit is told before anything is sent, and no failure leaves an output on."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from xky.protocol import BenchError, InputError

from .makes import make_named, make_names, shipped
from .roles.generator import Family, Model, WaveformRecord
from .visa import check_pyvisa, first_line, no_instrument, resource_manager

if TYPE_CHECKING:
    from pyvisa.resources import MessageBasedResource

    from xky.emulator.carrier import Samples

__all__ = ["SOURCE_OHM", "Playing", "check_instruments", "family_names", "longest_record", "switch_off", "upload"]

SOURCE_OHM = 220.0  # the output's 50 Ω and 170 Ω in series, inside all limits of a meter's output (54E §5.3.2)

_OPEN_PEAK_V = 10.0  # 10 V peak to peak into 50 Ω is twice that on an open output
_QUIET_V = 0.001
_ANSWER_S = 5.0
_LOAD_S = 60.0  # a generator takes its time for a million points
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Playing:
    """What a generator plays now.

    Attributes:
        name: maker and model, as it says itself.
        points: in its memory.
        peak_v: of its open output.
        repeats_s: when it begins anew.
    """

    name: str
    points: int
    peak_v: float
    repeats_s: float


def family_names() -> tuple[str, ...]:
    """What speaks to a family: files of ``makes/generator``, and entry points ``xky.instruments`` of packages outside.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    return make_names("generator")


def longest_record(family: str) -> int:
    """Points that the largest generator of a family holds.

    Raises:
        InputError: the family is unknown.
    """
    return max(model.points for model in _family(family).MODELS)


def check_instruments() -> None:
    """Complain now if there is no PyVISA.

    Raises:
        InputError: it is not installed.
    """
    check_pyvisa()


def upload(
    resource: str,
    family: str,
    samples: "Samples",
    rate_hz: int,
    *,
    load_ohm: float | None = None,
    answer_s: float = _ANSWER_S,
    load_s: float = _LOAD_S,
) -> Playing:
    """Play samples over and over on the first output of a generator.

    Args:
        resource: a VISA resource, as ``TCPIP::192.168.1.5::INSTR``.
        family: one of ``family_names()``.
        samples: volts, of the open output, or of ``load_ohm``.
        rate_hz: samples a second.
        load_ohm: what the output feeds through 170 Ω in series; the volts are then those that stand there.
        answer_s: how long an answer may take.
        load_s: the same for one behind a waveform.

    Raises:
        InputError: the generator is another, or the samples do not fit it; nothing was sent then.
        BenchError: it does not answer, or did not take the samples; its output is off then.
    """
    import numpy as np

    spoken = _family(family)
    peak_v = float(np.abs(samples).max(initial=0.0))
    if peak_v < _QUIET_V:
        raise InputError("upload: the signal is silent all over; give at least one character")
    record = WaveformRecord(
        (samples / np.float32(peak_v)).astype(np.float32),
        rate_hz,
        peak_v if load_ohm is None else peak_v * (1 + SOURCE_OHM / load_ohm),
    )
    with _session(resource, answer_s) as session:
        name = session.query("*IDN?").strip()
        _check(resource, _model(resource, name, family), spoken, record)
        try:
            spoken.switch_off(session)
            session.timeout = load_s * 1000
            spoken.load(session, record)
            spoken.switch_on(session)
        except BaseException:
            with suppress(Exception):  # the failure that led here is what counts
                spoken.switch_off(session)
            raise
    return Playing(" ".join(_parts(name)), len(samples), record.peak_v, len(samples) / rate_hz)


def switch_off(resource: str, family: str, *, answer_s: float = _ANSWER_S) -> None:
    """Take the signal off the first output of a generator.

    Raises:
        InputError: the family is unknown, or the generator is another.
        BenchError: it does not answer.
    """
    with _session(resource, answer_s) as session:
        _check_maker(resource, session.query("*IDN?"), family)
        _family(family).switch_off(session)


def _family(name: str) -> Family:
    return cast(Family, make_named("generator", name))


def _makes(family: str, maker: str) -> bool:
    """Whether generators of a maker are of a family."""
    return any(known in maker.lower() for known in _family(family).MAKERS)


@contextmanager
def _session(resource: str, answer_s: float) -> Iterator["MessageBasedResource"]:
    """A generator that listens; whatever PyVISA says is told with the resource's name."""
    check_instruments()
    import pyvisa

    try:
        session = resource_manager().open_resource(resource)
    except Exception as error:  # its back ends raise what the operating system does, and their own
        if getattr(error, "error_code", None) == pyvisa.constants.StatusCode.error_invalid_resource_name:
            raise no_instrument(resource) from None
        raise BenchError(
            f"{resource}: cannot be opened ({first_line(error)}); is it on, and the name right?"
        ) from error
    with session:
        if not isinstance(session, pyvisa.resources.MessageBasedResource):
            raise no_instrument(resource)
        session.write_termination = session.read_termination = "\n"
        session.timeout, session.chunk_size = answer_s * 1000, _CHUNK
        try:
            yield session
        except (pyvisa.errors.Error, OSError, UnicodeDecodeError) as error:
            raise BenchError(
                f"{resource}: does not answer ({first_line(error)}); is it a generator, and free?"
            ) from error


def _parts(name: str) -> tuple[str, str]:
    """Maker and model in an answer to ``*IDN?``; number and version come behind."""
    maker, model, *_ = (*(part.strip() for part in name.split(",")), "", "")
    return maker, model


def _check_maker(resource: str, name: str, family: str) -> None:
    maker, model = _parts(name)
    if not _makes(family, maker):
        others = [other for other in sorted(shipped("generator")) if _makes(other, maker)]
        mend = f"give --family {others[0]}" if others else f"expected one of {', '.join(family_names())}"
        raise InputError(f"{resource}: is a {maker or 'nameless thing'} {model}".rstrip() + f", no {family}; {mend}")


def _model(resource: str, name: str, family: str) -> Model:
    """Which one of the family it is."""
    _check_maker(resource, name, family)
    model = _parts(name)[1]
    for known in _family(family).MODELS:
        if model.upper().startswith(known.prefix):
            return known
    prefixes = ", ".join(known.prefix for known in _family(family).MODELS)
    raise InputError(f"{resource}: {model}: this generator is not known; expected one that begins with {prefixes}")


def _check(resource: str, model: Model, family: Family, record: WaveformRecord) -> None:
    points, rate_hz = len(record.shape), record.rate_hz
    if points > model.points:
        longest_s = model.points / rate_hz
        raise InputError(
            f"{resource}: {points} points, but a {model.prefix}… holds {model.points} ({longest_s:.2f} s of it); "
            "give fewer frames, or fewer samples a second (--rate-hz)"
        )
    if points < family.POINTS_MIN:
        raise InputError(f"{resource}: {points} points; expected {family.POINTS_MIN} at least: give more frames")
    if family.EVEN and points % 2:
        raise InputError(f"{resource}: {points} points; expected an even number: add a sample")
    if rate_hz > model.rate_max_hz:
        raise InputError(f"{resource}: {rate_hz} samples a second; expected {model.rate_max_hz:.0f} at most")
    if record.peak_v > _OPEN_PEAK_V:
        raise InputError(
            f"{resource}: {record.peak_v:.2f} V peak at the open output; expected {_OPEN_PEAK_V:g} at most: lower the "
            "amplitude"
        )
