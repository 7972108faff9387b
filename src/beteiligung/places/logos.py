"""A region's logo: what is uploaded is decoded and written anew, so that nothing but a picture is ever served."""

import hashlib
import io
from dataclasses import dataclass

from beteiligung.errors import Invalid
from beteiligung.i18n import _

LOGO_BYTES = 512 * 1024
_PIXELS = 4_000_000
_LARGEST = (480, 144)
"""Twice the 72 px that a logo is high at most on a page."""


@dataclass(frozen=True)
class Picture:
    """A PNG of ours."""

    content: bytes
    sha256: str
    width: int
    height: int


def read_logo(content: bytes) -> Picture:
    """Return an uploaded PNG or JPEG as a small PNG without anything that came along. Raises Invalid (field `file`).

    SVG is a program in disguise and is not taken: a page of the site's own origin would run it.
    """
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise _wrong(_("Bitte wählen Sie eine Datei."))
    if len(content) > LOGO_BYTES:
        raise _wrong(_("Das Bild ist größer als 512 KB. Bitte verkleinern Sie es."))
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as found:
            if found.width * found.height > _PIXELS or min(found.size) < 16:  # before a single pixel is unpacked
                raise _wrong(_("Das Bild ist zu groß oder zu klein. Möglich sind 16 Pixel bis 4 Millionen Bildpunkte."))
            found.verify()  # a program library may have told Pillow to take half pictures for whole ones (WeasyPrint does)
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as found:
            picture = found.convert("RGBA")
    except UnidentifiedImageError as error:
        raise _wrong(_("Das ist kein Bild, das wir nehmen können. Bitte laden Sie PNG oder JPEG hoch.")) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _wrong(_("Das Bild ist beschädigt. Bitte speichern Sie es noch einmal und laden Sie es dann hoch.")) from error
    picture.info.clear()  # what a camera or a program wrote beside the picture
    picture.thumbnail(_LARGEST)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    written = out.getvalue()
    return Picture(written, hashlib.sha256(written).hexdigest(), picture.width, picture.height)


def _wrong(message: str) -> Invalid:
    return Invalid(message, {"file": message})
