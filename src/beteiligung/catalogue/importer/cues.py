"""German words and patterns by which a pledge, a fact or an explanation is known."""

import re

# Who pledges: the authors, or the body they speak for, as the subject.
WE = r"(?:wir|ich|die\s+koalitionspartner(?:innen)?|die\s+koalition(?:spart\w+)?|die\s+fraktion(?:en)?)"
BODY = (
    r"(?:(?:der|die|das|unser|unsere|dem|den)\s+(?:[\w-]+\s+){0,2}?)?(?:"
    r"(?:land)?kreis(?:\s+[A-ZÄÖÜ]\w+)?|stadt|gemeinde|samtgemeinde|region|(?:kreis|stadt|landkreis|gemeinde)?verwaltung"
    r"|(?:kreis|stadt|gemeinde)(?:tag|rat|vertretung)|kreisausschuss|magistrat|landrat|landrätin"
    r"|(?:ober)?bürgermeister(?:in)?|jugendamt|gesundheitsamt|jobcenter|kreisgesellschaften"
    r"|[\w-]+kreis(?:es)?|[\w-]+-kreis(?:es)?|kreisbehörden)"
)
PARTY = r"(?:(?:die\s+)?(?:grünen|grüne|spd|cdu|fdp|linke|freien?\s+wähler|csu|ssw|volt|ödp|uwg))"
ACTOR = rf"(?:{WE}|{BODY}|{PARTY})"

WE_RE = re.compile(rf"\b{WE}\b", re.IGNORECASE)
BODY_RE = re.compile(rf"\b{BODY}\b", re.IGNORECASE)

# Others, whose plans and demands are no pledge of the authors.
OTHERS = re.compile(
    r"^(?:die|der|das|viele|manche|andere|einige|alle|immer\s+mehr)?\s*(?:[\w-]+\s+){0,2}?(?:bundesregierung|"
    r"landesregierung|bund|land(?=\s+\w)|eu\b|europäische\s+union|opposition|gewerkschaft\w*|verbände|"
    r"wirtschaftsverbände|industrie|unternehmen|firmen|gegner\w*|kritiker\w*|experten|expert\*innen|"
    r"wissenschaft|bürgerinitiative\w*|initiative|kammer\w*|staatsregierung|ministerium|minister\w*|"
    r"afd|naturschutzverbände|anwohner\w*|eltern|menschen|bürgerinnen|weltgesundheitsorganisation|"
    r"tierheime|betriebe|vereine)\b",
    re.IGNORECASE,
)
OTHERS_SAY = re.compile(
    r"\b(?:fordert|fordern|verlangt|verlangen|wünscht|wünschen|kündigt|plant|planen|will|wollen|"
    r"kritisiert|kritisieren|schlägt|schlagen|hat|haben|sieht|erwartet|beabsichtigt|wird|werden|prüft)\b",
    re.IGNORECASE,
)

MODAL_WILL = re.compile(r"\b(?:wollen|möchten|will|möchte)\b", re.IGNORECASE)
FUTURE = re.compile(r"\b(?:werden|wird|werde)\b", re.IGNORECASE)
SHALL = re.compile(r"\b(?:soll|sollen)\b", re.IGNORECASE)
MUST = re.compile(r"\b(?:muss|müssen|gilt\s+es|hat\s+zu|haben\s+zu|ist\s+zu|sind\s+zu|(?-i:bedarf))\b", re.IGNORECASE)
MUST_NOT = re.compile(r"\b(?:darf|dürfen)\b(?=.*\b(?:nicht|kein\w*|niemals|nie)\b)", re.IGNORECASE)
MAY = re.compile(r"\b(?:kann|können)\b", re.IGNORECASE)
WOULD = re.compile(r"\b(?:könnte|könnten|würde|würden|wäre|wären|sollte|sollten|hätte|hätten)\b", re.IGNORECASE)

