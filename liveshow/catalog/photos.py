"""Photos: what strangers upload becomes an upright WebP without a past.

Nothing of the original file survives: no metadata, no polyglot, no trailing data
(``photo_encoding``). Decoding happens in child processes with limits (``photo_workers``).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import structlog

from liveshow import budgets
from liveshow.budgets import Limits
from liveshow.catalog.photo_encoding import Encoded
from liveshow.catalog.photo_workers import PhotoWorkers
from liveshow.clock import Clock, wall_clock
from liveshow.errors import Conflict, Unavailable
from liveshow.fields import is_id
from liveshow.ids import new_id

log = structlog.get_logger(__name__)

T = TypeVar("T")
Size = Literal["full", "thumb"]
SIZES: tuple[Size, ...] = ("full", "thumb")

CONTENT_TYPES = ("image/jpeg", "image/png", "image/webp")
# How long the disk is waited for, and how much of it is done at once.
DISK_SECONDS = 20.0
DISK_THREADS = 4
UNFINISHED = ".new-"  # the beginning of a folder that is being written
# Uploads in memory; beyond, the server says to come back later.
MAX_UPLOADS = budgets.UPLOADS.amount
# Of one account and of one address: slow ones do not take all the room.
MAX_UPLOADS_EACH = budgets.UPLOADS_EACH.amount
MAX_UPLOADS_FROM = budgets.UPLOADS_FROM.amount


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

    async def kept(self, owner_id: str) -> tuple[int, int]:
        """Return how many photos somebody has, and their bytes on disk."""

    async def remove(self, owner_id: str, photo_id: str) -> None:
        """Forget a photo.

        Raises ``NotFound("unknown_photo")`` unless it is the owner's, ``Conflict("photo_in_use")``.
        """

    async def owned(
        self, owner_id: str, *, before: tuple[int, str] | None, limit: int
    ) -> list[PhotoRecord]:
        """Return somebody's photos, newest first. ``before``: (created_at, id)."""


