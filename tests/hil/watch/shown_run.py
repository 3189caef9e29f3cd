# SPDX-License-Identifier: Apache-2.0
"""Runs to look at, and clients of their page."""

import asyncio
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.emulation.control.address import address_of
from xky.hil.watch.event_list import EventList
from xky.hil.watch.feed import Feed
from xky.hil.watch.live_run import LiveRun
from xky.hil.watch.watched import Watched

__all__ = ["ONLY", "Client", "certified", "events_of", "told_apart"]

URL = "http://127.0.0.1:8081"
ONLY = ("TIC-CHK-1", "TIC-LNK-1", "TIC-SND-1", "XKY-UPL-1")  # fails, passes, and one that does not concern it


def certified(folder: Path, *, watched: bool = False, **options: Any) -> LiveRun:
    """A run of a simulated reader that ignores checksums, told of while it runs if somebody watches."""
    chosen: dict[str, Any] = {"device": "sim:generic", "defect": "ignores-checksum", "only": ONLY}
    campaign = Campaign(Options(**chosen | options))
    run = LiveRun(campaign, folder)
    if not watched:
        run.end(certify(campaign, folder))
        return run
    told, is_over = EventList(run), threading.Event()

    def watch() -> None:
        while not is_over.wait(0.001):
            told.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run.end(certify(campaign, folder))
    finally:
        is_over.set()
        watcher.join()
    return run


def events_of(watched: Watched) -> list[Mapping[str, Any]]:
    """All that a page is told."""
    told = EventList(watched)
    while told.look():
        pass
    assert told.is_over
    return told.events


def told_apart(events: list[Mapping[str, Any]]) -> list[str]:
    """Events in no order, frames one by one: the same however many were told together."""
    apart: list[Mapping[str, Any]] = []
    for event in events:
        if event["kind"] != "frames":
            apart.append(event)
            continue
        rest = {name: value for name, value in event.items() if name != "frames"}
        apart += [{**rest, "first": event["first"] + place, "frame": one} for place, one in enumerate(event["frames"])]
    return sorted(json.dumps(one, sort_keys=True) for one in apart)


class Client:
    """Of the page of a run, without a socket."""

    def __init__(self, watched: Watched, *, at: str = "8081", token: str | None = None) -> None:
        from xky.hil.watch.app import make_app  # FastAPI is slow to import

        self.feed = Feed(watched)
        self._app = make_app(watched, self.feed, address_of(at, token, "--watch"))

    def get(self, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        """The answer to one request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())
