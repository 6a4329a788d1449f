"""Product pictures and covers of the demo, drawn when it starts."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from liveshow.demo import garments, soft, things
from liveshow.demo.easel import Backdrop, Easel, View

QUALITY = 90


@dataclass(frozen=True)
class Scene:
    """What is drawn in front of which backdrop, and from where it is seen."""

    draw: Callable[[Easel], None]
    backdrop: Backdrop
    view: View | None = None


def _rail(easel: Easel) -> None:
    """Tonight's cover: the rail."""
    easel.stroke(20, "#1d1220", [(-20, 252), (1220, 252)], share=0.2)
    easel.stroke(16, "#3a2d2a", [(-20, 212), (1220, 212)])
    easel.stroke(4, "#a58d7c", [(-20, 207), (1220, 207)])
    for draw, x in (
        (soft.blouse, 190),
        (garments.dress, 1040),
        (garments.denim, 430),
        (garments.coat, 740),
    ):
        easel.place(x, 752, 0.88)
        draw(easel)


def _linen(easel: Easel) -> None:
    """The cover of the show that is over."""
    easel.place(520, 690, 0.96)
    soft.shirt(easel)
    easel.place(840, 1160, 0.52)
    things.hat(easel)
    easel.place(330, 1270, 0.44)
    things.sunglasses(easel)


def _silk(easel: Easel) -> None:
    """The cover of the show to come."""
    easel.place(790, 830, 0.86)
    soft.skirt(easel)
    easel.place(450, 720, 0.92)
    soft.blouse(easel)


_PLASTER = Backdrop("#d9d1c7", "#e9e2d9")
_COAT = Backdrop("#cfd3cf", "#e2e3de")
_DRESS = Backdrop("#ecd3c6", "#f3e2d7")
_BAG = Backdrop("#a9bac4", "#c3d0d6", "#8fa4b0", 0.66)

SCENES: dict[str, Scene] = {
    "coat": Scene(garments.coat, _COAT, View(600, 735, 1.08)),
    "coat-detail": Scene(garments.coat, _COAT, View(560, 560, 1.9)),
    "dress": Scene(garments.dress, _DRESS, View(600, 735, 1.08)),
    "dress-detail": Scene(garments.dress, _DRESS, View(560, 640, 2.0)),
    "sneakers": Scene(
        things.sneakers, Backdrop("#a7bdb0", "#c2d2c6", "#8fab9c", 0.58), View(600, 860, 1.12)
    ),
    "mug": Scene(things.mug, Backdrop("#e0b15f", "#ecc987", "#d39c45", 0.62), View(640, 810, 1.1)),
    "bag": Scene(things.bag, _BAG),
    "bag-detail": Scene(things.bag, _BAG, View(600, 900, 1.9)),
    "sunglasses": Scene(things.sunglasses, Backdrop("#f0cdb4", "#f6e0cf"), View(600, 640, 1.2)),
    "scarf": Scene(soft.scarf, Backdrop("#c5cdd4", "#dfe3e6"), View(610, 740, 1.1)),
    "denim": Scene(garments.denim, Backdrop("#e3d2b8", "#efe4d2"), View(600, 606, 1.2)),
    "blouse": Scene(soft.blouse, Backdrop("#e7e4d8", "#f2efe6"), View(600, 606, 1.18)),
    "skirt": Scene(soft.skirt, Backdrop("#d8cfe0", "#e8e2ec")),
    "hoops": Scene(things.hoops, Backdrop("#2f4f4d", "#3f6561")),
    "hat": Scene(things.hat, Backdrop("#c9765a", "#dd9a7e", "#b8624a", 0.56)),
    "cardigan": Scene(soft.cardigan, Backdrop("#8f977c", "#adb39b"), View(600, 606, 1.2)),
    "boots": Scene(
        things.boots, Backdrop("#e5b9a8", "#efd2c5", "#d6a390", 0.60), View(610, 800, 1.1)
    ),
    "shirt": Scene(soft.shirt, Backdrop("#b9d0da", "#d5e3e8"), View(600, 606, 1.2)),
    "cover-tonight": Scene(_rail, Backdrop("#7d4a4f", "#c98f77")),
    "cover-past": Scene(_linen, Backdrop("#b9cfd6", "#d9e5e6")),
    "cover-coming": Scene(_silk, Backdrop("#dcd3e2", "#efe6ea")),
}


def paint(name: str) -> bytes:
    """Return the picture of that name, a JPEG of 1200x1500."""
    scene = SCENES[name]
    easel = Easel(scene.backdrop, scene.view)
    scene.draw(easel)
    out = io.BytesIO()
    easel.finished().save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
