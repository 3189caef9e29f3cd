# SPDX-License-Identifier: Apache-2.0
"""Firmware images run instruction by instruction: RV32IMAC by Unicorn, peripherals at the addresses of the board."""