class PhotoFiles:
    """The folder of encoded photos: ``photos/{id}/{full,thumb}.webp``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, photo_id: str, size: Size) -> Path:
        """Return where a size of a photo is, whether or not it exists."""
        if not is_id(photo_id):
            raise ValueError(f"{photo_id!r} is not an id")
        return self._folder / photo_id / f"{size}.webp"

    def write(self, photo_id: str, photo: Encoded, given_up: threading.Event | None = None) -> None:
        """Write both sizes, or nothing at all, as when nobody wants it any more; blocking."""
        final = self.path(photo_id, "full").parent
        self._folder.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=self._folder, prefix=UNFINISHED))
        try:
            for size, data in (("full", photo.full), ("thumb", photo.thumb)):
                with (new / f"{size}.webp").open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                    os.fchmod(file.fileno(), 0o644)
            new.chmod(0o755)
            if given_up and given_up.is_set():
                raise OSError("nobody waits for this photo any more")
            new.rename(final)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def tidy(self) -> None:
        """Remove what a server that was ended had not written to its end; blocking."""
        for left in self._folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)

    def free_bytes(self) -> int:
        """Return how much more the disk of the folder takes."""
        there = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        return shutil.disk_usage(there).free

    def remove(self, photo_id: str) -> None:
        """Remove both sizes; blocking."""
        shutil.rmtree(self.path(photo_id, "full").parent, ignore_errors=True)


class Photos:
    """Takes uploads in. Close it when done."""

    def __init__(
        self,
        store: PhotoStore,
        files: PhotoFiles,
        *,
        limits: Limits | None = None,
        clock: Clock = wall_clock,
    ) -> None:
        self._store = store
        self._files = files
        limits = limits or Limits()
        self._most = limits.amount(budgets.PHOTOS)
        self._most_bytes = limits.amount(budgets.PHOTO_BYTES)
        self._keep_free = limits.amount(budgets.FREE_DISK)
        # Uploads are refused for want of room on the disk; the operator was told.
        self._full = False
        self._clock = clock
        self._workers = PhotoWorkers()
        self._disk = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="photos")
        # By who uploads, and by the address that it comes from.
        self._uploads: Counter[str] = Counter()
        self._uploads_from: Counter[str] = Counter()

    @contextmanager
    def turn(self, owner_id: str, address: str) -> Iterator[None]:
        """Take room in memory for one upload, from before it is read until it is kept.

        Raises ``Unavailable`` when too many people upload at once, or one of them or one address
        (as limits count it) too much.
        """
        if (
            self.uploading >= MAX_UPLOADS
            or self._uploads[owner_id] >= MAX_UPLOADS_EACH
            or self._uploads_from[address] >= MAX_UPLOADS_FROM
        ):
            raise Unavailable("unavailable", "Too many uploads at once. Try again.", retry_after=2)
        counted = ((self._uploads, owner_id), (self._uploads_from, address))
        for uploads, whose in counted:
            uploads[whose] += 1
        try:
            yield
        finally:
            for uploads, whose in counted:
                uploads[whose] -= 1
                if not uploads[whose]:
                    del uploads[whose]

    @property
    def uploading(self) -> int:
        """How many uploads are in memory."""
        return self._uploads.total()

    async def add(self, owner_id: str, data: bytes) -> PhotoRecord:
        """Keep a photo; within ``turn``.

        Raises ``Unprocessable``: ``not_an_image``, ``too_complex``; ``TooLarge``, ``Unavailable``;
        ``Conflict("too_many_photos")``.
        """
        count, size = await self._store.kept(owner_id)
        if count >= self._most or size >= self._most_bytes:
            raise Conflict(
                "too_many_photos",
                f"You have {count} photos of {size // 1_000_000} MB, as many as an account may "
                "have. Remove some that you do not need any more.",
            )
        await self._check_room()
        photo_id = new_id(16)
        encoded = await self._workers.encode(owner_id, data)
        given_up = threading.Event()
        try:
            await self._on_disk(self._files.write, photo_id, encoded, given_up)
        except Unavailable:
            given_up.set()
            raise
        except OSError as error:
            log.error("a photo could not be written", reason=error.strerror)
            raise _no_room() from None
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
            await asyncio.shield(self._on_disk(self._files.remove, photo_id))
            raise
        return photo

    async def _on_disk(self, work: Callable[..., T], *arguments: Any) -> T:
        """Have a thread of our own read or write; raise ``Unavailable`` when that takes too long.

        A disk that hangs, as one in a network does, keeps these threads and nobody else.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(DISK_SECONDS):
                return await loop.run_in_executor(self._disk, work, *arguments)
        except TimeoutError:
            log.error("the disk of the photos does not answer", seconds=DISK_SECONDS)
            raise Unavailable(
                "unavailable", "Photos cannot be kept just now. Try again later.", retry_after=60
            ) from None

    async def _check_room(self) -> None:
        free = await self._on_disk(self._files.free_bytes)
        full = free < self._keep_free
        if full and not self._full:
            log.error("the disk is nearly full: no more photos are taken", free_bytes=free)
        elif self._full and not full:
            log.info("photos are taken again", free_bytes=free)
        self._full = full
        if full:
            raise _no_room()

    async def owned(
        self, owner_id: str, *, before: tuple[int, str] | None, limit: int
    ) -> list[PhotoRecord]:
        """Return somebody's photos, newest first. ``before``: (created_at, id)."""
        return await self._store.owned(owner_id, before=before, limit=limit)

    async def remove(self, owner_id: str, photo_id: str) -> None:
        """Forget a photo and its files.

        Raises ``NotFound("unknown_photo")``, ``Conflict("photo_in_use")``.
        """
        await self._store.remove(owner_id, photo_id)
        await self._on_disk(self._files.remove, photo_id)

    async def close(self) -> None:
        self._disk.shutdown(wait=False, cancel_futures=True)
        await self._workers.close()


def _no_room() -> Unavailable:
    return Unavailable(
        message="This server has no room for photos at the moment. Try again later, "
        "or tell whoever runs it.",
        retry_after=60,
    )
