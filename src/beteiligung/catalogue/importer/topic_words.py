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
        (?<!ein)(?<!be)(?<!ge)wohn(?!ort|sitz|gruppe|heimat)\w*  mieten?\b  erbpacht\w*  hochhäus\w*  ferienwohnung\w*
        vorkaufsrecht\w*  (?-i:\bBauen)
        \bbau(?:amt|antr|land|recht|aufsicht|verwalt|turbo|willig|stell|vorhaben|leitplan|lück|projekt|genehmig|berat|verein)\w*
        \bneubau(?!t\w* des)\w*  miet(?!er\w*strom)\w*  quartier\w*  siedlung\w*  städtebau\w*  stadtentwicklung\w*
        innenentwicklung  nachverdichtung  flächenrecycling  leerst(?:and|ände)\w*  immobilie\w*  innenstadt\w*  innenstädt\w*
        ortskern\w*  dorfkern\w*  dorfentwicklung  denkmal\w*  neuflächen\w*  bodenvorrat\w*  grundstück\w*  obdachlos\w*
        \bplatze?s?\b(?=.*gestalt)  plätze\b(?=\s*$)
        """
    ),
    "Bildung & Schule": _stems(
        r"""
        schul(?!den|dner|ung)\w*  \w*schulen?\b  bildung(?!sgerecht)\w*  unterricht\w*  lehrkr\w*  lehrer\w*  lernen\w*  \blern\w+
        berufskolleg\w*  berufsorientierung  studien\w*  hochschul\w*  universit\w*  studier\w*  volkshochschule  ganztag\w*
        \bogs\b  digitalpakt  medienkompetenz  \bmint\b  wissenschaft(?!lich)\w*  inklusionsassisten\w*  campus\w*  lehrmethod\w*
        alphabetisier\w*  gymnasi\w*  mensa|mensen  schüler\w*  turnhalle\w*(?=.*schul)  berufsabschl\w*
        """
    ),
    "Kinder, Jugend & Familie": _stems(
        r"""
        kita\w*  krippe\w*  kinder(?!gesundheit|sterb)\w*  \bkind(?:es|er|ern)?\b  jugend(?!herberg)\w*  famili\w*  \beltern\w*
        hebamme\w*  erzieher\w*  betreuungszeit\w*  junge[nr]? menschen  spielpl\w*  kindertag\w*  einschulung\w*  geburt\w*
        sprachförderung\b(?=.*kind)  waldkind\w*  jugendlich\w*  tagesm[uü]tter\w*  tagesv[aä]ter\w*  elternbeitr\w*
        ferienfreizeit\w*  jugendzentr\w*
        """
    ),
    "Wirtschaft & Arbeit": _stems(
        r"""
        (?<!land)wirtschaft(?!lichkeit|lich darst|sweg|lichen betrieb|ung)\w*  unternehm\w*  betrieb(?!s?gel|e?s? von)\w*
        arbeitspl\w*  arbeitsmarkt\w*  arbeitgeber\w*  arbeitslos\w*  fachkräft\w*  gründ(?:er|ungs)\w*  existenzgründ\w*
        start-?ups?\b  gewerbe\w*  industrie\w*  handwerk\w*  tourism\w*  touris\w*  einzelhandel  händler\w*
        ausbildungs(?:pl|verh|markt)\w*  ausbildungsplätz\w*  tarif(?:bind|vertr|gebund)\w*  co-?working  jobcenter  \bjobs?\b
        beschäftigung\w*  gemeinwohl-?(?:ökonomie|bilanz)\w*  transformation\w*  automobil\w*  gastronomie  wertschöpfung\w*
        sozialpartner\w*  kreativwirtschaft  selbstständig\w*  regiopol\w*  fremdenverkehr\w*  übernachtung\w*  nebensaison
        ansiedlung\w*  vergabe\w*  fußgängerzone\w*  markthalle\w*  weiterbildung\w*(?=.*arbeit)
        """
    ),
    "Klima & Energie": _stems(
        r"""
        klima(?!tisch)\w*  energie(?!effizien\w* der kranken)\w*  energetisch\w*  photovoltaik\w*  \bpv\b  solar\w*
        windenergie|windkraft|windräd\w*  wärme\w*  nahwärme\w*  \w*wärmenetz\w*  geothermie  wasserstoff\w*  \bco2\b|co₂
        treibhausgas\w*  emission\w*  kohleausstieg  balkonkraft\w*  hitze\w*  atom\w*  ökostrom\w*  stromnetz\w*  sanierungsquote
        gasheizung\w*  fracking  flutlicht\w*  \bled\b  endenergie\w*  starkregen\w*  extremwetter\w*
        """
    ),
    "Umwelt & Natur": _stems(
        r"""
        umwelt(?!verbund|freundlich)\w*  natur(?!wissen)\w*  artenschutz|artenvielfalt|biodiversit\w*  \barten\b  biotop\w*
        gewässer\w*  \bbäche\w*  \bmoore?\w*  \bwald\b|\bwaldes\b|\bwälder\w*|forst\w*  landschaft\w*  ökosystem\w*  landwirt\w*
        agrar\w*  \bäcker\b  boden(?!vorrat)\w*  trinkwasser\w*  grundwasser\w*  regenwasser\w*  abfall\w*  recycling\w*
        wertstoff\w*  mehrweg\w*  streuobst\w*  \bgrün(?:fläch|satz|zug|e freir)\w*  stadtbegrünung  begrünung  kaltluft\w*
        hochwasser\w*  luftrein\w*  lärm\w*  \bparks\b  ernährungsrat\w*  blühstreifen  ausgleichsfläche\w*
        ressourcen(?:schutz|schonend)\w*  flächenverbrauch  kreislauf\w*  baumpflanz\w*|\w*bäumen?\b|\bbaum(?:es|s)?\b  wallheck\w*|hecken\b
        deich\w*  torf\w*  glyphosat|pestizid\w*  schottergärt\w*  restmüll\w*|müll\w*  waldbr\w*  seeufer\w*  ackerfläch\w*
        entsiegel\w*  nachhaltigkeitsstrategie  freifläch\w*  friedwald\w*
        """
    ),
    "Mobilität": _stems(
        r"""
        mobilit\w*  verkehr(?!srecht)\w*  \w*nahverkehr\w*  \böpnv\b  \bbuss?\w*  \w*bus(?:se|sen)?\b  bahn(?!brech)\w*  \w*bahn\b
        \w*bahnhof\w*  \brad(?:weg|verkehr|fahr|schnell|ler|tour)\w*  \w*radweg\w*  fahrrad\w*  ticket\w*  \w*ticket\w*
        straße(?!nbeleucht)\w*  kreisstraße\w*  fußgänger\w*  fußweg\w*  lade(?:säule|infra|punkt)\w*  e-?auto\w*  elektromobil\w*
        carsharing  haltestelle\w*  haltepunkt\w*  fahrgast\w*  fahrgäst\w*  fahrzeug\w*  fuhrpark\w*  parkpl\w*  stellpl\w*
        on-demand\w*  taktung  tarifsystem\w*  zugverbind\w*  \bzüge\w*  gleis\w*  autonom fahr\w*  schulrout\w*  mobilstation\w*
        sicheren wegen  \btempo (?:30|50|100)\b  umgehungsstraß\w*  \bb \d{1,3}\b
        halbstundentakt|stundentakt|zweistundentakt|\btakte?\b  fahrpl\w*  mobil sein  \blinien?\b(?: \d+)?  dienstreis\w*
        \bfahr(?:en|ten)\b(?=.*(?:kostenlos|km|kilomet))  flugzeug\w*  anrufsammel\w*|rufbus\w*  abstellanlag\w*  preisstuf\w*
        unterwegs
        """
    ),
    "Digitalisierung & Verwaltung": _stems(
        r"""
        digital(?:isier|pol|strat|agent)\w*  \bdigitale?[nrsm]?\b  verwaltung(?!sstab)\w*  breitband\w*  glasfaser\w*
        mobilfunk\w*  \bki\b|künstliche\w* intelligenz  e-?akte\w*  online\w*  bürokratie\w*  entbürokratisierung  behörd\w*
        open ?data|datenportal\w*|geodaten  smart\w*  software  graue\w?[ -]flecken  netzabdeckung  formular\w*|bescheide\b
        mitarbeiter(?!\w*mobil)\w*  personalentwicklung  it-\w+  informationssicherheit  zulassung\w*  flexibilisierung\w*
        standards\b(?=.*kommun)  bürgerbüro\w*  bürger-app  \bapp\b  \banträge\b  genehmigung\w*  vorschriften
        stellen\b(?=.*(?:besetz|verwaltung))  automatisier\w*  wlan\b  funkl\w*|glasfaser\w*  hauptamtlich\w*  dienstleistung\w*
        """
    ),
    "Gesundheit & Pflege": _stems(
        r"""
        gesundheit\w*  pfleg(?!ekinder|e-? und entw|t\b|en\b)\w*  kranken\w*  \w*klinik\w*  \w*ärzt\w*  \barzt\w*  medizin\w*
        hospiz\w*  patient\w*  prävention\w*(?=.*(?:gesund|sucht))  sucht\w*  drogen\w*  impf\w*  arzneimittel\w*  psych\w*
        telemedizin  \w*arzt\w*  \w*praxis\b|\w*praxen\b  chirurgie  notaufnahme  ambulant\w*|stationär\w*  gemeindeschwester\w*
        pflegekonferenz  notfallversorgung  trinkwasserspender\w*  rettungsdienst\w*  geburtshilfe|kreißsa\w*
        ernährung(?!srat)\w*  hygiene(?!prod)\w*  infektion\w*  adipositas  kochkurs\w*|großküche|essen\b  bewegungsr\w*
        """
    ),
    "Soziales & Inklusion": _stems(
        r"""
        sozial(?!wohnung|er wohnungs|raum|em wohn|en wohnungs|e infra|partner|versich|e und ökolog)\w*  inklusi\w*
        barriere(?!frei\w* (?:wohn|mod|erschl))\w*  behinder\w*  handicap\w*  beeinträcht\w*  senior\w*  ältere\w* menschen  armut
        teilhabe  gleichstell\w*  gleichberechtig\w*  frauen\w*  gewalt\w*  diskriminier\w*  queer\w*  wohlfahrt\w*  schuldner\w*
        bürgergeld\w*  grundsicherung\w*  wohnungslos\w*|obdachlos\w*  chancengleichheit  vielfalt\b  parit\w*  geschlecht\w*
        beratungsangebot\w*|beratungsstelle\w*  selbsthilfe\w*  selbstbestimm\w*  einsam\w*  mittendrin\w*  frauenhaus\w*
        sozialpass\w*|sozialkarte  zwangsräum\w*  insolvenz\w*  beschwerdestelle  hungrig  schuldner\w*|pflegebus
        hygieneprodukt\w*  mehrgeneration\w*
        """
    ),
    "Integration": _stems(
        r"""
        integration(?! von (?:photo|biodiv|menschen mit behind)|\s+weiterer)\w*
        zugewander\w*|zuwander\w*|einwander\w*|eingewander\w*  migra\w*  geflücht\w*|flüchtling\w*  ausländ(?:er|isch)\w*  asyl\w*
        interkultur\w*  sprachkurs\w*|sprachförder\w*  willkommens\w*  kulturelle\w* hintergr\w*  bevölkerungsgruppen
        rat\w* der religionen  dolmetsch\w*|sprachmittl\w*  sammelunterk\w*  deutsch lernen|deutschkurs\w*  ausländerbehörde
        abschlüsse\b(?=.*anerk)|anerkennung ausländ\w*
        """
    ),
    "Kultur, Sport & Ehrenamt": _stems(
        r"""
        kultur(?!landschaft|ell\w* vielf\w* der)\w*  sport\w*  \w*sport\b  ehrenamt\w*  verein(?!\w*bar|\w*fach|ten n|heit)\w*
        museum|museen  theater\w*  musik\w*  bibliothek\w*  künstler\w*  kunst(?!stoff)\w*  freiwillig(?!e\w? feuerwehr)\w*  engagement\w*
        schwimm\w*  \bbäder\w*  brauchtum\w*  heimat\w*  erinnerungskultur|gedenk\w*  arena\w*  veranstaltung\w*  documenta\w*
        mountainbike\w*  übungsleiter\w*  \btradition\w*  clubkultur  proberäum\w*  plattdeutsch\w*
        stipendium\b(?=.*(?:autor|künstler))  \w*plätze\b(?=.*(?:kunstrasen|sport))|kunstrasen\w*
        dreifeldhalle\w*|turnhalle\w*|sporthalle\w*
        """
    ),
    "Sicherheit & Ordnung": _stems(
        r"""
        \bsicherheit(?!skonz)\w*  ordnung(?!srahm)\w*  ordnungs(?:amt|behörd|polit)\w*  polizei\w*  feuerwehr\w*  katastrophen\w*
        bevölkerungsschutz\w*  zivilschutz|resilienz  kriminal\w*  angsträum\w*  videoüberwachung
        krisen(?!sicher|situation\w* und)\w*  verkehrssicherheit|verkehrsunf\w*|verkehrserzieh\w*  leitstelle\w*
        notfall(?!vers|med|bild|vors)\w*  lebensmittel\w*überwach\w*|tiergesundheit\w*  kontrollen\b  gefahrenabwehr  sirene\w*
        rettungswache\w*  brandschutz\w*  warnung  \bwache\b  einbrüch\w*  gerätehaus\w*
        """
    ),
    "Finanzen": _stems(
        r"""
        finanz(?!iell\w* (?:abs|und inh|unter|verpf|förd)|ier\w* (?:wir|und)|iert\b|ieren\b|ielle förd)\w*  (?<!bürger)haushalt(?!e\b)\w*
        umlage\w*  schulden\w*  steuer(?!ung)\w*  sondervermögen  kosten(?!l|frei|günst)\w*  fördermittel\w*  aktien
        investition\w*  konsolidier\w*  \bmittel\b  förderquote  generationengerecht\w*  kredite?\b  überschuss\w*|überschüss\w*
        defizit\w*
        """
    ),
    "Demokratie & Beteiligung": _stems(
        r"""
        demokrat\w*  beteiligung(?:s\w*)?\b(?!en)  bürger(?:\w{0,2}innen)?räte?\w*  bürger:innenrat\w*  bürgerr\w+  mitbestimm\w*
        transparenz  kreistag(?!sw)\w*  ausschuss\w*|ausschüsse\w*  gremien\w*|gremium|jugendgremi\w*  geschäftsordnung
        sitzung\w*  partner(?:schaft|kreis)(?!lich)\w*  europ\w*  \beuregio\b  interkommunal\w*  bürgerbeteil\w*  wahlalter
        bürgerkonferenz\w*|zukunftskonferenz\w*  kreistagssitzung\w*  mehrheiten\b  jugendbeirat  \bbeirat\w*  fahrgastbeirat
        abstimm\w*  städtepartner\w*  leitbild\w*  rechtsextrem\w*|rassism\w*|antisemit\w*  parlament\w*  eingabe\w*
        bürgerhaushalt\w*|bürgeretat\w*
        fairtrade|fair gehandelt\w*|entwicklungs-?zusammenarb\w*|entwicklungspolitik  zusammenhalt\w*  nationalsozialis\w*
        einbeziehung von bürger\w*  idee\b  nach rechts|rechten parteien
        """
    ),
    "Tierschutz": _stems(
        r"""
        \w*tierschutz\w*  stadttauben|tauben\w*  tierheim\w*  wildtier\w*  \btiere?n?\b(?! und pflanz)  tierhalt\w*|tierleid
        zirkus\w*  böller\w*  mähroboter\w*  \bkatzen?\w*|\bhund(?!ert)\w*
        """
    ),
}
