"""Every error code of PROTOCOL.md is in the code, and the other way round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from liveshow.http.refusals import CLASSES
from tests.protocol.document import ROOT, chapter, codes, common_refusals, rows

# Raised by no command, but by a class of errors whose every use names its own code.
UNUSED_DEFAULTS = {"unprocessable"}


@cache
def documented_codes() -> frozenset[str]:
    """Codes of the table of commands, of the paragraph below it, and of chapter 6."""
    table = [row[4] for row in rows(chapter("4. Commands"))]
    texts = [*table, common_refusals(), chapter("6. Error codes")]
    return frozenset(code for text in texts for code in codes(text))


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("liveshow", "signaling"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def _error_classes() -> set[str]:
    """Names of `LiveshowError` and everything derived from it, wherever it is defined."""
    bases: dict[str, set[str]] = {}
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {_name(base) for base in node.bases}
    found = {"LiveshowError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@cache
def raised_codes() -> dict[str, str]:
    """Codes that errors are made with, and where; defaults where none is given."""
    classes = _error_classes()
    found: dict[str, str] = {}
    for path, tree in _sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _name(node.func) in classes):
                continue
            given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "code")]
            for code in given:
                # A variable was named where it came from; `mentioned` finds it there.
                if isinstance(code, ast.Constant) and re.fullmatch(r"[a-z_]+", str(code.value)):
                    found[str(code.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign) and _name(node.target) == "default_code":
                assert isinstance(node.value, ast.Constant)
                found[str(node.value.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return {code: where for code, where in found.items() if code not in UNUSED_DEFAULTS}


@cache
def mentioned() -> frozenset[str]:
    """Every string of the code: a code may be handed on before it is raised."""
    return frozenset(
        node.value
        for _, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_every_code_that_is_raised_is_documented() -> None:
    missing = {c: where for c, where in raised_codes().items() if c not in documented_codes()}
    assert not missing


def test_every_documented_code_is_in_the_code() -> None:
    assert not documented_codes() - mentioned()


def test_the_api_documents_codes_with_the_status_of_their_class() -> None:
    raised: dict[str, set[str]] = {}
    classes = _error_classes()
    for path, tree in _sources():
        if path.is_relative_to(ROOT / "signaling"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in classes:
                for given in node.args[:1]:
                    if isinstance(given, ast.Constant):
                        raised.setdefault(str(given.value), set()).add(_name(node.func))
    for code, kind in CLASSES.items():
        assert raised.get(code, {kind.__name__}) == {kind.__name__}, code
