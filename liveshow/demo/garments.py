"""Clothes for the demo's product pictures. Each function draws one piece on an easel."""

from __future__ import annotations

import random

from liveshow.demo.easel import Easel, Mask, dark, light
from liveshow.demo.shapes import (
    CENTRE,
    Shape,
    arc,
    box,
    ellipse,
    flipped,
    mirrored,
    moved,
    path,
    turned,
)

WOOD = "#a8744a"
HORN = "#4a3020"


def hanger(easel: Easel, y: float, width: float = 190) -> None:
    """Draw a wooden hanger with its hook; ``y`` is where the neck of the garment is."""
    hook = [*arc(CENTRE, y - 108, 30, 30, 170, 400), (CENTRE, y - 66), (CENTRE, y - 20)]
    easel.stroke(9, "#2a1a22", moved(hook, 14, 16), share=0.12)
    easel.stroke(9, "#6f6b68", hook)
    easel.stroke(3, "#d8d5d0", moved(hook, -2, -1))
    arm = path(
        f"M {CENTRE - width} {y + 58} C {CENTRE - 120} {y + 10} {CENTRE - 60} {y - 26} "
        f"{CENTRE} {y - 30} L {CENTRE} {y + 10} C {CENTRE - 60} {y + 14} "
        f"{CENTRE - 110} {y + 40} {CENTRE - width} {y + 76}"
    )
    easel.blend(arm + flipped(arm)[::-1], light(WOOD, 0.25), dark(WOOD, 0.2))


def button(easel: Easel, x: float, y: float, radius: float, colour: str) -> None:
    """Draw a button with four holes."""
    easel.fill(ellipse(x + 3, y + 4, radius), "#1d1220", 0.35)
    easel.blend(ellipse(x, y, radius), light(colour, 0.3), dark(colour, 0.3))
    easel.fill(ellipse(x, y, radius * 0.74), colour)
    step = radius * 0.24
    holes = [ellipse(x + dx * step, y + dy * step, step / 2) for dx in (-1, 1) for dy in (-1, 1)]
    easel.fill(easel.mask(*holes), dark(colour, 0.6))


def cloth(easel: Easel, shape: Shape, colour: str, fabric: str = "", share: float = 0.12) -> Mask:
    """Fill a piece of fabric, lit from the upper left."""
    mask = easel.blend(shape, light(colour, 0.10), dark(colour, 0.10))
    if fabric:
        easel.weave(mask, fabric, share)
    easel.round(mask, dark(colour, 0.75), 0.30, 46, -22, -14)
    easel.round(mask, light(colour, 0.8), 0.14, 26, 16, 14)
    return mask


def fold(x0: float, y0: float, x1: float, y1: float, width: float = 30) -> Shape:
    """Return a fold that opens downwards, to be laid on softly."""
    middle = (y0 + y1) / 2
    return path(
        f"M {x0} {y0} C {x0} {middle} {x1 - width / 3} {middle} {x1 - width / 2} {y1} "
        f"L {x1 + width / 2} {y1} C {x1} {middle} {x0} {middle} {x0} {y0}"
    )


def folds(easel: Easel, mask: Mask, colour: str, deep: list[Shape], high: list[Shape]) -> None:
    """Lay folds in shadow and folds in light."""
    easel.soften(mask, dark(colour, 0.75), 0.34, 13, *deep)
    easel.soften(mask, light(colour, 0.85), 0.26, 13, *high)


def crease(x: float, y: float, width: float, height: float = 16) -> Shape:
    """Return a short crease, as in an elbow."""
    return path(
        f"M {x} {y} C {x + width / 3} {y + height} {x + width * 0.7} {y + height} {x + width} {y} "
        f"C {x + width * 0.7} {y + height * 2} {x + width / 3} {y + height * 2} {x} {y}"
    )


def sleeves(easel: Easel, sleeve: Shape, colour: str, fabric: str, share: float = 0.12) -> None:
    """Draw a left sleeve and its mirror image, with creases where the elbow is."""
    top = min(y for _, y in sleeve)
    bottom = max(y for _, y in sleeve)
    inner = max(x for x, y in sleeve if y > (top + bottom) / 2)
    elbow = top + (bottom - top) * 0.52
    creases = [crease(inner - 96, elbow + step, 110) for step in (0, 54, 100)]
    for arm, lines in ((sleeve, creases), (flipped(sleeve), [flipped(c) for c in creases])):
        mask = cloth(easel, arm, dark(colour, 0.06), fabric, share)
        easel.soften(mask, dark(colour, 0.7), 0.30, 9, *lines)


