# SPDX-License-Identifier: Apache-2.0
"""What a package outside adds: one of each."""
