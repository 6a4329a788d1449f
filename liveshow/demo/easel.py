"""A small drawing kit for the demo's product pictures: paths, soft shadows, fabric.

Crisp edges are drawn at twice the size, only as large as the shape is, and reduced; whatever is
soft is drawn at a quarter of the size and enlarged. So a picture takes a tenth of a second.

Shapes are in a space of 1200x1500; a :class:`View` shows a part of it from closer by.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageOps

from liveshow.demo.shapes import CENTRE, HEIGHT, WIDTH, Shape, dashes, moved

_FINE = 2  # crisp shapes are drawn this much larger
_COARSE = 4  # soft ones this much smaller
_TILE = 512
SMOOTH = Image.Resampling.BILINEAR


def mix(one: str, other: str, share: float) -> str:
    """Return a colour between two, ``share`` of the way to the other."""
    pairs = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=False)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def dark(colour: str, share: float) -> str:
    """Return the colour in shadow: warmer than black."""
    return mix(colour, "#1d1220", share)


def light(colour: str, share: float) -> str:
    """Return the colour in light."""
    return mix(colour, "#fffaf0", share)


@cache
def _fabric(name: str) -> Image.Image:
    """Return a tile (L): white where the fabric is darker."""
    dice = random.Random(name)  # noqa: S311 - the same fabric every time
    tile = Image.new("L", (_TILE, _TILE), 0)
    draw = ImageDraw.Draw(tile)
    if name == "twill":
        for at in range(-_TILE, _TILE, 8):
            draw.line((at, _TILE, at + _TILE, 0), fill=150, width=3)
    elif name == "knit":
        for y in range(0, _TILE, 16):
            for x in range(0, _TILE, 16):
                draw.line((x, y, x + 8, y + 11), fill=210, width=3)
                draw.line((x + 8, y + 11, x + 16, y), fill=210, width=3)
    elif name == "linen":
        for at in range(0, _TILE, 4):
            draw.line((0, at, _TILE, at), fill=dice.randint(20, 110), width=1)
        across = tile.transpose(Image.Transpose.ROTATE_90)
        tile = ImageChops.lighter(tile, ImageChops.offset(across, 2, 0))
    elif name == "straw":
        for y in range(0, _TILE, 16):
            for x in range(0, _TILE, 32):
                shift = 16 if y % 32 else 0
                draw.line((x + shift, y, x + shift + 16, y + 14), fill=190, width=5)
                draw.line((x + shift + 16, y + 14, x + shift + 32, y), fill=90, width=4)
    noise = _noise(70)
    if name in ("wool", "leather", "suede"):
        rough = _noise(120).filter(ImageFilter.GaussianBlur(1.2 if name == "wool" else 2.4))
        tile = ImageOps.autocontrast(rough, cutoff=4)
    elif name != "knit":
        noise = ImageOps.autocontrast(noise.filter(ImageFilter.GaussianBlur(0.8)), cutoff=2)
        tile = Image.blend(tile, noise, 0.4)
    return tile.filter(ImageFilter.GaussianBlur(0.7))


@cache
def _noise(sigma: float) -> Image.Image:
    return Image.effect_noise((_TILE, _TILE), sigma)


@cache
def _grain() -> Image.Image:
    """Return what is added to every picture: without it, gradients show bands."""
    return _tiled(_noise(2.4), WIDTH, HEIGHT).convert("RGB")


def _tiled(tile: Image.Image, width: int, height: int, x: int = 0, y: int = 0) -> Image.Image:
    whole = Image.new(tile.mode, (width, height))
    for left in range(-(x % _TILE), width, _TILE):
        for top in range(-(y % _TILE), height, _TILE):
            whole.paste(tile, (left, top))
    return whole


@cache
def _share_of(share: float) -> tuple[int, ...]:
    return tuple(round(value * share) for value in range(256))


def _gradient(width: int, height: int, start: str, end: str, *, across: bool) -> Image.Image:
    """Return a gradient from above to below, or from left to right."""
    ramp = ImageOps.colorize(Image.linear_gradient("L").crop((0, 0, 1, 256)), start, end)
    if across:
        ramp = ramp.transpose(Image.Transpose.ROTATE_90)
    thin = (width, 1) if across else (1, height)
    # Only along it there is anything to compute.
    return ramp.resize(thin, SMOOTH).resize((width, height), Image.Resampling.NEAREST)


# --- The picture --------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What is seen: ``scale`` times as large, with ``(x, y)`` in the middle."""

    x: float = CENTRE
    y: float = HEIGHT / 2
    scale: float = 1


@dataclass(frozen=True)
class Backdrop:
    """A studio: the wall from above to below, the floor, and where they meet (1: no floor)."""

    top: str
    bottom: str
    floor: str = ""
    horizon: float = 1


@dataclass(frozen=True)
class Mask:
    """Where something is, antialiased: an image of mode L with its place in the picture."""

    image: Image.Image
    x: int
    y: int

    @property
    def area(self) -> tuple[int, int, int, int]:
        return (self.x, self.y, self.x + self.image.width, self.y + self.image.height)


