"""What the document cannot say of us; loaded by Schemathesis itself, see ``test_schemathesis``."""

from __future__ import annotations

import io

import schemathesis
from hypothesis import strategies as st
from PIL import Image


def _photo(width: int, height: int, kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return file.getvalue()


# A schema can say that a body is an image, and not what an image is.
_SIDE = st.integers(1, 64)
for _kind in ("JPEG", "PNG", "WEBP"):
    schemathesis.openapi.media_type(
        f"image/{_kind.lower()}", st.builds(_photo, _SIDE, _SIDE, st.just(_kind))
    )
