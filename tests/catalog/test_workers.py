"""Photos are decoded in processes whose memory and time have limits."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFile

from liveshow.catalog import photo_workers
from liveshow.catalog.photo_encoding import (
    MAX_PIXELS,
    MAX_SCANS,
    MAX_WEBP_PIXELS,
    encode,
    jpeg_scans,
)
from liveshow.catalog.photo_worker import MEMORY_BYTES
from liveshow.catalog.photo_workers import COMMAND, PhotoWorkers
from liveshow.errors import LiveshowError, TooLarge, Unavailable, Unprocessable
from tests.support import eventually

# What one photo may take of memory, the interpreter's 30 MiB included.
MOST_KIB = 400 << 10


@pytest.fixture
async def workers() -> AsyncIterator[PhotoWorkers]:
    made = PhotoWorkers(1)
    yield made
    await made.close()


def saved(size: tuple[int, int], kind: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind, **options)
    return out.getvalue()


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes ``count`` times more."""
    data = saved((64, 64), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * count + b"\xff\xd9"


@pytest.mark.parametrize(
    ("size", "kind", "mode", "options"),
    [
        ((8192, 6144), "JPEG", "RGB", {}),  # a phone of 50 megapixels
        ((12_000, 9_000), "JPEG", "RGB", {}),  # and one of 108
        ((6000, 4300), "JPEG", "RGB", {"progressive": True, "subsampling": 0}),
        ((6000, 4300), "JPEG", "CMYK", {"progressive": True}),
        ((6000, 4300), "PNG", "RGB", {}),
        ((6000, 4300), "PNG", "RGBA", {}),
        ((6000, 4300), "PNG", "P", {"transparency": 0}),
        ((6000, 4300), "PNG", "I;16", {}),
        ((4900, 3350), "WEBP", "RGBA", {"lossless": True, "method": 0}),
    ],
    ids=lambda value: str(value),
)
async def test_the_largest_photos_of_every_kind_fit_into_the_memory(
    workers: PhotoWorkers, size: tuple[int, int], kind: str, mode: str, options: dict[str, Any]
) -> None:
    """faults.md 16"""
    encoded = await workers.encode("ana", saved(size, kind, mode, **options))
    assert max(encoded.width, encoded.height) == 1600
    assert 0 < workers.peak_kib < MOST_KIB
    assert MOST_KIB < MEMORY_BYTES >> 10


@pytest.mark.parametrize(
    ("size", "kind", "options"),
    [
        ((10_000, 5_000), "PNG", {}),
        ((10_000, 5_000), "WEBP", {"lossless": True, "method": 0}),
        ((10_000, 5_000), "JPEG", {"progressive": True}),
        # Too narrow to be decoded at a fraction.
        ((60_000, 1_600), "JPEG", {}),
    ],
)
async def test_more_pixels_are_refused_before_they_are_decoded(
    workers: PhotoWorkers, size: tuple[int, int], kind: str, options: dict[str, Any]
) -> None:
    """faults.md 16"""
    with pytest.raises(TooLarge):
        await workers.encode("ana", saved(size, kind, **options))
    await workers.encode("ana", saved((40, 30), "JPEG"))
    assert workers.peak_kib < 80 << 10


def test_scans_are_counted_as_they_are_in_the_file() -> None:
    assert jpeg_scans(saved((64, 64), "JPEG")) == (1, False)
    scans, whole = jpeg_scans(saved((64, 64), "JPEG", progressive=True))
    assert whole
    assert 6 <= scans <= 12
    assert jpeg_scans(many_scans(40)) == (scans + 40, True)
    noise = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(noise, "JPEG", comment=b"\xff\xda" * 50, quality=100)
    assert jpeg_scans(noise.getvalue()) == (1, False)
    for broken in (b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xda", b"\xff\xd8\xff\xe0\xff\xff"):
        jpeg_scans(broken)


def as_mpo(data: bytes) -> bytes:
    """The JPEG as cameras write it that keep a second picture behind it (CIPA DC-007)."""
    second = saved((40, 30), "JPEG")
    pair = io.BytesIO()
    Image.new("RGB", (40, 30)).save(
        pair, "MPO", save_all=True, append_images=[Image.open(io.BytesIO(second))]
    )
    made = pair.getvalue()
    at = made.index(b"MPF\0") - 4
    index = made[at : at + 2 + int.from_bytes(made[at + 2 : at + 4], "big")]
    both = data[:2] + index + data[2:] + second
    with Image.open(io.BytesIO(both)) as opened:
        assert opened.format == "MPO"
    return both


async def test_a_jpeg_with_a_second_picture_is_a_jpeg(workers: PhotoWorkers) -> None:
    """python-pillow/Pillow#1138, agschwender/pilbox#34: what Pillow calls MPO is from a camera."""
    encoded = await workers.encode("ana", as_mpo(saved((8000, 6000), "JPEG")))
    assert (encoded.width, encoded.height) == (1600, 1200)
    assert 0 < workers.peak_kib < MOST_KIB
    with pytest.raises(Unprocessable, match="too_complex"):
        await workers.encode("ana", as_mpo(many_scans(2_000)))
    with pytest.raises(TooLarge):
        await workers.encode("ana", as_mpo(saved((10_000, 5_000), "JPEG", progressive=True)))


def test_a_jpeg_of_two_thousand_scans_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """faults.md 16"""
    loaded: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: loaded.append(self))
    with pytest.raises(Unprocessable, match="too_complex"):
        encode(many_scans(2_000))
    with pytest.raises(Unprocessable, match="too_complex"):
        encode(many_scans(MAX_SCANS))
    assert not loaded


def misbehaving(code: str) -> PhotoWorkers:
    """Workers that do something else than they should with the first upload of ``bad``."""
    program = (
        "import liveshow.catalog.photo_worker as w, os, resource, signal, time\n"
        "real = w.encode\n"
        f"def encode(data):\n    if data == b'bad':\n        {code}\n    return real(data)\n"
        "w.encode = encode\n"
        "w.CPU_SECONDS = 0\n"
        "w.main()\n"
    )
    return PhotoWorkers(1, command=(sys.executable, "-c", program))


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("bytearray(1 << 30)", "internal"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "too_complex"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "too_large"),
        ("os._exit(1)", "too_large"),
    ],
)
async def test_a_worker_that_dies_is_replaced(code: str, refusal: str) -> None:
    """faults.md 16"""
    workers = misbehaving(code)
    refused = asyncio.create_task(workers.encode("mallory", b"bad"))
    waiting = asyncio.create_task(workers.encode("ana", saved((40, 30), "JPEG")))
    with pytest.raises(LiveshowError) as error:
        await refused
    assert error.value.code in (refusal, "too_large")
    assert (await waiting).width == 40
    await workers.close()


