# SPDX-License-Identifier: Apache-2.0
"""Meters as they stand in cellars, where they do otherwise than the specification; each habit with its source stands
in ``emulator/meter/quirks.py``."""

from xky.emulator import Linky
from xky.emulator.meter.quirks import Quirks
from xky.protocol import Mode

from ...campaign.stimulus import Stimulus
from .meters import HISTORIC, STANDARD

__all__ = ["NEWER_METER", "OLDER_METER", "PILOT_METER", "PRODUCER_WITHOUT_CURVE"]

_DRAWN_VA = 1184  # no multiple of ten


def _older(mode: Mode, seed: int, at_us: int) -> Linky:
    """Powers to 1 VA, a real maximum, no HHPHC."""
    quirks = Quirks(papp_not_rounded=True, imax_a=(43,), no_hhphc=True)
    return _drawing(Linky(mode=mode, contract="base", seed=seed + 12, at=at_us, quirks=quirks))


def _newer(mode: Mode, seed: int, at_us: int) -> Linky:
    """Maxima to 10 VA, yesterday's of six days ago, a message centred, an offer with its own name, H in May."""
    quirks = Quirks(
        smaxsn_rounded=True, smaxsn_1_days=6, msg1_centred=True, ngtf="HC SEM ET HC WE", season_letter="H"
    )  # fmt: skip
    return _drawing(Linky(mode=mode, contract="hc", seed=seed + 13, at=at_us, quirks=quirks))


def _pilot(mode: Mode, seed: int, at_us: int) -> Linky:
    """SINST1, SMAXN and SMAXN-1 in the place of the names of the specification."""
    return _drawing(Linky(mode=mode, contract="hc", seed=seed + 14, at=at_us, quirks=Quirks(pilot_labels=True)))


def _without_curve(mode: Mode, seed: int, at_us: int) -> Linky:
    """A producer that sends no CCAIN."""
    quirks = Quirks(no_injection_curve=True)
    return _drawing(Linky(mode=mode, producer=True, contract="base", seed=seed + 15, at=at_us, quirks=quirks))


def _drawing(meter: Linky) -> Linky:
    meter.load.hold(_DRAWN_VA)
    return meter


OLDER_METER = Stimulus("older meter", _older, modes=HISTORIC)
NEWER_METER = Stimulus("newer meter", _newer, modes=STANDARD)
PILOT_METER = Stimulus("pilot meter", _pilot, modes=STANDARD)
PRODUCER_WITHOUT_CURVE = Stimulus("producer without curve", _without_curve, modes=STANDARD)
