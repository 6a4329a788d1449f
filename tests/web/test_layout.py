"""Who may import whom in the browser side."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"

_IMPORT = re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*"(/web/[^"]+|\.[^"]*)"')
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)


def imports(path: Path) -> list[str]:
    """What a module imports when it runs; types in comments do not count."""
    return _IMPORT.findall(_COMMENT.sub("", path.read_text()))


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((WEB / folder).rglob("*.js"))]


def test_the_library_knows_no_component_and_building_blocks_know_no_feature() -> None:
    allowed = {"lib": ("lib", "vendor"), "components": ("components", "lib", "vendor")}
    for folder, known in allowed.items():
        for path in modules(folder):
            for address in imports(path):
                assert address.split("/")[2] in known, f"{path.name} imports {address}"


def test_features_do_not_know_pages_nor_each_other_in_circles() -> None:
    knows: dict[str, set[str]] = {}
    for path in modules("features"):
        if path.parent.name == "features":  # the list of them
            continue
        feature = path.relative_to(WEB / "features").parts[0]
        for address in imports(path):
            parts = address.split("/")
            assert parts[2] != "pages", f"{path.name} imports {address}"
            if parts[2] == "features" and parts[3] != feature:
                knows.setdefault(feature, set()).add(parts[3])
    assert list(TopologicalSorter(knows).static_order())


def test_every_import_leads_to_a_file() -> None:
    for path in modules("lib", "components", "features", "pages"):
        for address in imports(path):
            assert (WEB / address.removeprefix("/web/")).is_file(), f"{path.name}: {address}"


def test_a_feature_that_has_an_index_is_registered() -> None:
    registered = imports(WEB / "features" / "index.js")
    for index in sorted((WEB / "features").glob("*/index.js")):
        assert f"/web/{index.relative_to(WEB).as_posix()}" in registered
