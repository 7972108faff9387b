"""The colours a region may choose: few, each kept readable by WCAG's own formula. Pure.

A region's accent takes the place of the one accent of the pages. The hues of the votes and of errors mean something and are not among
them. `frontend/styles/tokens.css` has the same figures; a test compares them.
"""

from dataclasses import dataclass

FOR_READING = 7.0
"""WCAG 2.2, 1.4.6: text."""
FOR_SIGNS = 4.5
"""WCAG 2.2, 1.4.3: large text; signs and edges would do with 3 (1.4.11)."""
PAPERS = {"light": ("#ffffff", "#faf5ec", "#f4ecde", "#ece1d0"), "dark": ("#0e0f14", "#1e1a13", "#29231a", "#332d23")}
"""What text stands on in the two schemes, from page to darkest band."""
ON_ACCENT = {"light": "#ffffff", "dark": "#0e0f14"}
"""Text on the accent."""


@dataclass(frozen=True)
class Accent:
    """One choice: the accent on light and on dark pages, and the deep shade of it that stands behind white text."""

    light: str
    dark: str
    ink_light: str
    ink_dark: str


ACCENTS = {
    "blue": Accent("#1a3a81", "#b0c5ec", "#102551", "#101e3b"),
    "green": Accent("#164c26", "#a9d0b0", "#0f2f18", "#04270f"),
    "violet": Accent("#4d267d", "#cabce6", "#30184e", "#241737"),
    "plum": Accent("#6c1a49", "#e3b5ca", "#44112d", "#331123"),
    "slate": Accent("#374050", "#bac5d8", "#222832", "#181f2e"),
}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, „relative luminance“)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, „contrast ratio“)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(accent: Accent) -> bool:
    """Whether an accent may be text on every paper and stand behind text, in both schemes."""
    pairs = [(accent.light, paper) for paper in PAPERS["light"]] + [(accent.dark, paper) for paper in PAPERS["dark"]]
    pairs += [
        (accent.light, ON_ACCENT["light"]),
        (accent.dark, ON_ACCENT["dark"]),
        (accent.ink_light, "#ffffff"),
        (accent.ink_dark, "#ffffff"),
    ]
    return all(contrast(text, paper) >= FOR_READING for text, paper in pairs)
