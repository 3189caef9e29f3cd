# SPDX-License-Identifier: Apache-2.0
"""A measured curve as files: what ``xky power fit`` reads, and the prediction beside it."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from .measurement import CurveRow

__all__ = ["CURVE", "PREDICTION", "write_curve"]

CURVE, PREDICTION = "curve.csv", "prediction.csv"


def write_curve(folder: Path, curve: Sequence[CurveRow]) -> None:
    """Both files; of readings at the same instant the last stays, since behind it is what was switched then."""
    rows = [row for row, after in zip(curve, [*curve[1:], None], strict=True) if after is None or after.at_s > row.at_s]
    _write(
        folder / CURVE, ("time (s)", "voltage (V)", "load (A)", "supply"),
        [(f"{row.at_s:.6f}", f"{row.voltage_v:.6f}", f"{row.load_a:.9f}", str(int(row.fed))) for row in rows],
    )  # fmt: skip
    _write(
        folder / PREDICTION,
        ("time (s)", "time ± (s)", "measured (V)", "measured ± (V)", "predicted (V)", "measured less predicted (V)"),
        [(f"{row.at_s:.6f}", f"{row.unsure_s:.6f}", f"{row.voltage_v:.6f}", f"{row.error_v:.6f}",
          f"{row.predicted_v:.6f}", f"{row.voltage_v - row.predicted_v:.6f}") for row in rows],
    )  # fmt: skip


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
