# SPDX-License-Identifier: Apache-2.0
"""A server that answers whatever it is asked with the same bytes, piece by piece, and hangs up."""

import contextlib
import socket
import threading
from collections.abc import Iterator

__all__ = ["answering"]


@contextlib.contextmanager
def answering(*pieces: bytes, stays: bool = False) -> Iterator[int]:
    """The port of one on this machine, a thread.

    Args:
        pieces: sent one by one, once something came.
        stays: it does not hang up.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening, contextlib.ExitStack() as kept:

        def serve() -> None:
            with contextlib.suppress(OSError):  # closed from outside
                while True:
                    there, _ = listening.accept()
                    there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    there.recv(65_536)
                    for piece in pieces:
                        there.sendall(piece)
                    if stays:
                        kept.enter_context(there)
                    else:
                        there.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5.0)
