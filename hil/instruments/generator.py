# SPDX-License-Identifier: Apache-2.0
"""The interface of a family of generators, where packages outside look for it; it lives with the other roles."""

from .roles.generator import Family, Model, WaveformRecord, check_no_error

__all__ = ["Family", "Model", "WaveformRecord", "check_no_error"]
