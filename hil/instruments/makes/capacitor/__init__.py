# SPDX-License-Identifier: Apache-2.0
"""Makes of voltmeters, one a file."""
