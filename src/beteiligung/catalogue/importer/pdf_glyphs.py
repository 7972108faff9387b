"""What a PDF prints: its glyphs put together to pieces of lines, with place, size and weight.

Runs in the confined child process only (`confined.py`): the C library behind it reads foreign data.
"""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beteiligung.errors import Invalid

MAX_PAGES = 1000
_PASSWORD = "Die PDF-Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort und laden Sie sie erneut hoch."  # noqa: S105
BROKEN = "Die PDF-Datei ist beschädigt oder unvollständig. Bitte speichern Sie sie neu als PDF und versuchen Sie es noch einmal."
_MANY = "Die PDF-Datei hat mehr als 1.000 Seiten. Bitte laden Sie nur den Teil hoch, in dem die Zusagen stehen."
_SCANNED = "Die PDF-Datei enthält nur Bilder und keinen Text. Bitte lassen Sie eine Texterkennung (OCR) darüber laufen."
_GARBLED = "Der Text der PDF-Datei ist so verschlüsselt, dass ihn nur Menschen lesen können. Bitte laden Sie das Original als DOCX hoch."
_SIGNS = {
    "\x02": "-",  # how PDFium returns a hyphen at the end of a line
    "\ufffe": "-",
    "\u00ad": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\u00a0": " ",
    "\uf0b7": "•",
    "\uf0a7": "▪",
    "\uf0d8": "➢",
    "\uf0fc": "✓",
    "\uf0a8": "•",
    "\uf02d": "–",
}


@dataclass(slots=True)
class Piece:
    """Glyphs that stand side by side on one base line. Places in points, `y` from the page's top down.

    `size` is the size of its letters in points, `raised` tells a superscript.
    """

    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    text: str
    raised: bool = False


@dataclass(slots=True)
class Sheet:
    """A page: pieces in the order of the file, horizontal rules as (y, left, right), upright ones as (x, top, bottom).

    `dots` are marks of list items that are drawn, not written (browsers do): (x, y) of their middle.
    """

    number: int
    width: float
    height: float
    pieces: list[Piece]
    rules: list[tuple[float, float, float]]
    edges: list[tuple[float, float, float]]
    dots: list[tuple[float, float]]

    def parted(self, left: float, right: float, y: float) -> bool:
        """Tell whether an upright rule (the side of a table's cell) stands between two places on a line."""
        return any(left - 1 < x < right + 1 and top - 1 < y < bottom + 1 for x, top, bottom in self.edges)


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    bold: bool
    upright: bool


