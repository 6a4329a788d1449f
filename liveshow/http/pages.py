"""The browser side: pages by their address, everything else under ``/web/``.

``liveshow.http.web_files`` has the files. A page is revalidated on each visit (``no-cache`` with
an ETag); what it loads has a name of its own for each version and is kept for good.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

import liveshow
from liveshow.http import encodings
from liveshow.http.web_files import TYPES, WebFile, WebFiles

#: Puts what a shared link shows into a page: its name, its HTML, the request.
WritePreview = Callable[[str, str, web.Request], Awaitable[str]]

#: Address → file in ``web/pages``.
PAGES = {
    "/": "discover",
    "/shows/{show}": "show",
    "/shows/{show}/studio": "studio",
    "/shows/{show}/settings": "settings",
    "/new": "new",
    "/signin": "signin",
    "/giveaways/{giveaway}": "giveaway",
    "/cart": "cart",
    "/card": "card",
    "/orders": "orders",
    "/orders/{order}": "orders",
    "/cases": "cases",
    "/cases/{case}": "cases",
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

_LASTING = "public, max-age=31536000, immutable"

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


def is_checkout() -> bool:
    """Whether the browser side lies where it is worked on, so that it may change at any time."""
    return (Path(liveshow.__file__).resolve().parent / "web").is_symlink()


class Pages:
    """Serves the files of one folder."""

    def __init__(self, files: WebFiles, preview: WritePreview | None = None) -> None:
        self._files = files
        self._preview = preview

    def add_to(self, app: web.Application) -> None:
        """Route the pages, ``/web/…`` and what browsers ask for at the root."""
        for address, name in PAGES.items():
            app.router.add_get(address, self._page(name))
            if address != "/":
                app.router.add_get(f"{address}/", _to_canonical)
        app.router.add_get("/web/{path:.+}", self.file)
        build = self._files.current()
        for address, paths in ROOT_FILES.items():
            path = next((path for path in paths if build.at(path)), None)
            if path is not None:
                app.router.add_get(address, self._always(path))
        if not self._files.watched:
            app.cleanup_ctx.append(self._packing)

    async def _packing(self, _app: web.Application) -> AsyncIterator[None]:
        """Pack what browsers will ask for, in a thread, before the first of them does."""
        task = asyncio.create_task(self._pack())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _pack(self) -> None:
        for file in self._files.current().files.values():
            if file.lasting and file.compressible:
                await asyncio.to_thread(encodings.packed, file.body, encodings.CODINGS[0])

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Serve a file; folders, hidden files and names of former versions are not there."""
        return await _send(request, self._files.current().at(request.match_info["path"]))

    def error_page(self, request: web.Request, status: int) -> web.StreamResponse:
        """Return the page for a browser that navigated to an error."""
        text = self._files.current().page(NOT_FOUND) if status == 404 else None
        if text is None:
            title, words = _WORDS.get(status, _SORRY)
            text = _PLAIN_PAGE.format(title=title, text=words)
        answer = web.Response(
            status=status,
            body=text.encode(),
            headers={"Content-Type": TYPES[".html"], "Cache-Control": "no-store"},
        )
        return encodings.encode(request, answer)

    def _page(self, name: str) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            text = self._files.current().page(name)
            if text is None:
                raise web.HTTPNotFound
            if self._preview is not None:
                text = await self._preview(name, text, request)
            body = text.encode()
            etag = hashlib.sha256(body).hexdigest()[:16]
            headers = {"Content-Type": TYPES[".html"], "Cache-Control": "no-cache"}
            if _is_known(request, etag):
                return _unchanged(etag, headers)
            answer = web.Response(body=body, headers=headers)
            answer.headers["ETag"] = f'W/"{etag}"'
            return encodings.encode(request, answer)

        return serve

    def _always(self, path: str) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await _send(request, self._files.current().at(path))

        return serve


async def _to_canonical(request: web.Request) -> web.StreamResponse:
    """Send on whoever has a slash at the end of the address, with the query as it is."""
    # The path begins as one of the pages does, so this leads nowhere else.
    path, mark, query = request.rel_url.raw_path_qs.partition("?")
    canonical = f"{path.removesuffix('/')}{mark}{query}"
    raise web.HTTPPermanentRedirect(URL(canonical, encoded=True))


async def _send(request: web.Request, file: WebFile | None) -> web.StreamResponse:
    if file is None:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": file.content_type,
        "Cache-Control": _LASTING if file.lasting else "no-cache",
    }
    if _is_known(request, file.etag):
        return _unchanged(file.etag, headers)
    answer = web.Response(headers=headers)
    answer.headers["ETag"] = f'W/"{file.etag}"'
    body = file.body
    if file.compressible:
        answer.headers["Vary"] = "Accept-Encoding"
        if coding := encodings.accepted(request):
            body = await asyncio.to_thread(encodings.packed, body, coding)
            answer.headers["Content-Encoding"] = coding
    answer.body = body
    return answer


def _is_known(request: web.Request, etag: str) -> bool:
    """Whether the client has it already, in whatever coding (RFC 9110 §13.1.2: weakly compared)."""
    known = request.if_none_match
    return known is not None and any(each.value in (etag, "*") for each in known)


def _unchanged(etag: str, headers: dict[str, str]) -> web.Response:
    kept = {"Cache-Control": headers["Cache-Control"], "Vary": "Accept-Encoding"}
    return web.Response(status=304, headers=kept | {"ETag": f'W/"{etag}"'})
