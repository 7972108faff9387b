"""Stems that speak for one of the sixteen topics; a part of a compound counts as well.

Each is a regular expression; two blanks or a line's end part them.
"""

import re

FALLBACK = "Digitalisierung & Verwaltung"

# A word of these narrow topics says more than one of a broad topic.
WEIGHTS = {"Tierschutz": 1.5, "Integration": 1.2}


def _stems(lines: str) -> tuple[str, ...]:
    return tuple(re.split(r"\s{2,}", lines.strip()))


STEMS: dict[str, tuple[str, ...]] = {
    "Bauen & Wohnen": _stems(
        r"""
        wohn(?!ort|sitz|gruppe)\w*
        (?-i:\bBauen)
        \bbau(?:amt|antr|land|recht|aufsicht|verwalt|turbo|willig|stell|vorhaben|leitplan|lück|projekt|genehmig|berat|verein)\w*
        \bneubau(?!t\w* des)\w*  miet(?!er\w*strom)\w*  quartier\w*  siedlung\w*  städtebau\w*  stadtentwicklung\w*  innenentwicklung
        nachverdichtung  flächenrecycling  leerst(?:and|ände)\w*  immobilie\w*  innenstadt\w*  innenstädt\w*  ortskern\w*
        dorfkern\w*  dorfentwicklung  denkmal\w*  neuflächen\w*  bodenvorrat\w*  grundstück\w*  obdachlos\w*
        \bplatze?s?\b(?=.*gestalt)  plätze\b(?=\s*$)
        """
    ),
    "Bildung & Schule": _stems(
        r"""
        schul(?!den|dner|ung)\w*  \w*schulen?\b  bildung(?!sgerecht)\w*  unterricht\w*  lehrkr\w*  lehrer\w*  lernen\w*  \blern\w+
        berufskolleg\w*  berufsorientierung  studien\w*  hochschul\w*  universit\w*  studier\w*  volkshochschule  ganztag\w*  \bogs\b
        digitalpakt  medienkompetenz  \bmint\b  wissenschaft(?!lich)\w*  inklusionsassisten\w*  campus\w*  lehrmethod\w*
        """
    ),
    "Kinder, Jugend & Familie": _stems(
        r"""
        kita\w*  krippe\w*  kinder(?!gesundheit|sterb)\w*  \bkind(?:es|er|ern)?\b  jugend(?!herberg)\w*  famili\w*  \beltern\w*
        hebamme\w*  erzieher\w*  betreuungszeit\w*  junge[nr]? menschen  spielpl\w*  kindertag\w*  einschulung\w*  geburt\w*
        sprachförderung\b(?=.*kind)  waldkind\w*  jugendlich\w*
        """
    ),
    "Wirtschaft & Arbeit": _stems(
        r"""
        (?<!land)wirtschaft(?!lichkeit|lich darst|sweg|lichen betrieb|ung)\w*  unternehm\w*  betrieb(?!s?gel|e?s? von)\w*
        arbeitspl\w*  arbeitsmarkt\w*  arbeitgeber\w*  arbeitslos\w*  fachkräft\w*  gründ(?:er|ungs)\w*  existenzgründ\w*
        start-?ups?\b  gewerbe\w*  industrie\w*  handwerk\w*  tourism\w*  touris\w*  einzelhandel  händler\w*
        ausbildungs(?:pl|verh|markt)\w*  ausbildungsplätz\w*  tarif(?:bind|vertr|gebund)\w*  co-?working  jobcenter  \bjobs?\b
        beschäftigung\w*  gemeinwohl-?(?:ökonomie|bilanz)\w*  transformation\w*  automobil\w*  gastronomie  wertschöpfung\w*
        sozialpartner\w*  kreativwirtschaft  selbstständig\w*  regiopol\w*  weiterbildung\w*(?=.*arbeit)
        """
    ),
    "Klima & Energie": _stems(
        r"""
        klima(?!tisch)\w*  energie(?!effizien\w* der kranken)\w*  energetisch\w*  photovoltaik\w*  \bpv\b  solar\w*
        windenergie|windkraft|windräd\w*  wärme\w*  nahwärme\w*  \w*wärmenetz\w*  geothermie  wasserstoff\w*  \bco2\b|co₂
        treibhausgas\w*  emission\w*  kohleausstieg  balkonkraft\w*  hitze\w*  atom\w*  starkregen\w*  extremwetter\w*
        """
    ),
    "Umwelt & Natur": _stems(
        r"""
        umwelt(?!verbund|freundlich)\w*  natur(?!wissen)\w*  artenschutz|artenvielfalt|biodiversit\w*  \barten\b  biotop\w*
        gewässer\w*  \bbäche\w*  \bmoore?\w*  \bwald\b|\bwaldes\b|\bwälder\w*|forst\w*  landschaft\w*  ökosystem\w*  landwirt\w*
        agrar\w*  \bäcker\b  boden(?!vorrat)\w*  trinkwasser\w*  grundwasser\w*  regenwasser\w*  abfall\w*  recycling\w*
        wertstoff\w*  mehrweg\w*  streuobst\w*  \bgrün(?:fläch|satz|zug|e freir)\w*  stadtbegrünung  begrünung  kaltluft\w*
        hochwasser\w*  luftrein\w*  lärm\w*  \bparks\b  ernährungsrat\w*  blühstreifen  ausgleichsfläche\w*
        ressourcen(?:schutz|schonend)\w*  flächenverbrauch  kreislauf\w*  nachhaltigkeitsstrategie  freifläch\w*  friedwald\w*
        """
    ),
    "Mobilität": _stems(
        r"""
        mobilit\w*  verkehr(?!srecht)\w*  \w*nahverkehr\w*  \böpnv\b  \bbuss?\w*  \w*bus(?:se|sen)?\b  bahn(?!brech)\w*  \w*bahn\b
        \w*bahnhof\w*  \brad(?:weg|verkehr|fahr|schnell|ler|tour)\w*  \w*radweg\w*  fahrrad\w*  ticket\w*  \w*ticket\w*
        straße(?!nbeleucht)\w*  kreisstraße\w*  fußgänger\w*  fußweg\w*  lade(?:säule|infra|punkt)\w*  e-?auto\w*  elektromobil\w*
        carsharing  haltestelle\w*  haltepunkt\w*  fahrgast\w*  fahrgäst\w*  fahrzeug\w*  fuhrpark\w*  parkpl\w*  stellpl\w*
        on-demand\w*  taktung  tarifsystem\w*  zugverbind\w*  \bzüge\w*  gleis\w*  autonom fahr\w*  schulrout\w*  mobilstation\w*
        sicheren wegen
        """
    ),
    "Digitalisierung & Verwaltung": _stems(
        r"""
        digital(?:isier|pol|strat|agent)\w*  \bdigitale?[nrsm]?\b  verwaltung(?!sstab)\w*  breitband\w*  glasfaser\w*  mobilfunk\w*
        \bki\b|künstliche\w* intelligenz  e-?akte\w*  online\w*  bürokratie\w*  entbürokratisierung  behörd\w*
        open ?data|datenportal\w*|geodaten  smart\w*  software  graue\w?[ -]flecken  netzabdeckung  formular\w*|bescheide\b
        mitarbeiter(?!\w*mobil)\w*  personalentwicklung  it-\w+  informationssicherheit  zulassung\w*  flexibilisierung\w*
        standards\b(?=.*kommun)  hauptamtlich\w*  dienstleistung\w*
        """
    ),
    "Gesundheit & Pflege": _stems(
        r"""
        gesundheit\w*  pfleg(?!ekinder|e-? und entw|t\b|en\b)\w*  kranken\w*  \w*klinik\w*  \w*ärzt\w*  \barzt\w*  medizin\w*
        hospiz\w*  patient\w*  prävention\w*(?=.*(?:gesund|sucht))  sucht\w*  drogen\w*  impf\w*  arzneimittel\w*  psych\w*
        telemedizin  rettungsdienst\w*  geburtshilfe|kreißsa\w*  ernährung(?!srat)\w*  hygiene(?!prod)\w*  infektion\w*  adipositas
        kochkurs\w*|großküche|essen\b  bewegungsr\w*
        """
    ),
    "Soziales & Inklusion": _stems(
        r"""
        sozial(?!wohnung|er wohnungs|raum|em wohn|en wohnungs|e infra|partner|versich|e und ökolog)\w*  inklusi\w*
        barriere(?!frei\w* (?:wohn|mod|erschl))\w*  behinder\w*  handicap\w*  beeinträcht\w*  senior\w*  ältere\w* menschen  armut
        teilhabe  gleichstell\w*  gleichberechtig\w*  frauen\w*  gewalt\w*  diskriminier\w*  queer\w*  wohlfahrt\w*  schuldner\w*
        bürgergeld\w*  grundsicherung\w*  wohnungslos\w*|obdachlos\w*  chancengleichheit  vielfalt\b  parit\w*  geschlecht\w*
        beratungsangebot\w*|beratungsstelle\w*  selbsthilfe\w*  selbstbestimm\w*  einsam\w*  mittendrin\w*  hygieneprodukt\w*
        mehrgeneration\w*
        """
    ),
    "Integration": _stems(
        r"""
        integration(?! von (?:photo|biodiv|menschen mit behind)|\s+weiterer)\w*
        zugewander\w*|zuwander\w*|einwander\w*|eingewander\w*  migra\w*  geflücht\w*|flüchtling\w*  ausländ(?:er|isch)\w*  asyl\w*
        interkultur\w*  sprachkurs\w*|sprachförder\w*  willkommens\w*  kulturelle\w* hintergr\w*  bevölkerungsgruppen
        rat\w* der religionen
        """
    ),
    "Kultur, Sport & Ehrenamt": _stems(
        r"""
        kultur(?!landschaft|ell\w* vielf\w* der)\w*  sport\w*  \w*sport\b  ehrenamt\w*  verein(?!\w*bar|\w*fach|ten n|heit)\w*
        museum|museen  theater\w*  musik\w*  bibliothek\w*  künstler\w*  kunst(?!stoff)\w*  freiwillig\w*  engagement\w*  schwimm\w*
        \bbäder\w*  brauchtum\w*  heimat\w*  erinnerungskultur|gedenk\w*  arena\w*  veranstaltung\w*  documenta\w*  mountainbike\w*
        übungsleiter\w*  \btradition\w*  clubkultur
        """
    ),
    "Sicherheit & Ordnung": _stems(
        r"""
        \bsicherheit(?!skonz)\w*  ordnung(?!srahm)\w*  ordnungs(?:amt|behörd|polit)\w*  polizei\w*  feuerwehr\w*  katastrophen\w*
        bevölkerungsschutz\w*  zivilschutz|resilienz  kriminal\w*  angsträum\w*  videoüberwachung
        krisen(?!sicher|situation\w* und)\w*  verkehrssicherheit|verkehrsunf\w*|verkehrserzieh\w*  leitstelle\w*
        notfall(?!vers|med|bild|vors)\w*  lebensmittel\w*überwach\w*|tiergesundheit\w*  kontrollen\b  gefahrenabwehr
        """
    ),
    "Finanzen": _stems(
        r"""
        finanz(?!iell\w* (?:abs|und inh|unter|verpf|förd)|ier\w* (?:wir|und)|iert\b|ieren\b|ielle förd)\w*  haushalt(?!e\b)\w*
        umlage\w*  schulden\w*  steuer(?!ung)\w*  sondervermögen  kosten(?!l|frei|günst)\w*  fördermittel\w*  aktien  investition\w*
        konsolidier\w*  \bmittel\b  förderquote  generationengerecht\w*
        """
    ),
    "Demokratie & Beteiligung": _stems(
        r"""
        demokrat\w*  beteiligung(?:s\w*)?\b(?!en)  bürger(?:\w{0,2}innen)?räte?\w*  bürger:innenrat\w*  bürgerr\w+  mitbestimm\w*
        transparenz  kreistag(?!sw)\w*  ausschuss\w*|ausschüsse\w*  gremien\w*|gremium|jugendgremi\w*  geschäftsordnung  sitzung\w*
        partner(?:schaft|kreis)(?!lich)\w*  europ\w*  \beuregio\b  interkommunal\w*  bürgerbeteil\w*  wahlalter
        rechtsextrem\w*|rassism\w*|antisemit\w*  parlament\w*  eingabe\w*
        fairtrade|fair gehandelt\w*|entwicklungs-?zusammenarb\w*|entwicklungspolitik  zusammenhalt\w*  nationalsozialis\w*
        einbeziehung von bürger\w*  idee\b  nach rechts|rechten parteien
        """
    ),
    "Tierschutz": _stems(
        r"""
        tierschutz\w*  tierheim\w*  wildtier\w*  \btiere?n?\b(?! und pflanz)  tierhalt\w*|tierleid  zirkus\w*  böller\w*
        mähroboter\w*
        """
    ),
}
