"""What people write goes in its own direction (faults.md 48)."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
# A field of a template: its attributes may be expressions.
FIELD = re.compile(
    r"<(?:input|textarea)\b((?:[^>`$]|=>|\$\{(?:[^{}]|\{[^{}]*\})*\})*?)/?>", re.DOTALL
)
KIND = re.compile(r'\btype="(\w+)"')
# What is no language: amounts, codes, handles, passwords.
NO_LANGUAGE = re.compile(
    r'\btype=\$|inputmode|autocapitalize="none"|autocomplete="(?:username|current|new|cc-)'
)


def test_every_field_for_text_goes_in_the_direction_of_what_is_written() -> None:
    bare = []
    for folder in ("components", "features", "pages"):
        for path in sorted((WEB / folder).rglob("*.js")):
            for field in FIELD.finditer(path.read_text()):
                kind = KIND.search(field[1])
                is_text = kind is None or kind[1] in ("text", "search")
                if is_text and not NO_LANGUAGE.search(field[1]) and "dir=" not in field[1]:
                    bare.append(f"{path.name}: {field[0][:80]}")
    # The head of ls-field.js explains it with an example.
    assert [line for line in bare if not line.startswith("ls-field.js")] == []