def coat(easel: Easel, colour: str = "#c08a54") -> None:
    """A double-breasted wool coat on a hanger."""
    half = path(
        "M 600 268 C 570 268 556 264 545 258 C 500 282 452 298 418 322 C 414 420 420 520 414 640 "
        "C 404 800 388 1040 372 1296 C 440 1318 520 1322 600 1318"
    )
    body = mirrored(half)
    sleeve = path(
        "M 440 308 C 376 338 350 420 338 520 C 322 660 312 800 312 962 C 340 976 378 978 408 968 "
        "C 410 860 418 740 436 610 C 446 520 450 420 440 308"
    )
    easel.shadow(body, sleeve, flipped(sleeve))
    hanger(easel, 262)
    sleeves(easel, sleeve, colour, "wool")
    easel.fill(path("M 536 270 Q 600 210 664 270 L 640 400 L 560 400"), dark(colour, 0.6))
    seam = path("M 434 330 C 420 520 414 760 406 960 L 424 960 C 430 760 440 520 446 330")
    easel.shadow(seam, flipped(seam), dx=0, dy=0, blur=11, share=0.3)
    front = cloth(easel, body, colour, "wool")
    folds(
        easel,
        front,
        colour,
        [fold(470, 760, 446, 1330, 34), fold(560, 960, 556, 1330, 26), fold(736, 720, 770, 1330)],
        [fold(512, 740, 494, 1330, 26), fold(700, 800, 712, 1330, 22)],
    )
    edge = path("M 640 640 C 656 680 660 720 660 780 L 664 1319")
    easel.soften(front, dark(colour, 0.85), 0.55, 8, moved(edge, 8), line=16)
    easel.stroke(2.5, dark(colour, 0.4), edge)
    easel.stitch(dark(colour, 0.3), moved(edge, -13), dash=9, gap=6, width=2)
    for x in (476, 724):
        _flap(easel, colour, x, 902, -5 if x < CENTRE else 5)
    easel.fill(path("M 556 262 L 644 262 L 640 420 L 628 610 L 566 420"), dark(colour, 0.62))
    easel.fill(box(574, 268, 626, 290, 3), "#efe6da")
    lapel = path(
        "M 540 292 C 530 330 520 380 512 406 L 462 434 C 486 510 560 620 640 690 "
        "C 634 600 610 420 566 300"
    )
    right = path(
        "M 660 292 C 670 330 680 380 688 406 L 738 434 C 716 510 676 600 636 680 "
        "C 622 600 612 500 634 300"
    )
    collar = path(
        "M 546 254 C 522 276 490 330 476 382 L 512 408 C 528 366 548 330 578 306 "
        "C 564 292 552 274 546 254"
    )
    for shape in (right, lapel, collar, flipped(collar)):
        easel.shadow(shape, dx=5, dy=11, blur=12, share=0.4)
        cloth(easel, shape, light(colour, 0.07), "wool")
        easel.stroke(2, dark(colour, 0.35), shape, share=0.5)
    for y in (720, 840, 960):
        for x in (540, 632):
            button(easel, x, y, 19, HORN)
    for x in (330, 792):
        easel.stitch(dark(colour, 0.3), [(x, 905), (x + 76, 909)], width=2)
    for x in (384, 816):
        button(easel, x, 934, 10, HORN)


def _flap(easel: Easel, colour: str, x: float, y: float, tilt: float) -> None:
    flap = turned(box(x - 58, y, x + 58, y + 64, 12), tilt, (x, y))
    easel.shadow(flap, dx=3, dy=9, blur=8, share=0.4)
    cloth(easel, flap, light(colour, 0.04), "wool")
    inner = turned(box(x - 48, y + 8, x + 48, y + 54, 8), tilt, (x, y))
    easel.stitch(dark(colour, 0.3), inner, width=2, dash=8, gap=6)


