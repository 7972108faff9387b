"""Stems that speak for one of the sixteen topics; a part of a compound counts as well."""

FALLBACK = "Digitalisierung & Verwaltung"

STEMS: dict[str, tuple[str, ...]] = {
    "Bauen & Wohnen": (
        r"wohn(?!ort|sitz|gruppe)\w*", r"\bbau(?:en|amt|antr|land|recht|aufsicht|verwalt|turbo|willig|stell|vorhaben|leitplan|lück|projekt|genehmig|berat|verein)\w*",
        r"\bneubau(?!t\w* des)\w*", r"miet(?!er\w*strom)\w*", r"quartier\w*", r"siedlung\w*", r"städtebau\w*", r"stadtentwicklung\w*",
        r"innenentwicklung", r"nachverdichtung", r"flächenrecycling", r"leerst(?:and|ände)\w*", r"immobilie\w*", r"innenstadt\w*", r"innenstädt\w*", r"ortskern\w*",
        r"dorfkern\w*", r"dorfentwicklung", r"denkmal\w*", r"neuflächen\w*", r"bodenvorrat\w*", r"grundstück\w*", r"obdachlos\w*", r"\bplatze?s?\b(?=.*gestalt)", r"plätze\b(?=\s*$)",
    ),
    "Bildung & Schule": (
        r"schul(?!den|dner|ung)\w*", r"\w*schulen?\b", r"bildung(?!sgerecht)\w*", r"unterricht\w*", r"lehrkr\w*", r"lehrer\w*", r"lernen\w*", r"\blern\w+", r"berufskolleg\w*",
        r"berufsorientierung", r"studien\w*", r"hochschul\w*", r"universit\w*", r"studier\w*", r"volkshochschule", r"ganztag\w*", r"\bogs\b", r"digitalpakt", r"medienkompetenz",
        r"\bmint\b", r"wissenschaft(?!lich)\w*", r"inklusionsassisten\w*", r"campus\w*", r"lehrmethod\w*",
    ),
    "Kinder, Jugend & Familie": (
        r"kita\w*", r"krippe\w*", r"kinder(?!gesundheit|sterb)\w*", r"\bkind(?:es|er|ern)?\b", r"jugend(?!herberg)\w*", r"famili\w*", r"\beltern\w*", r"hebamme\w*", r"erzieher\w*", r"betreuungszeit\w*",
        r"junge[nr]? menschen", r"spielpl\w*", r"kindertag\w*", r"einschulung\w*", r"geburt\w*", r"sprachförderung\b(?=.*kind)", r"waldkind\w*", r"jugendlich\w*",
    ),
    "Wirtschaft & Arbeit": (
        r"wirtschaft(?!lichkeit|lich darst|sweg|lichen betrieb|ung)\w*", r"unternehm\w*", r"betrieb(?!s?gel|e?s? von)\w*", r"arbeitspl\w*", r"arbeitsmarkt\w*", r"arbeitgeber\w*", r"arbeitslos\w*", r"fachkräft\w*",
        r"gründ(?:er|ungs)\w*", r"existenzgründ\w*", r"start-?ups?\b", r"gewerbe\w*", r"industrie\w*", r"handwerk\w*", r"tourism\w*", r"touris\w*", r"einzelhandel", r"händler\w*", r"ausbildungs(?:pl|verh|markt)\w*", r"ausbildungsplätz\w*",
        r"tarif(?:bind|vertr|gebund)\w*", r"co-?working", r"jobcenter", r"\bjobs?\b", r"beschäftigung\w*", r"gemeinwohl-?(?:ökonomie|bilanz)\w*", r"transformation\w*", r"automobil\w*", r"gastronomie", r"wertschöpfung\w*", r"sozialpartner\w*", r"kreativwirtschaft", r"selbstständig\w*", r"regiopol\w*", r"weiterbildung\w*(?=.*arbeit)",
    ),
    "Klima & Energie": (
        r"klima(?!tisch)\w*", r"energie(?!effizien\w* der kranken)\w*", r"energetisch\w*", r"photovoltaik\w*", r"\bpv\b", r"solar\w*", r"windenergie|windkraft|windräd\w*", r"wärme\w*", r"nahwärme\w*", r"\w*wärmenetz\w*", r"geothermie", r"wasserstoff\w*", r"\bco2\b|co₂",
        r"treibhausgas\w*", r"emission\w*", r"kohleausstieg", r"balkonkraft\w*", r"hitze\w*", r"atom\w*", r"starkregen\w*", r"extremwetter\w*",
    ),
    "Umwelt & Natur": (
        r"umwelt(?!verbund|freundlich)\w*", r"natur(?!wissen)\w*", r"artenschutz|artenvielfalt|biodiversit\w*", r"\barten\b", r"biotop\w*", r"gewässer\w*", r"\bbäche\w*", r"\bmoore?\w*", r"\bwald\b|\bwaldes\b|\bwälder\w*|forst\w*", r"landschaft\w*", r"ökosystem\w*",
        r"landwirt\w*", r"agrar\w*", r"\bäcker\b", r"boden(?!vorrat)\w*", r"trinkwasser\w*", r"grundwasser\w*", r"regenwasser\w*", r"abfall\w*", r"recycling\w*", r"wertstoff\w*", r"mehrweg\w*", r"streuobst\w*", r"\bgrün(?:fläch|satz|zug|e freir)\w*", r"stadtbegrünung", r"begrünung", r"kaltluft\w*", r"hochwasser\w*",
        r"luftrein\w*", r"lärm\w*", r"\bparks\b", r"ernährungsrat\w*", r"blühstreifen", r"ausgleichsfläche\w*", r"ressourcen(?:schutz|schonend)\w*", r"flächenverbrauch", r"kreislauf\w*", r"nachhaltigkeitsstrategie", r"freifläch\w*", r"friedwald\w*",
    ),
    "Mobilität": (
        r"mobilit\w*", r"verkehr(?!srecht)\w*", r"\w*nahverkehr\w*", r"\böpnv\b", r"\bbuss?\w*", r"\w*bus(?:se|sen)?\b", r"bahn(?!brech)\w*", r"\w*bahn\b", r"\w*bahnhof\w*", r"\brad(?:weg|verkehr|fahr|schnell|ler|tour)\w*", r"\w*radweg\w*", r"fahrrad\w*", r"ticket\w*", r"\w*ticket\w*", r"straße(?!nbeleucht)\w*", r"kreisstraße\w*", r"fußgänger\w*", r"fußweg\w*", r"lade(?:säule|infra|punkt)\w*",
        r"e-?auto\w*", r"elektromobil\w*", r"carsharing", r"haltestelle\w*", r"haltepunkt\w*", r"fahrgast\w*", r"fahrgäst\w*", r"fahrzeug\w*", r"fuhrpark\w*", r"parkpl\w*", r"stellpl\w*", r"on-demand\w*", r"taktung", r"tarifsystem\w*", r"zugverbind\w*", r"\bzüge\w*", r"gleis\w*", r"autonom fahr\w*", r"schulrout\w*", r"mobilstation\w*", r"sicheren wegen", r"mountainbike\w*(?=xx)",
    ),
    "Digitalisierung & Verwaltung": (
        r"digital(?:isier|pol|strat|agent)\w*", r"\bdigitale?[nrsm]?\b", r"verwaltung(?!sstab)\w*", r"breitband\w*", r"glasfaser\w*", r"mobilfunk\w*", r"\bki\b|künstliche\w* intelligenz", r"e-?akte\w*", r"online\w*", r"bürokratie\w*", r"entbürokratisierung", r"behörd\w*", r"open ?data|datenportal\w*|geodaten", r"smart\w*", r"software",
        r"graue\w?[ -]flecken", r"netzabdeckung", r"formular\w*|bescheide\b", r"mitarbeiter(?!\w*mobil)\w*", r"personalentwicklung", r"it-\w+", r"informationssicherheit", r"zulassung\w*", r"flexibilisierung\w*", r"standards\b(?=.*kommun)", r"hauptamtlich\w*", r"dienstleistung\w*",
    ),
    "Gesundheit & Pflege": (
        r"gesundheit\w*", r"pfleg(?!ekinder|e-? und entw|t\b|en\b)\w*", r"kranken\w*", r"\w*klinik\w*", r"\w*ärzt\w*", r"\barzt\w*", r"medizin\w*", r"hospiz\w*", r"patient\w*", r"prävention\w*(?=.*(?:gesund|sucht))", r"sucht\w*", r"drogen\w*", r"impf\w*", r"arzneimittel\w*", r"psych\w*", r"telemedizin", r"rettungsdienst\w*", r"geburtshilfe|kreißsa\w*", r"ernährung(?!srat)\w*", r"hygiene(?!prod)\w*", r"infektion\w*", r"adipositas", r"kochkurs\w*|großküche|essen\b", r"bewegungsr\w*",
    ),
    "Soziales & Inklusion": (
        r"sozial(?!wohnung|er wohnungs|raum|em wohn|en wohnungs|e infra|partner|versich|e und ökolog)\w*", r"inklusi\w*", r"barriere(?!frei\w* (?:wohn|mod|erschl))\w*", r"behinder\w*", r"handicap\w*", r"beeinträcht\w*", r"senior\w*", r"ältere\w* menschen", r"armut", r"teilhabe", r"gleichstell\w*", r"gleichberechtig\w*", r"frauen\w*", r"gewalt\w*", r"diskriminier\w*", r"queer\w*", r"wohlfahrt\w*", r"schuldner\w*", r"bürgergeld\w*", r"grundsicherung\w*", r"wohnungslos\w*|obdachlos\w*",
        r"chancengleichheit", r"vielfalt\b", r"parit\w*", r"geschlecht\w*", r"beratungsangebot\w*|beratungsstelle\w*", r"selbsthilfe\w*", r"selbstbestimm\w*", r"einsam\w*", r"mittendrin\w*", r"hygieneprodukt\w*", r"mehrgeneration\w*",
    ),
    "Integration": (
        r"integration(?! von (?:photo|biodiv|menschen mit behind)|\s+weiterer)\w*", r"zugewander\w*|zuwander\w*|einwander\w*|eingewander\w*", r"migra\w*", r"geflücht\w*|flüchtling\w*", r"ausländ(?:er|isch)\w*", r"asyl\w*", r"interkultur\w*", r"sprachkurs\w*|sprachförder\w*", r"willkommens\w*", r"kulturelle\w* hintergr\w*", r"bevölkerungsgruppen", r"rat\w* der religionen",
    ),
    "Kultur, Sport & Ehrenamt": (
        r"kultur(?!landschaft|ell\w* vielf\w* der)\w*", r"sport\w*", r"\w*sport\b", r"ehrenamt\w*", r"verein(?!\w*bar|\w*fach|ten n|heit)\w*", r"museum|museen", r"theater\w*", r"musik\w*", r"bibliothek\w*", r"künstler\w*", r"kunst(?!stoff)\w*", r"freiwillig\w*", r"engagement\w*", r"schwimm\w*", r"\bbäder\w*", r"brauchtum\w*", r"heimat\w*", r"erinnerungskultur|gedenk\w*", r"arena\w*", r"veranstaltung\w*", r"documenta\w*", r"mountainbike\w*", r"herkulesbahn(?=xx)", r"übungsleiter\w*", r"\btradition\w*", r"clubkultur",
    ),
    "Sicherheit & Ordnung": (
        r"\bsicherheit(?!skonz)\w*", r"ordnung(?!srahm)\w*", r"ordnungs(?:amt|behörd|polit)\w*", r"polizei\w*", r"feuerwehr\w*", r"katastrophen\w*", r"bevölkerungsschutz\w*", r"zivilschutz|resilienz", r"kriminal\w*", r"angsträum\w*", r"videoüberwachung", r"krisen(?!sicher|situation\w* und)\w*", r"verkehrssicherheit|verkehrsunf\w*|verkehrserzieh\w*", r"leitstelle\w*", r"notfall(?!vers|med|bild|vors)\w*", r"lebensmittel\w*überwach\w*|tiergesundheit\w*", r"kontrollen\b", r"gefahrenabwehr",
    ),
    "Finanzen": (
        r"finanz(?!iell\w* (?:abs|und inh|unter|verpf|förd)|ier\w* (?:wir|und)|iert\b|ieren\b|ielle förd)\w*", r"haushalt(?!e\b)\w*", r"umlage\w*", r"schulden\w*", r"steuer(?!ung)\w*", r"sondervermögen", r"kosten(?!l|frei|günst)\w*", r"fördermittel\w*", r"aktien", r"investition\w*", r"konsolidier\w*", r"\bmittel\b", r"förderquote", r"generationengerecht\w*",
    ),
    "Demokratie & Beteiligung": (
        r"demokrat\w*", r"beteiligung(?:s\w*)?\b(?!en)", r"bürger(?:\w{0,2}innen)?räte?\w*", r"bürger:innenrat\w*", r"bürgerr\w+", r"mitbestimm\w*", r"transparenz", r"kreistag(?!sw)\w*", r"ausschuss\w*|ausschüsse\w*", r"gremien\w*|gremium|jugendgremi\w*", r"geschäftsordnung", r"sitzung\w*", r"partner(?:schaft|kreis)(?!lich)\w*", r"europ\w*", r"\beuregio\b", r"interkommunal\w*", r"bürgerbeteil\w*", r"wahlalter", r"rechtsextrem\w*|rassism\w*|antisemit\w*", r"parlament\w*", r"eingabe\w*", r"fairtrade|fair gehandelt\w*|entwicklungs-?zusammenarb\w*|entwicklungspolitik", r"zusammenhalt\w*", r"nationalsozialis\w*",
        r"einbeziehung von bürger\w*", r"idee\b", r"nach rechts|rechten parteien",
    ),
    "Tierschutz": (r"tierschutz\w*", r"tierheim\w*", r"wildtier\w*", r"\btiere?n?\b(?! und pflanz)", r"tierhalt\w*|tierleid", r"zirkus\w*", r"böller\w*", r"mähroboter\w*"),
}
