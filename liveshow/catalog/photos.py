"""Photos: what strangers upload becomes an upright WebP without a past.

An upload is checked (magic bytes, then Pillow), bounded in pixels before it is decoded, turned as
its EXIF orientation says, brought to sRGB and encoded anew in two sizes. Nothing of the original
file survives: no metadata, no polyglot, no trailing data. All of it happens in a few threads.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from liveshow.clock import Clock, wall_clock
from liveshow.errors import Conflict, TooLarge, Unavailable, Unprocessable
from liveshow.fields import is_id
from liveshow.ids import new_id

Size = Literal["full", "thumb"]
SIZES: tuple[Size, ...] = ("full", "thumb")

CONTENT_TYPES = ("image/jpeg", "image/png", "image/webp")
FULL_EDGE, THUMB_EDGE = 1600, 400  # px
THUMB_RATIO = 4 / 3  # a thumb is cropped until it is no longer or taller than this
MAX_PIXELS = 50_000_000
MAX_PHOTOS = 5_000  # of one account
WORKERS = 2
# Uploads in memory; beyond, the server says to come back later.
MAX_UPLOADS = 24
MAX_UPLOADS_EACH = 8  # of one account: a slow one does not take all the room
QUALITY = 82

_FORMATS = ("JPEG", "PNG", "WEBP")


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


@dataclass(frozen=True)
class Encoded:
    """The two sizes of a photo, as WebP."""

    full: bytes
    thumb: bytes
    width: int
    height: int


def encode(data: bytes) -> Encoded:
    """Check and re-encode an upload; blocking.

    Raises ``Unprocessable("not_an_image")``, ``TooLarge`` for too many pixels.
    """
    if not _has_magic(data):
        raise _not_an_image()
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_many_pixels()
            return _encode(opened)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's decoders raise any of these for files that are broken.
        raise _not_an_image() from error


def _encode(opened: Image.Image) -> Encoded:
    # JPEG can be decoded at a fraction of its size, which saves most of the memory.
    opened.draft("RGB", (FULL_EDGE, FULL_EDGE))
    profile = opened.info.get("icc_profile")
    image = ImageOps.exif_transpose(opened)
    image = _to_srgb(_to_rgb(image), profile)
    full = image.copy()
    full.thumbnail((FULL_EDGE, FULL_EDGE), Image.Resampling.LANCZOS)
    thumb = _crop(full)
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    return Encoded(_webp(full), _webp(thumb), full.width, full.height)


def _has_magic(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return the image as RGB, or RGBA where something shows through."""
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point([value >> 8 for value in range(65536)], "L")
    transparent = image.has_transparency_data
    wanted = "RGBA" if transparent else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert the colours of a wide-gamut camera; without this they look dull."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a broken profile, or one for another colour space
    return converted or image


def _crop(image: Image.Image) -> Image.Image:
    """Return the middle of an image, at most ``THUMB_RATIO`` long or tall."""
    width = min(image.width, max(1, round(image.height * THUMB_RATIO)))
    height = min(image.height, max(1, round(image.width * THUMB_RATIO)))
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _webp(image: Image.Image) -> bytes:
    clean = image.copy()
    clean.info = {}
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _not_an_image() -> Unprocessable:
    return Unprocessable("not_an_image", "This is not a JPEG, PNG or WebP image.")


def _too_many_pixels() -> TooLarge:
    return TooLarge("too_large", f"A photo may have {MAX_PIXELS // 1_000_000} megapixels at most.")


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
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="photo")
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

        Raises ``Unprocessable("not_an_image")``, ``TooLarge``, ``Conflict`` when the account has
        too many.
        """
        if await self._store.count(owner_id) >= MAX_PHOTOS:
            raise Conflict("conflict", f"An account may have {MAX_PHOTOS} photos at most.")
        photo_id = new_id(16)
        loop = asyncio.get_running_loop()
        encoded = await loop.run_in_executor(self._pool, self._keep, photo_id, data)
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

    def _keep(self, photo_id: str, data: bytes) -> Encoded:
        encoded = encode(data)
        self._files.write(photo_id, encoded)
        return encoded

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
