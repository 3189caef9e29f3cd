# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: what Hypothesis does while mutants are tried. See mutation.py.

The examples are the same for each mutant, so that a night can be repeated; what fails is not made smaller, nor kept to
be tried on the next one.
"""

from hypothesis import Phase, settings

settings.register_profile("mutants", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
settings.load_profile("mutants")
