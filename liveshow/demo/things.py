"""Shoes, bags and other things for the demo's product pictures."""

from __future__ import annotations

import random

from liveshow.demo.easel import Easel, Mask, dark, light
from liveshow.demo.garments import cloth
from liveshow.demo.shapes import Shape, arc, box, ellipse, flipped, line, moved, path, turned

BRASS = "#c99a4b"


def standing(easel: Easel, left: float, right: float, y: float) -> None:
    """Let something stand on the floor: a hard shadow below it, a soft one beside it."""
    middle, width = (left + right) / 2, right - left
    easel.shadow(ellipse(middle + 50, y + 4, width * 0.56, 44), dx=0, dy=0, blur=30, share=0.34)
    easel.shadow(ellipse(middle, y, width * 0.5, 16), dx=0, dy=0, blur=9, share=0.55)


def sneakers(easel: Easel, colour: str = "#f6f3ec", accent: str = "#3d6b57") -> None:
    """A pair of court sneakers, seen from the side."""
    standing(easel, 380, 1010, 946)
    _sneaker(easel, 104, -132, dark(colour, 0.05), accent)
    standing(easel, 236, 910, 1080)
    _sneaker(easel, 0, 0, colour, accent)


def _sneaker(easel: Easel, dx: float, dy: float, colour: str, accent: str) -> None:
    def at(text: str) -> Shape:
        return moved(path(text), dx, dy)

    easel.fill(
        at("M 556 812 C 600 800 700 806 760 812 C 800 812 840 790 868 776 L 876 840 L 560 850"),
        dark(accent, 0.4),
    )
    tongue = at(
        "M 500 860 C 520 800 548 758 584 736 C 612 722 640 732 646 758 C 650 800 620 850 590 890"
    )
    cloth(easel, tongue, light(colour, 0.1))
    upper = at(
        "M 252 1016 C 240 966 282 938 352 924 C 430 908 500 870 560 812 "
        "C 590 838 650 852 706 850 C 770 848 828 820 868 770 C 892 776 902 804 904 856 "
        "C 908 910 912 960 910 1020"
    )
    mask = cloth(easel, upper, colour)
    easel.soften(
        mask,
        dark(colour, 0.5),
        0.16,
        16,
        at("M 440 960 C 520 990 600 980 640 960 L 630 1010 L 430 1010"),
    )
    toe = at("M 250 1020 C 240 966 282 938 352 924 C 384 950 400 980 400 1020")
    cap = cloth(easel, toe, light(colour, 0.2))
    easel.stroke(2, dark(colour, 0.3), at("M 352 924 C 384 950 400 980 400 1012"), share=0.7)
    easel.soften(
        cap, "#ffffff", 0.6, 12, at("M 280 976 C 300 954 330 946 356 942 L 358 956 L 290 992")
    )
    holes = [ellipse(300 + 24 * i, 964 - 7 * i + 15 * j, 3.2) for i in range(3) for j in range(2)]
    easel.fill(easel.mask(*(moved(hole, dx, dy) for hole in holes)), dark(colour, 0.45))
    stay = at(
        "M 396 918 C 470 898 530 862 574 820 C 596 838 630 850 660 852 "
        "C 632 900 560 946 476 968 C 436 968 408 946 396 918"
    )
    easel.shadow(stay, dx=2, dy=5, blur=6, share=0.2)
    cloth(easel, stay, light(colour, 0.15))
    seam = at("M 410 938 C 436 960 480 958 540 932 C 590 908 626 882 644 858")
    easel.stitch(dark(colour, 0.3), seam, width=2, dash=8, gap=5)
    stripe = at("M 640 1014 C 650 960 684 908 736 852 L 784 842 C 742 890 714 952 706 1014")
    easel.shadow(stripe, dx=2, dy=4, blur=5, share=0.18)
    cloth(easel, stripe, accent, "suede", 0.08)
    heel = at(
        "M 808 826 C 832 812 852 794 868 770 C 892 776 902 804 904 856 C 908 910 912 960 910 1018 "
        "L 806 1018 C 820 950 822 890 808 826"
    )
    cloth(easel, heel, accent, "suede", 0.08)
    seam = at("M 818 836 C 832 892 830 950 818 1010")
    easel.stitch(light(accent, 0.5), seam, width=2, dash=8, gap=5)
    for number in range(5):
        x, y = 436 + number * 32 + dx, 914 - number * 17 - number * number * 1.6 + dy
        lace = [(x - 20, y - 12), (x + 8, y), (x + 36, y + 22)]
        easel.stroke(15, "#1d1220", moved(lace, 2, 5), share=0.2)
        easel.stroke(14, dark("#fffdf8", 0.06), lace)
        easel.stroke(4, "#ffffff", moved(lace, -1, -3))
    sole = at(
        "M 240 1004 C 236 1040 240 1076 284 1078 L 876 1078 C 914 1078 922 1046 916 1004 "
        "C 800 1018 400 1020 240 1004"
    )
    cloth(easel, sole, "#fbf8f1")
    easel.stroke(3, dark("#faf7f0", 0.25), at("M 246 1030 C 400 1042 800 1042 914 1030"))
    gum = at(
        "M 244 1054 C 250 1078 262 1084 290 1084 L 872 1084 C 900 1084 912 1076 916 1054 "
        "C 800 1060 400 1060 244 1054"
    )
    cloth(easel, gum, "#b98350")


