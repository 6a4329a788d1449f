"""Softer clothes for the demo's product pictures: silk, linen, pleats, wool."""

from __future__ import annotations

from liveshow.demo.easel import Easel, Mask, dark, light
from liveshow.demo.garments import (
    HORN,
    WOOD,
    button,
    cloth,
    fold,
    folds,
    hanger,
    sleeves,
)
from liveshow.demo.shapes import (
    CENTRE,
    Shape,
    arc,
    box,
    ellipse,
    flipped,
    line,
    mirrored,
    moved,
    path,
)


def blouse(easel: Easel, colour: str = "#d9a6a0") -> None:
    """A silk blouse with a tie neck, on a hanger."""
    body = mirrored(
        path(
            "M 600 280 C 572 280 556 272 546 260 C 496 276 450 292 414 318 "
            "C 420 420 424 520 418 620 "
            "C 408 760 398 900 396 1030 C 460 1056 530 1062 600 1060"
        )
    )
    sleeve = path(
        "M 436 304 C 366 332 336 430 316 560 C 296 690 276 800 268 920 C 300 948 352 952 388 936 "
        "C 396 820 414 720 430 610 C 442 500 446 400 436 304"
    )
    easel.shadow(body, sleeve, flipped(sleeve))
    hanger(easel, 262, 180)
    sleeves(easel, sleeve, colour, "")
    cuff = path("M 276 928 C 310 950 350 952 382 940 L 380 998 C 346 1008 312 1006 280 992")
    for shape in (cuff, flipped(cuff)):
        cloth(easel, shape, light(colour, 0.06))
    for x in (300, 900):
        button(easel, x, 970, 9, "#f6ece4")
    seam = path("M 430 330 C 424 520 416 760 404 930 L 424 930 C 430 760 440 520 446 330")
    easel.shadow(seam, flipped(seam), dx=0, dy=0, blur=11, share=0.28)
    easel.fill(path("M 540 266 Q 600 222 660 266 L 640 330 L 560 330"), dark(colour, 0.45))
    front = cloth(easel, body, colour)
    folds(
        easel,
        front,
        colour,
        [fold(450 + i * 52, 470 + 60 * (i % 3), 424 + i * 60, 1070, 30) for i in range(7)],
        [fold(476 + i * 52, 440 + 70 * (i % 2), 452 + i * 60, 1070, 24) for i in range(6)],
    )
    easel.soften(
        front,
        "#ffffff",
        0.22,
        26,
        path("M 450 360 C 470 520 460 700 440 880 L 470 880 C 500 700 510 520 490 350"),
    )
    easel.soften(front, dark(colour, 0.8), 0.4, 6, box(622, 330, 632, 1060))
    easel.stroke(2, dark(colour, 0.3), [(622, 340), (624, 1058)], share=0.7)
    for y in (560, 670, 780, 890, 1000):
        button(easel, 600, y, 10, "#f6ece4")
    band = path(
        "M 544 254 C 560 300 580 330 600 348 C 620 330 640 300 656 254 L 632 256 "
        "C 622 284 612 304 600 318 C 588 304 578 284 568 256"
    )
    for shape in (
        band,
        path("M 596 356 C 560 470 540 600 520 742 L 578 752 C 590 620 604 480 612 360"),
        path("M 604 356 C 636 460 662 560 672 682 L 728 666 C 712 540 668 430 618 352"),
        path("M 600 350 C 548 290 470 288 450 332 C 440 382 520 408 600 362"),
        path("M 600 350 C 652 290 730 288 750 332 C 760 382 680 408 600 362"),
        ellipse(600, 356, 24, 28),
    ):
        easel.shadow(shape, dx=3, dy=9, blur=9, share=0.32)
        mask = cloth(easel, shape, light(colour, 0.08))
        easel.round(mask, "#ffffff", 0.16, 12, 10, 8)


