"""Address labels as PDF: four by six inches each, as label printers take them.

Drawn with fpdf2, which is small and needs neither a browser nor the libraries of a desktop. Letters
that PDF has by itself (Latin-1) need no font. For others it takes the fonts of the machine, the
first that has every letter of a line, and HarfBuzz joins and orders them (Arabic, Hebrew,
Devanagari). A line that no font can write is refused: a label with boxes in it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError
from fpdf import FPDF

from liveshow.errors import Conflict

# Millimetres.
WIDTH, HEIGHT, MARGIN = 101.6, 152.4, 7.0
# Where Linux and its containers keep fonts. The names are tried in this order, then any other font.
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
NAMES = (
    "NotoSans-Regular", "DejaVuSans", "LiberationSans-Regular", "NotoSansCJK-Regular",
    "NotoSansArabic-Regular", "NotoSansHebrew-Regular", "NotoSansDevanagari-Regular",
    "NotoSansThai-Regular", "NotoSansBengali-Regular", "NotoSansTamil-Regular",
    "NotoSansGeorgian-Regular", "NotoSansArmenian-Regular", "NotoSansEthiopic-Regular",
)  # fmt: skip
# Fonts of a machine that are looked at.
MOST_FONTS = 400
_KINDS = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label. ``notes`` are small lines at its end."""

    sender: Sequence[str]
    to: Sequence[str]
    notes: Sequence[str]


class NoLetters(Conflict):
    """No font of this machine can write an address."""

    def __init__(self, line: str) -> None:
        super().__init__(
            "no_letters",
            f"This server has no font for “{line}”. Print the packing slip, which your browser can "
            "write, or ask the operator to install fonts for it.",
        )


class Fonts:
    """The fonts of a machine, looked up by what they can write."""

    def __init__(self, folders: Iterable[Path] = FOLDERS) -> None:
        self._folders = tuple(folders)
        self._files: list[Path] | None = None

    def for_line(self, line: str) -> Path | None:
        """Return a font that can write a line; None: PDF can by itself. Raises ``NoLetters``."""
        try:
            line.encode("latin-1")
        except UnicodeEncodeError:
            needed = frozenset(ord(letter) for letter in line if not letter.isspace())
            for file in self._known():
                if needed <= _letters(file):
                    return file
            raise NoLetters(line) from None
        return None

    def _known(self) -> list[Path]:
        if self._files is None:
            found = [
                file
                for folder in self._folders
                for file in sorted(folder.rglob("*"))
                if file.suffix.lower() in _KINDS
            ]
            rank = {name: at for at, name in enumerate(NAMES)}
            found.sort(key=lambda file: rank.get(file.stem, len(NAMES)))
            self._files = found[:MOST_FONTS]
        return self._files


@lru_cache(maxsize=64)
def _letters(file: Path) -> frozenset[int]:
    """The letters of a font; none of one that cannot be read, or that is made of pictures."""
    try:
        if file.suffix.lower() == ".ttc":
            font = TTCollection(str(file), lazy=True).fonts[0]
        else:
            font = TTFont(str(file), lazy=True)
        outlines = "glyf" in font or "CFF " in font
        return frozenset(font.getBestCmap() or ()) if outlines else frozenset()
    except (TTLibError, OSError, KeyError, AssertionError):
        return frozenset()


def draw(labels: Sequence[Label], fonts: Fonts) -> bytes:
    """Return labels as a PDF, a page each. Takes a moment: not in an event loop."""
    pdf = FPDF(unit="mm", format=(WIDTH, HEIGHT))
    pdf.set_auto_page_break(False)
    pdf.set_title("Labels")
    for label in labels:
        _page(pdf, label, fonts)
    return bytes(pdf.output())


def _page(pdf: FPDF, label: Label, fonts: Fonts) -> None:
    pdf.add_page()
    pdf.set_xy(MARGIN, MARGIN)
    for line in label.sender:
        _write(pdf, line, fonts, 8)
    pdf.set_line_width(0.3)
    y = max(pdf.get_y() + 3, 34.0)
    pdf.line(MARGIN, y, WIDTH - MARGIN, y)
    pdf.set_xy(MARGIN, y + 8)
    for line in label.to:
        _write(pdf, line, fonts, 15)
    pdf.set_xy(MARGIN, max(pdf.get_y() + 4, HEIGHT - MARGIN - 4.5 * len(label.notes)))
    for line in label.notes:
        _write(pdf, line, fonts, 8)


def _write(pdf: FPDF, line: str, fonts: Fonts, size: float) -> None:
    """Write a line, smaller where it would not fit."""
    line = " ".join(line.split())
    file = fonts.for_line(line)
    if file is None:
        pdf.set_text_shaping(False)
        pdf.set_font("Helvetica", size=size)
    else:
        name = file.stem.lower()
        if name not in pdf.fonts:
            pdf.add_font(name, fname=str(file))
        pdf.set_font(name, size=size)
        pdf.set_text_shaping(True)
    room = WIDTH - 2 * MARGIN
    width = pdf.get_string_width(line)
    if width > room:
        pdf.set_font_size(max(5.0, size * room / width))
    pdf.set_x(MARGIN)
    pdf.multi_cell(room, pdf.font_size * 1.35, line, align="L", new_x="LMARGIN", new_y="NEXT")
