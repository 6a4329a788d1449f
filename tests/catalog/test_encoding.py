"""Encoding of uploads: every kind of file that cameras and programs make."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from liveshow.catalog.photo_encoding import MAX_PIXELS, Encoded, encode
from liveshow.catalog.photos import PhotoFiles
from liveshow.errors import LiveshowError, TooLarge, Unprocessable


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("size", "full", "thumb"),
    [
        ((100, 50), (100, 50), (67, 50)),
        ((1600, 1600), (1600, 1600), (400, 400)),
        ((4000, 3000), (1600, 1200), (400, 300)),
        ((3000, 4000), (1200, 1600), (300, 400)),
        ((5000, 20), (1600, 6), (8, 6)),
        ((1, 1), (1, 1), (1, 1)),
        ((1, 9000), (1, 1600), (1, 1)),
    ],
)
def test_sizes_fit_and_thumbs_are_nearly_square(
    size: tuple[int, int], full: tuple[int, int], thumb: tuple[int, int]
) -> None:
    encoded = encode(saved(Image.new("RGB", size, "red"), "PNG"))
    assert (encoded.width, encoded.height) == full
    assert opened(encoded.full).size == full
    assert opened(encoded.thumb).size == thumb


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(orientation: int) -> None:
    """The top left of what was photographed is red, however the camera was held."""
    upright = Image.new("RGB", (64, 32), "blue")
    upright.paste("red", (0, 0, 16, 16))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    encoded = encode(saved(stored, "JPEG", exif=exif, quality=95))
    assert (encoded.width, encoded.height) == (64, 32)
    red, green, blue = opened(encoded.full).convert("RGB").getpixel((6, 6))  # type: ignore[misc]
    assert red > 200
    assert blue < 60
    assert green < 60


@pytest.mark.parametrize("chunk", ["eXIf", "zTXt"])
def test_a_png_may_be_turned_too(chunk: str) -> None:
    """libvips/libvips#4834: by its own chunk, or as programs wrote it before there was one."""
    exif = Image.Exif()
    exif[0x0112] = 6
    written, text = exif.tobytes(), PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(written):8}\n{written.hex()}\n", zip=True)
    options: dict[str, Any] = {"exif": exif} if chunk == "eXIf" else {"pnginfo": text}
    data = saved(Image.new("RGB", (64, 32), "blue"), "PNG", **options)
    assert chunk.encode() in data
    encoded = encode(data)
    assert (encoded.width, encoded.height) == (32, 64)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_can_be_shown(mode: str) -> None:
    image = Image.new(mode, (20, 20))
    kind = "JPEG" if mode == "CMYK" else "PNG"
    encoded = encode(saved(image, kind))
    assert opened(encoded.full).mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")


@pytest.mark.parametrize("profile", [False, True])
def test_inks_are_the_colours_that_they_print(profile: bool) -> None:
    """phpThumb#111, imgproxy#182: CMYK was shown as a negative; a profile of RGB says nothing."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more = {"icc_profile": srgb} if profile else {}
    inks = {(0, 255, 255, 0): (255, 0, 0), (0, 0, 0, 0): (255, 255, 255)}
    for ink, colour in inks.items():
        encoded = encode(saved(Image.new("CMYK", (20, 20), ink), "JPEG", **more))
        assert opened(encoded.full).getpixel((10, 10)) == pytest.approx(colour, abs=4)


def test_sixteen_bits_of_grey_keep_their_light() -> None:
    encoded = encode(saved(Image.new("I;16", (20, 20), 0x8000), "PNG"))
    level = opened(encoded.full).convert("L").getpixel((10, 10))
    assert level == pytest.approx(0x80, abs=3)


def test_what_shows_through_still_does() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    encoded = encode(saved(image, "PNG", transparency=0))
    assert opened(encoded.full).convert("RGBA").getpixel((10, 10))[3] == 0  # type: ignore[index]


def test_the_first_picture_of_a_moving_one_is_kept() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
    encoded = opened(encode(data).full)
    assert getattr(encoded, "n_frames", 1) == 1
    assert encoded.convert("RGB").getpixel((10, 10))[0] > 200  # type: ignore[index]


def test_a_colour_profile_is_applied_and_gone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(Image.new("RGB", (20, 20), (200, 100, 50)), "PNG", icc_profile=profile)
    encoded = opened(encode(data).full)
    assert "icc_profile" not in encoded.info
    assert encoded.convert("RGB").getpixel((9, 9)) == pytest.approx((200, 100, 50), abs=4)
    broken = saved(Image.new("RGB", (20, 20)), "PNG", icc_profile=b"not a profile")
    assert encode(broken).width == 20


def test_more_pixels_than_allowed_are_not_decoded() -> None:
    width = 10_000
    data = saved(Image.new("1", (width, MAX_PIXELS // width + 1)), "PNG")
    assert len(data) < 100_000
    with pytest.raises(TooLarge):
        encode(data)


def test_broken_files_are_not_images_wherever_they_break() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = saved(Image.effect_noise((60, 60), 50).convert("RGB"), kind)
        for cut in range(0, len(whole) - 40, max(1, len(whole) // 40)):
            with pytest.raises(Unprocessable, match="not_an_image"):
                encode(whole[:cut])


def test_flipped_bytes_never_do_worse_than_a_refusal() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = saved(Image.effect_noise((40, 40), 50).convert("RGB"), kind)
        for position in range(0, len(whole), max(1, len(whole) // 150)):
            data = bytearray(whole)
            data[position] ^= 0xFF
            try:
                encoded = encode(bytes(data))
            except LiveshowError:
                continue
            assert encoded.full.startswith(b"RIFF")


def test_a_photo_is_on_disk_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 75: what failed left an empty folder."""
    files = PhotoFiles(tmp_path)
    files.write("abc", Encoded(b"old", b"old", 1, 1))

    def broken(_fd: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        files.write("abc", Encoded(b"new", b"new", 1, 1))
    with pytest.raises(OSError, match="disk full"):
        files.write("def", Encoded(b"new", b"new", 1, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]
    assert [path.read_bytes() for path in sorted((tmp_path / "abc").iterdir())] == [b"old"] * 2
    files.remove("abc")
    files.remove("abc")
    # What a server that was killed was writing goes with the next start.
    (tmp_path / ".new-x").mkdir()
    (tmp_path / ".new-x" / "full.webp").write_bytes(b"half")
    files.tidy()
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_made_of_ids_only(tmp_path: Path) -> None:
    for photo_id in ("..", "a/b", "", "A"):
        with pytest.raises(ValueError, match="not an id"):
            PhotoFiles(tmp_path).path(photo_id, "full")
