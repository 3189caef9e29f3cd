# SPDX-License-Identifier: Apache-2.0
"""The live pages: what a browser shows of a Linky, its line and its verdicts."""

from .assets import asset, version
from .event_stream import EventStream
from .page import page
from .policy import PAGE_POLICY

__all__ = ["PAGE_POLICY", "EventStream", "asset", "page", "version"]
