# SPDX-License-Identifier: Apache-2.0
"""What a person writes of a board: its file, its power train part by part, its wake; what follows from that."""
