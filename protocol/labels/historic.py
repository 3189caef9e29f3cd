# SPDX-License-Identifier: Apache-2.0
"""Every label of historic mode, in an order of which each form of frame is a part (54E §6.1, 02E §2.3-2.5)."""

from .label import Kind, Label

__all__ = ["HISTORIC"]

_ONE, _THREE = frozenset({1}), frozenset({3})


def _index(name: str, option: str, content: str) -> Label:
    return Label(name, 9, Kind.NUMBER, "Wh", content, "54E §6.1.1", condition=f"tariff option {option}")


HISTORIC: tuple[Label, ...] = (
    *(
        Label(f"ADIR{n}", 3, Kind.NUMBER, "A", f"rms current of phase {n}, over its setting", "54E §6.1.2",
              phases=_THREE, short=True, condition=f"phase {n} over PREF / 200 V / 3")
        for n in (1, 2, 3)
    ),
    Label("ADCO", 12, Kind.CODE, None, "meter address (ADS)", "54E §6.1.1", short=True),
    Label("OPTARIF", 4, Kind.CODE, None, "tariff option", "54E §6.1.1"),
    Label("ISOUSC", 2, Kind.NUMBER, "A", "subscribed current: PREF / 200 V, by phase", "54E §6.1.1"),
    _index("BASE", "Base, or any new offer", "supplier index 1, or the total index"),
    _index("HCHC", "HC", "supplier index 1: off-peak hours"),
    _index("HCHP", "HC", "supplier index 2: peak hours"),
    _index("EJPHN", "EJP", "supplier index 1: normal hours"),
    _index("EJPHPM", "EJP", "supplier index 2: mobile peak hours"),
    _index("BBRHCJB", "TEMPO", "supplier index 1: off-peak, blue days"),
    _index("BBRHPJB", "TEMPO", "supplier index 2: peak, blue days"),
    _index("BBRHCJW", "TEMPO", "supplier index 3: off-peak, white days"),
    _index("BBRHPJW", "TEMPO", "supplier index 4: peak, white days"),
    _index("BBRHCJR", "TEMPO", "supplier index 5: off-peak, red days"),
    _index("BBRHPJR", "TEMPO", "supplier index 6: peak, red days"),
    Label("PEJP", 2, Kind.NUMBER, "min", "notice of a mobile peak, fixed 30", "54E §6.1.1",
          condition="option EJP, during notice and peak"),
    Label("PTEC", 4, Kind.CODE, None, "current tariff period", "54E §6.1.1"),
    Label("DEMAIN", 4, Kind.CODE, None, "colour of tomorrow", "54E §6.1.1", condition="option TEMPO"),
    Label("IINST", 3, Kind.NUMBER, "A", "rms current", "54E §6.1.1", phases=_ONE),
    *(
        Label(f"IINST{n}", 3, Kind.NUMBER, "A", f"rms current of phase {n}", "54E §6.1.2", phases=_THREE, short=True)
        for n in (1, 2, 3)
    ),
    Label("ADPS", 3, Kind.NUMBER, "A", "rms current, over the subscription", "54E §6.1.1",
          phases=_ONE, condition="IINST over PREF / 200 V"),
    Label("IMAX", 3, Kind.NUMBER, "A", "always 090 on Linky", "54E §6.1.1", phases=_ONE),
    *(
        Label(f"IMAX{n}", 3, Kind.NUMBER, "A", "always 060 on Linky", "54E §6.1.2", phases=_THREE)
        for n in (1, 2, 3)
    ),
    # The unit column of 54E §6.1.2 says W, the value is an apparent power (tic.md 8.3 no 11).
    Label("PMAX", 5, Kind.NUMBER, "W", "highest apparent power of yesterday", "54E §6.1.2", phases=_THREE),
    Label("PAPP", 5, Kind.NUMBER, "VA", "apparent power drawn, rounded to 10 VA", "54E §6.1.1"),
    Label("HHPHC", 1, Kind.CODE, None, "group of hours, always A on Linky", "54E §6.1.1"),
    Label("MOTDETAT", 6, Kind.CODE, None, "state word, always 000000 on Linky", "54E §6.1.1"),
    Label("PPOT", 2, Kind.HEX, None, "potentials: bit n set when phase n is absent", "54E §6.1.2", phases=_THREE),
)  # fmt: skip
