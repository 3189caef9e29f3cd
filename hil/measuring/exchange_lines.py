# SPDX-License-Identifier: Apache-2.0
"""What was said to each instrument and what it answered, as JSON lines in the order of time: evidence."""

import json
from collections.abc import Mapping
from pathlib import Path

from ..instruments import Instrument

__all__ = ["EXCHANGES", "write_exchanges"]

EXCHANGES = "instruments.jsonl"


def write_exchanges(folder: Path, instruments: Mapping[str, Instrument]) -> None:
    """One line an exchange; its times are real seconds since the first of all."""
    all_of_them = sorted(
        ((one.began_s, role, one) for role, instrument in instruments.items() for one in instrument.exchanges),
        key=lambda told: told[:2],
    )
    first_s = all_of_them[0][0] if all_of_them else 0.0
    lines = [
        json.dumps({"at_s": round(began_s - first_s, 6), "lasts_s": round(one.ended_s - began_s, 6), "role": role,
                    "sent": one.sent, "answer": one.answer}, ensure_ascii=False)
        for began_s, role, one in all_of_them
    ]  # fmt: skip
    (folder / EXCHANGES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
