"""What news there is: its kinds, the sentences that tell it, and the presets of when it comes. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from beteiligung.i18n import _, ngettext
from beteiligung.notifications.models import KINDS


@dataclass(frozen=True)
class Choice:
    """When one kind of news comes by mail, and whether the account shows it."""

    mail: str
    in_account: bool = True


@dataclass(frozen=True)
class Kind:
    """One kind of news. `chosen` ones stand on the page of choices; the others come at once, always.

    `legal` ones are sent once more, with the same Message-ID, where nobody can know whether they arrived.
    """

    name: Callable[[], str]
    why: Callable[[], str]
    """Why somebody gets it, as the mail says at its end."""
    default: str
    chosen: bool = True
    legal: bool = False
    always_in_account: bool = False


def _following() -> str:
    return _("Sie bekommen diese Mail, weil Sie dieser Zusage, ihrem Thema oder der Region folgen.")


KIND: dict[str, Kind] = {
    "reply": Kind(
        lambda: _("Antworten auf meine Kommentare"), lambda: _("Sie bekommen diese Mail, weil Sie hier etwas geschrieben haben."), "at_once"
    ),
    "decision": Kind(
        lambda: _("Entscheidungen über meine Meldungen und Kommentare"),
        lambda: _("Sie bekommen diese Mail, weil es um Ihre Meldung oder Ihren Kommentar geht."),
        "at_once", legal=True, always_in_account=True,
    ),
    "answer": Kind(
        lambda: _("Stellungnahmen der Verwaltung"), _following, "weekly"
    ),
    "status": Kind(lambda: _("Neuer Umsetzungsstand"), _following, "weekly"),
    "comment": Kind(
        lambda: _("Neue Kommentare zu Zusagen, denen ich folge"), _following, "weekly"
    ),
    "recommendation": Kind(
        lambda: _("Empfehlungen des Bürgerrats"), _following, "weekly"
    ),
    "document": Kind(
        lambda: _("Neue oder geänderte Dokumente und Zusagen"), _following, "weekly"
    ),
    "report": Kind(
        lambda: _("Berichte an den Kreistag oder Rat und was daraus wurde"),
        lambda: _("Sie bekommen diese Mail, weil Sie mitgemacht haben oder hier folgen."),
        "weekly",
    ),
    "service": Kind(
        lambda: _("Ihr Konto und Ihr Wohnort"),
        lambda: _("Diese Mail betrifft Ihr Konto. Sie kommt deshalb immer."),
        "at_once", chosen=False, legal=True, always_in_account=True,
    ),
}  # fmt: skip
"""In the order of the page of choices: what concerns oneself comes first."""

assert set(KIND) == set(KINDS)  # noqa: S101 - the database knows the same words


def chosen() -> list[str]:
    """Return the kinds that people choose about, in the order of the page."""
    return [key for key, kind in KIND.items() if kind.chosen]


# Presets


@dataclass(frozen=True)
class Preset:
    """A choice for all kinds at once."""

    name: Callable[[], str]
    mail: Callable[[str], str]
    """Kind → cadence."""


PRESETS: dict[str, Preset] = {
    "standard": Preset(lambda: _("Empfohlen: Was mich betrifft sofort, alles andere wöchentlich"), lambda kind: KIND[kind].default),
    "antworten": Preset(lambda: _("Nur Antworten an mich"), lambda kind: "at_once" if kind in ("reply", "decision") else "never"),
    "woechentlich": Preset(lambda: _("Alles wöchentlich"), lambda _kind: "weekly"),
    "sofort": Preset(lambda: _("Alles sofort"), lambda _kind: "at_once"),
    "nichts": Preset(lambda: _("Nichts per Mail"), lambda _kind: "never"),
}


def default(kind: str) -> Choice:
    """Return what holds for somebody who has not chosen."""
    return Choice(KIND[kind].default)


def of_preset(name: str) -> dict[str, Choice]:
    """Return a preset's choices by kind; all of it stays visible in the account. Raises KeyError."""
    return {kind: Choice(PRESETS[name].mail(kind)) for kind in chosen()}


# Sentences


@dataclass(frozen=True)
class Sentence:
    """How one thing is told: alone, under a heading that names what it is about, and many at once."""

    kind: str
    alone: Callable[[], str]
    """With a place for {title} and what else `words` holds."""
    short: Callable[[], str]
    many: Callable[[int], str]


def _several_decisions(count: int) -> str:
    return ngettext("%(num)s Beschluss", "%(num)s Beschlüsse", count) % {"num": count}


def _several(count: int) -> str:
    return ngettext("%(num)s Nachricht", "%(num)s Nachrichten", count) % {"num": count}


