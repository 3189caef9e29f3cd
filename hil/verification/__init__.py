# SPDX-License-Identifier: Apache-2.0
"""A report checked by somebody who was not there: whether it is whole, who signed it, and whether it is right."""
