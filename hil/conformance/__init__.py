# SPDX-License-Identifier: Apache-2.0
"""The conformance suite: requirements, each right above its test purposes; run by pytest."""