SENTENCES: dict[str, Sentence] = {
    "answer": Sentence(
        "answer",
        lambda: _("Die Verwaltung hat Stellung genommen: {title}"),
        lambda: _("Die Verwaltung hat Stellung genommen."),
        lambda n: ngettext("%(num)s Stellungnahme der Verwaltung", "%(num)s Stellungnahmen der Verwaltung", n) % {"num": n},
    ),
    "status": Sentence(
        "status",
        lambda: _("Der Umsetzungsstand hat sich geändert: {title}"),
        lambda: _("Der Umsetzungsstand hat sich geändert."),
        lambda n: (
            ngettext("Der Umsetzungsstand hat sich %(num)s-mal geändert.", "Der Umsetzungsstand hat sich %(num)s-mal geändert.", n)
            % {"num": n}
        ),
    ),
    "revision": Sentence(
        "document",
        lambda: _("Diese Zusage hat eine neue Fassung: {title}"),
        lambda: _("Diese Zusage hat eine neue Fassung."),
        _several,
    ),
    "archived": Sentence(
        "document",
        lambda: _("Diese Zusage ist jetzt im Archiv: {title}"),
        lambda: _("Diese Zusage ist jetzt im Archiv."),
        _several,
    ),
    "restored": Sentence(
        "document",
        lambda: _("Diese Zusage ist wieder veröffentlicht: {title}"),
        lambda: _("Diese Zusage ist wieder veröffentlicht."),
        _several,
    ),
    "published": Sentence("document", lambda: _("Neu auf der Plattform: {title}"), lambda: _("Neu auf der Plattform."), _several),
    "batch": Sentence("document", lambda: "{body}", lambda: "{body}", _several),
    "official_reply": Sentence(
        "reply",
        lambda: _("Die Verwaltung hat Ihnen geantwortet: {title}"),
        lambda: _("Die Verwaltung hat Ihnen geantwortet."),
        lambda n: ngettext("%(num)s Antwort der Verwaltung an Sie", "%(num)s Antworten der Verwaltung an Sie", n) % {"num": n},
    ),
    "reply": Sentence(
        "reply",
        lambda: _("Jemand hat Ihnen geantwortet: {title}"),
        lambda: _("Jemand hat Ihnen geantwortet."),
        lambda n: ngettext("%(num)s Antwort an Sie", "%(num)s Antworten an Sie", n) % {"num": n},
    ),
    "comment": Sentence(
        "comment",
        lambda: _("Neuer Kommentar: {title}"),
        lambda: _("Neuer Kommentar"),
        lambda n: ngettext("%(num)s neuer Kommentar", "%(num)s neue Kommentare", n) % {"num": n},
    ),
    "moderation": Sentence("decision", lambda: "{title}", lambda: "{title}", _several),
    "recommendation": Sentence(
        "recommendation",
        lambda: _("Der Bürgerrat empfiehlt: {title}"),
        lambda: _("Der Bürgerrat empfiehlt: {title}"),
        lambda n: ngettext("%(num)s Empfehlung des Bürgerrats", "%(num)s Empfehlungen des Bürgerrats", n) % {"num": n},
    ),
    "recommendation_answer": Sentence(
        "recommendation",
        lambda: _("Die Verwaltung hat dem Bürgerrat geantwortet: {title}"),
        lambda: _("Die Verwaltung hat dem Bürgerrat geantwortet: {title}"),
        lambda n: ngettext("%(num)s Antwort an den Bürgerrat", "%(num)s Antworten an den Bürgerrat", n) % {"num": n},
    ),
    **{
        f"resolution_{act}": Sentence("report", alone, short, _several_decisions)
        for act, alone, short in (
            ("noted", lambda: _("Zur Kenntnis genommen ({body}): {title}"), lambda: _("Zur Kenntnis genommen ({body})")),
            ("referred", lambda: _("Verwiesen ({body}): {title}"), lambda: _("Verwiesen ({body})")),
            ("adopted", lambda: _("Beschlossen ({body}): {title}"), lambda: _("Beschlossen ({body})")),
            ("rejected", lambda: _("Abgelehnt ({body}): {title}"), lambda: _("Abgelehnt ({body})")),
            ("adjourned", lambda: _("Vertagt ({body}): {title}"), lambda: _("Vertagt ({body})")),
            ("corrected", lambda: _("Beschluss berichtigt ({body}): {title}"), lambda: _("Beschluss berichtigt ({body})")),
        )
    },
    "sample": Sentence(
        "service",
        lambda: _("{number} Kommentare warten auf Menschen, die sie einordnen: {region}"),
        lambda: _("{number} Kommentare warten auf Menschen, die sie einordnen: {region}"),
        _several,
    ),
    "council_vote": Sentence(
        "service",
        lambda: _("Der Bürgerrat stimmt bis zum {day} ab: {title}"),
        lambda: _("Der Bürgerrat stimmt bis zum {day} ab: {title}"),
        _several,
    ),
    "residence_ends": Sentence(
        "service",
        lambda: _("Die Bestätigung Ihres Wohnorts ({region}) endet am {day}. Bitte bestätigen Sie ihn noch einmal."),
        lambda: _("Die Bestätigung Ihres Wohnorts ({region}) endet am {day}. Bitte bestätigen Sie ihn noch einmal."),
        _several,
    ),
    "residence_ended": Sentence(
        "service",
        lambda: _("Die Bestätigung Ihres Wohnorts ({region}) ist abgelaufen. Ihre Stimmen zählen jetzt bei den unbestätigten."),
        lambda: _("Die Bestätigung Ihres Wohnorts ({region}) ist abgelaufen. Ihre Stimmen zählen jetzt bei den unbestätigten."),
        _several,
    ),
}
"""What `service.write` can tell. Issue by issue more join; each names its kind."""


def told(sentence: str, words: dict[str, str]) -> str:
    """Return the sentence filled in, on one line, in the language of the moment. Raises KeyError."""
    filled = {**words, "body": batch_words(words)} if sentence == "batch" else words
    return " ".join(SENTENCES[sentence].alone().format(**filled).split())


def batch_words(words: dict[str, str]) -> str:
    """Return how many commitments of which document a batch has brought, as a sentence."""
    count = int(words["count"])
    text = ngettext("{count} Zusage aus „{title}“ veröffentlicht.", "{count} Zusagen aus „{title}“ veröffentlicht.", count)
    return text.format(count=count, title=words["title"])
