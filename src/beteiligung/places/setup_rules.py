"""How a county starts: who may set it up, what it may say of itself, and what must be done before it opens. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from beteiligung.errors import Invalid
from beteiligung.i18n import LANGUAGES, _
from beteiligung.places.colours import ACCENTS
from beteiligung.places.models import REGION_KINDS
from beteiligung.text.slugs import slugify

STATES = (
    "Baden-Württemberg", "Bayern", "Berlin", "Brandenburg", "Bremen", "Hamburg", "Hessen", "Mecklenburg-Vorpommern", "Niedersachsen",
    "Nordrhein-Westfalen", "Rheinland-Pfalz", "Saarland", "Sachsen", "Sachsen-Anhalt", "Schleswig-Holstein", "Thüringen",
)  # fmt: skip
RESERVED = frozenset(
    {
        "abmelden", "anmelden", "api", "barrierefreiheit", "beispiel", "betrieb", "buergerrat", "datenschutz", "einladung", "en", "haken",
        "health", "impressum", "kiosk", "kommentare", "konto", "leichte-sprache", "logo", "meldungen", "metrics", "offene-daten",
        "protokoll", "regeln", "schema", "sitemaps", "so-funktioniert-es", "static", "verwaltung",
    }
)  # fmt: skip
"""First words of our own addresses: no region may be called so. A test compares them with the routes."""
TICKS = ("vote_key", "backup", "privacy")
"""What no program can look up: somebody has to say it."""
NUMBERS = {"min_age": (12, 18), "page_threshold": (5, 1_000), "report_threshold": (20, 100_000), "answer_days": (7, 366)}
"""Column → least and most."""
IMPRINT = ("name", "address", "represented_by", "contact")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_SITE = re.compile(r"https?://[^\s/]+\.[^\s]+")
_LINES = 200
"""Municipalities or committees at most."""


def may_set_up(*, operator: bool) -> bool:
    """Whether somebody may create, change, open and close regions: operators, and nobody else."""
    return operator


def may_see(region_id: int, *, preparing: bool, operator: bool, works_for: Collection[int]) -> bool:
    """Whether somebody may see a region: everybody, once it is open; before that its own administration and the operators."""
    return not preparing or operator or region_id in works_for


@dataclass(frozen=True)
class Step:
    """One line of the checklist. Without a `needed` step done the region may open all the same."""

    key: str
    done: bool
    needed: bool = True


def why_not_open(steps: Collection[Step]) -> list[str]:
    """Return the keys of what is missing before a region may open; empty where nothing is."""
    return [step.key for step in steps if step.needed and not step.done]


@dataclass(frozen=True)
class Typed:
    """What a form says, read: values by column, and what is wrong by field."""

    values: dict[str, Any] = field(default_factory=dict)
    municipalities: list[str] = field(default_factory=list)
    committees: list[tuple[str, list[str]]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def checked(self) -> "Typed":
        """Return itself. Raises Invalid with a sentence for each field that is wrong."""
        if self.errors:
            raise Invalid(_("Bitte prüfen Sie Ihre Angaben."), self.errors)
        return self


def read_new(form: Mapping[str, str], taken: Collection[str]) -> Typed:
    """Read the form that creates a region; `taken` are the addresses there are."""
    typed = Typed(values=_names(form))
    slug = slugify(form.get("slug", "") or typed.values["name"])
    typed.values["slug"] = slug
    typed.values["assembly_name"] = "Kreistag" if typed.values["kind"] == "county" else "Stadtverordnetenversammlung"
    _check_names(typed)
    if not slug and "name" not in typed.errors:
        typed.errors["slug"] = _("Bitte geben Sie eine kurze Adresse aus Buchstaben an, zum Beispiel musterkreis.")
    elif slug in RESERVED or slug in LANGUAGES:
        typed.errors["slug"] = _("Diese Adresse braucht die Seite selbst. Bitte wählen Sie eine andere.")
    elif slug in taken:
        typed.errors["slug"] = _("Eine Region mit dieser Adresse gibt es schon.")
    return typed


def read_facts(form: Mapping[str, str], topics: Collection[str]) -> Typed:
    """Read the form with all that a region says of itself; `topics` are the slugs a committee may deal with."""
    typed = Typed(values=_names(form))
    values, errors = typed.values, typed.errors
    values["assembly_name"] = form.get("assembly_name", "").strip()
    _check_names(typed)
    if not 3 <= len(values["assembly_name"]) <= 80:
        errors["assembly_name"] = _("Bitte schreiben Sie, wie die Vertretung heißt, zum Beispiel Kreistag.")
    _read_numbers(form, values, errors)
    _read_days(form, values, errors)
    _read_contacts(form, values, errors)
    values["imprint"] = {name: text for name in IMPRINT if (text := form.get(f"imprint_{name}", "").replace("\r\n", "\n").strip())}
    values["data_protection"] = form.get("data_protection", "").replace("\r\n", "\n").strip() or None
    for name in (*(f"imprint_{part}" for part in IMPRINT), "data_protection"):
        if len(form.get(name, "")) > 1_000:
            errors[name] = _("Dieser Text ist zu lang. Möglich sind 1.000 Zeichen.")
    values["accent"] = form.get("accent", "")
    if values["accent"] not in ACCENTS:
        errors["accent"] = _("Bitte wählen Sie eine der Farben.")
    _read_lists(form, typed, topics)
    return typed


def _names(form: Mapping[str, str]) -> dict[str, Any]:
    return {name: form.get(name, "").strip() for name in ("name", "in_name", "kind", "state")}


def _check_names(typed: Typed) -> None:
    values, errors = typed.values, typed.errors
    if not 3 <= len(values["name"]) <= 80:
        errors["name"] = _("Bitte schreiben Sie den Namen, zum Beispiel Musterkreis. Möglich sind 80 Zeichen.")
    if not 4 <= len(values["in_name"]) <= 90:
        errors["in_name"] = _("Bitte schreiben Sie, wie man „dort“ sagt, zum Beispiel im Musterkreis.")
    if values["kind"] not in REGION_KINDS:
        errors["kind"] = _("Bitte wählen Sie Landkreis oder Stadt.")
    if values["state"] not in STATES:
        errors["state"] = _("Bitte wählen Sie das Bundesland.")


def _whole(typed: str) -> int | None:
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else None


def _read_contacts(form: Mapping[str, str], values: dict[str, Any], errors: dict[str, str]) -> None:
    for name in ("contact_mail", "legal_office"):
        values[name] = form.get(name, "").strip() or None
        if values[name] and (len(values[name]) > 254 or not _MAIL.fullmatch(values[name])):
            errors[name] = _("Bitte prüfen Sie die Mailadresse. Sie sieht etwa so aus: name@beispiel.de")
    website = form.get("website", "").strip()
    values["website"] = website or None
    if website and (len(website) > 200 or not _SITE.fullmatch(website)):
        errors["website"] = _("Bitte geben Sie die ganze Adresse an, sie beginnt mit https://")
    values["seat"] = form.get("seat", "").strip()[:80] or None


def _read_numbers(form: Mapping[str, str], values: dict[str, Any], errors: dict[str, str]) -> None:
    for name, (least, most) in NUMBERS.items():
        number = _whole(form.get(name, ""))
        if number is None or not least <= number <= most:
            errors[name] = _("Bitte geben Sie eine ganze Zahl von {least} bis {most} an.").format(least=least, most=most)
        values[name] = number
    if not errors.keys() & {"page_threshold", "report_threshold"} and values["report_threshold"] < values["page_threshold"]:
        errors["report_threshold"] = _("Ein Bericht braucht mindestens so viele Menschen wie eine Seite.")


def _read_days(form: Mapping[str, str], values: dict[str, Any], errors: dict[str, str]) -> None:
    for name in ("quiet_from", "quiet_until"):
        typed = form.get(name, "").strip()
        try:
            values[name] = date.fromisoformat(typed) if typed else None
        except ValueError:
            errors[name] = _("Bitte geben Sie ein Datum an, zum Beispiel 2027-03-01.")
    if errors.keys() & {"quiet_from", "quiet_until"}:
        return
    first, last = values["quiet_from"], values["quiet_until"]
    if (first is None) != (last is None):
        errors["quiet_until" if last is None else "quiet_from"] = _("Bitte geben Sie Anfang und Ende an, oder keines von beiden.")
    elif first and last and last < first:
        errors["quiet_until"] = _("Das Ende liegt vor dem Anfang.")


def _read_lists(form: Mapping[str, str], typed: Typed, topics: Collection[str]) -> None:
    lines = [line.strip() for line in form.get("municipalities", "").splitlines() if line.strip()]
    if len(lines) > _LINES or any(len(line) > 80 or not slugify(line) for line in lines):
        typed.errors["municipalities"] = _("Bitte schreiben Sie einen Ort in jede Zeile, höchstens 200, jeder Name bis 80 Zeichen.")
    typed.municipalities.extend({slugify(line): line for line in lines}.values())
    strangers: list[str] = []
    for line in (line.strip() for line in form.get("committees", "").splitlines() if line.strip()):
        name, _colon, after = line.partition(":")
        named = [slug for slug in (slugify(word) for word in after.split(",")) if slug]
        strangers += [slug for slug in named if slug not in topics]
        if not slugify(name) or len(name) > 120:
            typed.errors["committees"] = _("Bitte schreiben Sie einen Ausschuss in jede Zeile, jeder Name bis 120 Zeichen.")
        typed.committees.append((name.strip(), named))
    if len(typed.committees) > _LINES:
        typed.errors["committees"] = _("Das sind sehr viele Ausschüsse. Möglich sind 200.")
    elif strangers:
        typed.errors["committees"] = _("Diese Themen gibt es nicht: {names}").format(names=", ".join(sorted(set(strangers))))
