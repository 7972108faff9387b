"""Who speaks and who acts in a sentence: the authors, the county and its offices, or others."""

import re
from collections.abc import Iterable

_PARTIES = (
    r"bündnis\s+90/die\s+grünen|grünen?|spd|cdu|csu|fdp|freien?\s+demokraten|linken?|freien?\s+wähler|freien?\s+liste|ssw|volt|ödp|uwg|"
    r"fwg|afd|bsw|piraten"
)
_PARTY = re.compile(rf"\b(?:die\s+)?(?P<name>{_PARTIES})\b", re.IGNORECASE)
_PARTY_SUBJECT = re.compile(rf"(?:^|(?<=[a-zäöüß]\s))(?:die|Die)\s+(?P<name>(?i:{_PARTIES}))(?:\s+(?:im|in|aus)\s+[A-ZÄÖÜ]\w+)?(?=\s)")
_PARTIES_SUBJECT = re.compile(
    rf"\b(?:[Dd]ie\s+)?(?i:{_PARTIES})(?:,\s+(?:die\s+)?(?i:{_PARTIES}))*\s+(?:und|sowie)\s+(?:die\s+)?(?i:{_PARTIES})\b"
)
_PARTNERS = re.compile(
    r"\b[Dd]ie\s+(?:Kooperations|Bündnis|Vertrags|Gestaltungs|Regierungs)?(?:[Pp]artner(?:innen)?(?:\s+und\s+[Pp]artner)?|fraktionen|"
    r"Fraktionen)\b(?!\s+(?:der|des|aus|von))"
)
_FACTION = re.compile(
    r"\b(?:(?:[Uu]nsere|[Dd]ie)\s+(?:\w+-)?[Ff]raktion|[Uu]nsere\s+(?:Partei|Liste|Gruppe|Wählergruppe|Vereinigung))\b(?!\s+(?:der|die))"
)
# "Der Landkreis Steinau", "die Stadt Rosenau": the name adds nothing.
_NAMED_BODY = re.compile(
    r"\b((?:Land)?[Kk]reis(?:es)?|Stadt|Gemeinde|Region)\s+(?!und\b|oder\b)[A-ZÄÖÜ][\wäöüß-]+(?:[-/][A-ZÄÖÜ][\wäöüß-]+)*\b"
)
_OFFICE = (
    r"(?:[Dd](?:er|ie|as)|[Uu]nsere?|[Ee]ine?)\s+(?:[a-zäöüß]+e[nrs]?\s+){0,2}[A-ZÄÖÜ][\wäöüß-]*(?:amt|behörde|verwaltung|"
    r"volkshochschule|kreiswerke|stadtwerke"
    r"|stelle|betriebshof|wirtschaftsförderung|kreismuseum|musikschule|kreisarchiv|kreisbibliothek|stadtbibliothek|leitstelle)"
)
OFFICE_ACTS = re.compile(rf"(?:^|[a-zäöüß]{{2,}}(?:t|n|d)\s+){_OFFICE}(?=\W)")
# A new body or scheme as the subject: "Ein Beirat begleitet …".
NEW_BODY = re.compile(
    r"^[Ee]ine?\s+(?:[a-zäöüß]+e[rs]?\s+){0,3}[A-ZÄÖÜ][\wäöüß-]*(?:stelle|beirat|rat|beauftragter?|büro|agentur|fonds|programm|zentrum|"
    r"team|netzwerk|konferenz|forum|kommission|gremium|lotsen?|portal|plattform)\b",
    re.IGNORECASE,
)

