"""What a check finds, and how it is said."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from liveshow.settings import Settings

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One sentence about one part."""

    level: Level
    part: str
    text: str


def explain(error: ValidationError) -> list[str]:
    """Return one sentence per setting that is not valid, without the value: it may be secret."""
    sentences = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"there is no such setting{did_you_mean(name, Settings.model_fields)}"
        # What is wrong between several settings names them in its sentence.
        sentences.append(f"{name}: {message}." if name else f"{message}.")
    return sentences


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name."""
    close = difflib.get_close_matches(name, known, 1)
    return f" (did you mean {close[0]}?)" if close else ""
