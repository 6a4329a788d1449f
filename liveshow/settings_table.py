"""Writes ``config/settings.md`` from the descriptions in ``liveshow.settings``.

python -m liveshow.settings_table > config/settings.md
"""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from liveshow.settings import Settings

_HEAD = """\
# Settings

Written by `python -m liveshow.settings_table` from `liveshow/settings.py`; do not edit.

Each setting can be given as an environment variable, in a TOML file (`--config FILE`, see
[liveshow.example.toml](liveshow.example.toml)) or, most of them, as a flag of the command. Flags
win over the environment, the environment over the file, the file over the default.
`liveshow check` says what in them will not work.

| variable | in the file | value | default | |
| --- | --- | --- | --- | --- |
"""


def table() -> str:
    """Return the whole page."""
    return _HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    cells = (
        f"`LIVESHOW_{name.upper()}`",
        f"`{name}`",
        _kind(field),
        f"`{_shown(default)}`" if _shown(default) else "unset",
        field.description or "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _shown(default: Any) -> str:
    if default is None or default == []:
        return ""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    return str(default)


def _kind(field: FieldInfo) -> str:
    kind = field.annotation
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(part for part in typing.get_args(kind) if part is not type(None))
    if typing.get_origin(kind) is typing.Literal:
        return ", ".join(f"`{choice}`" for choice in typing.get_args(kind))
    if typing.get_origin(kind) is list:
        return "list"
    names = {bool: "`true`, `false`", int: "number", Path: "path", SecretStr: "text"}
    named = names.get(typing.cast(Any, kind), "text")
    bounds = [
        f"{word} {getattr(rule, attribute)}"
        for rule in field.metadata
        for attribute, word in (("ge", "from"), ("le", "to"))
        if hasattr(rule, attribute)
    ]
    return " ".join([named, *bounds])


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201
