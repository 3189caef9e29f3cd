# SPDX-License-Identifier: Apache-2.0
"""Times as a person writes them in a TOML file: a text, or TOML's own date and time."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import BeforeValidator

__all__ = ["When"]


def _as_text(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


When = Annotated[str, BeforeValidator(_as_text)]
