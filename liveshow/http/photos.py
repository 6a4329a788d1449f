"""PROTOCOL.md 2.2 and 2.7: uploading photos and serving them."""

from __future__ import annotations

from aiohttp import web

from liveshow.accounts.identity import Identity
from liveshow.budgets import UPLOAD_PACE, UPLOADED, UPLOADED_FROM
from liveshow.catalog.photos import CONTENT_TYPES, PhotoFiles, PhotoRecord, Photos
from liveshow.errors import NotFound, UnsupportedMediaType
from liveshow.fields import View
from liveshow.http.api import PACES, Endpoint
from liveshow.http.bodies import Page, PageQuery, decode_cursor, encode_cursor, read_bytes
from liveshow.http.identity import address_key, client_address
from liveshow.pace import of_person


class PhotoView(View):
    """A photo; ``width`` and ``height`` are of the one at ``url``."""

    id: str
    url: str
    thumb_url: str
    width: int
    height: int

    @classmethod
    def of(cls, photo: PhotoRecord) -> PhotoView:
        return cls(
            id=photo.id,
            url=photo.url,
            thumb_url=photo.thumb_url,
            width=photo.width,
            height=photo.height,
        )


class PhotoResource:
    """Routes of photos."""

    def __init__(self, photos: Photos, files: PhotoFiles, upload_bytes: int) -> None:
        self._photos = photos
        self._files = files
        self._upload_bytes = upload_bytes

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/api/photos",
                self.upload,
                "Upload a photo",
                status=201,
                errors=(
                    "not_an_image",
                    "too_complex",
                    "too_large",
                    "unsupported_media_type",
                    "too_many_photos",
                ),
                consumes=CONTENT_TYPES,
            ),
            Endpoint("GET", "/api/photos", self.own, "One's own photos, newest first"),
            Endpoint(
                "DELETE",
                "/api/photos/{id}",
                self.remove,
                "Remove a photo that nothing shows any more",
                status=204,
                errors=("unknown_photo", "photo_in_use"),
            ),
            Endpoint(
                "GET",
                "/photos/{id}/{size:full|thumb}.webp",
                self.serve,
                "A photo",
                errors=("not_found",),
                produces="image/webp",
            ),
        ]

    async def upload(self, request: web.Request, caller: Identity) -> PhotoView:
        if request.content_type not in CONTENT_TYPES:
            raise UnsupportedMediaType(
                "unsupported_media_type", "Send a photo as JPEG, PNG or WebP."
            )
        # What is announced is counted: a body that says nothing of its length may have all.
        size = min(request.content_length or self._upload_bytes, self._upload_bytes)
        paces = request.app[PACES]
        paces[UPLOADED].take(of_person(caller.user_id), size)
        address = address_key(client_address(request))
        paces[UPLOADED_FROM].take(address, size)
        with self._photos.turn(caller.user_id, address):
            data = await read_bytes(request, self._upload_bytes, least=UPLOAD_PACE.amount)
            return PhotoView.of(await self._photos.add(caller.user_id, data))

    async def own(self, caller: Identity, query: PageQuery) -> Page[PhotoView]:
        before = decode_cursor(query.after, int, str) if query.after else None
        found = await self._photos.owned(
            caller.user_id,
            before=(before[0], before[1]) if before else None,
            limit=query.limit + 1,
        )
        shown = found[: query.limit]
        more = len(found) > query.limit
        return Page[PhotoView](
            items=[PhotoView.of(photo) for photo in shown],
            next=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )

    async def remove(self, caller: Identity, id_: str) -> None:
        await self._photos.remove(caller.user_id, id_)

    async def serve(self, request: web.Request, id_: str, size: str) -> web.StreamResponse:
        path = self._files.path(id_, "thumb" if size == "thumb" else "full")
        if not path.is_file():
            raise NotFound("not_found", "There is no such photo.")
        headers = {
            "Content-Type": "image/webp",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        if request.method == "HEAD" and "Range" in request.headers:
            # aiohttp answers with a part; ranges are of GET alone (RFC 9110 §14.2).
            whole = {"Content-Length": str(path.stat().st_size), "Accept-Ranges": "bytes"}
            return web.Response(headers=headers | whole)
        return web.FileResponse(path, headers=headers)