def dress(easel: Easel, colour: str = "#2f5d50", flower: str = "#f2dcc8") -> None:
    """A wrap dress with scattered flowers, on a hanger."""
    bodice = mirrored(
        path(
            "M 600 486 L 532 262 C 500 268 468 278 438 294 C 436 350 446 400 466 440 "
            "C 478 520 494 580 504 646 L 600 650"
        )
    )
    skirt = mirrored(
        path("M 600 640 L 502 640 C 476 760 430 1000 352 1236 C 430 1288 520 1304 600 1300")
    )
    sleeve = path(
        "M 448 286 C 396 304 356 370 330 458 C 364 500 424 510 474 484 C 470 410 458 340 448 286"
    )
    easel.shadow(bodice, skirt, sleeve, flipped(sleeve))
    hanger(easel, 262, 160)
    easel.fill(path("M 532 262 Q 600 300 668 262 L 640 420 L 600 500 L 560 420"), dark(colour, 0.5))
    pieces = []
    for shape in (sleeve, flipped(sleeve), bodice, skirt):
        mask = cloth(easel, shape, colour, "linen", 0.10)
        pieces.append(mask)
    _flowers(easel, pieces, flower)
    for arm, side in ((pieces[0], 1), (pieces[1], -1)):
        lines = [fold(440, 300, x, 510, 20) for x in (370, 416, 452)]
        easel.soften(arm, dark(colour, 0.8), 0.4, 7, *(lines if side > 0 else map(flipped, lines)))
    folds(
        easel,
        pieces[3],
        colour,
        [fold(540 + i * 24, 650, 400 + i * 82, 1310, 46) for i in range(6)],
        [fold(546 + i * 24, 650, 436 + i * 82, 1310, 26) for i in range(5)],
    )
    over = path("M 634 300 C 610 420 566 540 512 640 L 540 650 C 600 560 640 430 668 262")
    easel.soften(pieces[2], dark(colour, 0.8), 0.45, 10, over)
    easel.stroke(3, dark(colour, 0.45), path("M 668 264 C 640 430 590 560 514 646"))
    easel.stroke(3, dark(colour, 0.45), path("M 532 264 C 548 340 566 390 592 462"))
    wrap = path("M 520 656 C 560 900 640 1160 724 1282")
    easel.soften(pieces[3], dark(colour, 0.85), 0.5, 12, moved(wrap, 12), line=22)
    easel.stroke(2.5, dark(colour, 0.4), wrap)
    band = path("M 500 622 Q 600 646 700 622 L 703 664 Q 600 688 497 664")
    easel.shadow(band, dx=2, dy=10, blur=9, share=0.4)
    cloth(easel, band, light(colour, 0.08))
    knot = (530, 654)
    for shape in (
        path("M 530 660 C 500 740 488 800 470 872 L 506 880 C 524 800 536 740 544 664"),
        path("M 536 660 C 548 730 560 790 556 850 L 588 846 C 588 780 570 710 550 660"),
        path("M 530 652 C 490 612 440 604 430 632 C 424 668 480 684 530 660"),
        path("M 534 652 C 566 606 616 600 624 626 C 628 656 584 676 536 660"),
        ellipse(*knot, 18, 20),
    ):
        easel.shadow(shape, dx=3, dy=7, blur=7, share=0.35)
        cloth(easel, shape, light(colour, 0.1))


def _flowers(easel: Easel, pieces: list[Mask], colour: str) -> None:
    dice = random.Random(5)  # noqa: S311 - the same print every time
    petals: list[Shape] = []
    hearts: list[Shape] = []
    for row in range(21):
        for column in range(11):
            x = 320 + column * 58 + (29 if row % 2 else 0) + dice.uniform(-12, 12)
            y = 270 + row * 52 + dice.uniform(-12, 12)
            size, start = dice.choice((6, 8, 11)), dice.uniform(0, 72)
            for turn in range(5):
                petal = ellipse(x, y - size * 0.9, size * 0.5, size * 0.8)[::6]
                petals.append(turned(petal, start + turn * 72, (x, y)))
            hearts.append(ellipse(x, y, size * 0.4)[::8])
    for shapes, paint in ((petals, colour), (hearts, "#d9984a")):
        printed = easel.mask(*shapes)
        for piece in pieces:
            easel.fill(easel.overlap(printed, piece), paint, 0.92)