def boots(easel: Easel, colour: str = "#38302f") -> None:
    """A pair of Chelsea boots, seen from the side."""
    standing(easel, 380, 960, 984)
    _boot(easel, 110, -120, dark(colour, 0.2))
    standing(easel, 262, 850, 1104)
    _boot(easel, 0, 0, colour)


def _boot(easel: Easel, dx: float, dy: float, colour: str) -> None:
    def at(text: str) -> Shape:
        return moved(path(text), dx, dy)

    easel.fill(at("M 556 520 Q 690 484 830 520 L 820 560 L 566 560"), dark(colour, 0.6))
    loop = at("M 806 540 C 812 470 850 470 852 548")
    easel.stroke(16, dark(colour, 0.2), loop)
    upper = at(
        "M 556 520 C 620 540 760 540 830 520 C 836 640 850 760 842 880 C 846 960 852 1010 846 1072 "
        "L 272 1072 C 258 1010 300 968 370 944 C 450 912 520 880 552 800 C 572 720 562 620 556 520"
    )
    mask = cloth(easel, upper, colour, "leather", 0.10)
    easel.soften(
        mask,
        light(colour, 0.9),
        0.50,
        16,
        at("M 330 990 C 400 960 470 936 520 900 L 530 912 C 480 956 410 980 340 1010"),
        at("M 582 560 C 592 660 590 760 572 830 L 592 840 C 612 760 614 660 604 556"),
    )
    easel.soften(
        mask,
        dark(colour, 0.9),
        0.6,
        14,
        at("M 560 820 C 620 850 690 846 740 820 L 740 840 C 690 872 620 876 556 850"),
        at("M 540 880 C 600 910 660 910 710 890 L 706 910 C 660 934 600 930 530 906"),
    )
    gore = at("M 646 536 L 758 536 C 752 640 740 720 706 800 C 668 720 652 640 646 536")
    panel = cloth(easel, gore, light(colour, 0.14))
    ribs = [
        [(x + dx, 530 + dy), (704 + (x - 704) * 0.2 + dx, 800 + dy)] for x in range(650, 760, 9)
    ]
    easel.fill(easel.overlap(easel.lines(3, *ribs), panel), dark(colour, 0.7), 0.7)
    easel.stitch(
        light(colour, 0.35),
        at("M 636 536 C 642 650 662 740 706 816 C 746 740 762 650 768 536"),
        width=2,
        dash=8,
        gap=5,
    )
    sole = at(
        "M 264 1056 "
        "C 258 1090 270 1098 300 1098 L 640 1098 L 650 1084 L 690 1084 L 694 1124 L 852 1124 "
        "C 856 1100 854 1076 850 1056 C 700 1070 400 1070 264 1056"
    )
    cloth(easel, sole, dark(colour, 0.35))
    easel.stitch(
        light(colour, 0.45), at("M 272 1066 C 400 1080 700 1080 846 1066"), width=2.4, dash=8, gap=6
    )


