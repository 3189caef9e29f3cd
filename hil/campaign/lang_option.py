# SPDX-License-Identifier: Apache-2.0
"""``--lang``: the language of what is printed for people."""

from typing import Annotated

import typer

__all__ = ["LangOption"]

LangOption = Annotated[str, typer.Option(metavar="en|fr", help="Language of what is printed.")]