GOAL = re.compile(
    r"\b(?:ziel|ziele|zielsetzung|anspruch|anliegen|vision|leitbild|aufgabe)\w*\s+(?:\w+\s+){0,6}?(?:ist|sind|bleibt|"
    r"lautet)\b|\b(?:ist|sind|bleibt|bleiben)\s+(?:es\s+)?(?:\w+\s+){0,5}?(?:ziel|ziele)\b|\bverfolg\w*\s+"
    r"(?:\w+\s+){0,6}?(?:das\s+)?ziel\b|\bsetz\w*\s+(?:\w+\s+){0,3}?(?:das|zum)\s+ziel\b|\bzum\s+ziel\b",
    re.IGNORECASE,
)
BARE_GOAL = re.compile(r"^ziel\w*\s+(?:dabei\s+|hierbei\s+|dieser\s+\w+\s+)?(?:ist|muss|sind|bleibt)\b", re.IGNORECASE)
FOCUS = re.compile(
    r"\b(?:schwerpunkt|fokus|augenmerk|priorität|augenmerke|baustein|säule|kern)\w*\b.*\b(?:liegt|liegen|legen|legt|gilt|"
    r"gelegt|richten|ist|sind|haben|hat|bleibt|gerichtet)\b|\b(?:liegt|liegen|legen|legt|gilt|ist|sind|bleibt|im|in)\b.*"
    r"\b(?:schwerpunkt|fokus|augenmerk|bausteine?)\b|\bin\s+den\s+(?:blick|fokus)\b|\bbesondere\s+aufmerksamkeit\b",
    re.IGNORECASE,
)
# A separable verb: its particle closes the clause.
_END = r"(?=\s*(?:[.,;:!–]|und\b|oder\b|sowie\b|$))"
STANDS_FIRM = re.compile(
    rf"\bsetz\w*\b.*\b(?:ein|fort|um){_END}|\bbekenn\w*\b.*\bzu[rm]?\b|\b(?:halten|hält)\b.*\bfest{_END}|\bfesthalten\b"
    rf"|\bmach\w*\b.*\bstark{_END}|\bstreb\w*\b.*\ban{_END}|\blehn\w*\b.*\bab\b|\bschließ\w*\b.*\baus{_END}"
    rf"|\bwirk\w*\b.*\bhin{_END}|\btret\w*\b.*\bein{_END}|\berteil\w*\b.*\babsage\b|\bführ\w*\b.*\b(?:fort|weiter|ein|durch){_END}"
    rf"|\brichte\w*\b.*\bein{_END}|\bleg\w*\b.*\bauf{_END}|\bbau\w*\b.*\b(?:aus|auf|um){_END}|\bstell\w*\b.*\b(?:sicher|bereit|um|auf){_END}"
    rf"|\bentwickel\w*\b.*\bweiter{_END}|\b(?:treib|bring)\w*\b.*\bvoran{_END}|\bsorg\w*\b.*\bdafür\b|\bweit\w*\b.*\baus{_END}",
    re.IGNORECASE,
)
STANDS_FOR = re.compile(r"\bsteh\w*\b.*\bfür\b|\bsetz\w*\b.*\bauf\b|\bseh\w*\b.*\bin\s+der\s+pflicht\b", re.IGNORECASE)
# The finite verb beside its subject "wir" or "die Koalitionspartner".
WE_VERB = re.compile(
    r"\b(?P<before>[a-zäöüß]{2,}n)\s+(?:wir|die\s+Koalitionspartner|die\s+Koalitionäre)\b"
    r"|\b(?:[Ww]ir|[Dd]ie\s+Koalitionspartner(?:innen)?|[Ww]ir\s+[A-ZÄÖÜ]\w+)\s+(?P<after>[a-zäöüß]{2,}n)\b"
)
# Verbs of the authors' state of mind, and auxiliaries: no deeds.
NO_DEED = frozenset(
    """
    sind haben werden wollen können müssen sollen dürfen mögen würden könnten hätten wären sein bleiben freuen bedanken danken
    begrüßen wissen glauben schätzen erleben sehen nehmen erkennen heißen verstehen finden merken spüren beobachten hoffen
    wünschen bekommen leben laden bitten wählen stehen besitzen verfügen kennen meinen denken stellen erhalten blicken betrachten
    begreifen brauchen befinden gehen kommen betreiben entdecken wohnen lernen hatten waren wurden konnten gehören
    """.split()  # noqa: SIM905
)
# What the county or its administration does, as the subject with its verb beside it.
BODY_VERB = re.compile(
    r"(?:^|[,;]\s+|\b(?P<before>[a-zäöüß]{3,}(?:t|n|d))\s+(?:sich\s+)?)(?:(?:[Dd]er|[Uu]nser)\s+(?:[a-zäöüß]+e\s+)?"
    r"(?:Kreis(?!e)(?:\s+[A-ZÄÖÜ]\w+)?|Landkreis|Kreistag|Magistrat|Gemeinderat|Stadtrat|Landrat|Kreisausschuss|[A-ZÄÖÜ][\w-]*kreis|"
    r"[A-ZÄÖÜ][\w-]*-Kreis)|(?:[Dd]ie|[Uu]nsere)\s+(?:[a-zäöüß]+e\s+)?(?:Stadt|Gemeinde|Region|(?:Kreis|Stadt|Landkreis|Gemeinde)?[Vv]erwaltung|"
    r"Kreisbehörden|Kreisgesellschaften|Landrätin)|[Dd]as\s+(?:[a-zäöüß]+e\s+)?(?:Jobcenter|Jugendamt|Gesundheitsamt|Erzgebirge(?=\s+muss)))"
    r"(?=\W+(?P<after>[a-zäöüß]+)|\W|$)"
)
BODY_NO_DEED = frozenset(
    """
    ist sind hat haben war wird werden gehört steht stehen verfügt besteht liegt zählt bildet gilt kann können muss müssen soll
    sollen darf dürfen bleibt der die das und mit in im am als wie von zu bei für dabei hier auch sieht bietet beschließt
    betreibt verbindet profitiert wächst befindet trägt lebt umfasst
    """.split()  # noqa: SIM905
)
FEELING = re.compile(
    r"\b(?:freuen|bedanken|danken|stolz|überzeugt|angewiesen|begrüßen|überzeugung|auffassung|wissen|glauben|spüren)\b", re.IGNORECASE
)
PARTICIPLE = (
    r"(?:[\wäöüß-]*ge[\wäöüß]{2,}(?:t|en)|(?:be|ver|er|ent|zer|ge|über|unter|miss|wider|hinter)[\wäöüß]{2,}(?:t|en)"
    r"|[\wäöüß]+ier(?:t)|[\wäöüß]+(?:bereit|sicher|weiter|fort|aus|auf|ab|ein|um|zu|hin|an)(?:ge|ver|be|er|ent)[\wäöüß]+(?:t|en))"
)
PERFECT = re.compile(
    rf"\b(?:haben|hat|habe)\b.*\b{PARTICIPLE}\b|\b(?:ist|sind)\b.*\b{PARTICIPLE}\s+worden\b|\bist\s+es\s+\w+\s+gelungen\b", re.IGNORECASE
)
PAST = re.compile(
    r"\b(?:wurde|wurden|war|waren|hatte|hatten|konnte|konnten|kam|kamen|gab|ging|stieg|wollte|wollten|"
    r"mussten|musste|durfte|gelang|worden|führte|entstand|stimmten|stimmte|brachte|brachten)\b",
    re.IGNORECASE,
)
SINCE = re.compile(
    r"\b(?:bereits|schon\s+(?:heute|jetzt)|seit\s+(?:\w+\s+){0,2}(?:\d+|jahren?|langem)|zurzeit|aktuell|derzeit|"
    r"heute|noch\s+immer|inzwischen|mittlerweile|bislang|bisher|in\s+den\s+(?:letzten|vergangenen)\s+\w*\s*jahren|"
    r"während\s+der\s+letzten|nach\s+wie\s+vor|vergangen\w*\s+jahr\w*|immer\s+wieder)\b",
    re.IGNORECASE,
)
PASSIVE = re.compile(rf"\b(?:wird|werden)\b.*\b{PARTICIPLE}\b", re.IGNORECASE)
PASSIVE_ACTION = re.compile(
    r"\b(?:ausgebaut|aufgebaut|abgebaut|gebaut|errichtet|gefördert|gestärkt|verstärkt|unterstützt|ausgestattet|"
    r"weiterentwickelt|entwickelt|umgesetzt|eingeführt|bereitgestellt|sichergestellt|gewährleistet|geschaffen|"
    r"erweitert|fortgeführt|fortgesetzt|weitergeführt|verbessert|erhalten|gesichert|saniert|modernisiert|"
    r"digitalisiert|integriert|eingerichtet|reduziert|gesenkt|erhöht|gesteigert|ergriffen|durchgeführt|"
    r"intensiviert|vorangetrieben|fortgeschrieben|optimiert|gepflegt|ermöglicht|begleitet|genutzt|angeboten|"
    r"bewertet|überprüft|geprüft|beteiligt|einbezogen|eingebunden|eröffnet|gegründet|initiiert|investiert|"
    r"eingesetzt|gemacht|versorgt|informiert|sensibilisiert|geschult|vorbereitet|halbiert|gebildet|"
    r"kommuniziert|eingereicht|gehalten|finanziert|zur\s+verfügung\s+gestellt|gestellt|gerichtet|veröffentlicht|"
    r"umgestellt|ersetzt|abgeschafft|erstellt|vereinfacht|beschleunigt|beauftragt|verpflichtet|angestrebt|vermieden|verzichtet)\b",
    re.IGNORECASE,
)
INTENSITY = re.compile(
    r"\b(?:aktiv|künftig|zukünftig|in\s+zukunft|weiterhin|auch\s+weiter|konsequent|gezielt|verstärkt|kontinuierlich|"
    r"schrittweise|sukzessive|dauerhaft|zusätzlich|regelmäßig|flächendeckend|langfristig|mittelfristig|stärker|"
    r"weiter|bis\s+(?:spätestens\s+)?20\d\d|nach\s+und\s+nach|mehr|neue[nrs]?|weitere[nr]?|zeitnah|schnellstmöglich)\b",
    re.IGNORECASE,
)
REMAINS = re.compile(
    r"\bbleib\w*\b.*\b(?:erhalten|bestehen|kostenlos|kostenfrei|gewährleistet|gesichert|aufgabe|schwerpunkt)\b", re.IGNORECASE
)
PLANNED = re.compile(
    r"^(?:\w+\s+)?(?:geplant|vorgesehen|beabsichtigt|angestrebt|vereinbart)\s+(?:ist|sind|wird|werden)\b"
    r"|\b(?:ist|sind)\b.*\b(?:geplant|vorgesehen|beabsichtigt)\W*$",
    re.IGNORECASE,
)
IS_TO = re.compile(r"^(?!.*\b(?:Aufgabe|es)\b).*\b(?:ist|sind)\b.*\b(?:zu\s+[a-zäöüß]{3,}e?n|[a-zäöüß]{2,}zu[a-zäöüß]{3,}e?n)\W*$")
NOT_WITH_US = re.compile(r"\bmit\s+uns\b.*\b(?:nicht|kein\w*)\b|\b(?:nicht|kein\w*)\b.*\bmit\s+uns\b", re.IGNORECASE)
NEEDS = re.compile(
    r"\b(?:es\s+braucht|braucht\s+es|brauchen\s+wir|wir\s+brauchen|umso\s+wichtiger|nächste\s+schritt|ein\s+ansatz\b.*\bist"
    r"|ist\s+(?:\w+\s+){0,2}auftrag|ihr\s+auftrag)\b|\b(?:ist|sind)\s+(?:es\s+)?(?:\w+\s+){0,3}(?:notwendig|lebensnotwendig|"
    r"erforderlich|nötig|wichtig|entscheidend|von\s+entscheidender\s+bedeutung|unerlässlich)\s*,",
    re.IGNORECASE,
)
INCLUDES = re.compile(
    r"^(?:dies|das|hierzu|dazu)\s+(?:gehör\w*|zähl\w*|beinhaltet|umfasst)\b|\bgehör\w*\s+(?:ebenso|auch)\s+dazu\b", re.IGNORECASE
)
EXAMPLE = re.compile(r"\bzum\s+beispiel\b|\bz\.\s?B\.|\betwa\b|\bbeispielsweise\b", re.IGNORECASE)
ONGOING = re.compile(r"\b(?:derzeit|zurzeit|aktuell|gerade)\b", re.IGNORECASE)
MAKING = re.compile(r"\b(?:entwickel\w*|erarbeit\w*|bauen|baut|errichte\w*|plan(?:en|t)|erstell\w*|richte\w*|bereite\w*|stell\w*)\b")
COPULA = re.compile(r"\b(?:ist|sind|prägt|prägen|bedeutet|bildet|bilden|gibt)\b", re.IGNORECASE)
NOBODY = re.compile(r"^(?:dabei\s+|so\s+)?(?:\w+\s+)?(?:man|niemand)\b|\b(?:muss|kann)\s+(?:sich\s+)?(?:man|niemand)\b", re.IGNORECASE)
VAGUE_GOAL = re.compile(
    r"\bziel\w*\s+(?:\w+\s+)?(?:ist|bleibt)\s+(?:ein|eine|der|die)\s+[^,]*,\s+(?:der|die|das|in\s+de\w)\b", re.IGNORECASE
)
PEOPLE_CAN = re.compile(r"\b(?:soll|sollen)\b.*\bkönnen\b", re.IGNORECASE)
RESUMES = re.compile(
    r"^(?:dies|dieser|diese|dieses|sie|er|es|dort|die\s+(?:weiterentwicklung|umsetzung|maßnahmen|mittel|konzepte|ergebnisse|eröffnung|finanzierung))\b",
    re.IGNORECASE,
)
SO = re.compile(
    r"^(?:so|damit|dadurch|auf\s+diese\s+weise|hierdurch|somit)\b|^wir\s+(?:wollen|werden|möchten)\s+(?:so|damit|dadurch)\b", re.IGNORECASE
)

