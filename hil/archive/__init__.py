# SPDX-License-Identifier: Apache-2.0
"""The archive of a run: its files with their hashes and a signature, in one container that hides nothing."""
