# SPDX-License-Identifier: Apache-2.0
"""Documents against their schemas, each of which is looked at once: that takes longer than most documents do."""

import json
from functools import cache
from typing import Any

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

__all__ = ["require_schema"]


def require_schema(document: Any, schema: Any) -> None:
    """Fail unless the document is as the schema says, and the schema as its own says.

    Raises:
        jsonschema.ValidationError: the document is not.
        jsonschema.SchemaError: the schema is not.
    """
    _validator(json.dumps(schema)).validate(document)


@cache
def _validator(text: str) -> Validator:
    schema = json.loads(text)
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
