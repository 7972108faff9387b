"""Whether a clause tells of the past or of what is so by itself, by the forms of its verbs."""

import re

# In small letters: "Gebäude", "Entnahmen" are none.
PARTICIPLE = (
    r"(?-i:(?=[a-zäöüß])(?:[\wäöüß-]*ge[\wäöüß]{2,}(?:t|en)|(?:be|ver|er|ent|zer|ge|über|unter|miss|wider|hinter)[\wäöüß]{2,}(?:t|en)"
    r"|[\wäöüß]+ier(?:t)|[\wäöüß]+(?:bereit|sicher|weiter|fort|aus|auf|ab|ein|um|zu|hin|an)(?:ge|ver|be|er|ent)[\wäöüß]+(?:t|en)))"
)
_HAVE = re.compile(rf"\b(?:haben|hat|habe|hatten|hatte)\b.*\b{PARTICIPLE}\b", re.IGNORECASE)
# "hat sich vorgenommen", "haben uns zum Ziel gesetzt": a plan, though in the perfect.
RESOLVED = re.compile(
    r"\b(?:hat|haben)\b.*\b(?:vorgenommen|(?:zum\s+|das\s+)?ziel\s+gesetzt|zur\s+aufgabe\s+gemacht|verpflichtet,?)\b|"
    r"\bziel\w*\b.*\bhaben\s+wir\s+uns\s+gesetzt\b",
    re.IGNORECASE,
)
_BEEN = re.compile(
    rf"\b(?:ist|sind)\b.*\b{PARTICIPLE}\s+worden\b|\bist\s+es\s+(?:\w+\s+){{0,3}}?gelungen\b|"
    r"\b(?:ist|sind|waren|war|seien)\b.*\b(?:[\wäöü]*gestiegen|[\wäöü]*gesunken|gewachsen|entstanden|[\wäöü]*geflossen|"
    r"[\wäöü]*gekommen|[\wäöü]*gegangen|geworden|"
    r"gelungen|gescheitert|[\wäöü]*gebrochen|geblieben|erfolgt|eingetreten|geschehen|passiert|verschwunden|gewesen|ausgeblieben|"
    r"geschrumpft|hervorgegangen)\b",
    re.IGNORECASE,
)
_STRONG_PAST = re.compile(
    r"\b(?:wurde|wurden|war|waren|hatte|hatten|konnte|konnten|kam|kamen|gab|gaben|ging|gingen|stieg|stiegen|sank|sanken|wollte|wollten|"
    r"mussten|musste|"
    r"durfte|durften|gelang|gelangen(?=\s+(?:es|uns))|worden|entstand|entstanden|stimmten|stimmte|brachte|brachten|fand|fanden|lag|"
    r"lagen|nahm|nahmen|"
    r"blieb|blieben|trat|traten|schlug|hielt|hielten|ließ|ließen|sprach|sprachen|versprach|verlief|verliefen|wuchs|wuchsen|zog|zogen|"
    r"begann|begannen|"
    r"bestand|bestanden|erhielt|erhielten|bekam|bekamen|beschloss|stand|standen|schloss|schlossen|fuhr|fuhren|schrieb|half|halfen|traf|"
    r"trafen)\b"
)
# A weak preterite: "förderte den", "erblickten dort", not "geförderte Angebote", "die bekannten".
_FUNCTION = (
    r"(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|im|in|an|am|auf|für|mit|bei|zu|zum|zur|durch|um|sich|uns|es|er|sie|wir|nur|"
    r"auch|noch|nicht|"
    r"dort|hier|rund|über|von|vom|vor|nach|seit|mehr|zwei|drei|vier|sogar|damals|dabei|bereits|erstmals|ihre?|ihren|unser\w*|alle|"
    r"viele|zwischen|dazu)"
)
_WEAK_PAST = re.compile(
    rf"\b(?!sollte|könnte|möchte|müsste|hätte|dürfte|heute|bitte|letzte|erste|gute|beste|rechte|weite|mitte|konkrete|sollten|könnten)(?!ge)"
    rf"[a-zäöüß]{{2,}}(?:(?:[bdfghklmnprsßtz]|ier|el|er)te|(?:ier|[gkbp]|tz|z|ss|hl|ll|nn|hr|ck|er)ten)(?=\s+(?:{_FUNCTION}\b|\d))"
)
SINCE = re.compile(
    r"\b(?:bereits|schon\s+(?:heute|jetzt|lange)|seit\w*\s+(?:\w+\s+){0,2}(?:\d+|jahren?|langem)|seither|zurzeit|aktuell|derzeit|"
    r"gegenwärtig|momentan|"
    r"heute|noch\s+immer|inzwischen|mittlerweile|bislang|bisher|zuletzt|in\s+den\s+(?:letzten|vergangenen)\s+\w*\s*jahren|"
    r"während\s+der\s+letzten|nach\s+wie\s+vor|vergangen\w*\s+jahr\w*|immer\s+wieder|immer\s+(?:mehr|weniger|öfter)|oft|häufig|meist|"
    r"meistens|"
    r"in\s+der\s+regel|üblicherweise|anderswo|andernorts|seit\s+(?:20[012]\d|19\d\d|dem|der|[A-Z]\w+\s+20\d\d))\b",
    re.IGNORECASE,
)
# What happens by itself: "wird … steigen".
FORECAST = re.compile(
    r"\b(?:wird|werden)\b.*\b(?:steigen|ansteigen|sinken|zunehmen|abnehmen|wachsen|schrumpfen|zurückgehen|fortsetzen|älter|knapper|"
    r"teurer|verlieren|"
    r"fehlen|zeigen|verschärfen|verändern|auswirken|ausscheiden)\b|\bzu\s+(?:\w+\s+){1,2}(?:rückgang|anstieg|zunahme|abnahme|"
    r"engpässen)\b|\b(?:voraussichtlich|prognose|prognostiziert|schätzungen|vorausberechnung|szenario)\b",
    re.IGNORECASE,
)
SEE = re.compile(r"\bwir\s+werden\s+(?:sehen|erleben)\b|\bwird\s+(?:man|sich)\s+(?:sehen|zeigen)\b", re.IGNORECASE)


def past(main: str) -> float:
    """Return what the tense of a clause takes away (0 if it is not of the past)."""
    if RESOLVED.search(main):
        return 0.0
    weight = 0.0
    if _HAVE.search(main) or _BEEN.search(main):
        weight -= 3.4
    if _STRONG_PAST.search(main) or _WEAK_PAST.search(main):
        weight -= 2.6
    return weight
