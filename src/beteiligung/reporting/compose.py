"""From facts to the frozen data set. Pure: the same facts always make the same bytes."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal, cast

from beteiligung.catalogue.topics import by_slug
from beteiligung.council.recommendation_queries import Adopted
from beteiligung.council.recommendation_words import ANSWER
from beteiligung.i18n import speaking
from beteiligung.insight.group_words import reason
from beteiligung.reporting import figures, prose
from beteiligung.reporting.bridging import with_groups
from beteiligung.reporting.choosing import RULE, Candidate, chosen
from beteiligung.reporting.dataset import SCHEMA, OfficialAnswer, Origin, Population, Quote, Recommendation, ReportData, Sitting, seal
from beteiligung.reporting.gathering import Asked, Facts
from beteiligung.web.filters import long_date, long_datetime

_QUOTED_FROM = ("discussed", "divided", "supported", "opposed")


@dataclass(frozen=True)
class Made:
    """A computed report: its data, and which comment each quote is (never part of the data)."""

    data: ReportData
    quoted: tuple[int, ...]


@speaking("de")
def compose(facts: Facts, site: str, key: str) -> Made:
    """Return the report without number, foreword and answers, which it gets on its release.

    `key` is the installation's secret: salts of quotes are derived from it, so that both databases make the same bytes.
    """
    commitments = figures.scoped(facts)
    ranked = figures.ranked(commitments, facts.threshold)
    order = [slug for name in _QUOTED_FROM for slug in ranked[name]]
    quotes = chosen(with_groups(facts.candidates, facts.bridging, facts.groups), order, facts.groups)
    found, sitting = facts.snapshot, _sitting(facts.asked)
    data = ReportData(
        schema=SCHEMA,
        number=0,
        correction=0,
        region=facts.region.slug,
        region_name=facts.region.name,
        example=facts.region.example,
        site=site.rstrip("/"),
        link="",
        title=_title("Entwurf des Berichts", sitting),
        sitting=sitting,
        as_of=found.taken_at if found else None,
        origin=Origin(found.version, found.taken_at, found.digest) if found else None,
        population=_population(facts),
        notice=prose.NOTICE,
        summary=(),
        sections=(),
        tables=tuple(figures.tables(facts)),
        quotes=tuple(_quote(place, one, commitments, facts, key) for place, one in enumerate(quotes, 1)),
        quote_rule=RULE,
        recommendations=tuple(map(_recommendation, facts.recommendations)),
        method=_method(facts),
    )
    return Made(prose.told(data, _absent(facts, quotes)), tuple(one.comment_id for one in quotes))


@speaking("de")
def numbered(data: ReportData, number: int, foreword: str, answers: Sequence[tuple[str, str]]) -> ReportData:
    """Return the report as it is released. `answers`: (slug of a commitment or empty, text)."""
    return replace(
        data,
        number=number,
        link=f"/{data.region}/berichte/{number}",
        title=_title(f"Bericht Nr. {number}" if number else "Entwurf des Berichts", data.sitting),
        foreword=foreword,
        answers=tuple(_answer(data, slug, text) for slug, text in answers),
    )


def _title(what: str, sitting: Sitting) -> str:
    return f"{what}: {sitting.body}" + (f" am {long_date(sitting.on)}" if sitting.on else "")


def titles_of(data: ReportData) -> dict[str, str]:
    """Return slug → title of the commitments a report has figures of."""
    known = next((table for table in data.tables if table.key == "votes"), None)
    return {str(row[1]).rpartition("/")[2]: str(row[0]) for row in known.rows} if known else {}


def _answer(data: ReportData, slug: str, text: str) -> OfficialAnswer:
    title = titles_of(data).get(slug)
    return OfficialAnswer(text, title, f"/{data.region}/zusagen/{slug}") if title else OfficialAnswer(text)


def _sitting(asked: Asked) -> Sitting:
    topics = tuple(topic.name for slug in asked.topics if (topic := by_slug(slug)))
    return Sitting(
        asked.body, asked.meets_on, asked.committees, asked.since, asked.until, topics, asked.paper_number, asked.subject
    )  # fmt: skip


def _population(facts: Facts) -> Population | None:
    known = facts.population
    return Population(known.people, known.on, known.source, known.url, None, None) if known else None


def _quote(place: int, one: Candidate, commitments: figures.Commitments, facts: Facts, key: str) -> Quote:
    region = facts.region.slug
    salt = hmac.new(key.encode(), f"report quote\n{region}\n{one.commitment}\n{one.text}".encode(), sha256).hexdigest()[:32]
    return Quote(
        number=place,
        commitment=commitments[one.commitment]["title"],
        link=f"/{region}/zusagen/{one.commitment}",
        stance=cast("Literal['for', 'against']", one.stance),
        seal=seal(salt, one.text),
        text=one.text,
        salt=salt,
        helpful="hilfreich in allen Meinungsgruppen" if facts.groups else "am hilfreichsten gefunden",
    )


def _recommendation(one: Adopted) -> Recommendation:
    result = one.result
    return Recommendation(
        number=one.number,
        title=one.title,
        text=one.text,
        link=one.url,
        adopted_on=one.adopted_on,
        votes_for=result.votes_for if result else None,
        votes_against=result.votes_against if result else None,
        votes_abstain=result.votes_abstain if result else None,
        answer_due=one.answer_due,
        answered_on=one.answered_on,
        answer_kind=ANSWER[one.answer_kind]() if one.answer_kind else "",
        answer=one.answer or "",
    )


def _absent(facts: Facts, quotes: Sequence[Candidate]) -> dict[str, str]:
    """Return why a section has nothing to say."""
    made = {}
    if facts.snapshot is not None and not facts.groups:
        why = reason(facts.snapshot.content["groups"]["reason"])
        made["unites"] = f"Klare Meinungsgruppen haben sich nicht gezeigt, deshalb lässt sich nicht sagen, was sie verbindet. {why}"
    if facts.snapshot is not None and not any(one["confirmed"] or one["comments"] for one in figures.scoped(facts).values()):
        made["votes"] = "Zu diesen Themen gibt es noch keine öffentlichen Ergebnisse."
    if not facts.tones and not facts.stances:
        made["sentiment"] = "Noch ist keine Stichprobe der Kommentare von Menschen eingeordnet."
    if not quotes:
        made["arguments"] = (
            "Kein Kommentar erfüllt die Regel für Zitate: mit Zustimmung der Schreibenden und von genug Menschen hilfreich gefunden."
        )
    if not facts.recommendations:
        made["recommendations"] = "Bis zum Ende des Zeitraums hat der Bürgerrat keine Empfehlung dazu beschlossen."
    if not sum(facts.statuses.values()):
        made["status"] = "Zu diesen Themen gibt es keine Zusagen."
    if not facts.moderation:
        made["moderation"] = "Im Zeitraum wurde nichts gemeldet und nichts entschieden."
    return made


def _method(facts: Facts) -> tuple[str, ...]:
    found = facts.snapshot
    where = (
        f"Alle Zahlen zu Stimmen stammen aus dem öffentlichen Stand Nummer {found.version} vom {long_datetime(found.taken_at)}. "
        "Sie ändern sich nicht mehr."
        if found
        else prose.NO_FIGURES
    )
    return (
        where,
        (
            "Abstimmen können Menschen, die in der Region wohnen. Gezählt werden die, die das bestätigt haben, zum Beispiel mit einem Code "
            "aus einem Brief. Alle anderen Stimmen stehen getrennt im Anhang."
        ),
        (
            "Wer hier abstimmt und schreibt, hat sich selbst dafür entschieden und wurde nicht ausgelost. "
            "Der Bericht sagt deshalb nichts über Menschen, die nicht mitgemacht haben."
        ),
        (
            "Unter fünf Menschen wird nichts gezeigt, "
            f"Anteile und Ranglisten gibt es ab {facts.threshold} Stimmen mit bestätigtem Wohnsitz zu einer Zusage."
        ),
        "Im Netz steht unter jeder Tabelle die Stelle im Programm, die ihre Zahlen berechnet. Das Programm ist frei und öffentlich.",
        (
            f"Umsetzung und Antworten sind die vom {long_date(facts.asked.until)}. Zusagen, Zustimmung zum Zitieren, Moderation der "
            "Kommentare und ihre Bewertungen sind die des Tages, an dem der Bericht zusammengestellt wurde. "
            "Kommentare, die nach dem Zeitraum geschrieben wurden, werden nicht zitiert."
        ),
        "Das Intervall (95 %, nach Wilson) zeigt den Zufall, nicht, ob die Richtigen mitgemacht haben.",
        "Zahlen von Menschen, die ihr Konto später löschen, bleiben im Bericht. Ihre Zitate werden geschwärzt, wenn sie das wünschen.",
        "Fehler werden durch nummerierte Berichtigungen behoben. Jede nennt, was sich geändert hat. Beide Fassungen bleiben lesbar.",
    )