class Easel:
    """One picture on its way. Methods draw over what is there."""

    def __init__(self, backdrop: Backdrop, view: View | None = None) -> None:
        self._view = view or View()
        self.image = self._studio(backdrop)

    def _studio(self, backdrop: Backdrop) -> Image.Image:
        """Paint the wall with light from the upper left, and the floor."""
        width, height = WIDTH // _COARSE, HEIGHT // _COARSE
        wall = _gradient(width, height, backdrop.top, backdrop.bottom, across=False)
        if backdrop.horizon < 1:
            edge = round(self._y(HEIGHT * backdrop.horizon) / _COARSE)
            if edge < height:
                far, near = dark(backdrop.floor, 0.10), light(backdrop.floor, 0.10)
                floor = _gradient(width, height - edge, far, near, across=False)
                soft = Image.new("L", (width, height), 0)
                soft.paste(255, (0, edge, width, height))
                whole = Image.new("RGB", (width, height))
                whole.paste(floor, (0, edge))
                wall.paste(whole, (0, 0), soft.filter(ImageFilter.GaussianBlur(2.5)))
        spot = ImageOps.invert(Image.radial_gradient("L")).resize((width * 2, height * 2))
        left, top = round(width * 0.62), round(height * 0.7)
        spot = spot.crop((left, top, left + width, top + height))
        wall.paste("#fffaf2", (0, 0), spot.point([round(v * 0.34) for v in range(256)]))
        corner = Image.radial_gradient("L").resize((width, height))
        corner = corner.point([max(0, v - 110) // 3 for v in range(256)])
        wall.paste("#33242c", (0, 0), corner)
        return wall.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)

    # Where things are

    def place(self, x: float, y: float, scale: float) -> None:
        """Draw what follows ``scale`` times as large, its middle at ``(x, y)``."""
        middle = HEIGHT / 2
        self._view = View(CENTRE - (x - CENTRE) / scale, middle - (y - middle) / scale, scale)

    def _x(self, x: float) -> float:
        return (x - self._view.x) * self._view.scale + CENTRE

    def _y(self, y: float) -> float:
        return (y - self._view.y) * self._view.scale + HEIGHT / 2

    def _seen(self, shape: Shape) -> Shape:
        return [(self._x(x), self._y(y)) for x, y in shape]

    def mask(self, *shapes: Shape, holes: Iterable[Shape] = ()) -> Mask:
        """Return where any of the shapes is."""
        seen = _visible([self._seen(shape) for shape in shapes])
        x0, y0, x1, y1 = _area(seen, 2)
        image = Image.new("L", ((x1 - x0) * _FINE, (y1 - y0) * _FINE), 0)
        draw = ImageDraw.Draw(image)
        for fill, some in ((255, seen), (0, [self._seen(hole) for hole in holes])):
            for shape in some:
                draw.polygon([((x - x0) * _FINE, (y - y0) * _FINE) for x, y in shape], fill=fill)
        return Mask(image.reduce(_FINE), x0, y0)

    def lines(self, width: float, *lines: Shape) -> Mask:
        """Return where lines with round ends are."""
        seen = [self._seen(line) for line in lines]
        width *= self._view.scale
        x0, y0, x1, y1 = _area(seen, math.ceil(width / 2) + 2)
        image = Image.new("L", ((x1 - x0) * _FINE, (y1 - y0) * _FINE), 0)
        draw = ImageDraw.Draw(image)
        thick = max(1, round(width * _FINE))
        for line in seen:
            points = [((x - x0) * _FINE, (y - y0) * _FINE) for x, y in line]
            draw.line(points, fill=255, width=thick, joint="curve")
            if thick > 3:
                for x, y in (points[0], points[-1]):
                    r = thick / 2
                    draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
        return Mask(image.reduce(_FINE), x0, y0)

    # What is drawn

    def fill(self, where: Mask | Shape, colour: str, share: float = 1) -> Mask:
        """Fill with a colour."""
        mask = where if isinstance(where, Mask) else self.mask(where)
        self._paste(colour, mask, mask.image, share)
        return mask

    def blend(self, where: Mask | Shape, start: str, end: str, *, across: bool = False) -> Mask:
        """Fill with a gradient, from above to below or from left to right."""
        mask = where if isinstance(where, Mask) else self.mask(where)
        colours = _gradient(*mask.image.size, start, end, across=across)
        self.image.paste(colours, (mask.x, mask.y), mask.image)
        return mask

    def stroke(self, width: float, colour: str, *lines: Shape, share: float = 1) -> Mask:
        """Draw lines."""
        return self.fill(self.lines(width, *lines), colour, share)

    def stitch(
        self, colour: str, *lines: Shape, width: float = 2.6, dash: float = 11, gap: float = 7
    ) -> None:
        """Sew along lines."""
        cut = [piece for line in lines for piece in dashes(line, dash, gap)]
        if cut:
            self.stroke(width, colour, *cut)

    def weave(self, clip: Mask, fabric: str, share: float, colour: str = "#1d1220") -> None:
        """Give what is there the texture of a fabric."""
        tile = _tiled(_fabric(fabric), *clip.image.size, clip.x, clip.y)
        self._paste(colour, clip, ImageChops.multiply(tile, clip.image), share)

    def soften(
        self,
        clip: Mask,
        colour: str,
        share: float,
        blur: float,
        *shapes: Shape,
        line: float = 0,
    ) -> None:
        """Lay soft shapes (or lines as thick as ``line``) over what is within ``clip``."""
        spread = self._soft(clip, [self._seen(s) for s in shapes], blur, line)
        self._paste(colour, clip, ImageChops.multiply(spread, clip.image), share)

    def round(
        self, clip: Mask, colour: str, share: float, blur: float, dx: float = 0, dy: float = 0
    ) -> None:
        """Darken towards the edges; ``dx``, ``dy``: on the sides facing away from there."""
        size = (max(1, clip.image.width // _COARSE), max(1, clip.image.height // _COARSE))
        small = clip.image.resize(size, SMOOTH, reducing_gap=1)
        scale = self._view.scale / _COARSE
        pad = math.ceil(blur * scale * 2) + 2
        around = ImageOps.expand(small, pad, 0)
        around = ImageChops.offset(around, round(dx * scale), round(dy * scale))
        around = ImageOps.invert(around).filter(ImageFilter.GaussianBlur(blur * scale))
        around = around.crop((pad, pad, pad + size[0], pad + size[1])).resize(
            clip.image.size, SMOOTH
        )
        self._paste(colour, clip, ImageChops.multiply(around, clip.image), share)

    def shadow(
        self, *shapes: Shape, dx: float = 34, dy: float = 44, blur: float = 34, share: float = 0.3
    ) -> None:
        """Let shapes cast a shadow on whatever is behind."""
        cast = [self._seen(moved(shape, dx, dy)) for shape in shapes]
        x0, y0, x1, y1 = _area(cast, math.ceil(blur * self._view.scale * 2.5))
        around = Mask(Image.new("L", (x1 - x0, y1 - y0), 255), x0, y0)
        self._paste("#2a1a22", around, self._soft(around, cast, blur, 0), share)

    def overlap(self, one: Mask, other: Mask) -> Mask:
        """Return where both are."""
        x0, y0 = max(one.x, other.x), max(one.y, other.y)
        x1, y1 = min(one.area[2], other.area[2]), min(one.area[3], other.area[3])
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
        cut = [m.image.crop((x0 - m.x, y0 - m.y, x1 - m.x, y1 - m.y)) for m in (one, other)]
        return Mask(ImageChops.multiply(*cut), x0, y0)

    def finished(self) -> Image.Image:
        """Return the picture with a little grain."""
        return ImageChops.add(self.image, _grain(), 1, -128)

    def _soft(self, clip: Mask, seen: list[Shape], blur: float, line: float) -> Image.Image:
        size = (max(1, clip.image.width // _COARSE), max(1, clip.image.height // _COARSE))
        spread = Image.new("L", size, 0)
        draw = ImageDraw.Draw(spread)
        for shape in seen:
            points = [((x - clip.x) / _COARSE, (y - clip.y) / _COARSE) for x, y in shape]
            if line:
                width = max(1, round(line * self._view.scale / _COARSE))
                draw.line(points, fill=255, width=width, joint="curve")
            else:
                draw.polygon(points, fill=255)
        blurred = spread.filter(ImageFilter.GaussianBlur(blur * self._view.scale / _COARSE))
        return blurred.resize(clip.image.size, SMOOTH)

    def _paste(self, colour: str, mask: Mask, image: Image.Image, share: float) -> None:
        if share < 1:
            image = image.point(_share_of(share))
        self.image.paste(colour, mask.area, image)


def _visible(shapes: list[Shape]) -> list[Shape]:
    """Leave out what is not in the picture, but one."""
    inside = [
        shape
        for shape in shapes
        if max(x for x, _ in shape) > 0
        and min(x for x, _ in shape) < WIDTH
        and max(y for _, y in shape) > 0
        and min(y for _, y in shape) < HEIGHT
    ]
    return inside or shapes[:1]


def _area(shapes: Sequence[Shape], margin: int) -> tuple[int, int, int, int]:
    """Return the box around what is visible of the shapes, never empty."""
    xs = [x for shape in shapes for x, _ in shape]
    ys = [y for shape in shapes for _, y in shape]
    x0, x1 = max(math.floor(min(xs)) - margin, 0), min(math.ceil(max(xs)) + margin, WIDTH)
    y0, y1 = max(math.floor(min(ys)) - margin, 0), min(math.ceil(max(ys)) + margin, HEIGHT)
    x0, y0 = min(x0, WIDTH - 1), min(y0, HEIGHT - 1)
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)
