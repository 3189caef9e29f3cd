# SPDX-License-Identifier: Apache-2.0
"""The public set of a panel: pseudonyms, groups of enough homes, its own check and the attempt on it."""
