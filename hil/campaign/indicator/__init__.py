# SPDX-License-Identifier: Apache-2.0
"""Trials of the light "Etat Liaison Comptage": a line that is good, bad or silent, and what an eye saw meanwhile."""
