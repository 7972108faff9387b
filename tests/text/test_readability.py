from beteiligung.text.readability import readability, syllables


def test_syllables_are_counted_by_groups_of_vowels() -> None:
    assert [syllables(word) for word in ("Haus", "Wohnung", "Bäume", "Quelle", "Beteiligung", "Bus")] == [1, 2, 2, 2, 4, 1]


def test_the_formulas_as_published() -> None:
    found = readability("Der Bus kommt. Die Verwaltung beantwortet Anfragen.")
    # 7 words, 2 sentences; 3 words of three and more syllables; 3 longer than six letters; 4 of one syllable
    assert (found.words, found.sentences, found.syllables) == (7, 2, 14)
    assert found.wiener == round(0.1935 * 300 / 7 + 0.1672 * 3.5 + 0.1297 * 300 / 7 - 0.0327 * 400 / 7 - 0.875, 2)
    assert found.amstad == round(180 - 3.5 - 58.5 * 2, 1)


def test_officialese_is_harder_than_plain_words() -> None:
    plain = readability("Wir bauen einen Weg. Er ist für alle da. Er kostet nichts.")
    hard = readability("Die Inanspruchnahme kommunaler Infrastruktureinrichtungen unterliegt satzungsrechtlichen Genehmigungsvorbehalten.")
    assert hard.wiener > plain.wiener
    assert hard.amstad < plain.amstad


def test_no_words_no_index() -> None:
    assert readability("…").wiener == 0