# Nouns for deeds: "Ausbau", "Förderung", "Erhalt".
ACTION_NOUN = re.compile(
    r"\b[A-ZÄÖÜ][\wäöüß-]*(?:ung|ungen|ierung|ation|ition)\b|\b(?:[\wäöüß-]*(?:aus|auf|ab|um|neu|rück|an|ein)bau|"
    r"[\wäöüß-]*erhalt|einsatz|[\wäöüß-]*schutz|aufstieg|[\wäöüß-]*ausstieg|abbau|start|beitritt|einstieg|erwerb|"
    r"kauf|verkauf|verzicht|bau|verbot|schaffen|erreichen|abschluss|anschluss|hilfe|zuspruch|wechsel|ausgleich|"
    r"umstieg|zugang|einrichten|[\wäöüß-]*teilhabe|vorrang|stopp|reform|beratung|analyse|kampagne\w*|[\wäöüß-]*programm\w*|"
    r"[\wäöüß-]*konzept\w*|zusammenarbeit|kooperation|projekt\w*|maßnahme\w*|monitoring|vorantreiben|bauen|schützen|"
    r"einsetzen|beibehalten|fortsetzen|fortführen|einsparen|sparen|vermeiden|senken)\b",
    re.IGNORECASE,
)

# Sentences that explain, or draw the consequence of, what stands before them.
CONSEQUENCE = re.compile(
    r"^(?:so|damit|dadurch|somit|auf\s+diese\s+weise|das(?=\s+(?-i:[a-zäöüß]+(?:t|d|ll|nn|ss|en))\s)|dies|denn|nur\s+so|hierdurch|dabei|dort|daraus)\b",
    re.IGNORECASE,
)
ANAPHORA = re.compile(
    r"^(?:so|damit|dadurch|somit|das(?=\s+(?-i:[a-zäöüß]+(?:t|d|ll|nn|ss|en))\s)|dies|denn|nur\s+so|dabei|dort|hierbei|hierzu|dazu|dafür|hierfür|daraus|hier|"
    r"diese[rmns]?|sie|er|es|ihre?|ihr\s+auftrag|ein(?:e|en)?\s+(?:teil|ansatz|beispiel|vorbild)\w*|grundlage|ziel|kern\w*|"
    r"als\s+vorbild|vorrangig|insbesondere|besonders|konkret|zusätzliche\s+ansätze|auch\s+damit|langfristig|"
    r"die\s+(?:weiterentwicklung|umsetzung|finanzierung|konzepte|einzelnen|neuen|ergebnisse|mittel|eröffnung)|von\s+dort|"
    r"gleichzeitig\s+werden\s+so|mit\s+dem|über\s+diese)\b",
    re.IGNORECASE,
)
# "Mit dieser Strategie schaffen wir …", "So bleibt …": the end of a chapter, summed up.
SUMMARY = re.compile(
    r"^(?:so\s+(?:bleibt|schaffen|entsteht|wird|gelingt|sichern|stärken)|mit\s+diese[rnm]\s+(?:\w+\s+)?(?:strategie|\w+strategie|maßnahmen|"
    r"schritt|bildungs\w*|doppel\w*)|damit\s+(?:bleibt|positioniert)|all\s+das|das\s+alles)\b",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^(?:liebe|sehr\s+geehrte|guten\s+tag|hallo|herzliche?n?|vielen\s+dank|mit\s+freundlichen)\b|@|www\.|https?://|"
    r"\btel(?:efon)?[.:]|\bihre\s+stimme\b|\b(?:melden|wählen|besuchen)\s+sie\b|\bbei\s+uns!$",
    re.IGNORECASE,
)
QUESTION = re.compile(r"\?[\"“”»]?$")
SAYS_WHO = re.compile(r"\b(?:laut|gemäß|zufolge)\b|\bstudie\w*\b.*\b(?:zeig|beleg)\w*", re.IGNORECASE)
