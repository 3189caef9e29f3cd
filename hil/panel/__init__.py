# SPDX-License-Identifier: Apache-2.0
"""The panel: homes with their meters and gateways, from the line to the data set that others can use."""
