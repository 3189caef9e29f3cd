# SPDX-License-Identifier: Apache-2.0
"""Makes of oscilloscopes, one a file."""
