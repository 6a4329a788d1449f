"""Product pictures: all there, quick, and good enough to be a product's."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from liveshow.demo.pictures import SCENES, paint
from liveshow.demo.shapes import dashes, line, mirrored, path
from liveshow.demo.wardrobe import ALL_PIECES


def test_every_piece_has_its_pictures() -> None:
    wanted = {name for piece in ALL_PIECES for name in piece.pictures}
    assert wanted <= set(SCENES)
    assert {name for name in SCENES if not name.startswith("cover-")} == wanted


@pytest.mark.parametrize("name", ["mug", "bag-detail"])
def test_a_picture_is_a_portrait_in_colour(name: str) -> None:
    image = Image.open(io.BytesIO(paint(name)))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1200, 1500))
    # Nothing is left empty: the middle differs from the corners, both have light and shade.
    middle = image.crop((400, 500, 800, 1100)).resize((1, 1)).getpixel((0, 0))
    corner = image.crop((0, 0, 100, 100)).resize((1, 1)).getpixel((0, 0))
    assert middle != corner


@pytest.mark.slow
def test_all_pictures_are_different_and_take_a_few_seconds_of_one_core() -> None:
    began = time.process_time()
    pictures = {name: paint(name) for name in SCENES}
    assert time.process_time() - began < 10
    assert len(set(pictures.values())) == len(SCENES)
    assert paint("mug") == pictures["mug"]


def test_paths_follow_their_curves() -> None:
    straight = path("M 0 0 L 10 0")
    assert straight == [(0, 0), (10, 0)]
    for text in ("M 0 0 C 0 10 10 10 10 0", "M 0 0 Q 5 15 10 0"):
        curve = path(text)
        assert curve[-1] == (10, 0)
        assert max(y for _, y in curve) == pytest.approx(7.5)
    assert mirrored([(0, 0), (5, 5)], about=10) == [(0, 0), (5, 5), (15, 5), (20, 0)]


def test_dashes_have_the_length_asked_for() -> None:
    cut = dashes(line(0, 0, 100, 0), 10, 5)
    assert len(cut) == 7
    assert cut[1] == [(15, 0), (25, 0)]
