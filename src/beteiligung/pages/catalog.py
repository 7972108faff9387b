"""The open data as a whole: which data sets there are, what each field means, and how a catalogue of open data reads them.

One list for the page of fields and for the metadata (DCAT-AP.de 3.0, https://www.dcat-ap.de/def/dcatde/3.0/spec/). Fields come from
the very structures that the API answers with and from the headers that the CSV files are written with.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from beteiligung.pages import columns, records
from beteiligung.places.queries import RegionFacts
from beteiligung.settings import settings

LICENCE = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
LICENCE_NAME = "Datenlizenz Deutschland – Namensnennung – Version 2.0"
LICENCE_URL = "https://www.govdata.de/dl-de/by-2-0"

_EU = "http://publications.europa.eu/resource/authority"
_LEVEL = {"county": "administrativeDistrict", "city": "municipality"}
_MEDIA = {"JSON": "application/json", "CSV": "text/csv", "PDF": "application/pdf"}
_PLAIN = {str: "Text", int: "Zahl", float: "Zahl", bool: "ja/nein", date: "Tag", datetime: "Zeitpunkt"}


@dataclass(frozen=True)
class Field:
    """One field: its path, as „votes.confirmed.for“; its kind in a word; what it means."""

    path: str
    kind: str
    about: str


@dataclass(frozen=True)
class Way:
    """One way to fetch a data set. `path` has a place for {region}; one with any other place is only an example of an address."""

    format: str
    path: str

    @property
    def is_whole(self) -> bool:
        """Whether the path, with the region filled in, is an address that answers."""
        return "{" not in self.path.replace("{region}", "")


@dataclass(frozen=True)
class DataSet:
    """Something that can be fetched. `themes` are codes of the EU's data themes, `every` of its frequencies."""

    key: str
    title: str
    about: str
    ways: tuple[Way, ...]
    fields: tuple[Field, ...]
    keywords: tuple[str, ...]
    themes: tuple[str, ...] = ("GOVE",)
    every: str = "UPDATE_CONT"


def _unwrapped(hint: Any) -> tuple[Any, str]:
    """Return a hint without its note, None and list, and the note."""
    about = ""
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        about = next((note.description or "" for note in notes if isinstance(note, msgspec.Meta)), "")
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    return hint, about


def fields_of(record: type[msgspec.Struct], before: str = "") -> Iterator[Field]:
    """Give the fields of an answer, those of its parts by their path. Raises ValueError for one without a meaning."""
    hints = get_type_hints(record, include_extras=True)
    for info in msgspec.structs.fields(record):
        kind, about = _unwrapped(hints[info.name])
        if not about:
            raise ValueError(f"{record.__name__}.{info.name} says nothing")
        many = get_origin(kind) is list
        kind = get_args(kind)[0] if many else kind
        path = f"{before}{info.encode_name}{'[]' if many else ''}"
        yield Field(path, "Liste" if many else _PLAIN.get(kind, "Gruppe"), about)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            yield from fields_of(kind, f"{path}.")


def _listed(record: type[msgspec.Struct]) -> tuple[Field, ...]:
    return tuple(fields_of(record))


