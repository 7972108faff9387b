"""Whether every dependency's licence goes with EUPL-1.2: `python tests/licences.py`. One that says nothing, or something unknown, fails.

Looked at are the locks: what is installed in production and its extra (requirements*.lock), and every package of the front end's and
the tests' own package-lock.json. Licences are SPDX expressions; what older packages say in other words stands in WORDS.

Compatible here means: the whole may be given away under EUPL-1.2. Permissive licences allow it; of the weak copyleft ones LGPL and MPL
do for libraries that are used unchanged beside our own code, as they are here. GPL and AGPL are on the EUPL's own list of
compatible licences (appendix), but a combined work would have to be passed on under them: not without a decision of people.
"""

import json
import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-otel.lock")
PACKAGE_LOCKS = ("frontend/package-lock.json", "tests/openid/package-lock.json")

ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0", "EUPL-1.2", "ISC",
        "LGPL-2.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1",
        "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip
WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What packages say that do not say it in SPDX → what it is."""
LOOKED_UP = {
    "pyphen": ("LGPL-2.0-or-later", "GPL 2.0+, LGPL 2.1+ or MPL 1.1 as one likes; dictionaries likewise"),
    "python-dateutil": ("Apache-2.0 OR BSD-3-Clause", "LICENSE: code since 2017 Apache, older BSD"),
    "pypdfium2": ("BSD-3-Clause AND Apache-2.0", "bindings BSD-3-Clause, PDFium Apache-2.0"),
    "scipy": ("BSD-3-Clause", "its whole licence text stands in the field"),
    "uvloop": ("MIT OR Apache-2.0", "both files are there"),
}
"""Packages whose own words no program understands: (licence, where a person read it)."""


def allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a way that is allowed: one side of OR, every side of AND."""
    words = re.findall(r"\(|\)|[^\s()]+", expression)
    result, rest = _either(words)
    return result and not rest


def _either(words: list[str]) -> tuple[bool, list[str]]:
    result, words = _all(words)
    while words and words[0].upper() == "OR":
        other, words = _all(words[1:])
        result = result or other
    return result, words


def _all(words: list[str]) -> tuple[bool, list[str]]:
    result, words = _one(words)
    while words and words[0].upper() == "AND":
        other, words = _one(words[1:])
        result = result and other
    return result, words


def _one(words: list[str]) -> tuple[bool, list[str]]:
    if not words:
        return False, []
    if words[0] == "(":
        result, words = _either(words[1:])
        return result and words[:1] == [")"], words[1:]
    return words[0] in ALLOWED, words[1:]


def said_by(name: str) -> str:
    """Return the licence of an installed package as an SPDX expression; empty where it cannot be told."""
    if name in LOOKED_UP:
        return LOOKED_UP[name][0]
    about = metadata.metadata(name)
    if expression := about.get("License-Expression"):
        return str(expression)
    classes = [line.rpartition("::")[2].strip() for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    for said in (about.get("License") or "", *classes):
        words = said.strip()
        if words in ALLOWED or re.fullmatch(r"[\w.-]+( OR [\w.-]+)+", words):
            return words
        if known := WORDS.get(words.lower()):
            return known
        if words.lower().startswith("mit license"):
            return "MIT"
    return ""


def locked() -> tuple[dict[str, str], list[str]]:
    """Return package → licence of what is locked for this platform, and what is locked for another one."""
    found, elsewhere = {}, []
    for lock in LOCKS:
        for line in (ROOT / lock).read_text("utf-8").splitlines():
            if not re.match(r"[A-Za-z0-9]", line):
                continue
            one = Requirement(line.removesuffix("\\").strip())
            if one.marker is not None and not one.marker.evaluate():
                elsewhere.append(one.name)
                continue
            try:
                found[one.name] = said_by(one.name)
            except metadata.PackageNotFoundError:
                found[one.name] = "is not installed"
    return found, sorted(set(elsewhere) - set(found))


def packages() -> dict[str, str]:
    """Return npm package → licence."""
    found = {}
    for lock in PACKAGE_LOCKS:
        for path, about in json.loads((ROOT / lock).read_text("utf-8"))["packages"].items():
            if path:
                found[f"{path.rpartition('node_modules/')[2]} ({lock.partition('/')[0]})"] = str(about.get("license", ""))
    return found


def main() -> int:
    """Print what is wrong and a count by licence; returns 1 if anything is."""
    if (
        "EUROPEAN UNION PUBLIC LICENCE" not in (text := (ROOT / "LICENSE").read_text("utf-8").upper())
        and "EUROPÄISCHE UNION PUBLIC" not in text
    ):
        print("LICENSE does not hold the EUPL.")
        return 1
    python, elsewhere = locked()
    every = {**python, **packages()}
    wrong = sorted(f"{name}: {licence or 'says nothing that is known'}" for name, licence in every.items() if not allowed(licence))
    for line in wrong:
        print(line)
    kinds = sorted({licence for licence in every.values() if licence})
    print(f"{len(every)} packages, {len(wrong)} not compatible with EUPL-1.2. Licences: {', '.join(kinds)}.")
    if elsewhere:
        print(f"For other platforms only, not looked at: {', '.join(elsewhere)}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