# Associations, levels of government, persons and groups, known by the ends of their names.
_OTHER = (
    r"(?:[\w-]*(?:verband|verbände|verbands|verein|vereine|bund|kammern?|gewerkschaft(?:en)?|initiativen?|ministerium|ministerin|"
    r"minister|regierung|"
    r"elternbeirat|elternrat|seniorenbeirat|behindertenbeirat|seniorenrat|konferenz|union|kommission|gutachter\w*|kritiker\w*|"
    r"expert\w+|anwohner\w*|"
    r"befragten?|nutzer\w*|fahrgäste|angehörigen?|unternehmen|betriebe|gesellschaft|opposition|parteien|naturschützer\w*|"
    r"bürgermeister\w*|stiftung|"
    r"genossenschaft|hochschule|universität|polizei|bauern\w*|landwirte|umweltschützer\w*|gegner\w*|händler\w*|eltern|schüler\w*|"
    r"jugendlichen?|"
    r"menschen|einwohner\w*|bürger\w*|gemeinden|kommunen|städte|wirtschaft|industrie|gruppe|studie|umfrage|kollegen?|kollegin\w*|"
    r"träger|klinik\w*)"
    r"|land|bund|eu|freistaat|staat|kirche\w*|verdi|ver\.di|ihk|hwk|bahn|dgb)"
)
_DEMAND = (
    r"(?:fordert|fordern|verlangt|verlangen|wünscht|wünschen|kritisiert|kritisieren|beklagt|beklagen|klagt|klagen|bemängelt|bemängeln|"
    r"befürchtet|befürchten|"
    r"erwartet|erwarten|empfiehlt|empfehlen|rät|raten|dringt|dringen|drängt|drängen|regt|regen|kündigt|kündigen|appelliert|appellieren|"
    r"warnt|warnen|mahnt|"
    r"hofft|hoffen|behauptet|behaupten|beabsichtigt|beabsichtigen|beantragt|beantragen|bittet|bitten|plädiert|plädieren|schlägt|"
    r"schlagen|meint|meinen|"
    r"spricht|sprechen|sagt|sagen|plant|planen|prüft|prüfen|erwägt|erwägen|will|wollen|setzt\s+sich|setzen\s+sich|lehnt|lehnen|"
    r"bevorzugt|bevorzugen|"
    r"hält|halten|sieht|sehen|möchte|möchten|fragt|fragen)"
)
_ASKING = (
    r"(?:fordert|fordern|verlangt|verlangen|wünscht|wünschen|kritisiert|kritisieren|beklagt|beklagen|befürchtet|befürchten|erwartet|"
    r"erwarten|empfiehlt|empfehlen|"
    r"kündigt|kündigen|warnt|warnen|plant|planen|beabsichtigt|beabsichtigen|beantragt|beantragen|bemängelt|bemängeln)"
)
_THIRD = (
    rf"(?!de[nms]\b)(?:(?:[Dd](?:er|ie|as)|[Vv]iele|[Ee]inige|[Mm]anche|[Aa]ndere|[Aa]lle|[Uu]nsere)\s+)?(?:[\w-]+(?:e[rnsm]?|ige|"
    rf"isch\w+)\s+){{0,3}}?{_OTHER}"
)
_OTHERS_DEMAND = re.compile(
    rf"^{_THIRD}\s+(?:(?!wir\b)[\w.„“\"»«()-]+\s+){{0,4}}?{_DEMAND}\b|^[^,:]*?\b{_ASKING}\s+(?:sich\s+)?(?:[\w-]+\s+){{0,2}}?{_OTHER}\b",
    re.IGNORECASE,
)
_OTHER_SUBJECT = re.compile(
    rf"^{_THIRD}\s+(?:[\w„“\"-]+\s+){{0,3}}?(?:wird|werden)\b|\b(?:wird|werden)\s+(?:der|die|das)\s+(?:[\w-]+\s+)?{_OTHER}\b", re.IGNORECASE
)
# Verbs of asking: whoever does it in the third person, unless it is the county, is somebody else.
_ASKS = re.compile(
    r"\b(?:fordert|verlangt|wünscht|kritisiert|beklagt|bemängelt|befürchtet|empfiehlt|rät|dringt|drängt|appelliert|warnt|behauptet|"
    r"plädiert|"
    r"klagen|beklagen|bemängeln|befürchten|drängen|dringen|wünschen)\b"
)
_IN_THEIR_VIEW = re.compile(
    r"^(?:nach|laut)\s+(?:angaben|ansicht|auffassung|einschätzung)\b|\bnach\s+(?:seiner|ihrer|deren|dessen|eigenem|ansicht|auffassung|"
    r"angaben|meinung|einschätzung|heutigem\s+wissen)\b|"
    r"\b(?:laut|zufolge|angeblich|angaben\s+zufolge)\b|\bso\s+(?:der|die|das)\s+[A-ZÄÖÜ]\w+\b|,\s+(?:sagt|so|erklärt|betont|berichtet)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[„\"»].+[“\"«],?\s+(?:[a-zäöü]+(?:t|te|ten|ach|ief)\b|so\s)")


def authors_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the names (lower case) of parties that stand in a document's title lines."""
    return frozenset(match["name"].lower().rstrip("en") for text in texts for match in _PARTY.finditer(text))


def plainly(sentence: str, authors: frozenset[str]) -> str:
    """Return a sentence with the authors and the county under their plain names, for judging only.

    "Die SPD im Kreis fordert" of an SPD programme becomes "die Koalitionspartner fordert":
    the authors. "Der Landkreis Steinau" becomes "Der Landkreis".
    """

    def all_ours(match: re.Match[str]) -> str:
        names = {found["name"].lower().rstrip("en") for found in _PARTY.finditer(match.group())}
        return "die Koalitionspartner" if names <= authors else match.group()

    text = _PARTNERS.sub("die Koalitionspartner", _PARTIES_SUBJECT.sub(all_ours, sentence))
    text = _FACTION.sub("die Koalitionspartner", text)
    text = _NAMED_BODY.sub(r"\1", text)

    def ours(match: re.Match[str]) -> str:
        name = match["name"].lower()
        if name.rstrip("en") not in authors:
            return match.group()
        return "die Koalitionspartner"

    return _PARTY_SUBJECT.sub(ours, text)


def with_subject(sentence: str, before: str) -> str:
    """Put the county for a pronoun that stands for it ("Zudem baut er … aus")."""
    if not re.match(r"^(?:Der|Unser)\s+(?:[a-zäöüß]+e\s+)?(?:Land)?[Kk]reis\b", before):
        return sentence
    return re.sub(r"^((?:\w+\s+[a-zäöüß]+(?:t|d)\s+)?)[Ee]r(?=\s+[a-zäöüß])", lambda match: f"{match[1]}der Landkreis", sentence, count=1)


def other_party(main: str, authors: frozenset[str]) -> bool:
    """Tell whether a party that is not among the authors is the subject."""
    match = _PARTY_SUBJECT.search(main)
    return bool(match and match["name"].lower().rstrip("en") not in authors)


def others_demand(main: str) -> bool:
    """Tell whether somebody else wants, plans or says something."""
    return bool(_OTHERS_DEMAND.search(main))


def others_act(main: str) -> bool:
    """Tell whether the subject of "wird", "werden" is somebody else."""
    return bool(_OTHER_SUBJECT.search(main))


def asks(main: str) -> bool:
    """Tell a demand in the third person ("Er fordert …")."""
    return bool(_ASKS.search(main))


def reported(sentence: str) -> bool:
    """Tell a quotation or the view of somebody else."""
    return bool(_QUOTED.search(sentence) or _IN_THEIR_VIEW.search(sentence))
