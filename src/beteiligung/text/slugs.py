"""Names as they stand in addresses."""

import re
import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slugify(name: str, longest: int = 60) -> str:
    """Return a name in small letters a to z, digits and single hyphens, cut at a word; may be empty."""
    plain = unicodedata.normalize("NFC", name).lower().translate(_GERMAN)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if len(slug) <= longest:
        return slug
    return slug[: longest + 1].rpartition("-")[0] or slug[:longest]