def shirt(easel: Easel, colour: str = "#e4d8c0") -> None:
    """A linen shirt with short sleeves and an open collar, on a hanger."""
    body = mirrored(
        path(
            "M 600 300 C 570 296 556 280 546 262 C 490 278 440 292 400 318 "
            "C 412 420 414 520 408 640 "
            "C 400 780 396 900 396 1040 L 600 1048"
        )
    )
    sleeve = path(
        "M 430 300 C 366 326 320 420 272 556 C 310 590 364 610 410 612 C 420 560 436 420 430 300"
    )
    easel.shadow(body, sleeve, flipped(sleeve))
    hanger(easel, 262, 180)
    sleeves(easel, sleeve, colour, "linen", 0.2)
    hem = path("M 280 540 C 316 574 364 592 410 594")
    for edge in (hem, flipped(hem)):
        easel.stitch(dark(colour, 0.3), edge, width=2)
    easel.fill(path("M 540 266 Q 600 222 660 266 L 640 440 L 590 470 L 560 440"), dark(colour, 0.4))
    seam = path("M 424 330 C 422 420 418 520 410 610 L 426 610 C 432 520 440 420 440 330")
    easel.shadow(seam, flipped(seam), dx=0, dy=0, blur=11, share=0.26)
    front = cloth(easel, [*body], colour, "linen", 0.2)
    easel.fill(path("M 552 264 L 648 264 L 604 452"), dark(colour, 0.42))
    easel.fill(box(576, 270, 624, 292, 3), "#7b5a48")
    folds(
        easel,
        front,
        colour,
        [fold(452, 620, 436, 1050), fold(540, 700, 548, 1050), fold(700, 640, 716, 1050)],
        [fold(492, 600, 486, 1050, 24), fold(668, 560, 672, 1050, 24)],
    )
    easel.soften(front, dark(colour, 0.8), 0.4, 6, box(626, 450, 636, 1046))
    easel.stitch(dark(colour, 0.3), [(576, 470), (576, 1040)], [(624, 460), (624, 1040)], width=2)
    easel.stitch(dark(colour, 0.3), [(400, 1022), (800, 1022)], width=2)
    pocket = path("M 668 500 L 764 500 L 764 596 L 716 616 L 668 596")
    easel.soften(front, dark(colour, 0.8), 0.3, 8, moved(pocket, 4, 8))
    cloth(easel, pocket, light(colour, 0.05), "linen", 0.2)
    easel.stitch(dark(colour, 0.3), [*moved(pocket, 0, -7), moved(pocket, 0, -7)[0]], width=2)
    collar = path(
        "M 546 256 C 514 282 480 330 462 384 L 516 400 L 500 426 C 536 444 574 452 602 456 "
        "C 596 400 570 330 546 256"
    )
    for half in (flipped(collar), collar):
        easel.shadow(half, dx=3, dy=9, blur=9, share=0.34)
        cloth(easel, half, light(colour, 0.08), "linen", 0.2)
        easel.stroke(1.6, dark(colour, 0.3), [*half, half[0]], share=0.6)
    for y in (520, 630, 740, 850, 960):
        button(easel, 600, y, 12, "#c9b08a")


