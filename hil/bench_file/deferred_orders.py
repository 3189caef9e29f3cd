# SPDX-License-Identifier: Apache-2.0
"""Orders to end that come while outputs are made safe are obeyed afterwards."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

__all__ = ["orders_deferred"]

_ORDERS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


@contextmanager
def orders_deferred() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP are heard behind the block, once; on any thread but the first they do not come."""
    if current_thread() is not main_thread():
        yield
        return
    heard: list[int] = []

    def later(number: int, frame: FrameType | None) -> None:
        heard.append(number)

    before: dict[int, Any] = {order: signal.signal(order, later) for order in _ORDERS}
    try:
        yield
    finally:
        for order, handler in before.items():
            signal.signal(order, signal.SIG_DFL if handler is None else handler)
    if heard:
        signal.raise_signal(heard[0])
