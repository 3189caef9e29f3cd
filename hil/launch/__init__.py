# SPDX-License-Identifier: Apache-2.0
"""Ways to make programs that insist on their port settings run on a bench, and to hear what they ask for.

``shim`` is preloaded into a program that opens a pseudo-terminal; ``python -m xky.hil.launch`` starts a Python
program that opens a path and lets it open a URL. Light: the launcher runs in the program's own process.
"""