def denim(easel: Easel, colour: str = "#52729a") -> None:
    """A boxy denim jacket on a hanger, sewn in copper."""
    thread = "#d99a5b"
    body = mirrored(
        path(
            "M 600 290 C 570 286 552 276 540 262 C 490 278 436 296 396 324 "
            "C 402 430 404 520 398 640 "
            "C 392 760 390 880 392 1000 L 600 1006"
        )
    )
    sleeve = path(
        "M 420 308 C 346 340 314 430 296 540 C 276 680 262 820 262 980 C 290 992 340 994 372 984 "
        "C 376 860 390 740 410 620 C 424 520 434 420 420 308"
    )
    easel.shadow(body, sleeve, flipped(sleeve))
    hanger(easel, 262)
    sleeves(easel, sleeve, colour, "twill", 0.22)
    for shape in (box(258, 978, 374, 1032, 8), box(826, 978, 942, 1032, 8)):
        cloth(easel, shape, light(colour, 0.04), "twill", 0.22)
        easel.stitch(thread, box(shape[0][0] - 108, 988, shape[0][0] - 0, 1022))
    seam = path("M 414 330 C 408 520 400 760 392 980 L 410 980 C 414 760 424 520 428 330")
    easel.shadow(seam, flipped(seam), dx=0, dy=0, blur=11, share=0.3)
    easel.fill(path("M 536 268 Q 600 216 664 268 L 640 360 L 560 360"), dark(colour, 0.6))
    front = cloth(easel, body, colour, "twill", 0.22)
    worn = [ellipse(490, 760, 46, 150), ellipse(712, 760, 46, 150), ellipse(600, 420, 150, 40)]
    easel.soften(front, "#dfe8f0", 0.30, 34, *worn)
    hem = cloth(easel, box(388, 990, 812, 1052, 8), light(colour, 0.03), "twill", 0.22)
    easel.soften(hem, dark(colour, 0.8), 0.4, 6, box(380, 980, 820, 996))
    yoke = path("M 398 470 C 470 486 540 490 586 492")
    princess = path("M 486 596 C 484 740 500 880 520 990")
    for line in (yoke, princess, flipped(yoke), flipped(princess)):
        easel.soften(front, dark(colour, 0.8), 0.35, 4, line, line=9)
        easel.stitch(thread, moved(line, 0, 6), moved(line, 0, 15))
    placket = box(574, 300, 626, 1050)
    easel.soften(front, dark(colour, 0.8), 0.45, 6, box(622, 300, 634, 1000))
    cloth(easel, placket, light(colour, 0.05), "twill", 0.22)
    easel.stitch(thread, [(582, 310), (582, 1046)], [(618, 310), (618, 1046)])
    easel.stitch(thread, [(394, 1000), (570, 1004)], [(630, 1004), (806, 1000)])
    easel.stitch(thread, [(394, 1042), (570, 1042)], [(630, 1042), (806, 1042)])
    for x in (500, 700):
        flap = path(f"M {x - 62} 494 L {x + 62} 494 L {x + 62} 536 L {x} 566 L {x - 62} 536")
        pocket = path(f"M {x - 58} 540 L {x + 58} 540 L {x + 52} 636 L {x} 656 L {x - 52} 636")
        easel.stitch(thread, [*pocket, pocket[0]])
        easel.shadow(flap, dx=2, dy=7, blur=6, share=0.4)
        cloth(easel, flap, light(colour, 0.08), "twill", 0.22)
        easel.stitch(thread, moved(flap, 0, -7)[1:])
        _rivet(easel, x, 540)
    collar = path(
        "M 542 256 C 506 286 468 336 452 392 L 552 432 C 566 384 584 344 600 318 "
        "C 574 302 554 284 542 256"
    )
    for half in (collar, flipped(collar)):
        easel.shadow(half, dx=3, dy=9, blur=9, share=0.4)
        cloth(easel, half, light(colour, 0.08), "twill", 0.22)
        easel.stitch(thread, [(x + (512 - x) * 0.1, y + (340 - y) * 0.1) for x, y in half[12:18]])
    for y in (460, 570, 680, 790, 900, 1020):
        _rivet(easel, 600, y)


def _rivet(easel: Easel, x: float, y: float) -> None:
    easel.fill(ellipse(x + 2, y + 3, 11), "#1d1220", 0.4)
    easel.blend(ellipse(x, y, 10), "#e6b98a", "#8a5a35")
    easel.stroke(1.6, "#6d452a", ellipse(x, y, 6))
