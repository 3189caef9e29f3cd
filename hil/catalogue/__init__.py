# SPDX-License-Identifier: Apache-2.0
"""The catalogue: every requirement of the suite, whom it concerns, which clause it comes from, what proves it"""
