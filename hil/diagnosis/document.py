# SPDX-License-Identifier: Apache-2.0
"""A diagnosis as JSON, as ``diagnosis.schema.json`` has it."""

from typing import Any

from .diagnosis import Diagnosis

__all__ = ["SCHEMA", "document"]

SCHEMA = "xky-diagnosis/1"


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    """All of a diagnosis; what is not known is null."""
    line = diagnosis.line
    heard, characters, reading, damage, rate = line.heard, line.characters, line.reading, line.damage, line.rate
    longest = max(line.silences, key=lambda silence: silence.for_s, default=None)
    return {
        "schema": SCHEMA,
        "source": heard.name,
        "cause": diagnosis.cause,
        "where": str(diagnosis.where),
        "sentence": diagnosis.sentence,
        "findings": [
            {"cause": one.cause, "where": str(one.where), "sentence": one.sentence, "next": list(one.next)}
            for one in diagnosis.findings
        ],
        "notes": list(heard.notes),
        "line": {
            "mode": None if line.mode is None else str(line.mode),
            "port": heard.kind,
            "read_at_baud": heard.baud,
            "rate_baud": None if rate is None else [round(rate.low_baud, 1), round(rate.high_baud, 1)],
            "eighth_bit": None if characters.eighth is None or not heard.has_parity else str(characters.eighth),
            "lasted_s": round(heard.lasted_s, 3) if heard.is_timed else None,
            "times_known": heard.is_timed,
        },
        "counts": {
            "characters": len(characters.codes),
            "wrong_eighth_bit": len(characters.spoilt),
            "frames": len(reading.frames),
            "whole_frames": len(reading.whole),
            "groups": len(reading.groups) + len(reading.refused),
            "refused_groups": len(reading.refused),
        },
        "damage": {
            "places": damage.stretches,
            "unexplained": damage.unknown,
            "characters_with_wrong_bits": len(damage.turned),
            "by_bit": damage.by_bit,
            "by_place": dict(sorted(damage.by_place.items())),
            "to_0": damage.to_0,
            "to_1": damage.to_1,
            "characters_lost": sum(damage.lost),
            "places_with_more": damage.more,
        },
        "missing": line.missing,
        "silences": {
            "count": len(line.silences),
            "longest_s": None if longest is None else round(longest.for_s, 3),
            "longest_at_s": None if longest is None else round(longest.at_s, 3),
        },
    }  # fmt: skip
