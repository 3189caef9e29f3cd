# SPDX-License-Identifier: Apache-2.0
"""What a page may do in a browser: run and load what its own server sends, and nothing else.

No inline script, no inline style, no ``eval``: what a device says could not become a program even where it were taken
for markup by mistake.
"""

__all__ = ["PAGE_POLICY"]

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The header ``Content-Security-Policy`` of every page."""
