"""Mails to people on a list: the invitation to take part in a draw, and the offer of a seat."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlmodel import Session, select

from beteiligung.council.models import CouncilSeat, Draw, DrawPerson
from beteiligung.council.seating import code_of
from beteiligung.i18n import _
from beteiligung.identity.codes import in_groups
from beteiligung.identity.mails import compose_notice
from beteiligung.places.models import Region
from beteiligung.web.filters import long_date, place

KINDS = ("invited", "offered")


def message(session: Session, entry_id: int, args: dict[str, Any], now: datetime) -> EmailMessage | None:
    """The mail of an outbox entry (person, kind); None where it would be wrong by now."""
    person = session.get(DrawPerson, args["person"])
    if person is None or not person.email:
        return None
    draw = session.get_one(Draw, person.draw_id)
    region = session.get_one(Region, draw.region_id)
    written = _offer(session, draw, region, person) if args["kind"] == "offered" else _invitation(draw, region, person)
    if written is None:
        return None
    subject, before, after = written
    path = f"/einladung/{code_of(person)}"
    return compose_notice(to=person.email, subject=subject, before=before, path=path, after=after, key=f"drawn:{entry_id}", at=now)


def _contact(draw: Draw, person: DrawPerson) -> list[str]:
    return [
        _("Öffnet sich die Seite nicht, dann tippen Sie dort Ihren Code ein: {code}").format(code=in_groups(code_of(person))),
        _("Fragen beantwortet: {contact}").format(contact=draw.contact),
    ]


def _offer(session: Session, draw: Draw, region: Region, person: DrawPerson) -> tuple[str, list[str], list[str]] | None:
    seat = session.exec(select(CouncilSeat).where(CouncilSeat.person_id == person.id, CouncilSeat.state == "offered")).first()
    if seat is None:
        return None
    last = long_date(seat.due_at - timedelta(seconds=1))
    before = [
        _("das Los ist auf Sie gefallen: Sie können im Bürgerrat mitarbeiten, {where}.").format(where=place(region)),
        _("Die Amtszeit läuft vom {start} bis zum {end}.").format(start=long_date(draw.term_start), end=long_date(draw.term_end)),
        _("Bitte sagen Sie bis zum {day}, ob Sie annehmen. Danach geht der Platz an jemand anderen. Hier antworten Sie:").format(day=last),
    ]
    return _("Sie sind ausgelost: Bürgerrat {region}").format(region=region.name), before, _contact(draw, person)


def _invitation(draw: Draw, region: Region, person: DrawPerson) -> tuple[str, list[str], list[str]] | None:
    if draw.state != "inviting" or draw.reply_by is None or person.reply is not None:
        return None
    before = [
        _(
            "{region} lost einen Bürgerrat mit {size} Plätzen aus. Ihre Adresse ist durch Zufall aus dem Melderegister gezogen worden."
        ).format(region=region.name, size=draw.size),
        _("Möchten Sie in den Lostopf? Bitte antworten Sie bis zum {day}:").format(day=long_date(draw.reply_by)),
    ]
    after = [_("Mitmachen ist freiwillig. Möchten Sie nicht, dann müssen Sie nichts tun."), *_contact(draw, person)]
    return _("Möchten Sie in den Bürgerrat? Einladung zur Auslosung"), before, after
