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

WE_RE = re.compile(rf"\b{WE}\b", re.I)
BODY_RE = re.compile(rf"\b{BODY}\b", re.I)

# Others, whose plans and demands are no pledge of the authors.
OTHERS = re.compile(
    r"^(?:die|der|das|viele|manche|andere|einige|alle|immer\s+mehr)?\s*(?:[\w-]+\s+){0,2}?(?:bundesregierung|"
    r"landesregierung|bund|land(?=\s+\w)|eu\b|europäische\s+union|opposition|gewerkschaft\w*|verbände|"
    r"wirtschaftsverbände|industrie|unternehmen|firmen|gegner\w*|kritiker\w*|experten|expert\*innen|"
    r"wissenschaft|bürgerinitiative\w*|initiative|kammer\w*|staatsregierung|ministerium|minister\w*|"
    r"afd|naturschutzverbände|anwohner\w*|eltern|menschen|bürgerinnen|weltgesundheitsorganisation|"
    r"tierheime|betriebe|vereine)\b",
    re.I,
)
OTHERS_SAY = re.compile(
    r"\b(?:fordert|fordern|verlangt|verlangen|wünscht|wünschen|kündigt|plant|planen|will|wollen|"
    r"kritisiert|kritisieren|schlägt|schlagen|hat|haben|sieht|erwartet|beabsichtigt|wird|werden|prüft)\b",
    re.I,
)

MODAL_WILL = re.compile(r"\b(?:wollen|möchten|will|möchte)\b", re.I)
FUTURE = re.compile(r"\b(?:werden|wird|werde)\b", re.I)
SHALL = re.compile(r"\b(?:soll|sollen)\b", re.I)
MUST = re.compile(r"\b(?:muss|müssen|gilt\s+es|hat\s+zu|haben\s+zu|ist\s+zu|sind\s+zu|bedarf)\b", re.I)
MUST_NOT = re.compile(r"\b(?:darf|dürfen)\b(?=.*\b(?:nicht|kein\w*|niemals|nie)\b)", re.I)
MAY = re.compile(r"\b(?:kann|können)\b", re.I)
WOULD = re.compile(r"\b(?:könnte|könnten|würde|würden|wäre|wären|sollte|sollten|hätte|hätten)\b", re.I)

