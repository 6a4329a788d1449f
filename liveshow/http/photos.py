"""PROTOCOL.md 2.2 and 2.7: uploading photos and serving them."""

from __future__ import annotations

from aiohttp import web

from liveshow.accounts.identity import Identity
from liveshow.catalog.photos import CONTENT_TYPES, PhotoFiles, PhotoRecord, Photos
from liveshow.errors import NotFound, UnsupportedMediaType
from liveshow.fields import View
from liveshow.http.api import Endpoint
from liveshow.http.bodies import read_bytes


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
                    "conflict",
                ),
                consumes=CONTENT_TYPES,
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
        with self._photos.turn(caller.user_id):
            data = await read_bytes(request, self._upload_bytes)
            return PhotoView.of(await self._photos.add(caller.user_id, data))

    async def serve(self, id_: str, size: str) -> web.StreamResponse:
        path = self._files.path(id_, "thumb" if size == "thumb" else "full")
        if not path.is_file():
            raise NotFound("not_found", "There is no such photo.")
        return web.FileResponse(
            path,
            headers={
                "Content-Type": "image/webp",
                "Cache-Control": "public, max-age=31536000, immutable",
            },
        )
