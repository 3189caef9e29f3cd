# SPDX-License-Identifier: Apache-2.0
"""``xky power sweep``: margins over what is varied, and the yield of a build."""
