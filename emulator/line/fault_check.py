# SPDX-License-Identifier: Apache-2.0
"""Whether a fault can befall what a meter sends: one on a group that never comes tests nothing.

The one check of all ways in: Python (``Transmitter.faults``), scenarios, HTTP, the fixture of pytest.
"""

from random import Random

from xky.protocol import LABELS, InputError, Mode, encode_group, frame_labels
from xky.protocol.mode import ETX, STX

from ..faults import Fault, befalls, require_mode, with_faults
from ..meter import Linky
from ..meter.frame_composer import PILOT_LABELS
from ..truth.piece import Expect, Piece

__all__ = ["check_fault", "tried"]

_OF_AN_OPTION = {"PEJP": "EJP", "DEMAIN": "BBR"}  # historic labels of one tariff option (54E §6.1.1)
_INDEXES = {
    label.name for label in LABELS[Mode.HISTORIC].values() if (label.condition or "").startswith("tariff option")
}


def check_fault(fault: Fault, meter: Linky) -> None:
    """Complain of a fault on a group that this meter does not have; one that is not sent now may come.

    Raises:
        InputError: so it is; the text says what it sends.
    """
    label = befalls(fault)
    if label is None or label in _possible(meter):
        return
    shown = f"this meter sends {', '.join(group.label for group in _twin(meter).groups())}"
    require_mode(fault, meter.mode, shown)
    raise InputError(f"{fault.name}: this meter never sends {label!r}; {shown}")


def tried(fault: Fault, meter: Linky) -> bool:
    """Whether it would change a frame that begins now; a fault that cannot work must not end the run later.

    Raises:
        InputError: it cannot be applied to what this meter sends.
    """
    check_fault(fault, meter)
    groups = [Piece(encode_group(group, meter.mode), group, Expect.MUST) for group in _twin(meter).groups()]
    pieces = [Piece(STX), *groups, Piece(ETX)]
    try:
        return with_faults(pieces, (fault,), meter.mode, Random(0)) != pieces
    except Exception as error:  # of any fault there may ever be; the bench goes on
        raise InputError(
            f"{fault.name}: cannot be applied to a frame of this meter ({error}); change its keys"
        ) from None


def _twin(meter: Linky) -> Linky:
    """Another one that is as it is, whose ultra-short message may be sent for a trial."""
    twin = Linky()
    twin.restore(meter.snapshot())
    return twin


def _possible(meter: Linky) -> set[str]:
    """The labels that it sends now or may come to send, as long as nobody gives it another mode or contract."""
    mode, phases, contract = meter.mode, meter.phases, meter.contract
    producer = meter.producer and mode is Mode.STANDARD
    names = {
        label.name
        for short in ((False, True) if mode is Mode.HISTORIC and phases > 1 else (False,))
        for label in frame_labels(mode, phases, producer=producer, short=short)
    }
    if mode is Mode.HISTORIC:
        mine = {label for label, option in _OF_AN_OPTION.items() if contract.optarif.startswith(option)}
        names -= (_INDEXES | _OF_AN_OPTION.keys()) - mine - contract.index_labels.keys()
    names -= _hidden(meter)
    return {PILOT_LABELS.get(name, name) for name in names} if meter.quirks.pilot_labels else names


def _hidden(meter: Linky) -> set[str]:
    """Labels that one of its quirks leaves out."""
    quirks = meter.quirks
    hidden = {"HHPHC"} if quirks.no_hhphc else set()
    if quirks.no_injection_curve:
        hidden |= {"CCAIN", "CCAIN-1"}
    if quirks.no_adir or quirks.no_short_frames:
        hidden |= {"ADIR1", "ADIR2", "ADIR3"}
    return hidden
