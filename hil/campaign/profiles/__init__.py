# SPDX-License-Identifier: Apache-2.0
"""Profiles of a run: one file each, the tests of somebody's label, found by listing this folder."""

from .profile import Profile, ProfileTest, profile_named, profile_names

__all__ = ["Profile", "ProfileTest", "profile_named", "profile_names"]
