"""The browser side: pages by their address, everything else under ``/web/``, as it lies there.

Files are revalidated on each use (``no-cache`` with ETag and Last-Modified): a new version of the
server is a new version of its pages, without a build that renames files.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

import liveshow

#: Address → file in ``web/pages``.
PAGES = {
    "/": "discover",
    "/shows/{show}": "show",
    "/shows/{show}/studio": "studio",
    "/shows/{show}/settings": "settings",
    "/new": "new",
    "/signin": "signin",
    "/cart": "cart",
    "/orders": "orders",
    "/orders/{order}": "orders",
    "/closet": "closet",
    "/closet/{handle}": "closet",
}
#: Browsers ask for these at the root, whatever a page says.
ROOT_FILES = {
    "/favicon.ico": ("favicon.ico", "icon.svg"),
    "/manifest.webmanifest": ("manifest.webmanifest",),
    "/robots.txt": ("robots.txt",),
}
NOT_FOUND = "not-found"

_TYPES = {
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

_PLAIN_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title} · liveshow</title>
  </head>
  <body>
    <h1>{title}</h1>
    <p>{text}</p>
    <p><a href="/">All shows</a></p>
  </body>
</html>
"""
_WORDS = {
    404: ("Not here", "There is no page at this address."),
    503: ("One moment", "The server is busy. Try again shortly."),
}
_SORRY = ("That did not work", "The server could not answer this. Try again shortly.")


def web_folder() -> Path:
    """Return the folder of the browser side.

    ``liveshow/web`` is a link to ``web`` in a checkout, and the files themselves when installed.
    """
    package = Path(liveshow.__file__).resolve().parent
    inside = package / "web"
    return inside.resolve() if inside.is_dir() else package.parent / "web"


class Pages:
    """Serves the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def add_to(self, app: web.Application) -> None:
        """Route the pages, ``/web/…`` and what browsers ask for at the root."""
        for address, name in PAGES.items():
            app.router.add_get(address, self._page(name))
        app.router.add_get("/web/{path:.+}", self.file)
        for address, names in ROOT_FILES.items():
            path = next((self._folder / name for name in names if self._is_file(name)), None)
            if path is not None:
                app.router.add_get(address, _always(path))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Serve a file; folders and hidden files are not there."""
        relative = request.match_info["path"]
        if "\0" in relative or any(part.startswith(".") for part in relative.split("/")):
            raise web.HTTPNotFound
        try:
            path = (self._folder / relative).resolve()
            found = path.is_relative_to(self._folder) and path.is_file()
        except OSError:  # a name that is too long for the file system
            found = False
        if not found:
            raise web.HTTPNotFound
        return _send(path)

    def error_page(self, request: web.Request, status: int) -> web.StreamResponse:
        """Return the page for a browser that navigated to an error."""
        if status == 404 and self._is_file(f"pages/{NOT_FOUND}.html"):
            text = (self._folder / "pages" / f"{NOT_FOUND}.html").read_text()
        else:
            title, words = _WORDS.get(status, _SORRY)
            text = _PLAIN_PAGE.format(title=title, text=words)
        return web.Response(
            status=status,
            text=text,
            content_type="text/html",
            charset="utf-8",
            headers={"Cache-Control": "no-store"},
        )

    def _page(self, name: str) -> Handler:
        path = self._folder / "pages" / f"{name}.html"

        async def serve(_request: web.Request) -> web.StreamResponse:
            if not path.is_file():
                raise web.HTTPNotFound
            return _send(path)

        return serve

    def _is_file(self, relative: str) -> bool:
        return (self._folder / relative).is_file()


def _always(path: Path) -> Handler:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return _send(path)

    return serve


def _send(path: Path) -> web.FileResponse:
    return web.FileResponse(
        path,
        headers={
            "Content-Type": _TYPES.get(path.suffix, _OTHER),
            "Cache-Control": "no-cache",
        },
    )