def skirt(easel: Easel, colour: str = "#4b3f72") -> None:
    """A pleated midi skirt on a hanger with clips."""
    outline = mirrored(
        path("M 600 420 L 452 416 C 436 640 380 940 316 1216 C 410 1262 500 1276 600 1276")
    )
    easel.shadow(outline)
    easel.stroke(9, "#6f6b68", [*arc(CENTRE, 210, 30, 30, 170, 400), (600, 252), (600, 330)])
    easel.stroke(14, WOOD, [(400, 336), (800, 336)])
    easel.stroke(4, light(WOOD, 0.4), [(404, 332), (796, 332)])
    mask = easel.blend(outline, light(colour, 0.14), dark(colour, 0.08))
    count = 17
    for number in range(count):
        top0, top1 = (452 + 296 * (number + k) / count for k in (0.0, 1.0))
        low0, low1 = (316 + 568 * (number + k) / count for k in (0.0, 1.0))
        dip = 1230 + 50 * (1 - (2 * (number + 0.5) / count - 1) ** 2)
        crest = (top0 + (top1 - top0) * 0.42, low0 + (low1 - low0) * 0.42)
        shadow = [(crest[0], 410), (top1, 410), (low1, dip), (crest[1], dip)]
        lit = [(top0, 410), (crest[0], 410), (crest[1], dip), (low0, dip)]
        easel.fill(easel.overlap(easel.mask(shadow), mask), dark(colour, 0.55), 0.5)
        easel.fill(easel.overlap(easel.mask(lit), mask), light(colour, 0.6), 0.14)
        easel.stroke(1.8, light(colour, 0.5), [(crest[0], 424), (crest[1], dip - 10)], share=0.4)
    easel.round(mask, dark(colour, 0.8), 0.4, 60, -30, -8)
    easel.soften(
        mask,
        light(colour, 0.9),
        0.18,
        50,
        path("M 500 440 C 480 700 430 1000 400 1240 L 500 1260 C 520 1000 540 700 540 440"),
    )
    band = box(446, 396, 754, 452, 8)
    easel.shadow(band, dx=0, dy=9, blur=8, share=0.4)
    cloth(easel, band, dark(colour, 0.12), "twill", 0.1)
    for x in (474, 726):
        easel.stroke(5, "#6f6b68", [(x, 340), (x, 380)])
        easel.fill(box(x - 21, 374, x + 21, 430, 6), "#1d1220", 0.3)
        easel.blend(box(x - 23, 370, x + 19, 426, 6), "#d9d6d1", "#8d8a86")
        easel.stroke(2, "#5f5c59", [(x - 16, 398), (x + 12, 398)])


def cardigan(easel: Easel, colour: str = "#d8c4a4") -> None:
    """A chunky cardigan with horn buttons, on a hanger."""
    body = mirrored(
        path(
            "M 600 270 C 574 270 558 264 546 256 C 494 274 444 292 404 320 "
            "C 410 430 414 540 406 660 "
            "C 400 780 394 900 396 1010 L 600 1016"
        )
    )
    sleeve = path(
        "M 430 304 C 352 336 320 440 300 560 C 280 700 268 820 264 940 C 300 958 350 960 384 950 "
        "C 390 840 404 720 420 620 C 434 520 440 420 430 304"
    )
    easel.shadow(body, sleeve, flipped(sleeve))
    hanger(easel, 262, 180)
    sleeves(easel, sleeve, colour, "knit", 0.30)
    knit = path("M 262 936 C 300 958 350 960 386 948 L 380 1020 C 346 1030 304 1028 270 1014")
    for shape in (knit, flipped(knit)):
        mask = cloth(easel, shape, light(colour, 0.06))
        ribs = [line(x, 930, x, 1036) for x in range(264, 388, 14)]
        lines = ribs if shape is knit else [flipped(rib) for rib in ribs]
        easel.fill(easel.overlap(easel.lines(4, *lines), mask), dark(colour, 0.4), 0.4)
    seam = path("M 424 330 C 416 520 408 760 400 940 L 418 940 C 424 760 434 520 438 330")
    easel.shadow(seam, flipped(seam), dx=0, dy=0, blur=12, share=0.3)
    easel.fill(path("M 540 262 Q 600 214 660 262 L 640 480 L 600 600 L 560 480"), dark(colour, 0.5))
    front = cloth(easel, body, colour, "knit", 0.30)
    folds(
        easel,
        front,
        colour,
        [fold(470, 640, 450, 1020), fold(726, 660, 748, 1020)],
        [fold(508, 620, 500, 1020, 30)],
    )
    easel.fill(
        path("M 552 258 L 648 258 C 640 380 620 480 600 560 C 580 480 560 380 552 258"),
        dark(colour, 0.55),
    )
    hem = box(392, 1000, 808, 1082, 10)
    mask = cloth(easel, hem, light(colour, 0.05))
    ribs = [line(x, 1000, x, 1084) for x in range(396, 812, 14)]
    easel.fill(easel.overlap(easel.lines(4, *ribs), mask), dark(colour, 0.4), 0.4)
    edge = path(
        "M 546 250 C 552 380 574 490 606 580 L 612 1082 L 566 1082 L 566 620 "
        "C 530 520 512 390 516 264"
    )
    for shape in (flipped(edge), edge):
        easel.shadow(shape, dx=4, dy=7, blur=9, share=0.32)
        mask = cloth(easel, shape, light(colour, 0.08))
        ribs = [moved(shape[1:31], step) for step in (-12, -24, -36)]
        easel.fill(easel.overlap(easel.lines(4, *ribs), mask), dark(colour, 0.4), 0.35)
    for y in (640, 750, 860, 970, 1050):
        button(easel, 588, y, 16, HORN)


