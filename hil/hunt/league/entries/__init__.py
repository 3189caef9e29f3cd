# SPDX-License-Identifier: Apache-2.0
"""The league's entries, one a file: an adapter program, with how it is installed and what it claims in its comments."""
