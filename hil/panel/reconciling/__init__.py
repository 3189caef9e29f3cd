# SPDX-License-Identifier: Apache-2.0
"""What arrived of a panel, held against what the meters said and against the curve of the distributor."""
