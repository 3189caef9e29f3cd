# SPDX-License-Identifier: Apache-2.0
"""The exports of a real panel: of its database, as they come, and of the distributor; nobody told what was due."""
