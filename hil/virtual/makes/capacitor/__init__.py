# SPDX-License-Identifier: Apache-2.0
"""Virtual voltmeters, one make a file."""
