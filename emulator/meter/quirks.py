# SPDX-License-Identifier: Apache-2.0
"""What meters in the field do otherwise than the specification: the keys of ``[habits]`` in a meter's file.

A device that is to work in France is tried against the meters that exist, not only against the text.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from xky.protocol import InputError

__all__ = ["Quirks"]

_IMAX_MAX = 999
_DAYS_MAX = 6
_LAG_S_MAX = 1
_SEASONS = ("", "H", "E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """The quirks of one meter; by default it does what the specification says.

    Attributes:
        papp_not_rounded: historic PAPP to 1 VA (CBETM of type 30, a Linky ZIV of 2017; hallard, tic.md 8.2).
        smaxsn_rounded: SMAXSN… and SMAXIN… to 10 VA (Sagemcom of 2025; hekmon/linkytic#2, tasmota#54).
        smaxsn_1_days: how many days old SMAXSN-1 and SMAXIN-1 are: 1, or 6 (tasmota#54, GammaTroniques).
        msg1_centred: the standing message starts in the fifth column (GammaTroniques, "PRODUCTION").
        no_injection_curve: a producer sends no CCAIN (openHAB, GammaTroniques "PRODUCTION").
        ngtf: free text of the supplier in the place of the contract's name, up to 16 characters.
        pilot_labels: SINST1, SMAXN, SMAXN-1 for SINSTS, SMAXSN, SMAXSN-1 (type 67; hekmon/linkytic#41, #42).
        address_stays: a meter exchange keeps address and indexes; by default both are new (Zlinky_TIC#380).
        imax_a: historic IMAX, or IMAX1 to IMAX3, in A; empty: 90, or 60 each (54E §6.1). Captures of older
            meters have real maxima, lains' type 61 has 60, Enedis' laboratory frame 0.
        no_hhphc: historic frames without HHPHC (CBETM; Enedis' laboratory frame).
        season_letter: ``H`` or ``E`` in every horodate of the clock, whatever the season; empty: the right one
            (lains' frames around a midnight of May have H).
        no_adir: an overload of a historic three-phase meter brings short frames without ADIRx. uncertain: a display
            told of an overload and no ADIRx came (hekmon/linkytic#2); whether short frames did is not told, so there
            are both.
        no_short_frames: it goes on with long frames, which have no ADIRx; see ``no_adir``.
        current_lag_s: IINST and IRMS are measured this much before the powers beside them: 0, or 1 (pre-Linky
            meters of type 28, nokyyz: PAPP 01180 beside IINST 007 in the second after a switch).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")  # as a table of a meter's file

    papp_not_rounded: bool = False
    smaxsn_rounded: bool = False
    smaxsn_1_days: int = 1
    msg1_centred: bool = False
    no_injection_curve: bool = False
    ngtf: str = ""
    pilot_labels: bool = False
    address_stays: bool = False
    imax_a: tuple[int, ...] = ()
    no_hhphc: bool = False
    season_letter: str = ""
    no_adir: bool = False
    no_short_frames: bool = False
    current_lag_s: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.smaxsn_1_days <= _DAYS_MAX:
            raise InputError(f"smaxsn_1_days = {self.smaxsn_1_days}: write 1 to {_DAYS_MAX}")
        if len(self.imax_a) not in (0, 1, 3) or not all(0 <= amps <= _IMAX_MAX for amps in self.imax_a):
            raise InputError(f"imax_a = {list(self.imax_a)}: write one current, or three, of 0 to {_IMAX_MAX} A")
        if self.season_letter not in _SEASONS:
            raise InputError(f"season_letter = {self.season_letter!r}: write H or E")
        if len(self.ngtf) > 16 or not ((self.ngtf.isascii() and self.ngtf.isprintable()) or not self.ngtf):
            raise InputError(f"ngtf = {self.ngtf!r}: write up to 16 printable ASCII characters")
        if not 0 <= self.current_lag_s <= _LAG_S_MAX:
            raise InputError(f"current_lag_s = {self.current_lag_s}: write 0 or {_LAG_S_MAX}")
