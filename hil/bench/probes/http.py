# SPDX-License-Identifier: Apache-2.0
"""``http://HOST:PORT/PAGE``: a page of the device itself, looked at again and again."""

from ...ends.end import Observer
from ...ends.http_page import HttpPage, page_address
from .mapped import MappedProbe
from .probe import ProbeContext

__all__ = ["KIND", "HttpProbe"]


class HttpProbe(MappedProbe):
    """Sees what a page says."""

    schemes = ("http",)
    virtual = False

    def __init__(self, spec: str) -> None:
        self._address = page_address(spec)
        super().__init__(self._address.shown)

    def _made_end(self, context: ProbeContext) -> Observer:
        assert context.runner is not None
        return HttpPage(context.env, context.runner, self._address)

    def close(self) -> None:
        if isinstance(self.end, HttpPage):
            self.end.close()


KIND = HttpProbe
