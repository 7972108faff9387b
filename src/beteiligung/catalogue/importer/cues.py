"""German words and patterns by which a pledge, a fact or an explanation is known."""

import re

from beteiligung.catalogue.importer.tense import PARTICIPLE

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

MODAL_WILL = re.compile(r"\b(?:wollen|möchten|will|möchte)\b", re.IGNORECASE)
FUTURE = re.compile(r"\b(?:werden|wird|werde)\b", re.IGNORECASE)
SHALL = re.compile(r"\b(?:soll|sollen)\b", re.IGNORECASE)
MUST = re.compile(r"\b(?:muss|müssen|gilt\s+es|hat\s+zu|haben\s+zu|ist\s+zu|sind\s+zu|(?-i:bedarf))\b", re.IGNORECASE)
MUST_NOT = re.compile(
    r"\b(?:niemand|kein\w*)\b.*\b(?:darf|dürfen)\b|\b(?:darf|dürfen)\s+(?:niemand|kein\w*)\b|\b(?:darf|dürfen)\b(?=.*\b(?:nicht|"
    r"kein\w*|niemals|nie)\b)",
    re.IGNORECASE,
)
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
    r"\b(?:schwerpunkt|fokus|augenmerk|priorität|augenmerke|baustein|säule|kern|mittelpunkt|vordergrund|zentrum)\w*\b.*\b(?:steht|stehen|liegt|liegen|legen|legt|gilt|"
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
    rf"|\brichte\w*\b.*\bein{_END}|\bleg\w*\b.*\bauf{_END}|\bbau\w*\b.*\b(?:aus|auf|um){_END}|\bstell\w*\b.*\b(?:sicher|bereit|um|"
    rf"auf){_END}"
    rf"|\bentwickel\w*\b.*\bweiter{_END}|\b(?:treib|bring)\w*\b.*\bvoran{_END}|\bsteh\w*\b\s+(?:\w+\s+)?(?:zu|zum|zur)\b|"
    rf"\b(?:sprech\w*|spricht)\b.*\bsich\b.*\baus{_END}|\bwend\w*\b.*\bgegen\b|\bsorg\w*\b.*\bdafür\b|\bweit\w*\b.*\baus{_END}",
    re.IGNORECASE,
)
STANDS_FOR = re.compile(r"\bsteh\w*\b.*\bfür\b|\bsetz\w*\b.*\bauf\b|\bseh\w*\b.*\bin\s+der\s+pflicht\b", re.IGNORECASE)
# "Wir haben viele Ideen, die wir umsetzen wollen" tells what there is.
WE_HAVE = re.compile(r"\b(?:haben\s+wir|wir\s+haben)\b", re.IGNORECASE)
# The finite verb beside its subject "wir" or "die Koalitionspartner".
WE_VERB = re.compile(
    r"\b(?P<before>[a-zäöüß]{2,}n|[a-zäöüß]{2,}t(?=\s+die))\s+(?:wir|die\s+Koalitionspartner|die\s+Koalitionäre)\b"
    r"|\b(?:[Ww]ir|[Dd]ie\s+Koalitionspartner(?:innen)?|[Ww]ir\s+[A-ZÄÖÜ]\w+)\s+(?P<after>[a-zäöüß]{2,}n|(?<=partner )[a-zäöüß]{2,}t)\b"
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
    r"(?:Kreis(?!e)(?:\s+[A-ZÄÖÜ]\w+)?|Landkreis|Kreistag|Magistrat|Gemeinderat|Stadtrat|Landrat|Kreisausschuss|(?!Arbeits|Gesprächs|"
    r"Lenkungs|Personen|Freundes|Teilnehmer|Nutzer|Um)[A-ZÄÖÜ][\w-]*kreis|"
    r"[A-ZÄÖÜ][\w-]*-Kreis)|(?:[Dd]ie|[Uu]nsere)\s+(?:[a-zäöüß]+e\s+)?(?:Stadt|Gemeinde|Region|(?:Kreis|Stadt|Landkreis|"
    r"Gemeinde)?[Vv]erwaltung|"
    r"Kreisbehörden|Kreisgesellschaften|Landrätin)|[Dd]as\s+(?:[a-zäöüß]+e\s+)?(?:Jobcenter|Jugendamt|Gesundheitsamt|"
    r"Erzgebirge(?=\s+muss)))"
    r"(?=\W+(?P<after>[a-zäöüß]+)|\W|$)"
)
BODY_NO_DEED = frozenset(
    """
    ist sind hat haben war wird werden gehört steht stehen verfügt besteht liegt zählt bildet gilt kann können muss müssen soll
    sollen darf dürfen bleibt der die das und mit in im am als wie von zu bei für dabei hier auch sieht bietet
    betreibt verbindet profitiert wächst befindet trägt lebt umfasst
    """.split()  # noqa: SIM905
)
FEELING = re.compile(
    r"\b(?:freuen|bedanken|danken|stolz|überzeugt|angewiesen|begrüßen|überzeugung|auffassung|wissen|glauben|spüren)\b", re.IGNORECASE
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
    r"\bbleib\w*\b.*\b(?:erhalten|bestehen|kostenlos|kostenfrei|gewährleistet|gesichert|aufgabe|schwerpunkt)\b|"
    r"\bl[aä]uf\w*\b.*\bweiter\W*$",
    re.IGNORECASE,
)
PLANNED = re.compile(
    r"^(?:\w+\s+)?(?:geplant|vorgesehen|beabsichtigt|angestrebt|vereinbart|angedacht)\s+(?:ist|sind|wird|werden|bleibt)\b"
    r"|\b(?:ist|sind|bleibt)\b.*\b(?:geplant|vorgesehen|beabsichtigt|angestrebt|in\s+(?:der\s+)?(?:planung|vorbereitung))(?:\W*$|,|"
    r"\s+und\b)"
    r"|\b(?:daran|ist)\s+gelegen\b",
    re.IGNORECASE,
)
# "Geprüft wird …", "Neu eingerichtet werden …", but not "Ausgenommen bleiben …".
FRONTED_PARTICIPLE = re.compile(
    r"^(?:(?:neu|zusätzlich|ebenfalls|ebenso|weiter|außerdem)\s+)?(?:geprüft|untersucht|vereinbart|gefördert|unterstützt|eingerichtet|"
    r"geschaffen|gebaut|ausgebaut|"
    r"erweitert|erarbeitet|entwickelt|weiterentwickelt|fortgeführt|fortgesetzt|fortgeschrieben|weitergeführt|erhalten|gesichert|"
    r"gestärkt|verbessert|angeboten|"
    r"aufgebaut|abgebaut|abgeschafft|eingeführt|umgesetzt|errichtet|saniert|modernisiert|reduziert|erhöht|gesenkt|verstärkt|ergänzt|"
    r"angelegt|aufgestockt|"
    r"aufgelegt|bereitgestellt|beauftragt|beantragt|befürwortet|abgelehnt|verzichtet|festgehalten|eingesetzt|gebildet|gegründet|"
    r"initiiert|erprobt|getestet|"
    r"evaluiert|überprüft|berücksichtigt)\s+(?:wird|werden|bleibt|bleiben)\b",
    re.IGNORECASE,
)
IS_TO = re.compile(
    r"^(?:\w+\s+)?[Zz]u\s+[a-zäöüß]{3,}n\s+(?:ist|sind|bleibt)\b|"
    r"^(?!.*\b(?:Aufgabe|es)\b)[^,]*\b(?:ist|sind|bleibt|bleiben)\b[^,]*(?:,(?![^,]*\b(?:denn|ist|"
    r"trägt)\b)[^,]*)*\b(?:zu\s+[a-zäöüß]{3,}e?n|[a-zäöüß]{2,}zu[a-zäöüß]{3,}e?n)\W*$"
)
NOT_WITH_US = re.compile(
    r"\bmit\s+(?:uns|der\s+[A-ZÄÖÜ]\w+)\b.*\b(?:nicht|kein\w*)\b|\b(?:nicht|kein\w*)\b.*\bmit\s+uns\b|\bwird\s+es\b.*\b(?:nicht|"
    r"kein\w*)\s+(?:\w+\s+)?geben\b|"
    r"\b(?:ist|sind|bleibt|bleiben|wird|werden)\s+(?:\w+\s+){0,3}(?:ausgeschlossen|abgelehnt)\b|\bkomm(?:t|"
    r"en)\b.*\bnicht\s+in\s*frage\b|\bnicht\s+infrage\b|"
    r"\bnicht(?:s)?\b.*\b(?:verloren|zu\s+suchen|gerüttelt|weiterverfolgt|geduldet|hingenommen)\b|\btragen\s+wir\b.*\bnicht\s+mit\b|"
    r"\b(?:nicht|nie)\s+(?:mehr\s+|wieder\s+)(?:geben|passieren|geschehen)\b",
    re.IGNORECASE,
)
# Verbs in the passive that describe or report and promise nothing.
NO_PLAN = re.compile(
    r"\b(?:verstanden|bezeichnet|genannt|definiert|gezählt|erwartet|befürchtet|vermutet|angenommen|gemessen|verursacht|geprägt|gefolgt|"
    r"diskutiert|kritisiert|"
    r"gesehen|betrachtet|dargestellt|beschrieben|erläutert|gefordert|gewünscht|empfohlen|unterschieden|aufgeführt|deutlich|beobachtet|"
    r"gebraucht|benötigt|"
    r"geschätzt|beeinflusst|bedroht|belastet|beklagt|bestimmt|begründet|gerechnet|verlangt|überschritten|behauptet|unterrichtet|"
    r"betrieben|betreut|durchquert|ausgelegt|gelegt|verbunden|besucht|bewohnt|gewährt|immer)\b",
    re.IGNORECASE,
)
# When it will be: says of a sentence in the present that it is meant for the time to come.
COMING = re.compile(
    r"\b(?:einmal\s+im\s+jahr|zweimal\s+im\s+jahr|(?:ein|zwei|drei)mal\s+jährlich|alle\s+(?:zwei|drei|fünf)\s+jahre|künftig|zukünftig|"
    r"in\s+zukunft|fortan|nur\s+noch|nicht\s+(?:mehr|länger)|ab\s+(?:sofort|20(?:2[4-9]|[3-9]\d)|dem\s+\w+)|"
    r"(?:bis|spätestens|ab|im\s+(?:jahr|frühjahr|sommer|herbst|winter)|bis\s+ende|anfang|mitte|ende|zum\s+schuljahr|"
    r"zum\s+jahr)\s+(?:zum\s+jahr\s+|ende\s+|mitte\s+|spätestens\s+|sommer\s+)?"
    r"20(?:2[5-9]|[3-9]\d)|vom\s+ersten\s+tag|(?<!jahr\s)(?<!im\s)20(?:2[6-9]|3\d))\b",
    re.IGNORECASE,
)
REGULARLY = re.compile(
    r"\b(?:jährlich|monatlich|vierteljährlich|halbjährlich|regelmäßig|fortlaufend|"
    r"jede[sn]?\s+(?:jahr|herbst|frühjahr|sommer|quartal|monat)|mindestens|höchstens|unabhängig\s+davon|weiterhin|auch\s+künftig)\b",
    re.IGNORECASE,
)
EVERYONE = re.compile(r"^(?:jede[rsmn]?|alle|kein(?:e[mnrs]?)?|niemand|wer)\b", re.IGNORECASE)
# Somebody gets, may or need not pay something: the promise of a benefit.
BENEFIT = re.compile(
    r"\b(?:erhält|bekommt|bekommen|erhalten(?!\s*(?:[.,;:!?]|$|bleib|und\b|oder\b|werden|wird|durch\s+uns))|gewährt|"
    r"gewähren)\b(?!.*\b(?:können|kann)\b)|"
    r"\b(?:kostenlos|kostenfrei|gebührenfrei|unentgeltlich|ermäßigt)\W*$|\bentf(?:ällt|allen)\b(?!\s+(?:auf|\d|rund|etwa))|\bzahl(?:t|"
    r"en)\b.*\b(?:hälfte|nichts|kein\w*|weniger|euro)\b",
    re.IGNORECASE,
)
# A rule laid down: precedence, principle, membership.
RULE = re.compile(
    r"\b(?:hat|haben|genießt|genießen)\b.*\bvorrang\b|\bvorrang\s+vor\b|\bgilt\b.*\b(?:das\s+prinzip|der\s+grundsatz)|\bgehör(?:t|"
    r"en)\b.*\b(?:an|in|zu|auf)\s+jede\w*|\bgehör(?:t|en)\b.*\bhin\W*$|\bgehör(?:t|en)\b.*\bin\s+(?:öffentliche|kommunale|"
    r"staatliche)\w*\b|^priorität\s+(?:hat|haben|genieß\w+)\b|"
    r"\b(?:ist|sind)\s+und\s+bleib\w+\b|\bbleib(?:t|en)\W*$|\bbleib(?:t|en)\b.*\b(?:unverändert|in\s+(?:kommunaler|öffentlicher)|"
    r"erhältlich|kostenfrei|kostenlos|stabil|offen|geöffnet|bei\b)|\bsteh(?:t|en)\b.*\b(?:offen|bereit|zur\s+verfügung)\b|"
    r"\bgenügt\b|\bgilt\s+(?:das|der|die)\s+prinzip\b",
    re.IGNORECASE,
)
# "Ziel 1: …", "Unser Anspruch: …", "Maßnahme 3.2: …": what follows is what the label says.
LABEL = re.compile(
    r"^(?:unser[e]?\s+|strategisches?\s+|operatives?\s+)?(?:leit|teil|ober|unter|haupt|kern)?(?:ziel(?:setzung)?|maßnahme|vorhaben|"
    r"forderung|projekt|anspruch|versprechen|angebot|antrag|prüfauftrag|handlungsziel)e?n?"
    r"\s*[A-Z]?[\d.]*\s*(?:[:–]|-\s)\s*(?=\S)",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"^(?:(?:die\s+rolle\s+des\s+\w+|status|problem\w*|abb|abbildung|tab|tabelle|karte|foto|bild|grafik|anlage|anhang|quelle|quellen|"
    r"stand|bearbeitung|ansprechpartner\w*|ansprechperson|kosten|zuständig\w*|laufzeit|kontakt|beginn|"
    r"verantwortlich\w*|finanzierung|zeitraum|hinweis|anmerkung|redaktion|herausgeber\w*|vorlage|betreff|drucksache|gez|"
    r"finanzielle\s+auswirkungen|ja|nein|enthaltung\w*|priorität|"
    r"umsetzung|federführung|akteure|beteiligte|zielgruppe|kostenschätzung|status|indikator\w*|kennzahl\w*)\s*[\dIVX.]*\s*[:.]|"
    r"zu\s+(?:ziffer|nummer|nr|punkt|§)\b)",
    re.IGNORECASE,
)
LEGAL = re.compile(
    r"^(?:nach|gemäß|laut|aufgrund|entsprechend)\s+(?:§|art\.|artikel|dem\s+\w*gesetz|der\s+\w*(?:verordnung|satzung)|einem\s+erlass|"
    r"einer\s+(?:verordnung|richtlinie))|^danach\s+(?:hat|haben|sind|ist)\b|"
    r"\b(?:rechtsgrundlage|im\s+sinne\s+(?:dieser|dieses|des))\b|\btritt\b.*\bin\s+kraft\b|\btreten\b.*\b(?:in|außer)\s+kraft\b|"
    r"\b(?:rechtsanspruch|haftung)\b|^unter\s+\w+\s+wird\b|\bnach\s+(?:dem|geltendem)\s+\w*(?:gesetz|recht)\b",
    re.IGNORECASE,
)
# The text speaks of itself.
META = re.compile(
    r"^(?:im\s+folgenden|hier\s+lesen|nachfolgend|dieses\s+(?:kapitel|konzept|papier|programm|dokument|leitbild)|(?:der|die|"
    r"das)\s+(?:plan|konzept|programm|leitbild|strategie|entwurf|vereinbarung|bericht)\s+"
    r"(?:beschreibt|benennt|zeigt|enthält|umfasst|gliedert|ruht|richtet|stellt|gilt|lag|besteht|fasst)|die\s+(?:folgenden|"
    r"nachstehenden)|einzelheiten|weitere\s+informationen|mehr\s+dazu)\b|"
    r"^folgende\b(?![^.]*\bsoll)[^.]*:$|\bmöge\s+beschließen\b|^der\s+kreistag\s+beschließt:?$|\bes\s+gilt\s+das\s+gesprochene\b",
    re.IGNORECASE,
)
TO_READER = re.compile(
    r"\b(?:lesen|finden|erfahren|wählen|schreiben|informieren|besuchen|haben|können|sehen|erhalten|wenden|entscheiden|machen)\s+Sie\b|"
    r"(?<=[a-zäöüß,] )Sie\s+(?:haben|können|finden|sich)\b|"
    r"\b(?:meine\s+damen|kolleginnen\s+und\s+kollegen|herr\s+(?:kollege|landrat)|frau\s+(?:kollegin|landrätin))\b|\b(?:ihr|"
    r"ihre)\s+(?:landrat|landrätin|bürgermeister\w*)\b"
)
PERFORMS = re.compile(
    r"\bich\s+(?:beantrage|fordere|schlage|verspreche|werde|will|möchte|setze)\b|\b(?:beantrage|fordere|verspreche|schlage|werde|will|"
    r"möchte)\s+ich\b",
    re.IGNORECASE,
)
MUST_FRONT = re.compile(
    r"^(?:\w+\s+)?(?:erforderlich|notwendig|nötig|dringend\s+nötig|unverzichtbar|überfällig|anzustreben|wünschenswert)\s+(?:ist|sind|"
    r"bleibt|wird)\b|\bhinzu\s+komm(?:t|en)\b|\bbraucht\s+es\b.*\bendlich\b|\bbraucht\s+es\b(?=.*\b(?:ein|eine|einen|mehr)\b)|"
    r"\bgilt\s+es\b.*\bzu\b|\bes\s+gilt\b",
    re.IGNORECASE,
)
# The present tense of a plan that is meant to be built, held, opened.
ARISES = re.compile(
    r"\b(?:entsteht|entstehen|beginnt|beginnen|startet|starten|öffnet|öffnen|eröffnet|findet|finden|nimmt|nehmen|wächst|sinkt|steigt|"
    r"fließt|fließen|verkehren|verkehrt|fährt|fahren|"
    r"verfügt|verfügen|erreicht|erreichen|legt|legen|lädt|hört|dient|arbeiten|arbeitet|begleitet|begleiten|berät|beraten|besucht|"
    r"besuchen|entscheidet|entscheiden|trägt|tragen|stimmen|rüsten|verlängert|"
    r"vereinbaren|vereinbart|wird|werden)\b",
    re.IGNORECASE,
)
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
PEOPLE_CAN = re.compile(
    r"^(?:die\s+|alle\s+)?(?:bürgerinnen|bürger|menschen|bewohner|einwohner|nutzer|fahrgäste)\w*\b.*\bsollen\b.*\bkönnen\b|"
    r"\b(?:dort|so|damit|dadurch|davon|dabei|hier|darin)\b.*\b(?:soll|sollen)\b.*\bkönnen\b|\b(?:soll|sollen)\b.*\b(?:dort|so|damit|"
    r"dadurch|davon|dabei|hier|darin)\b.*\bkönnen\b",
    re.IGNORECASE,
)
RESUMES = re.compile(
    r"^(?:dies|dieser|diese|dieses|sie|er|es|dort(?!,)|die\s+(?:weiterentwicklung|umsetzung|maßnahmen|mittel|konzepte|ergebnisse|eröffnung|"
    r"finanzierung))\b",
    re.IGNORECASE,
)
SO = re.compile(
    r"^(?:so|damit|dadurch|auf\s+diese\s+weise|hierdurch|somit)\b|^wir\s+(?:wollen|werden|möchten)\s+(?:so|damit|dadurch)\b", re.IGNORECASE
)

DEED_NOUN = r"[A-ZÄÖÜ][\wäöüß-]*(?:ung|bau|schutz|ierung|schaffung|erhalt|Erhalt)"
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
    r"^(?:so|damit|dadurch|somit|auf\s+diese\s+weise|das(?=\s+(?-i:[a-zäöüß]+(?:t|d|ll|nn|ss|en))\s)|dies|denn|nur\s+so|hierdurch|"
    r"dabei|dort(?!,)|daraus)\b",
    re.IGNORECASE,
)
ANAPHORA = re.compile(
    r"^(?:so|damit|dadurch|somit|das(?=\s+(?-i:[a-zäöüß]+(?:t|d|ll|nn|ss|en))\s)|dies|denn|nur\s+so|dabei|dort(?!,)|hierbei|hierzu|dazu|"
    r"dafür|hierfür|daraus|hier|"
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
