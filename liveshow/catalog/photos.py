"""Photos: what strangers upload becomes an upright WebP without a past.

Nothing of the original file survives: no metadata, no polyglot, no trailing data
(``photo_encoding``). Decoding happens in child processes with limits (``photo_workers``).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from liveshow import budgets
from liveshow.catalog.photo_encoding import Encoded
from liveshow.catalog.photo_workers import PhotoWorkers
from liveshow.clock import Clock, wall_clock
from liveshow.errors import Conflict, Unavailable
from liveshow.fields import is_id
from liveshow.ids import new_id

Size = Literal["full", "thumb"]
SIZES: tuple[Size, ...] = ("full", "thumb")

CONTENT_TYPES = ("image/jpeg", "image/png", "image/webp")
MAX_PHOTOS = 5_000  # of one account
# Uploads in memory; beyond, the server says to come back later.
MAX_UPLOADS = budgets.UPLOADS.amount
MAX_UPLOADS_EACH = (
    budgets.UPLOADS_EACH.amount
)  # of one account: a slow one does not take all the room


@dataclass(frozen=True)
class PhotoRecord:
    """A photo; ``width`` and ``height`` are of its full size."""

    id: str
    owner_id: str
    width: int
    height: int
    size: int
    created_at: int

    @property
    def url(self) -> str:
        return f"/photos/{self.id}/full.webp"

    @property
    def thumb_url(self) -> str:
        return f"/photos/{self.id}/thumb.webp"

    def view(self) -> dict[str, str | int]:
        """PROTOCOL.md's photo: ``{id, url, thumb_url, width, height}``."""
        return {
            "id": self.id,
            "url": self.url,
            "thumb_url": self.thumb_url,
            "width": self.width,
            "height": self.height,
        }


class PhotoStore(Protocol):
    """Implemented by ``liveshow.store.photos.PhotoRepository``."""

    async def add(self, photo: PhotoRecord) -> None: ...

    async def get(self, photo_id: str) -> PhotoRecord | None: ...

    async def count(self, owner_id: str) -> int: ...


class PhotoFiles:
    """The folder of encoded photos: ``photos/{id}/{full,thumb}.webp``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, photo_id: str, size: Size) -> Path:
        """Return where a size of a photo is, whether or not it exists."""
        if not is_id(photo_id):
            raise ValueError(f"{photo_id!r} is not an id")
        return self._folder / photo_id / f"{size}.webp"

    def write(self, photo_id: str, photo: Encoded) -> None:
        """Write both sizes, each whole or not at all; blocking."""
        for size, data in (("full", photo.full), ("thumb", photo.thumb)):
            path = self.path(photo_id, "full" if size == "full" else "thumb")
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.chmod(name, 0o644)
                os.replace(name, path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def remove(self, photo_id: str) -> None:
        """Remove both sizes; blocking."""
        for size in SIZES:
            self.path(photo_id, size).unlink(missing_ok=True)
        folder = self.path(photo_id, "full").parent
        if folder.is_dir():
            folder.rmdir()


class Photos:
    """Takes uploads in. Close it when done."""

    def __init__(self, store: PhotoStore, files: PhotoFiles, *, clock: Clock = wall_clock) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._workers = PhotoWorkers()
        self._uploads: Counter[str] = Counter()

    @contextmanager
    def turn(self, owner_id: str) -> Iterator[None]:
        """Take room in memory for one upload, from before it is read until it is kept.

        Raises ``Unavailable`` when too many people upload at once, or one of them too much.
        """
        if self.uploading >= MAX_UPLOADS or self._uploads[owner_id] >= MAX_UPLOADS_EACH:
            raise Unavailable("unavailable", "Too many uploads at once. Try again.", retry_after=2)
        self._uploads[owner_id] += 1
        try:
            yield
        finally:
            self._uploads[owner_id] -= 1
            if not self._uploads[owner_id]:
                del self._uploads[owner_id]

    @property
    def uploading(self) -> int:
        """How many uploads are in memory."""
        return self._uploads.total()

    async def add(self, owner_id: str, data: bytes) -> PhotoRecord:
        """Keep a photo; within ``turn``.

        Raises ``Unprocessable``: ``not_an_image``, ``too_complex``; ``TooLarge``, ``Unavailable``;
        ``Conflict`` when the account has too many.
        """
        if await self._store.count(owner_id) >= MAX_PHOTOS:
            raise Conflict("conflict", f"An account may have {MAX_PHOTOS} photos at most.")
        photo_id = new_id(16)
        loop = asyncio.get_running_loop()
        encoded = await self._workers.encode(owner_id, data)
        await loop.run_in_executor(None, self._files.write, photo_id, encoded)
        photo = PhotoRecord(
            id=photo_id,
            owner_id=owner_id,
            width=encoded.width,
            height=encoded.height,
            size=len(encoded.full) + len(encoded.thumb),
            created_at=self._clock(),
        )
        try:
            await self._store.add(photo)
        except BaseException:
            await asyncio.shield(loop.run_in_executor(None, self._files.remove, photo_id))
            raise
        return photo

    async def close(self) -> None:
        await self._workers.close()