def _table(known: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(Field(name, "Spalte", about) for name, about in known.items())


def data_sets() -> tuple[DataSet, ...]:
    """Return everything there is to fetch of a region."""
    return (
        DataSet(
            "zusagen",
            "Zusagen der Politik",
            "Was die Politik versprochen hat, in einfachen Worten: mit Fundstelle, Umsetzungsstand und Zählern.",
            (Way("JSON", "/api/v1/commitments?region={region}"),),
            _listed(records.CommitmentRecord),
            ("Zusagen", "Koalitionsvertrag", "Umsetzung"),
        ),
        DataSet(
            "zahlen",
            "Stimmen zu den Zusagen",
            "Veröffentlichte Zähler mit Unsicherheit: nur zusammengezählt, nichts unter fünf Menschen.",
            (Way("CSV", "/{region}/zahlen.csv"),),
            _table(columns.FIGURES),
            ("Stimmen", "Meinungsbild"),
            every="DAILY",
        ),
        DataSet(
            "auswertung",
            "Auswertung einer Region",
            "Die eingefrorenen Zahlen: Ranglisten, Meinungsgruppen, Tageszahlen und wer mitmacht.",
            (Way("JSON", "/api/v1/regions/{region}/figures"),),
            tuple(Field(path, "Gruppe" if "." not in path else "Feld", about) for path, about in columns.SNAPSHOT.items()),
            ("Auswertung", "Repräsentativität"),
            ("GOVE", "SOCI"),
            "DAILY",
        ),
        DataSet(
            "kommentare",
            "Kommentare zu den Zusagen",
            "Sichtbare Kommentare und Antworten mit angegebener Haltung, ohne die Menschen dahinter.",
            (Way("JSON", "/api/v1/commitments/{id}/comments"),),
            _listed(records.CommentRecord),
            ("Kommentare", "Diskussion"),
            ("GOVE", "SOCI"),
        ),
        DataSet(
            "empfehlungen",
            "Empfehlungen des Bürgerrats",
            "Was ausgeloste Menschen empfehlen, und was die Verwaltung antwortet.",
            (Way("JSON", "/api/v1/recommendations?region={region}"),),
            _listed(records.RecommendationRecord),
            ("Bürgerrat", "Empfehlungen"),
        ),
        DataSet(
            "beschluesse",
            "Beschlüsse",
            "Was die gewählte Vertretung und ihre Ausschüsse mit Zusagen, Empfehlungen und Berichten gemacht haben.",
            (Way("JSON", "/api/v1/resolutions?region={region}"),),
            _listed(records.ResolutionRecord),
            ("Beschlüsse", "Niederschrift"),
        ),
        DataSet(
            "moderation",
            "Protokoll der Moderation",
            "Jede Entscheidung über gemeldete Kommentare, ohne Angaben zu Menschen.",
            (Way("CSV", "/{region}/moderation.csv"),),
            _table(columns.MODERATION),
            ("Moderation", "Transparenz"),
        ),
        DataSet(
            "transparenz",
            "Transparenzbericht",
            "Die Jahreszahlen der Moderation nach Artikel 15 und 24 der Verordnung (EU) 2022/2065.",
            (Way("CSV", "/{region}/moderation/{year}/bericht.csv"), Way("PDF", "/{region}/moderation/{year}/bericht.pdf")),
            _table(columns.TRANSPARENCY),
            ("Moderation", "Transparenz"),
            every="ANNUAL",
        ),
        DataSet(
            "regionen",
            "Regionen",
            "Die Kreise und Städte dieser Plattform mit ihren Dokumenten.",
            (Way("JSON", "/api/v1/regions"),),
            _listed(records.RegionRecord),
            ("Regionen",),
            every="IRREG",
        ),
    )


# Metadata


@dataclass(frozen=True)
class Published:
    """A published report, for the metadata. `ways`: (format, path)."""

    number: int
    title: str
    on: date
    ways: tuple[tuple[str, str], ...]


_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def metadata(region: RegionFacts, published: list[Published]) -> dict[str, Any]:
    """Return the catalogue of a region as JSON-LD: DCAT-AP.de 3.0, everything under dl-de/by-2-0."""
    base = settings().base_url
    page = f"{base}/{region.slug}"
    publisher = {
        "@id": f"{page}#herausgeber",
        "@type": "foaf:Organization",
        "foaf:name": region.name,
        "foaf:homepage": _link(region.website or page),
    }
    found = [_data_set(region, one, publisher) for one in data_sets()] + [_report(region, one, publisher) for one in published]
    return {
        "@context": _CONTEXT,
        "@id": f"{page}/katalog.jsonld",
        "@type": "dcat:Catalog",
        "dcterms:title": _german(f"Offene Daten der Beteiligung: {region.name}"),
        "dcterms:description": _german("Zusagen der Politik, was die Menschen dazu sagen, und was daraus wird."),
        "dcterms:publisher": publisher,
        "dcterms:language": _link(f"{_EU}/language/DEU"),
        "dcterms:license": _link(LICENCE),
        "foaf:homepage": _link(f"{base}/offene-daten"),
        "dcat:themeTaxonomy": _link(f"{_EU}/data-theme"),
        "dcat:dataset": found,
    }


def _german(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "de"}


def _link(address: str) -> dict[str, str]:
    return {"@id": address}


def _common(region: RegionFacts, key: str, publisher: dict[str, Any], themes: tuple[str, ...]) -> dict[str, Any]:
    base = settings().base_url
    mail = region.contact_mail
    contact = {
        "@id": f"{base}/{region.slug}#kontakt",
        "@type": "vcard:Organization",
        "vcard:fn": region.name,
        **({"vcard:hasEmail": _link(f"mailto:{mail}")} if mail else {"vcard:hasURL": _link(f"{base}/impressum")}),
    }
    by = settings().contributor_id
    return {
        "@id": f"{base}/{region.slug}/daten/{key}",
        "@type": "dcat:Dataset",
        "dcterms:identifier": f"{base}/{region.slug}/daten/{key}",
        "dcterms:publisher": _link(publisher["@id"]),
        "dcat:contactPoint": contact,
        **({"dcatde:contributorID": _link(by)} if by else {}),
        "dcatde:politicalGeocodingLevelURI": _link(f"http://dcat-ap.de/def/politicalGeocoding/Level/{_LEVEL[region.kind]}"),
        "dcatap:availability": _link(f"{_EU}/planned-availability/AVAILABLE"),
        "dcat:theme": [_link(f"{_EU}/data-theme/{code}") for code in themes],
        "dcterms:language": _link(f"{_EU}/language/DEU"),
        "dcterms:accessRights": _link(f"{_EU}/access-right/PUBLIC"),
    }


def _distribution(region: RegionFacts, about: str, form: str, access: str, download: str | None, title: str) -> dict[str, Any]:
    return {
        "@id": f"{about}#{form.lower()}",
        "@type": "dcat:Distribution",
        "dcterms:title": _german(f"{title} ({form})"),
        "dcat:accessURL": _link(access),
        **({"dcat:downloadURL": _link(download)} if download else {}),
        "dcterms:license": _link(LICENCE),
        "dcatde:licenseAttributionByText": _german(f"{region.name}, Beteiligung, {settings().base_url}"),
        "dcterms:format": _link(f"{_EU}/file-type/{form}"),
        **({"dcat:mediaType": _link(f"https://www.iana.org/assignments/media-types/{_MEDIA[form]}")} if form in _MEDIA else {}),
        "dcatap:availability": _link(f"{_EU}/planned-availability/AVAILABLE"),
    }


def _data_set(region: RegionFacts, one: DataSet, publisher: dict[str, Any]) -> dict[str, Any]:
    base = settings().base_url
    common = _common(region, one.key, publisher, one.themes)
    explained = f"{base}/offene-daten/felder#{one.key}"

    def address(way: Way) -> str | None:
        return base + way.path.replace("{region}", region.slug) if way.is_whole else None

    return {
        **common,
        "dcterms:title": _german(f"{one.title}: {region.name}"),
        "dcterms:description": _german(one.about),
        "dcat:keyword": [_german(word) for word in ("Beteiligung", *one.keywords)],
        "dcterms:accrualPeriodicity": _link(f"{_EU}/frequency/{one.every}"),
        "dcat:landingPage": _link(explained),
        "dcat:distribution": [
            _distribution(region, common["@id"], way.format, address(way) or explained, address(way), one.title) for way in one.ways
        ],
    }


def _report(region: RegionFacts, one: Published, publisher: dict[str, Any]) -> dict[str, Any]:
    base = settings().base_url
    common = _common(region, f"bericht-{one.number}", publisher, ("GOVE",))
    page = f"{base}/{region.slug}/berichte/{one.number}"
    return {
        **common,
        "dcterms:title": _german(one.title),
        "dcterms:description": _german("Bericht an die gewählte Vertretung: eingefrorene Zahlen mit Unsicherheit, jede mit ihrer Abfrage."),
        "dcat:keyword": [_german(word) for word in ("Beteiligung", "Bericht")],
        "dcterms:issued": {"@value": one.on.isoformat(), "@type": "xsd:date"},
        "dcat:landingPage": _link(page),
        "dcat:distribution": [_distribution(region, common["@id"], form, page, base + path, one.title) for form, path in one.ways],
    }
