"""What Schemathesis cannot know of us; loaded by its command, see ``test_schemathesis``."""

from __future__ import annotations

import io

import schemathesis
from hypothesis import strategies as st
from PIL import Image


def _photo(size: tuple[int, int], kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


# The document can say that a body is an image, and not what one is.
for kind in ("JPEG", "PNG", "WEBP"):
    sizes = st.tuples(st.integers(1, 64), st.integers(1, 64))
    schemathesis.openapi.media_type(
        f"image/{kind.lower()}", st.builds(_photo, sizes, st.just(kind))
    )
