# SPDX-License-Identifier: Apache-2.0
"""What participants look at: the layout of their data, and a dashboard on it."""