GOAL = re.compile(
    r"\b(?:ziel|ziele|zielsetzung|anspruch|anliegen|vision|leitbild|aufgabe)\w*\s+(?:\w+\s+){0,6}?(?:ist|sind|bleibt|"
    r"lautet)\b|\b(?:ist|sind|bleibt|bleiben)\s+(?:es\s+)?(?:\w+\s+){0,5}?(?:ziel|ziele)\b|\bverfolg\w*\s+"
    r"(?:\w+\s+){0,6}?(?:das\s+)?ziel\b|\bsetz\w*\s+(?:\w+\s+){0,3}?(?:das|zum)\s+ziel\b|\bzum\s+ziel\b",
    re.I,
)
BARE_GOAL = re.compile(r"^ziel\w*\s+(?:dabei\s+|hierbei\s+|dieser\s+\w+\s+)?(?:ist|muss|sind|bleibt)\b", re.I)
FOCUS = re.compile(
    r"\b(?:schwerpunkt|fokus|augenmerk|priorität|augenmerke|baustein|säule)\w*\b.*\b(?:liegt|liegen|legen|legt|gilt|"
    r"gelegt|richten|ist|sind|haben|hat|bleibt|gerichtet)\b|\b(?:liegt|liegen|legen|legt|gilt|ist|sind|bleibt|im|in)\b.*"
    r"\b(?:schwerpunkt|fokus|augenmerk|bausteine?)\b|\bin\s+den\s+(?:blick|fokus)\b|\bbesondere\s+aufmerksamkeit\b",
    re.I,
)
STANDS_FIRM = re.compile(
    r"\bsetz\w*\b.*\b(?:ein|fort|um)\b|\bbekenn\w*\b.*\bzu[rm]?\b|\b(?:halten|hält)\b.*\bfest\b|\bfesthalten\b"
    r"|\bmach\w*\b.*\bstark\b|\bstreb\w*\b.*\ban\b|\blehn\w*\b.*\bab\b|\bschließ\w*\b.*\baus\b"
    r"|\b(?:wirk\w*)\b.*\bhin\b|\btret\w*\b.*\bein\b|\berteil\w*\b.*\babsage\b|\bführ\w*\b.*\b(?:fort|weiter|ein|durch)\b"
    r"|\brichte\w*\b.*\bein\b|\bleg\w*\b.*\bauf\b|\bbau\w*\b.*\b(?:aus|auf|um)\b|\bstell\w*\b.*\b(?:sicher|bereit|um|auf)\b"
    r"|\bentwickel\w*\b.*\bweiter\b|\btreib\w*\b.*\bvoran\b|\bbring\w*\b.*\bvoran\b|\bsorg\w*\b.*\bdafür\b",
    re.I,
)
STANDS_FOR = re.compile(r"\bsteh\w*\b.*\bfür\b|\bsetz\w*\b.*\bauf\b|\bseh\w*\b.*\bin\s+der\s+pflicht\b", re.I)
ACTION = re.compile(
    r"\b(?:prüf|überprüf|förder|unterstütz|forder|verlang|plan(?:en|t)|beabsichtig|vereinbar|beschließ|"
    r"ermöglich|schaff|erarbeit|entwickel|entwickl|erstell|stärk|verstärk|verbesser|verringer|reduzier|senk|erhöh|"
    r"steiger|sicher|gewährleist|bau(?:en|t)\b|errichte|eröffn|gründ|etablier|initiier|start|führ|investier|"
    r"erhalt|bewahr|schütz|sanier|modernisier|digitalisier|beschleunig|vereinfach|erweiter|weit|vernetz|"
    r"koordinier|organisier|finanzier|biet|stell|richt|leg(?:en|t)|nutz|setz|begleit|berat|beteilig|bezieh|zieh|"
    r"informier|schul(?:en|t)\b|qualifizier|optimier|ersetz|kauf|verpacht|verkauf|verzicht|ermutig|entlast|"
    r"wirk|streb|treib|bring|intensivier|aktualisier|überarbeit|ergänz|verknüpf|bündel|öffn|pfleg|passen|"
    r"integrier|implementier|realisier|verwirklich|erprob|teste|evaluier|veröffentlich|bekämpf|abbau|halbier|"
    r"einführ|ausbau|umsetz|fortsetz|anbiet|bereitstell|sicherstell|arbeiten|bleib|sparen|vergüt|erinner)\w*",
    re.I,
)
# Verbs of the authors' state of mind.
FEELING = re.compile(
    r"\b(?:freuen|freut|bedanken|danken|stolz|überzeugt|begrüßen|wissen|glauben|schätzen|erleben|sehen|"
    r"nehmen\s+(?:\w+\s+)?wahr|erkennen|heißen|verstehen|sind\s+(?:der\s+)?(?:überzeugung|auffassung|meinung)|"
    r"finden|merken|spüren|beobachten|hoffen|wünschen|bekommen|erhalten\s+haben|leben|laden|bitten|wählen)\b",
    re.I,
)
PARTICIPLE = (
    r"(?:[\wäöüß-]*ge[\wäöüß]{2,}(?:t|en)|(?:be|ver|er|ent|zer|ge|über|unter|miss|wider|hinter)[\wäöüß]{2,}(?:t|en)"
    r"|[\wäöüß]+ier(?:t)|[\wäöüß]+(?:bereit|sicher|weiter|fort|aus|auf|ab|ein|um|zu|hin|an)(?:ge|ver|be|er|ent)[\wäöüß]+(?:t|en))"
)
PERFECT = re.compile(rf"\b(?:haben|hat|habe)\b.*\b{PARTICIPLE}\b|\b(?:ist|sind)\b.*\b{PARTICIPLE}\s+worden\b|\bist\s+es\s+\w+\s+gelungen\b", re.I)
PAST = re.compile(
    r"\b(?:wurde|wurden|war|waren|hatte|hatten|konnte|konnten|kam|kamen|gab|ging|stieg|wollte|wollten|"
    r"mussten|musste|durfte|gelang|worden|führte|entstand|stimmten|stimmte|brachte|brachten)\b",
    re.I,
)
SINCE = re.compile(
    r"\b(?:bereits|schon\s+(?:heute|jetzt)|seit\s+(?:\w+\s+){0,2}(?:\d+|jahren?|langem)|zurzeit|aktuell|derzeit|"
    r"heute|noch\s+immer|inzwischen|mittlerweile|bislang|bisher|in\s+den\s+(?:letzten|vergangenen)\s+\w*\s*jahren|"
    r"während\s+der\s+letzten|nach\s+wie\s+vor|vergangen\w*\s+jahr\w*|immer\s+wieder)\b",
    re.I,
)
PASSIVE = re.compile(rf"\b(?:wird|werden)\b.*\b{PARTICIPLE}\b", re.I)
PASSIVE_ACTION = re.compile(
    r"\b(?:ausgebaut|aufgebaut|abgebaut|gebaut|errichtet|gefördert|gestärkt|verstärkt|unterstützt|ausgestattet|"
    r"weiterentwickelt|entwickelt|umgesetzt|eingeführt|bereitgestellt|sichergestellt|gewährleistet|geschaffen|"
    r"erweitert|fortgeführt|fortgesetzt|weitergeführt|verbessert|erhalten|gesichert|saniert|modernisiert|"
    r"digitalisiert|integriert|eingerichtet|reduziert|gesenkt|erhöht|gesteigert|ergriffen|durchgeführt|"
    r"intensiviert|vorangetrieben|fortgeschrieben|optimiert|gepflegt|ermöglicht|begleitet|genutzt|angeboten|"
    r"bewertet|überprüft|geprüft|beteiligt|einbezogen|eingebunden|eröffnet|gegründet|initiiert|investiert|"
    r"eingesetzt|gemacht|versorgt|informiert|sensibilisiert|geschult|vorbereitet|halbiert|gebildet|"
    r"kommuniziert|eingereicht|gehalten|finanziert|zur\s+verfügung\s+gestellt|gestellt|gerichtet|veröffentlicht|"
    r"umgestellt|ersetzt|abgeschafft|erstellt|vereinfacht|beschleunigt|beauftragt|verpflichtet|angestrebt|vermieden)\b",
    re.I,
)
INTENSITY = re.compile(
    r"\b(?:aktiv|künftig|zukünftig|in\s+zukunft|weiterhin|auch\s+weiter|konsequent|gezielt|verstärkt|kontinuierlich|"
    r"schrittweise|sukzessive|dauerhaft|zusätzlich|regelmäßig|flächendeckend|langfristig|mittelfristig|stärker|"
    r"weiter|bis\s+(?:spätestens\s+)?20\d\d|nach\s+und\s+nach|mehr|neue[nrs]?|weitere[nr]?|zeitnah|schnellstmöglich)\b",
    re.I,
)
REMAINS = re.compile(r"\bbleib\w*\b.*\b(?:erhalten|bestehen|kostenlos|kostenfrei|gewährleistet|gesichert|aufgabe|schwerpunkt)\b", re.I)
NEEDS = re.compile(
    r"\b(?:es\s+braucht|braucht\s+es|brauchen\s+wir|wir\s+brauchen|(?:notwendig|erforderlich|nötig|wichtig|entscheidend\w*|"
    r"unerlässlich)\w*\s+(?:ist|sind)|(?:ist|sind)\s+(?:es\s+)?(?:\w+\s+){0,3}(?:notwendig|erforderlich|nötig|wichtig|"
    r"von\s+entscheidender)|umso\s+wichtiger|nächste\s+schritt|gehört|gehören|zählt|zählen|umfasst|beinhaltet)\b",
    re.I,
)

