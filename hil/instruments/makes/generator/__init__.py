# SPDX-License-Identifier: Apache-2.0
"""Makes of arbitrary waveform generators, one a file."""
