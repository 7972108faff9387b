"""`beteiligung catalogue check`: reads the catalogue, the reasons and the originals at hand, and says what disagrees."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beteiligung.catalogue import check, export, fidelity, plain
from beteiligung.catalogue.check import Finding
from beteiligung.catalogue.documents import described_files
from beteiligung.catalogue.importer.extract import extract
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.places.service import region_files


@dataclass(frozen=True)
class Report:
    """What `check` prints: lines about each region, then what is wrong. `originals` is how many were at hand."""

    lines: tuple[str, ...]
    findings: tuple[Finding, ...]
    originals: int

    @property
    def verdict(self) -> str:
        """The last line: how it went."""
        return f"{len(self.findings)} violations." if self.findings else "No violations."


def reasons_in(path: Path) -> dict[str, str]:
    """Return hash of a recognised wording → why it is no entry; none where there is no such file. Raises Invalid."""
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(_("Die Datei {name} lässt sich nicht lesen: {error}").format(name=path.name, error=error)) from error
    return {key: str(reason) for key, reason in data.get("reasons", {}).items()}


def check_folder(folder: Path, originals: Mapping[str, Path], regions: Path | None = None) -> Report:
    """Check all catalogue files of a folder, with the originals at hand (SHA-256 of the file → path).

    `regions` is `data/regions` unless given. Raises Invalid where a file cannot be read at all.
    """
    facts = {one["slug"]: one for one in region_files(regions)}
    documents = {where: originals[sha] for sha, where in described_files(regions).items() if sha in originals}
    everything: dict[str, list[dict[str, Any]]] = {}
    lines: list[str] = []
    found: list[Finding] = []
    for path in sorted(folder.glob("*.toml")):
        region, entries = plain.read_catalogue(path)
        if region not in facts or region in everything:
            found.append(Finding(path.name, f"no such region, or twice: {region}"))
            continue
        everything[region] = entries
        reasons = reasons_in(folder / "differences" / path.name)
        found += check.check_entries(facts[region], entries)
        found += check.check_reasons(reasons, entries)
        lines.append(f"{region}: {_summary(entries)}")
        if len(entries) > 1:
            lines.append(f"  reading ease (Wiener Sachtextformel 1): {check.ease_of(entries)}")
        here = {slug: file for (where, slug), file in documents.items() if where == region}
        if here:
            about, wrong = _with_originals(here, entries, export.names_in(path), reasons)
            lines += about
            found += wrong
    found += check.check_links(everything)
    lines.append(f"together: {_summary([entry for entries in everything.values() for entry in entries])}")
    return Report(tuple(lines), tuple(found), len(documents))


def _with_originals(
    originals: Mapping[str, Path], entries: list[dict[str, Any]], names: list[str], reasons: dict[str, str]
) -> tuple[list[str], list[Finding]]:
    lines: list[str] = []
    found: list[Finding] = []
    seen: set[str] = set()
    for document, file in originals.items():
        own = [entry for entry in entries if entry["document"] == document]
        original = fidelity.Original(extract(file), own)
        coverage, wrong = fidelity.check_original(original, names, reasons)
        lines.append(f"  {document}: {coverage}")
        found += wrong
        if coverage.attached < fidelity.ATTACHED * len(own):
            found.append(Finding(document, f"only {coverage.attached} of {len(own)} entries find their wording"))
        seen |= original.candidates.keys()
    if {entry["document"] for entry in entries} <= originals.keys():
        found += [Finding(key, "a reason for something that is not recognised") for key in reasons if key not in seen]
    return lines, found


def _summary(entries: list[dict[str, Any]]) -> str:
    links = sum(len(entry.get("wording_differs_from", [])) for entry in entries)
    linked = sum(bool(entry.get("wording_differs_from")) for entry in entries)
    committee = sum(bool(entry.get("committee")) for entry in entries)
    return f"{len(entries)} entries, {committee} with a committee, {linked} linked to other regions ({links} links)"