async def test_a_worker_has_so_much_processor_time_and_no_more() -> None:
    """faults.md 16"""
    workers = misbehaving("import sys\n        while True: pass")
    with pytest.raises(Unprocessable, match="too_complex"):
        await workers.encode("mallory", b"bad")
    await workers.close()


async def test_a_worker_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = misbehaving("time.sleep(600)")
    await workers.encode("ana", saved((40, 30), "JPEG"))
    monkeypatch.setattr(photo_workers, "WALL_SECONDS", 0.1)
    with pytest.raises(Unavailable) as error:
        await workers.encode("mallory", b"bad")
    assert error.value.retry_after > 0
    assert not workers._idle
    assert not workers._busy
    await workers.close()


async def test_one_person_does_not_keep_others_waiting(workers: PhotoWorkers) -> None:
    """faults.md 16"""
    done: list[str] = []

    async def upload(owner: str) -> None:
        await workers.encode(owner, saved((40, 30), "JPEG"))
        done.append(owner)

    many = [asyncio.create_task(upload("mallory")) for _ in range(6)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(upload(owner)) for owner in ("ana", "bob")]
    await asyncio.gather(*many, *others)
    assert done[:4] == ["mallory", "mallory", "ana", "bob"]


async def test_nothing_of_the_servers_environment_reaches_a_worker(
    workers: PhotoWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESHOW_SECRET", "hush")
    await workers.encode("ana", saved((40, 30), "JPEG"))
    environment = Path(f"/proc/{workers._idle[0].pid}/environ").read_bytes()
    assert b"hush" not in environment


async def test_a_worker_that_was_ended_from_outside_is_replaced(workers: PhotoWorkers) -> None:
    await workers.encode("ana", saved((40, 30), "JPEG"))
    (process,) = workers._idle
    process.kill()
    await process.wait()
    assert (await workers.encode("ana", saved((40, 30), "JPEG"))).width == 40


async def test_a_worker_that_cannot_limit_itself_decodes_nothing() -> None:
    program = (
        "import liveshow.catalog.photo_worker as w, resource\n"
        "def setrlimit(*_): raise ValueError('not allowed')\n"
        "resource.setrlimit = setrlimit\n"
        "w.main()\n"
    )
    workers = PhotoWorkers(1, command=(sys.executable, "-c", program))
    with pytest.raises(Unavailable):
        await workers.encode("ana", saved((40, 30), "JPEG"))
    await workers.close()


async def test_workers_end_with_the_server(workers: PhotoWorkers) -> None:
    await workers.encode("ana", saved((40, 30), "JPEG"))
    (process,) = workers._idle
    await workers.close()
    assert process.returncode is not None
    with pytest.raises(Unavailable):
        await workers.encode("ana", saved((40, 30), "JPEG"))


async def test_a_worker_ends_when_its_server_is_gone() -> None:
    read, write = os.pipe()
    process = await asyncio.create_subprocess_exec(*COMMAND, stdin=read)
    os.close(read)
    os.close(write)
    await eventually(lambda: process.returncode is not None)
    assert process.returncode == 0


def test_a_bound_of_pixels_fits_the_memory_of_a_worker() -> None:
    assert MAX_PIXELS * 4 * 2 < MEMORY_BYTES // 2
    # A WebP is in memory four times while it is decoded.
    assert MAX_WEBP_PIXELS * 4 * 4 <= MEMORY_BYTES // 1.9
