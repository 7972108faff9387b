"""The writer of regions, municipalities and committees from the files in data/regions; what operators set in the pages is `setup`."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlmodel import Session, SQLModel, select

from beteiligung import audit
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.places.models import REGION_KINDS, BarrierReport, Committee, Municipality, Region
from beteiligung.settings import settings
from beteiligung.text.slugs import slugify

BARRIER_TEXT_LENGTH = 4_000
_REQUIRED = ("slug", "name", "in_name", "kind", "state", "assembly")
_OPTIONAL = (
    "seat", "website", "position", "min_age", "page_threshold", "report_threshold", "quiet_from", "quiet_until", "imprint", "legal_office",
    "answer_days",
)  # fmt: skip


@dataclass(frozen=True)
class LoadedRegions:
    """How many regions a load created, changed and left as they were."""

    created: int
    changed: int
    unchanged: int


def region_files(folder: Path | None = None) -> list[dict[str, Any]]:
    """Read the region files, in the order the pages show them.

    `folder` is `data/regions` unless given. Raises Invalid with the file's name where one cannot be read
    or lacks a fact no page can do without.
    """
    files = []
    for path in sorted((folder or settings().root / "data" / "regions").glob("*.toml")):
        try:
            facts = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Invalid(_("Die Datei {name} lässt sich nicht lesen: {error}").format(name=path.name, error=error)) from error
        missing = [key for key in _REQUIRED if not facts.get(key)]
        if missing or facts["kind"] not in REGION_KINDS:
            raise Invalid(
                _("In der Datei {name} fehlt oder stimmt nicht: {what}").format(name=path.name, what=", ".join(missing) or "kind")
            )
        wrong = "legal_office" if "@" not in facts.get("legal_office", "@") else None
        if wrong or not 7 <= facts.get("answer_days", 56) <= 366:
            message = _("In der Datei {name} fehlt oder stimmt nicht: {what}")
            raise Invalid(message.format(name=path.name, what=wrong or "answer_days"))
        files.append(facts)
    return sorted(files, key=lambda facts: (facts.get("position", 0), facts["slug"]))


def load_regions(session: Session, now: datetime, folder: Path | None = None) -> LoadedRegions:
    """Bring regions, municipalities and committees to what their files say; a second load changes nothing.

    A municipality or committee that is no longer in the file stays: somebody may have named it as home. What a region
    has set for itself (ages, thresholds, quiet period) is only overwritten by a file that says it, and nothing is
    where the operator has set the region's facts in the pages.
    """
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for facts in region_files(folder):
        region = session.exec(select(Region).where(Region.slug == facts["slug"])).first()
        values: dict[str, Any] = {key: facts[key] for key in _OPTIONAL if key in facts}
        values |= {"name": facts["name"], "in_name": facts["in_name"], "kind": facts["kind"], "state": facts["state"]}
        values["assembly_name"] = facts["assembly"]
        if region is not None and region.set_in_pages:
            counts["unchanged"] += 1
            continue
        if region is None:
            region = Region(slug=facts["slug"], **values)
            session.add(region)
            session.flush()
            outcome = "created"
        else:
            outcome = "changed" if _set(region, values) else "unchanged"
        if _parts(session, region, facts) and outcome == "unchanged":
            outcome = "changed"
        counts[outcome] += 1
        if outcome != "unchanged":
            audit.record(session, f"region.{outcome}", region.slug, now, region_id=region.id)
    session.flush()
    return LoadedRegions(**counts)


def _parts(session: Session, region: Region, facts: dict[str, Any]) -> bool:
    region_id = cast(int, region.id)
    municipalities = {m.slug: m for m in session.exec(select(Municipality).where(Municipality.region_id == region.id))}
    committees = {c.slug: c for c in session.exec(select(Committee).where(Committee.region_id == region.id))}
    changed = False
    for name in facts.get("municipalities", {}).get("names", []):
        slug = slugify(name)
        if slug not in municipalities:
            session.add(Municipality(region_id=region_id, slug=slug, name=name))
            changed = True
        elif _set(municipalities[slug], {"name": name}):
            changed = True
    for committee in facts.get("committees", {}).get("list", []):
        slug = committee.get("slug") or slugify(committee["name"])
        values = {"name": committee["name"], "topics": list(committee.get("topics", []))}
        if slug not in committees:
            session.add(Committee(region_id=region_id, slug=slug, **values))
            changed = True
        elif _set(committees[slug], values):
            changed = True
    return changed


def _set(row: SQLModel, values: dict[str, Any]) -> bool:
    """Set what differs; tells whether anything did."""
    different = {key: value for key, value in values.items() if getattr(row, key) != value}
    for key, value in different.items():
        setattr(row, key, value)
    return bool(different)


def hold(session: Session, region_id: int) -> None:
    """Lock a region until the transaction ends, for what must happen one after the other in it. Readers do not wait."""
    session.exec(select(Region.id).where(Region.id == region_id).with_for_update(key_share=True)).first()


def report_barrier(session: Session, text: str, contact: str, page: str, now: datetime) -> BarrierReport:
    """Keep a report of a barrier. Raises Invalid for an empty or overlong text (field `text`) and overlong others."""
    errors = {}
    if not text.strip():
        errors["text"] = _("Bitte schreiben Sie, was nicht geklappt hat.")
    elif len(text) > BARRIER_TEXT_LENGTH:
        errors["text"] = _("Der Text ist zu lang. Möglich sind 4.000 Zeichen. Ihr Text ist nicht verloren.")
    if len(contact) > 254 or (contact and "@" not in contact):
        errors["mail"] = _("Bitte prüfen Sie die Mailadresse. Sie sieht etwa so aus: name@beispiel.de")
    if len(page) > 500:
        errors["page"] = _("Diese Angabe ist zu lang.")
    if errors:
        raise Invalid(_("Bitte prüfen Sie Ihre Angaben."), errors)
    report = BarrierReport(text=text.strip(), contact=contact, page=page, created_at=now)
    session.add(report)
    session.flush()
    return report
