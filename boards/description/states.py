# SPDX-License-Identifier: Apache-2.0
"""The states of a device by name: loads in ``[power.loads]``, in the order in which a wake comes to them."""

__all__ = ["BOOT", "JOINING", "LISTEN", "OFF", "PUBLISHING", "PUBLISHING_BY_LORA", "RUN", "SLEEP"]

BOOT = "boot"
JOINING = ("associate", "address", "connect")  # from the radio's start until the network takes messages
LISTEN = "listen"
PUBLISHING = "publish"
PUBLISHING_BY_LORA = ("transmit", "windows")  # in its place, with ``[power.lora]``
SLEEP = "sleep"
RUN = "run"  # the only one of a device that never sleeps
OFF = "off"  # held in reset, or without a rail: no load of the file