def bag(easel: Easel, colour: str = "#a5592f") -> None:
    """A saddle bag with a brass buckle."""
    standing(easel, 350, 850, 1166)
    strap = path("M 384 720 C 330 430 450 232 600 228 C 750 232 870 430 816 720")
    easel.stroke(34, "#2a1a22", moved(strap, 30, 34), share=0.10)
    easel.stroke(34, dark(colour, 0.42), strap)
    easel.stroke(27, dark(colour, 0.12), strap)
    easel.stroke(8, light(colour, 0.25), moved(strap, -3, -5), share=0.5)
    easel.stitch(light(colour, 0.55), [(x + (600 - x) * 0.03, y + 9) for x, y in strap], width=2.4)
    body = path(
        "M 362 720 C 344 900 356 1080 404 1142 C 430 1170 470 1172 600 1172 "
        "C 730 1172 770 1170 796 1142 C 844 1080 856 900 838 720"
    )
    mask = cloth(easel, body, dark(colour, 0.14), "leather", 0.2)
    easel.stitch(
        light(colour, 0.5),
        path(
            "M 382 760 C 366 920 376 1070 418 1126 C 440 1150 480 1152 600 1152 "
            "C 720 1152 760 1150 782 1126 C 824 1070 834 920 818 760"
        ),
    )
    flap = path(
        "M 350 716 C 346 656 372 634 424 634 L 776 634 C 828 634 854 656 850 716 "
        "C 858 850 800 1010 600 1018 C 400 1010 342 850 350 716"
    )
    easel.soften(mask, "#1d1220", 0.5, 16, moved(flap, 4, 20))
    front = cloth(easel, flap, colour, "leather", 0.2)
    easel.soften(front, light(colour, 0.85), 0.30, 40, ellipse(480, 740, 90, 60))
    easel.soften(front, dark(colour, 0.8), 0.25, 40, ellipse(740, 920, 120, 60))
    easel.stitch(
        light(colour, 0.55),
        path(
            "M 372 716 C 368 672 388 656 428 656 L 772 656 C 812 656 832 672 828 716 "
            "C 834 836 780 988 600 996 C 420 988 366 836 372 716 L 372 706"
        ),
    )
    tab = box(570, 860, 630, 1096, 26)
    easel.shadow(tab, dx=3, dy=8, blur=8, share=0.4)
    cloth(easel, tab, light(colour, 0.04), "leather", 0.18)
    easel.stitch(light(colour, 0.55), box(579, 870, 621, 1086, 20), width=2.2)
    for y in (1046, 1068):
        easel.fill(ellipse(600, y, 4.5), dark(colour, 0.7))
    frame = box(552, 962, 648, 1030, 14)
    easel.stroke(11, "#1d1220", moved([*frame, frame[0]], 3, 5), share=0.35)
    easel.stroke(12, dark(BRASS, 0.25), [*frame, frame[0]])
    easel.stroke(7, light(BRASS, 0.25), [*moved(frame, -1, -2), moved(frame, -1, -2)[0]])
    easel.stroke(8, BRASS, line(600, 966, 600, 1026))
    for x in (384, 816):
        easel.stroke(10, dark(BRASS, 0.2), [*ellipse(x, 706, 25), ellipse(x, 706, 25)[0]])
        easel.stroke(5, light(BRASS, 0.35), arc(x, 706, 25, 25, 150, 300))


def sunglasses(easel: Easel, colour: str = "#5d3218") -> None:
    """Tortoiseshell sunglasses, lying open."""
    arm = path(
        "M 262 700 C 262 560 286 430 330 330 C 340 306 362 312 360 336 C 330 440 312 570 318 700"
    )
    rim = path(
        "M 246 690 C 250 652 296 640 380 640 C 470 640 560 654 576 700 C 588 760 566 850 520 884 "
        "C 460 920 350 918 300 876 C 262 836 246 760 246 690"
    )
    lens = path(
        "M 286 700 C 290 680 320 672 384 672 C 460 672 532 682 544 712 C 552 764 534 836 498 860 "
        "C 448 888 366 886 324 850 C 294 816 284 750 286 700"
    )
    bridge = path("M 556 690 C 580 664 620 664 644 690 L 640 736 C 624 706 576 706 560 736")
    rims = (rim, flipped(rim))
    easel.shadow(arm, flipped(arm), bridge, *rims, dx=26, dy=34, blur=20, share=0.38)
    for shape in (arm, flipped(arm)):
        mask = easel.fill(shape, dark(colour, 0.15))
        _tortoise(easel, mask)
        easel.round(mask, "#1d1220", 0.5, 12, -7, -4)
    for side in (rim, flipped(rim)):
        glass = lens if side is rim else flipped(lens)
        pane = easel.blend(glass, "#20302b", "#8aa08c")
        gleam = path("M 330 700 L 410 684 L 372 868 L 330 840")
        easel.soften(pane, "#ffffff", 0.22, 5, gleam if side is rim else moved(gleam, 330))
        easel.round(pane, "#0d1512", 0.5, 18, 6, 10)
    for shape, hole in ((rim, lens), (flipped(rim), flipped(lens)), (bridge, None)):
        mask = easel.mask(shape, holes=[hole] if hole else [])
        easel.fill(mask, colour)
        _tortoise(easel, mask)
        easel.round(mask, "#1d1220", 0.45, 12, -6, -6)
        easel.round(mask, "#ffe9c9", 0.40, 5, 4, 5)
    for x in (290, 910):
        easel.fill(ellipse(x, 678, 7, 5), light(BRASS, 0.3))


