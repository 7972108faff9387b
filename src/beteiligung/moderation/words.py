"""The German words of moderation: grounds, measures, scope, redress. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from beteiligung.i18n import _
from beteiligung.moderation.models import LAW_GROUNDS
from beteiligung.moderation.rules import APPEAL_WITHIN
from beteiligung.web.filters import long_date


@dataclass(frozen=True)
class Ground:
    """A rule of conduct or a law: what it says, and where it stands."""

    name: Callable[[], str]
    source: Callable[[], str]


GROUND: dict[str, Ground] = {
    "rule_1": Ground(lambda: _("Greift eine Person an"), lambda: _("Regel 1: Zur Sache")),
    "rule_2": Ground(lambda: _("Setzt Menschen herab"), lambda: _("Regel 2: Niemanden herabwürdigen")),
    "rule_4": Ground(lambda: _("Verrät Privates"), lambda: _("Regel 4: Nichts Privates")),
    "rule_5": Ground(lambda: _("Werbung oder Masse"), lambda: _("Regel 5: Keine Werbung")),
    "rule_6": Ground(lambda: _("Täuscht andere"), lambda: _("Regel 6: Ehrlich sein")),
    "rule_7": Ground(lambda: _("Gehört nicht zum Thema"), lambda: _("Regel 7: Beim Thema bleiben")),
    "insult": Ground(lambda: _("Beleidigung"), lambda: _("§ 185 Strafgesetzbuch")),
    "defamation": Ground(lambda: _("Üble Nachrede oder Verleumdung"), lambda: _("§§ 186, 187 Strafgesetzbuch")),
    "threat": Ground(lambda: _("Drohung oder Aufruf zu einer Straftat"), lambda: _("§§ 111, 126, 241 Strafgesetzbuch")),
    "incitement": Ground(lambda: _("Hetze gegen Gruppen"), lambda: _("§ 130 Strafgesetzbuch")),
    "symbols": Ground(lambda: _("Verbotene Kennzeichen"), lambda: _("§ 86a Strafgesetzbuch")),
    "minors": Ground(lambda: _("Missbrauch von Kindern oder Jugendlichen"), lambda: _("§§ 176 ff., 184b, 184c Strafgesetzbuch")),
    "privacy_law": Ground(lambda: _("Veröffentlicht persönliche Daten"), lambda: _("§ 126a Strafgesetzbuch, Datenschutz-Grundverordnung")),
    "other_law": Ground(lambda: _("Anderer Gesetzesverstoß"), lambda: _("das in der Begründung genannte Gesetz")),
}  # fmt: skip


def ground_words(ground: str) -> str:
    """Return „Greift eine Person an (Regel 1: Zur Sache)“."""
    return f"{GROUND[ground].name()} ({GROUND[ground].source()})"


MEASURE: dict[str, Callable[[], str]] = {
    "none": lambda: _("Bleibt stehen"),
    "part": lambda: _("Ein Teil wird ausgeblendet"),
    "hide": lambda: _("Wird ausgeblendet"),
    "close": lambda: _("Wird ausgeblendet, das Gespräch ist beendet"),
    "pause": lambda: _("Wird ausgeblendet, das Konto macht eine Pause"),
}
HINT: dict[str, Callable[[], str]] = {
    "none": lambda: _("Der Kommentar verstößt gegen nichts."),
    "part": lambda: _("Nur die Worte, die Sie nennen. Der Rest bleibt."),
    "hide": lambda: _("Eine Spur bleibt sichtbar, die Antworten auch."),
    "close": lambda: _("Außerdem kann niemand mehr in diesem Gespräch antworten."),
    "pause": lambda: _("Außerdem kann die Person einige Tage nichts schreiben. Nur bei schweren oder wiederholten Verstößen."),
}
BODY: dict[str, Callable[[], str]] = {
    "council": lambda: _("der Bürgerrat"),
    "clerks": lambda: _("die Verwaltung, weil der Bürgerrat noch nicht besetzt ist"),
}
STAGE: dict[str, Callable[[], str]] = {
    "first": lambda: _("Entscheidung"),
    "appeal": lambda: _("Widerspruch"),
    "review": lambda: _("Nachprüfung durch den Bürgerrat"),
}
SOURCE: dict[str, Callable[[], str]] = {
    "reports": lambda: _("nach einer Meldung"),
    "office": lambda: _("nach einem vorläufigen Ausblenden durch die Verwaltung"),
    "appeal": lambda: _("nach einem Widerspruch"),
    "review": lambda: _("bei der Nachprüfung früherer Entscheidungen"),
}


def scope(measure: str, ends_at: datetime | None) -> str:
    """Return what a measure covers and how long, as the statement of reasons says it."""
    until = long_date(ends_at) if ends_at else ""
    return {
        "none": _("Der Kommentar bleibt vollständig zu sehen."),
        "part": _(
            "Die genannten Worte sind überall auf dieser Website ausgeblendet, auf Dauer. Der übrige Kommentar und das Konto bleiben."
        ),
        "hide": _("Dieser Kommentar ist überall auf dieser Website ausgeblendet, auf Dauer. Das Konto bleibt, wie es ist."),
        "close": _(
            "Dieser Kommentar ist auf Dauer ausgeblendet. In diesem Gespräch kann niemand mehr antworten. Das Konto bleibt, wie es ist."
        ),
        "pause": _(
            "Dieser Kommentar ist auf Dauer ausgeblendet. Bis zum {day} kann das Konto hier nichts schreiben. Abstimmen geht weiter."
        ).format(day=until),
    }[measure]


def redress(stage: str, now: datetime) -> str:
    """Return how to object, as the statement of reasons says it (Articles 17 (3) f, 20, 21 DSA)."""
    court = _("Auch eine zugelassene Streitbeilegungsstelle oder ein Gericht steht Ihnen offen.")
    if stage == "appeal":
        return _("Über Ihren Widerspruch ist damit entschieden.") + " " + court
    day = long_date(now + APPEAL_WITHIN)
    return _("Bis zum {day} können Sie kostenlos widersprechen. Dann entscheiden drei andere Personen.").format(day=day) + " " + court


def trace(ground: str, body: str) -> str:
    """Return what stands in the place of a hidden comment after „Grund:“."""
    who = _("Entschieden hat der Bürgerrat.") if body == "council" else _("Entschieden hat die Verwaltung, bis es einen Bürgerrat gibt.")
    return f"{ground_words(ground)}. {who}"


def provisional_trace(ground: str) -> str:
    """Return what stands in the place of a comment a clerk has hidden until the decision."""
    return _("{ground}. Vorläufig ausgeblendet von der Verwaltung. Endgültig wird noch entschieden.").format(ground=ground_words(ground))


def readings(ground: str) -> tuple[str, str]:
    """Return what speaks for leaving a comment and what against it, so that both are thought of before deciding."""
    if ground in LAW_GROUNDS:
        stays = _("Scharfe, auch übertriebene Kritik an Politik und Behörden ist erlaubt. Ein Gesetz muss klar verletzt sein.")
        goes = _(
            "Die Worte treffen einen Menschen oder eine Gruppe so, dass ein Gericht das nicht hinnehmen würde, oder sie gefährden jemanden."
        )
    elif ground in ("rule_5", "rule_6", "rule_7"):
        stays = _("Für eine Meinung zu werben ist erlaubt. Ein Umweg kann zum Thema führen, und ein Irrtum ist keine Täuschung.")
        goes = _("Der Text hilft hier niemandem weiter, verdrängt andere oder führt bewusst in die Irre.")
    else:
        stays = _("Der Text ist hart, streitet aber über die Sache. Wer sich äußert, muss Widerspruch aushalten.")
        goes = _("Der Text zielt auf den Menschen oder macht Privates öffentlich. Andere trauen sich danach nicht mehr, mitzureden.")
    return stays, goes


ACT: dict[str, Callable[[], str]] = {
    "reported": lambda: _("Gemeldet"),
    "decided": lambda: _("Entschieden"),
    "provisional": lambda: _("Vorläufig ausgeblendet"),
    "escalated": lambda: _("Seit 72 Stunden ohne Entscheidung, die Rechtsstelle ist benachrichtigt"),
    "withdrawn": lambda: _("Erledigt, der Kommentar wurde zurückgezogen"),
    "appealed": lambda: _("Widerspruch eingelegt"),
}
"""What the public log calls its lines."""
