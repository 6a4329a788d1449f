"""Outlines for the demo's product pictures, in a space of 1200x1500."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

WIDTH, HEIGHT = 1200, 1500
CENTRE = WIDTH / 2
_STEPS = 14  # straight pieces of a curve

# Bernstein polynomials: how much each control point counts.
_WEIGHTS = [
    ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    for t in (step / _STEPS for step in range(1, _STEPS + 1))
]

Point = tuple[float, float]
Shape = list[Point]


def path(text: str) -> Shape:
    """Return the points of an SVG path of absolute ``M``, ``L``, ``C`` and ``Q`` commands."""
    points: Shape = []
    for letter, rest in re.findall(r"([MLCQ])([^MLCQ]*)", text):
        numbers = [float(number) for number in rest.replace(",", " ").split()]
        given = list(zip(numbers[::2], numbers[1::2], strict=True))
        stride = {"M": 1, "L": 1, "C": 3, "Q": 2}[letter]
        for start in range(0, len(given), stride):
            points += _piece(points[-1] if points else given[0], given[start : start + stride])
    return points


def _piece(start: Point, controls: Sequence[Point]) -> Shape:
    """Return a line or a Bézier curve, without its start."""
    if len(controls) == 1:
        return [controls[0]]
    # A quadratic curve is a cubic one whose handles are two thirds of the way.
    (x0, y0), (x3, y3) = start, controls[-1]
    (ax, ay), (bx, by) = controls[0], controls[-2]
    pull = 1.0 if len(controls) == 3 else 2 / 3
    x1, y1 = x0 + (ax - x0) * pull, y0 + (ay - y0) * pull
    x2, y2 = x3 + (bx - x3) * pull, y3 + (by - y3) * pull
    return [
        (a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)
        for a, b, c, d in _WEIGHTS
    ]


def line(x0: float, y0: float, x1: float, y1: float) -> Shape:
    """Return a straight line."""
    return [(x0, y0), (x1, y1)]


def mirrored(half: Shape, about: float = CENTRE) -> Shape:
    """Return a left half and its mirror image, as one outline."""
    return half + flipped(half, about)[::-1]


def flipped(shape: Shape, about: float = CENTRE) -> Shape:
    """Return the mirror image."""
    return [(2 * about - x, y) for x, y in shape]


def moved(shape: Shape, dx: float = 0, dy: float = 0) -> Shape:
    """Return the shape elsewhere."""
    return [(x + dx, y + dy) for x, y in shape]


def turned(shape: Shape, degrees: float, about: Point) -> Shape:
    """Return the shape turned clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    cx, cy = about
    return [
        (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos)
        for x, y in shape
    ]


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None) -> Shape:
    """Return an ellipse; with one radius a circle."""
    ry = rx if ry is None else ry
    count = 72
    return [
        (cx + rx * math.cos(2 * math.pi * i / count), cy + ry * math.sin(2 * math.pi * i / count))
        for i in range(count)
    ]


def arc(
    cx: float, cy: float, rx: float, ry: float, start: float, end: float, count: int = 40
) -> Shape:
    """Return a part of an ellipse as an open line; degrees, clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / count) for i in range(count + 1)]
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0) -> Shape:
    """Return a rectangle with round corners."""
    if not radius:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    corners = ((x1, y0, -90), (x1, y1, 0), (x0, y1, 90), (x0, y0, 180))
    points: Shape = []
    for x, y, start in corners:
        cx = x - radius if x == x1 else x + radius
        cy = y - radius if y == y1 else y + radius
        points += arc(cx, cy, radius, radius, start, start + 90, 8)
    return points


def dashes(line: Shape, dash: float, gap: float) -> list[Shape]:
    """Cut an open line into dashes."""
    pieces: list[Shape] = []
    left, drawing = dash, True
    piece: Shape = [line[0]]
    for (x0, y0), (x1, y1) in pairwise(line):
        length = math.hypot(x1 - x0, y1 - y0)
        done = 0.0
        while length - done > left:
            done += left
            point = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if drawing:
                pieces.append([*piece, point])
            piece, drawing = [point], not drawing
            left = dash if drawing else gap
        left -= length - done
        if drawing:
            piece.append((x1, y1))
    if drawing and len(piece) > 1:
        pieces.append(piece)
    return pieces