def scarf(easel: Easel, colour: str = "#b4532f", other: str = "#e8d3b4") -> None:
    """A checked scarf over a wooden rail, with a fringe."""
    easel.stroke(26, "#2a1a22", [(150, 372), (1080, 372)], share=0.14)
    easel.stroke(24, WOOD, [(130, 330), (1070, 330)])
    easel.stroke(6, light(WOOD, 0.45), [(134, 324), (1066, 324)])
    long = path(
        "M 400 322 C 440 296 600 292 640 322 C 646 560 640 820 650 1130 "
        "C 560 1142 480 1140 404 1128 C 398 860 404 580 400 322"
    )
    short = path(
        "M 560 322 C 600 292 770 296 806 322 C 812 520 820 720 812 940 "
        "C 740 954 650 954 590 944 C 588 720 570 520 560 322"
    )
    for shape, bottom, left, right in ((short, 944, 592, 810), (long, 1130, 406, 648)):
        easel.shadow(shape, blur=26)
        fringe = [
            path(
                f"M {x} {bottom - 8} C {x + 2} {bottom + 30} {x - 4} {bottom + 50} "
                f"{x + (x % 7) - 3} {bottom + 86}"
            )
            for x in range(left + 4, right, 11)
        ]
        easel.stroke(5, dark(colour, 0.25), *[moved(thread, 4, 3) for thread in fringe])
        easel.stroke(5, light(colour, 0.12), *fringe)
        mask = easel.fill(shape, colour)
        x0, x1 = left - 20, right + 20
        for at in range(300, bottom + 40, 150):
            _band(easel, mask, box(x0, at, x1, at + 58), other, 0.62)
            _band(easel, mask, box(x0, at + 84, x1, at + 92), "#2f3a3f", 0.5)
        for at in range(left + 16, right, 96):
            _band(easel, mask, box(at, 280, at + 40, bottom + 20), other, 0.5)
            _band(easel, mask, box(at + 60, 280, at + 66, bottom + 20), "#2f3a3f", 0.5)
        easel.weave(mask, "twill", 0.12)
        easel.weave(mask, "wool", 0.14)
        easel.round(mask, dark(colour, 0.85), 0.36, 36, -20, -6)
        folds(
            easel,
            mask,
            colour,
            [
                fold(left + 64, 320, left + 84, bottom + 10, 34),
                fold(right - 62, 330, right - 54, bottom + 10, 30),
            ],
            [fold(left + 128, 310, left + 140, bottom + 10, 30)],
        )
        easel.soften(mask, "#fff6ea", 0.25, 10, box(left - 20, 306, right + 20, 326))


def _band(easel: Easel, mask: Mask, shape: Shape, colour: str, share: float) -> None:
    easel.fill(easel.overlap(easel.mask(shape), mask), colour, share)