# Sentences that explain, or draw the consequence of, what stands before them.
CONSEQUENCE = re.compile(r"^(?:so|damit|dadurch|somit|auf\s+diese\s+weise|das|dies|denn|nur\s+so|hierdurch|dabei|dort|daraus)\b", re.I)
ANAPHORA = re.compile(
    r"^(?:so|damit|dadurch|somit|das|dies|denn|nur\s+so|dabei|dort|hierbei|hierzu|dazu|dafür|hierfür|daraus|hier|"
    r"diese[rmns]?|sie|er|es|ihre?|ihr\s+auftrag|ein(?:e|en)?\s+(?:teil|ansatz|beispiel|vorbild)\w*|grundlage|ziel|kern\w*|"
    r"als\s+vorbild|vorrangig|insbesondere|besonders|konkret|zusätzliche\s+ansätze|auch\s+damit|langfristig|"
    r"die\s+(?:weiterentwicklung|umsetzung|finanzierung|konzepte|einzelnen|neuen|ergebnisse|mittel|eröffnung)|von\s+dort|"
    r"gleichzeitig\s+werden\s+so|mit\s+dem|über\s+diese)\b",
    re.I,
)
# "Mit dieser Strategie schaffen wir …", "So bleibt …": the end of a chapter, summed up.
SUMMARY = re.compile(
    r"^(?:so\s+(?:bleibt|schaffen|entsteht|wird|gelingt|sichern|stärken)|mit\s+diese[rnm]\s+(?:\w+\s+)?(?:strategie|\w+strategie|maßnahmen|"
    r"schritt|bildungs\w*|doppel\w*)|damit\s+(?:bleibt|positioniert)|all\s+das|das\s+alles)\b",
    re.I,
)
GREETING = re.compile(
    r"^(?:liebe|sehr\s+geehrte|guten\s+tag|hallo|herzliche?n?|vielen\s+dank|mit\s+freundlichen)\b|@|www\.|https?://|"
    r"\btel(?:efon)?[.:]|\bihre\s+stimme\b|\b(?:melden|wählen|besuchen)\s+sie\b|\bbei\s+uns!$",
    re.I,
)
QUESTION = re.compile(r"\?[\"“”»]?$")
SAYS_WHO = re.compile(r"\b(?:laut|gemäß|zufolge)\b|\bstudie\w*\b.*\b(?:zeig|beleg)\w*", re.I)
