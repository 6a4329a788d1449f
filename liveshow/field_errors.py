"""What is wrong with which field of what a client sent, in sentences for people.

The name of a field is for programs: pages show the sentences alone, beside the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from liveshow.errors import Invalid

MAX_ERRORS = 20  # more than this many wrong fields are not listed
MAX_FIELD = 100  # characters of a field's name: an unknown one has the name its sender gave it

# What pydantic says to programmers, by the type of its error. Our own rules have sentences already.
_SENTENCES: Mapping[str, str] = {
    "missing": "This is needed",
    "extra_forbidden": "There is no such field",
    "string_type": "This has to be text",
    "string_too_short": "This needs at least {min_length} characters",
    "string_too_long": "This must have at most {max_length} characters",
    "string_pattern_mismatch": "This does not have the right form",
    "int_type": "Write a whole number",
    "int_parsing": "Write a whole number",
    "int_from_float": "Write a whole number",
    "bool_type": "This is either yes or no",
    "greater_than_equal": "This must be at least {ge}",
    "less_than_equal": "This must be at most {le}",
    "too_short": "At least {min_length} are needed",
    "too_long": "This must have at most {max_length} entries",
    "literal_error": "Choose one of these: {expected}",
    "enum": "Choose one of these: {expected}",
}


def field_errors(error: ValidationError, *, skip: int = 0) -> list[dict[str, str]]:
    """Return ``[{"field", "message"}]`` for people, without what they typed.

    ``skip``: so many steps at the beginning of each place are not names of fields.
    """
    found = error.errors(include_url=False, include_input=False)[:MAX_ERRORS]
    return [
        {"field": ".".join(map(str, item["loc"][skip:]))[:MAX_FIELD], "message": _sentence(item)}
        for item in found
    ]


def _sentence(item: Mapping[str, Any]) -> str:
    said = str(item["msg"])
    try:
        return _SENTENCES[item["type"]].format(**item.get("ctx", {}))
    except KeyError:
        # Our own rules have a sentence.
        return said


def invalid_fields(errors: list[dict[str, str]]) -> Invalid:
    """Return the refusal of what has wrong fields; its sentence is that of the first."""
    return Invalid(message=f"{errors[0]['message'].rstrip('.')}.", errors=errors)
