# SPDX-License-Identifier: Apache-2.0
"""The document of a page: what is there before its script runs, and all that is there where none does."""

from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from .assets import version

__all__ = ["page"]


def page(name: str, title: str) -> str:
    """The HTML of a page.

    Args:
        name: of its script, ``js/NAME/main.js``, its style, ``css/NAME.css``, and its words, ``words/NAME.json``.
        title: until the script gives one in the reader's language.
    """
    return _template().substitute(name=escape(name), title=escape(title), version=escape(version()))


@cache
def _template() -> Template:
    return Template((files("xky.hil.live") / "page.html").read_text(encoding="utf-8"))