def _tortoise(easel: Easel, mask: Mask) -> None:
    dice = random.Random(11)  # noqa: S311 - the same frames every time
    for colour, count, share in (("#c9823a", 60, 0.6), ("#20110a", 46, 0.5)):
        spots = [
            turned(
                ellipse(x, y, dice.uniform(8, 26), dice.uniform(5, 13))[::6],
                dice.uniform(0, 180),
                (x, y),
            )
            for x, y in ((dice.uniform(240, 960), dice.uniform(310, 920)) for _ in range(count * 3))
        ]
        easel.soften(mask, colour, share, 4, *spots)


def mug(easel: Easel, colour: str = "#f3ead9", rim: str = "#2d4668") -> None:
    """An enamel mug with a rail of clothes on it."""
    standing(easel, 400, 790, 1092)
    ear = path("M 778 690 C 900 660 952 740 930 840 C 912 930 850 984 770 976")
    easel.stroke(54, dark(colour, 0.5), ear)
    easel.stroke(46, dark(colour, 0.10), ear)
    easel.stroke(14, light(colour, 0.6), moved(ear, -4, -10), share=0.8)
    body = path(
        "M 372 560 L 396 1040 C 400 1086 450 1098 590 1098 C 730 1098 780 1086 784 1040 L 808 560"
    )
    mask = easel.blend(body, light(colour, 0.4), dark(colour, 0.26), across=True)
    easel.soften(mask, "#ffffff", 0.7, 18, box(424, 640, 452, 1020, 10))
    easel.soften(mask, dark(colour, 0.7), 0.28, 34, box(720, 560, 830, 1100))
    easel.round(mask, dark(colour, 0.7), 0.2, 30, 0, -16)
    _print(easel, rim)
    opening = ellipse(590, 560, 218, 54)
    easel.fill(opening, colour)
    inside = easel.blend(ellipse(590, 562, 202, 45), dark(colour, 0.42), dark(colour, 0.12))
    easel.soften(inside, "#6b3f22", 0.95, 5, ellipse(590, 590, 176, 30))
    easel.soften(inside, "#ffffff", 0.25, 6, arc(590, 586, 150, 22, 190, 250), line=6)
    easel.stroke(13, rim, [*opening, opening[0]])
    easel.stroke(3, light(rim, 0.5), arc(590, 557, 218, 54, 150, 260))
    foot = path("M 372 1052 C 420 1096 480 1094 590 1094 C 700 1094 760 1096 808 1052")
    easel.fill(easel.overlap(easel.lines(12, foot), mask), rim)
    dice = random.Random(3)  # noqa: S311 - the same enamel every time
    specks = [
        ellipse(dice.uniform(410, 770), dice.uniform(640, 1070), dice.uniform(0.8, 2.2))[::9]
        for _ in range(70)
    ]
    easel.fill(easel.overlap(easel.mask(*specks), mask), rim, 0.45)


def _print(easel: Easel, ink: str) -> None:
    easel.stroke(7, ink, path("M 470 742 Q 590 766 712 742"))
    for leg in (line(492, 742, 484, 960), line(690, 742, 698, 960)):
        easel.stroke(7, ink, leg)
    colours = ("#c4532f", "#d9a441", ink, "#7f9a7a")
    for number, colour in enumerate(colours):
        x = 526 + number * 43
        easel.stroke(3, ink, [(x, 752), (x, 772)])
        dress = path(
            f"M {x - 7} 772 L {x + 7} 772 L {x + 9} 812 L {x + 19} {900 - 26 * (number % 2)} "
            f"L {x - 19} {900 - 26 * (number % 2)} L {x - 9} 812"
        )
        easel.fill(dress, colour, 0.92)


