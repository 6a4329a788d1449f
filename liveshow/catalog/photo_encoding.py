"""What becomes of an uploaded photo: two sizes of WebP, upright, in sRGB.

An upload is checked (magic bytes, then Pillow), bounded in pixels and scans before it is decoded,
turned as its EXIF orientation says, brought to sRGB and encoded anew. Blocking, and meant for a
process of its own: decoders are where strangers' bytes meet old C.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from liveshow.errors import TooLarge, Unprocessable

FULL_EDGE, THUMB_EDGE = 1600, 400  # px
THUMB_RATIO = 4 / 3  # a thumb is cropped until it is no longer or taller than this
QUALITY = 82
# Decoded whole, at 4 bytes each; a WebP is in memory four times meanwhile.
MAX_PIXELS = 26_000_000
MAX_WEBP_PIXELS = 16_500_000
# Of a JPEG of one scan, as cameras make them: it is decoded at a fraction. Phones have 108.
MAX_JPEG_PIXELS = 120_000_000
# Programs make about ten; each goes over the whole picture again.
MAX_SCANS = 32

_FORMATS = ("JPEG", "PNG", "WEBP")
_JPEG_MAGIC = b"\xff\xd8\xff"
# ITU-T T.81 B.1.1.3. In coded data 0xFF is followed by 0x00 or a restart marker.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_SOS, _EOI = 0xDA, 0xD9
_ALONE = frozenset({0x01, 0xD8})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})


@dataclass(frozen=True)
class Encoded:
    """The two sizes of a photo, as WebP."""

    full: bytes
    thumb: bytes
    width: int
    height: int


def encode(data: bytes) -> Encoded:
    """Check and re-encode an upload; blocking.

    Raises ``Unprocessable``: ``not_an_image``, ``too_complex``; ``TooLarge`` for too many pixels.
    """
    if not _has_magic(data):
        raise _not_an_image()
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            _check_pixels(opened, data)
            return _encode(opened)
    except (Image.DecompressionBombError, MemoryError):
        raise _too_many_pixels(MAX_PIXELS) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's decoders raise any of these for files that are broken.
        raise _not_an_image() from error


def _check_pixels(opened: Image.Image, data: bytes) -> None:
    """Refuse what takes more memory or work than a photo may, before any of it is decoded."""
    most = MAX_WEBP_PIXELS if opened.format == "WEBP" else MAX_PIXELS
    # Not by Pillow's name for it, which is MPO if more pictures follow the first (CIPA DC-007).
    if data.startswith(_JPEG_MAGIC):
        scans, whole = jpeg_scans(data)
        if scans > MAX_SCANS:
            raise _too_complex()
        if not whole:
            most = MAX_JPEG_PIXELS
    if opened.width * opened.height > most:
        raise _too_many_pixels(most)
    # JPEG is decoded at a fraction of its size, which saves most of the memory.
    opened.draft("RGB", (FULL_EDGE, FULL_EDGE))
    if opened.width * opened.height > MAX_PIXELS:
        raise _too_many_pixels(MAX_PIXELS)


def jpeg_scans(data: bytes) -> tuple[int, bool]:
    """Return how many scans a JPEG has, and whether all its coefficients are in memory at once.

    That is so when a later scan refines an earlier one, or the colours come one after the other
    (ITU-T T.81 §4.5, B.1.1).
    """
    scans, whole, at = 0, False, 2
    while marker := _MARKER.search(data, at):
        kind, at = marker[1][0], marker.end()
        if kind == _EOI:
            break
        whole = whole or kind in _PROGRESSIVE
        scans += kind == _SOS
        if kind not in _ALONE:
            at += int.from_bytes(data[at : at + 2], "big")
    return scans, whole or scans > 1


def _encode(opened: Image.Image) -> Encoded:
    profile = opened.info.get("icc_profile")
    full = _to_rgb(opened)
    # Made small first: what follows makes copies.
    full.thumbnail((FULL_EDGE, FULL_EDGE), Image.Resampling.LANCZOS)
    full = _to_srgb(ImageOps.exif_transpose(full), profile)
    thumb = _crop(full)
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    return Encoded(_webp(full), _webp(thumb), full.width, full.height)


def _has_magic(data: bytes) -> bool:
    return data.startswith((_JPEG_MAGIC, b"\x89PNG\r\n\x1a\n")) or (
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


def _too_many_pixels(most: int) -> TooLarge:
    return TooLarge(
        "too_large",
        f"A photo of this kind may have {most // 1_000_000} megapixels at most. Make it smaller.",
    )


def _too_complex() -> Unprocessable:
    return Unprocessable(
        "too_complex",
        "This picture takes too much work to read. Save it as an ordinary JPEG and try again.",
    )
