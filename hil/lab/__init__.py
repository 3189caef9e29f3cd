# SPDX-License-Identifier: Apache-2.0
"""Boards of a labgrid lab: a place is taken, powered and given back, whatever ends the run."""

from .kept_place import KeptPlace
from .lab_port import LabPort

__all__ = ["KeptPlace", "LabPort"]