def hoops(easel: Easel, colour: str = "#d9a94e") -> None:
    """Gold hoops on a slab of pale stone."""
    slab = path(
        "M 250 560 C 330 500 830 480 930 560 C 990 640 980 980 920 1060 "
        "C 820 1130 380 1130 280 1060 C 210 980 200 640 250 560"
    )
    easel.shadow(slab, dx=26, dy=44, blur=36, share=0.5)
    stone = cloth(easel, slab, "#e9e1d6", "leather", 0.07)
    easel.soften(
        stone,
        "#9b8f86",
        0.35,
        6,
        path("M 300 620 C 480 700 520 840 760 900 C 820 920 900 900 940 860"),
        line=5,
    )
    for x, y, turn in ((446, 812, -18), (758, 780, 14)):
        ring = turned(ellipse(x, y, 128, 138), turn, (x, y))
        easel.stroke(26, "#2a1a22", moved([*ring, ring[0]], 15, 20), share=0.28)
        easel.stroke(28, dark(colour, 0.45), [*ring, ring[0]])
        easel.stroke(22, colour, [*ring, ring[0]])
        easel.stroke(10, light(colour, 0.45), moved(ring[26:62], 2, 2))
        easel.stroke(5, "#fff8e6", moved(ring[36:52], 2, 2))
        easel.stroke(8, dark(colour, 0.35), moved(ring[2:20], -5, -4), share=0.7)
        easel.stroke(4, "#fff0cc", moved(ring[6:14], -1, -3), share=0.9)
        top = min(ring, key=lambda point: point[1])
        easel.stroke(5, light(colour, 0.2), [(top[0] - 20, top[1] + 4), (top[0] + 22, top[1] - 26)])
        easel.fill(ellipse(top[0], top[1], 17), dark(colour, 0.3))
        easel.fill(ellipse(top[0] - 2, top[1] - 3, 14), light(colour, 0.3))


def hat(easel: Easel, colour: str = "#dcb978", ribbon: str = "#2b2730") -> None:
    """A straw hat, seen from the front and a little from above."""
    brim = path(
        "M 200 880 C 230 770 430 720 600 720 C 770 720 970 770 1000 880 "
        "C 980 990 800 1040 600 1040 C 400 1040 220 990 200 880"
    )
    easel.shadow(brim, dx=30, dy=60, blur=36, share=0.4)
    mask = cloth(easel, brim, colour, "straw", 0.30)
    rings = [ellipse(600, 872, 398 * s, 150 * s) for s in (0.97, 0.9, 0.83, 0.76, 0.69)]
    easel.fill(
        easel.overlap(easel.lines(3, *[[*r, r[0]] for r in rings]), mask), dark(colour, 0.5), 0.35
    )
    easel.soften(mask, dark(colour, 0.85), 0.55, 26, ellipse(640, 900, 270, 70))
    crown = path(
        "M 366 880 C 372 720 392 560 440 520 C 500 484 700 484 760 520 C 808 560 828 720 834 880 "
        "C 760 930 440 930 366 880"
    )
    top = cloth(easel, crown, light(colour, 0.05), "straw", 0.30)
    rows = [path(f"M 360 {y} C 460 {y + 44} 740 {y + 44} 840 {y}") for y in range(540, 800, 26)]
    easel.fill(easel.overlap(easel.lines(3, *rows), top), dark(colour, 0.5), 0.35)
    easel.soften(
        top,
        dark(colour, 0.8),
        0.4,
        22,
        path("M 520 500 C 560 560 640 560 680 500 L 660 540 C 640 580 560 580 540 540"),
    )
    easel.soften(
        top,
        light(colour, 0.9),
        0.35,
        26,
        path("M 440 560 C 420 640 410 740 408 820 L 460 830 C 462 740 470 640 490 560"),
    )
    band = path("M 374 792 C 460 846 740 846 826 792 L 834 882 C 760 932 440 932 366 882")
    cover = cloth(easel, band, ribbon, "twill", 0.1)
    easel.soften(cover, light(ribbon, 0.7), 0.4, 12, box(430, 800, 470, 930))
    for shape in (
        path("M 372 846 C 330 800 286 800 280 836 C 280 880 332 886 374 862"),
        path("M 372 866 C 336 880 318 916 316 950 L 352 940 C 360 912 372 890 386 876"),
        ellipse(378, 856, 15, 22),
    ):
        easel.shadow(shape, dx=4, dy=8, blur=7, share=0.35)
        cloth(easel, shape, light(ribbon, 0.06))
    easel.stitch(dark(colour, 0.4), rings[0] + rings[0][:1], width=3, dash=9, gap=6)