def read_sheets(path: Path, first: int = MAX_PAGES) -> list[Sheet]:
    """Return the (first) pages of a PDF. Raises Invalid if it is locked, broken, too long or without text."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY} or "password" in str(error).lower()
        raise Invalid(_PASSWORD if locked else BROKEN) from error
    count = len(document)
    if count > MAX_PAGES:
        raise Invalid(_MANY)
    sheets = []
    for index in range(min(count, first)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError as error:
            raise Invalid(BROKEN) from error
        sheets.append(_sheet(page, index + 1))
        page.close()
    _check_text(sheets)
    return sheets


def _check_text(sheets: list[Sheet]) -> None:
    text = "".join(piece.text for sheet in sheets for piece in sheet.pieces)
    if not sheets:
        raise Invalid(BROKEN)
    letters = sum(char.isalpha() for char in text)
    odd = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in text)
    if odd > letters:
        raise Invalid(_GARBLED)
    if letters < 20:
        raise Invalid(_SCANNED)


def _sheet(page: object, number: int) -> Sheet:
    from pypdfium2 import raw

    width, height = page.get_size()  # type: ignore[attr-defined]
    handle = page.raw  # type: ignore[attr-defined]
    sheet = Sheet(number, width, height, [], [], [], [])
    _drawn(handle, sheet)
    textpage = raw.FPDFText_LoadPage(handle)
    try:
        sheet.pieces = list(_pieces(textpage, handle, sheet))
    finally:
        raw.FPDFText_ClosePage(textpage)
    return sheet


def _pieces(textpage: object, page: object, sheet: Sheet) -> Iterator[Piece]:
    """Put glyphs together as long as one follows the other on the same line in the same style."""
    from pypdfium2 import raw

    styles: dict[int, _Style] = {}
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    current: Piece | None = None
    blank = False
    left, bottom, _, _ = _crop(page)
    for index in range(raw.FPDFText_CountChars(textpage)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if char.isspace() or char == "\u00a0":
            blank = True
            continue
        if raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        style = _style(textpage, index, styles)
        if not style.upright:
            continue
        raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        x0, x1, base = min(x.value, box.right) - left, max(box.right, box.left) - left, sheet.height - (y.value - bottom)
        char = _SIGNS.get(char, char)
        apart = blank or (current is not None and x0 - current.x1 > 0.18 * style.size)
        if current is not None and _follows(current, x0, base, style) and not (apart and sheet.parted(current.x1, x0, base)):
            if apart:
                current.text += " "
            current.text += char
            current.x1 = max(current.x1, x1)
        else:
            if current is not None:
                yield current
            raised = current is not None and _raised(current, x0, base, style)
            current = Piece(x0, x1, base, style.size, style.bold, char, raised)
        blank = False
    if current is not None:
        yield current


def _follows(piece: Piece, x0: float, base: float, style: _Style) -> bool:
    gap = x0 - piece.x1
    return (
        abs(base - piece.y) < 0.12 * style.size
        and abs(style.size - piece.size) < 0.5
        and style.bold == piece.bold
        and -1.2 * style.size < gap < 1.2 * style.size  # a ligature's first letter has the box of all
    )


def _raised(before: Piece, x0: float, base: float, style: _Style) -> bool:
    """Tell a superscript from the piece it hangs on."""
    return (
        style.size < 0.85 * before.size and 0.15 * before.size < before.y - base < 0.7 * before.size and abs(x0 - before.x1) < before.size
    )


def _style(textpage: object, index: int, styles: dict[int, _Style]) -> _Style:
    from pypdfium2 import raw

    key = ctypes.cast(raw.FPDFText_GetTextObject(textpage, index), ctypes.c_void_p).value or -index - 1
    found = styles.get(key)
    if found is None:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        size = raw.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
        raw.FPDFText_GetFontInfo(textpage, index, name, 200, flags)
        lowered = name.value.decode("utf-8", "replace").lower()
        heavy = raw.FPDFText_GetFontWeight(textpage, index) >= 600 or bool(flags.value & (1 << 18))
        bold = heavy or any(word in lowered for word in ("bold", "black", "heavy", "semibold", "-bd", "demi"))
        found = styles[key] = _Style(round(size, 2), bold, abs(matrix.b) <= 0.3 * abs(matrix.a) and matrix.a >= 0)
    return found


def _crop(page: object) -> tuple[float, float, float, float]:
    from pypdfium2 import raw

    sides = [ctypes.c_float() for _ in range(4)]
    for read in (raw.FPDFPage_GetCropBox, raw.FPDFPage_GetMediaBox):
        if read(page, *sides):
            return (sides[0].value, sides[1].value, sides[2].value, sides[3].value)
    return (0.0, 0.0, 0.0, 0.0)


def _drawn(page: object, sheet: Sheet) -> None:
    """Note the lines of a page, the sides of its frames (cells of tables), and dots the size of a list's mark."""
    from pypdfium2 import raw

    sides = [ctypes.c_float() for _ in range(4)]
    for index in range(min(raw.FPDFPage_CountObjects(page), 20_000)):
        thing = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_PATH or not raw.FPDFPageObj_GetBounds(thing, *sides):
            continue
        left, right = sides[0].value, sides[2].value
        bottom, top = sheet.height - sides[1].value, sheet.height - sides[3].value
        wide, high = right - left, bottom - top
        if 1.5 < wide < 9 and 1.5 < high < 9 and abs(wide - high) < 1:
            sheet.dots.append(((left + right) / 2, (top + bottom) / 2))
        if wide > 20:
            sheet.rules += [(top, left, right), (bottom, left, right)] if high > 6 else [(top, left, right)]
        if high > 6 and wide < 0.9 * sheet.width:
            sheet.edges += [(left, top, bottom), (right, top, bottom)] if wide > 6 else [(left, top, bottom)]
