# SPDX-License-Identifier: Apache-2.0
"""A contested purpose packed with its bytes, truth and rule, and judged again by whoever gets the pack"""
