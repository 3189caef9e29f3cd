# SPDX-License-Identifier: Apache-2.0
"""The public set of a panel: pseudonyms, groups of enough homes, its own check and the attempt on it."""

from .check import check_public
from .publication import Publication, publish
from .shown import document_of, print_publication

__all__ = ["Publication", "check_public", "document_of", "print_publication", "publish"]
