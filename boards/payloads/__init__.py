# SPDX-License-Identifier: Apache-2.0
"""What each firmware makes of the groups of a frame, down to topic and text: pure functions."""
