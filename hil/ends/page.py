# SPDX-License-Identifier: Apache-2.0
"""The page of a simulated device, served in real time, so that a bench sets it as a person does."""

from collections.abc import Callable

import simpy

from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from .end import Conversation, End

__all__ = ["PageEnd"]


class PageEnd(End):
    """Hands each request to the device. Events: ``asked`` (``method``, ``path``, ``status``), ``no_http``.

    Args:
        env: the bench's clock.
        answer: of the device that runs at that time.
    """

    name = "page"

    def __init__(self, env: simpy.Environment, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(env)
        self._answer = answer

    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        """A browser connects."""
        from .http_conversation import HttpConversation

        return HttpConversation(write, close, self._asked, lambda text: self.happened("no_http", text))

    def _asked(self, request: HttpRequest, answer: Callable[[HttpResponse], None]) -> None:
        response = self._answer(request)
        path = request.target.partition("?")[0]
        text = f"{request.method} {path}: {response.status}"
        self.happened("asked", text, method=request.method, path=path, status=response.status)
        answer(response)
