"""The files of the browser side, under names that change with what is in them.

    files = WebFiles(folder)
    build = files.current()
    build.at("lib/api.js")                    # as it lies there, to be revalidated
    build.at("lib/api.3f0a61c2d4e5b7a8.js")   # to be kept for good
    build.at("version.json")                  # which version all of this is: {"version": "…"}
    build.page("show")                        # HTML that names and preloads the latter

The hash in a module's name is of the module and of everything that it imports, so circles of
modules have names, too, and a name never stands for other bytes. Imports and the addresses in
pages are rewritten to these names: a browser that has been here asks for the page only, and one
that has not learns from the page all that it needs.

The files are read when the server starts and stay as they were then: a program and pages of
different versions do not meet. In a checkout they are looked at again when a page is asked for, so
that what was edited is what runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
}
_OTHER = "text/plain; charset=utf-8"
#: What a coding makes smaller.
_TEXT = frozenset({".html", ".js", ".mjs", ".css", ".json", ".webmanifest", ".svg", ".txt"})

#: All files together, bytes: they are kept in memory.
MAX_BYTES = 64 << 20
#: Between two looks at a checkout, seconds.
LOOK_AGAIN = 0.5

_HASH_DIGITS = 16
#: Says which version is served; a page knows its own.
VERSION = "version.json"
_STATIC = re.compile(r'((?:\bfrom|\bimport)\s*)"/web/([^"]+)"')
# `import("…").Name` in a comment is a type.
_DYNAMIC = re.compile(r'(\bimport\(\s*)"/web/([^"]+)"(?=\s*\)(?!\s*\.\s*[A-Z]))')
_IN_PAGE = re.compile(r'((?:href|src)=)"/web/([^"]+)"')
_ENTRY = re.compile(
    r'<script type="module" src="/web/([^"]+)"|rel="modulepreload" href="/web/([^"]+)"'
)


#: Path below the folder, when it was changed (ns), its size.
Seen = tuple[str, int, int]


@dataclass(frozen=True)
class WebFile:
    """What is served at one address. ``lasting``: never anything else."""

    body: bytes
    content_type: str
    etag: str
    lasting: bool
    compressible: bool


@dataclass(frozen=True)
class Build:
    """All files at one time. ``names``: path below ``/web/`` → path with the hash."""

    names: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, WebFile] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: str) -> WebFile | None:
        """Return what is served at ``/web/PATH``."""
        return self.files.get(path)

    def page(self, name: str) -> str | None:
        """Return the HTML of ``pages/NAME.html``, with the lasting names and what to preload."""
        return self.pages.get(name)


class WebFiles:
    """The files of one folder; ``watch`` looks whether they have changed."""

    def __init__(self, folder: Path, *, watch: bool = False) -> None:
        self._folder = folder.resolve()
        self._watch = watch
        self._looked = time.monotonic()
        self._seen = tuple(_look(self._folder))
        self._build = build(self._folder, self._seen)

    def current(self) -> Build:
        """Return the newest build."""
        if self._watch and time.monotonic() - self._looked >= LOOK_AGAIN:
            seen = tuple(_look(self._folder))
            if seen != self._seen:
                self._seen, self._build = seen, build(self._folder, seen)
            self._looked = time.monotonic()
        return self._build

    @property
    def watched(self) -> bool:
        """Whether the files may change at any time."""
        return self._watch


def _look(folder: Path, below: str = "") -> Iterator[Seen]:
    """Go through the files; hidden ones, and links to the outside, are not there."""
    with os.scandir(folder / below) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = f"{below}{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(folder):
                continue
            if entry.is_dir():
                yield from _look(folder, f"{path}/")
            elif entry.is_file():
                stat = entry.stat()
                yield path, stat.st_mtime_ns, stat.st_size


@lru_cache(2)
def build(folder: Path, seen: tuple[Seen, ...]) -> Build:
    """Read the files and give them their names. Raises ``ValueError`` above ``MAX_BYTES``."""
    raw = {path: (folder / path).read_bytes() for path, *_ in seen}
    if sum(map(len, raw.values())) > MAX_BYTES:
        raise ValueError(f"the files in {folder} have more than {MAX_BYTES} bytes together")
    code = {path: body.decode() for path, body in raw.items() if path.endswith((".js", ".mjs"))}
    statics = {path: _targets(_STATIC, text, raw) for path, text in code.items()}
    dynamics = {path: _targets(_DYNAMIC, text, raw) for path, text in code.items()}
    every = {path: statics[path] | dynamics[path] for path in code}
    digests = {path: hashlib.sha256(body).digest() for path, body in raw.items()}
    names = {
        path: _named(path, [digests[each] for each in sorted(_closure([path], every))])
        for path in raw
        if not path.endswith((".html", ".d.ts", ".md"))
    }
    files = {}
    for path, body in raw.items():
        files[path] = _file(path, body, lasting=False)
        if path in names:
            text = code.get(path)
            if text is not None:
                text = _renamed(_STATIC, _renamed(_DYNAMIC, text, names), names)
                body = text.encode()
            files[names[path]] = _file(path, body, lasting=True)
    version = hashlib.sha256("".join(sorted(names.values())).encode()).hexdigest()[:_HASH_DIGITS]
    files[VERSION] = _file(VERSION, json.dumps({"version": version}).encode(), lasting=False)
    pages = {
        PurePosixPath(path).stem: _page(body.decode(), names, statics, version)
        for path, body in raw.items()
        if path.startswith("pages/") and path.endswith(".html")
    }
    return Build(names, files, pages)


def _targets(pattern: re.Pattern[str], text: str, known: Mapping[str, bytes]) -> set[str]:
    return {found[2] for found in pattern.finditer(text) if found[2] in known}


def _closure(begin: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(begin)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += edges.get(path, ())
    return found


def _named(path: str, digests: Iterable[bytes]) -> str:
    digest = hashlib.sha256(b"".join(digests)).hexdigest()[:_HASH_DIGITS]
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}.{digest}{pure.suffix}"))


def _renamed(pattern: re.Pattern[str], text: str, names: Mapping[str, str]) -> str:
    return pattern.sub(lambda m: f'{m[1]}"/web/{names.get(m[2], m[2])}"', text)


def _page(
    text: str, names: Mapping[str, str], statics: Mapping[str, set[str]], version: str
) -> str:
    """Rename what the page loads, preload what its modules import, and say the version."""
    entries = [found[1] or found[2] for found in _ENTRY.finditer(text)]
    needed = sorted(_closure(entries, statics) - set(entries))
    links = f'    <meta name="liveshow-version" content="{version}" />\n'
    links += "".join(
        f'    <link rel="modulepreload" href="/web/{names[path]}" />\n'
        for path in needed
        if path in names
    )
    head, end, rest = _renamed(_IN_PAGE, text, names).partition("  </head>")
    return f"{head}{links if end else ''}{end}{rest}"


def _file(path: str, body: bytes, *, lasting: bool) -> WebFile:
    suffix = PurePosixPath(path).suffix
    return WebFile(
        body=body,
        content_type=TYPES.get(suffix, _OTHER),
        etag=hashlib.sha256(body).hexdigest()[:_HASH_DIGITS],
        lasting=lasting,
        compressible=suffix in _TEXT,
    )
