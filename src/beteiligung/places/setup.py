"""The writer of what operators set in the pages: regions, municipalities, committees, logo, and whether a region is open."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from beteiligung import audit
from beteiligung.clock import berlin_date
from beteiligung.db import upsert
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _
from beteiligung.places.logos import Picture
from beteiligung.places.models import Committee, Municipality, Region, RegionLogo
from beteiligung.places.setup_rules import TICKS, Step, Typed, why_not_open
from beteiligung.text.slugs import slugify


def create(session: Session, typed: Typed, now: datetime, *, by: int) -> Region:
    """Add a region that only its administration and operators see. Raises Invalid."""
    region = Region(**typed.checked().values, preparing=True, set_in_pages=True, position=1_000)
    session.add(region)
    session.flush()
    audit.record(session, "region.created", region.slug, now, account_id=by, region_id=region.id)
    return region


def change(session: Session, region: Region, typed: Typed, now: datetime, *, by: int) -> list[str]:
    """Set what the form says; returns the names of what changed. Raises Invalid.

    A municipality or committee that the form no longer names stays where somebody may have named it: those are told by the form's error.
    """
    typed.checked()
    changed = sorted(name for name, value in typed.values.items() if getattr(region, name) != value)
    for name in changed:
        setattr(region, name, typed.values[name])
    region.set_in_pages = True
    session.add(region)
    if _municipalities(session, region, typed.municipalities):
        changed.append("municipalities")
    if _committees(session, region, typed.committees):
        changed.append("committees")
    if changed:
        audit.record(session, "region.changed", region.slug, now, account_id=by, region_id=region.id, fields=changed)
    return changed


def _municipalities(session: Session, region: Region, names: Collection[str]) -> bool:
    there = {row.slug: row for row in session.exec(select(Municipality).where(Municipality.region_id == region.id))}
    wanted = {slugify(name): name for name in names}
    if gone := sorted(row.name for slug, row in there.items() if slug not in wanted):
        message = _("Diese Orte kann man nicht wegnehmen, weil Menschen dort wohnen können: {names}. Bitte lassen Sie sie stehen.")
        raise Invalid(message.format(names=", ".join(gone)), {"municipalities": message.format(names=", ".join(gone))})
    changed = False
    for slug, name in wanted.items():
        row = there.get(slug) or Municipality(region_id=region.id or 0, slug=slug, name="")
        if row.name != name:
            row.name = name
            session.add(row)
            changed = True
    return changed


def _committees(session: Session, region: Region, listed: Collection[tuple[str, list[str]]]) -> bool:
    there = {row.slug: row for row in session.exec(select(Committee).where(Committee.region_id == region.id))}
    wanted: dict[str, tuple[str, list[str]]] = {}
    for name, topics in listed:
        slug = next((row.slug for row in there.values() if row.name == name), slugify(name))
        wanted[slug] = (name, topics)
    if gone := sorted(row.name for slug, row in there.items() if slug not in wanted):
        message = _("Diese Ausschüsse kann man nicht wegnehmen, weil Zusagen zu ihnen gehören: {names}. Bitte lassen Sie sie stehen.")
        raise Invalid(message.format(names=", ".join(gone)), {"committees": message.format(names=", ".join(gone))})
    changed = False
    for slug, (name, topics) in wanted.items():
        row = there.get(slug)
        if row is None:
            session.add(Committee(region_id=region.id or 0, slug=slug, name=name, topics=topics))
            changed = True
        elif (row.name, row.topics) != (name, topics):
            row.name, row.topics = name, topics
            changed = True
    return changed


def set_logo(session: Session, region: Region, picture: Picture, alt: str, now: datetime, *, by: int) -> None:
    """Give a region its logo. Raises Invalid without a description (field `alt`)."""
    alt = alt.strip()
    if not 3 <= len(alt) <= 150:
        message = _("Bitte schreiben Sie, was das Bild zeigt, zum Beispiel: Wappen des Musterkreises.")
        raise Invalid(message, {"alt": message})
    shown = {"sha256": picture.sha256, "content": picture.content, "width": picture.width, "height": picture.height}
    upsert(session, RegionLogo, {"region_id": region.id}, {**shown, "alt": alt, "set_at": now})
    region.logo = picture.sha256
    session.add(region)
    audit.record(session, "region.logo", region.slug, now, account_id=by, region_id=region.id)


def drop_logo(session: Session, region: Region, now: datetime, *, by: int) -> None:
    """Take a region's logo away."""
    if row := session.get(RegionLogo, region.id):
        session.delete(row)
    region.logo = None
    session.add(region)
    audit.record(session, "region.logo_removed", region.slug, now, account_id=by, region_id=region.id)


def tick(session: Session, region: Region, ticks: Collection[str], now: datetime, *, by: int) -> None:
    """Remember what a person says is done, each with its first day."""
    said = {key: region.ticked.get(key, berlin_date(now).isoformat()) for key in TICKS if key in ticks}
    if said != region.ticked:
        region.ticked = said
        session.add(region)
        audit.record(session, "region.ticked", region.slug, now, account_id=by, region_id=region.id, ticks=sorted(said))


def open_up(session: Session, region: Region, steps: Collection[Step], now: datetime, *, by: int) -> None:
    """Let everybody see the region. Raises Conflict while something needed is missing."""
    if why_not_open(steps):
        raise Conflict(_("Die Region bleibt noch zu. In der Liste steht, was fehlt. Ihre Häkchen sind gemerkt."))
    _set_preparing(session, region, now, by=by, preparing=False)


def close(session: Session, region: Region, now: datetime, *, by: int) -> None:
    """Let only the region's administration and operators see it; nothing is deleted."""
    _set_preparing(session, region, now, by=by, preparing=True)


def _set_preparing(session: Session, region: Region, now: datetime, *, by: int, preparing: bool) -> None:
    if region.preparing == preparing:
        return
    region.preparing = preparing
    session.add(region)
    audit.record(session, "region.closed" if preparing else "region.opened", region.slug, now, account_id=by, region_id=region.id)


def facts_of(region: Region) -> dict[str, Any]:
    """Return what the form shows of a region's own row, as text by field."""
    names = ("name", "in_name", "kind", "state", "assembly_name", "seat", "website", "min_age", "page_threshold", "report_threshold")
    shown = {name: getattr(region, name) for name in (*names, "answer_days", "contact_mail", "legal_office", "data_protection", "accent")}
    shown |= {"quiet_from": region.quiet_from, "quiet_until": region.quiet_until}
    shown |= {f"imprint_{name}": region.imprint.get(name) for name in ("name", "address", "represented_by", "contact")}
    return {name: "" if value is None else str(value) for name, value in shown.items()}
