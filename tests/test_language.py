"""English stands beside German: every text has its translation, every page its switch, every link stays in its language."""

import re

import pytest
from litestar.testing import TestClient
from sqlmodel import select

import messages
from beteiligung import i18n
from beteiligung.catalogue.topics import by_name, by_slug
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import logins, notices
from beteiligung.identity.models import Account
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.moderation import service
from beteiligung.notifications import preferences
from beteiligung.notifications.models import MailSettings
from beteiligung.participation.models import Comment
from beteiligung.web.language import links_in_language, without_language
from moderation.scene import FACTS, make_scene
from support import NOW, application, make_account, make_commitment, make_document, make_region

OTHERWISE = frozenset({"print/report.html", "print/records.html", "errors/500.html"})
"""Reports and official records are German documents; the page of an error of ours holds both languages, without gettext."""


@pytest.fixture(scope="module")
def texts():
    return messages.used()


def test_every_text_has_its_english(texts):
    known = messages.catalogue()
    missing = [f"{path}: {text}" for text, path in texts.items() if not messages.english(known, text)]
    assert not missing, f"python -m tests.messages adds them to {messages.CATALOGUE}:\n" + "\n".join(missing)


def test_translations_keep_the_placeholders(texts):
    known = messages.catalogue()
    pairs = [(text, messages.english(known, text)) for text in texts]
    assert [wrong for text, said in pairs if said and (wrong := messages.mistakes(text, said))] == []


def test_no_template_has_a_text_that_nobody_marked():
    found = {}
    for path in sorted(messages.TEMPLATES.rglob("*.*")):
        name = str(path.relative_to(messages.TEMPLATES))
        if name not in OTHERWISE and (words := list(messages.unmarked(path.read_text("utf-8")))):
            found[name] = words
    assert found == {}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Guten Tag</p>", ["Guten", "Tag"]),
        ("<p>{{ _('Guten Tag') }} {% trans %}Hallo{% endtrans %}</p>", []),
        ('<img alt="Ein Bild">', ["Ein", "Bild"]),
        ("<style>p { color: red }</style><code>beteiligung run</code>", []),
    ],
)
def test_what_counts_as_unmarked(source, words):
    assert list(messages.unmarked(source)) == words


# Addresses


@pytest.mark.parametrize(
    ("path", "language", "rest"),
    [
        ("/kassel", "de", "/kassel"),
        ("/en/kassel", "en", "/kassel"),
        ("/en", "en", "/"),
        ("/en/", "en", "/"),
        ("/english", "de", "/english"),
        ("/en/static/app.css", "de", "/en/static/app.css"),
        ("/en/api/regions", "de", "/en/api/regions"),
        ("/fr/kassel", "de", "/fr/kassel"),
    ],
)
def test_the_address_says_the_language(path, language, rest):
    assert without_language(path) == (language, rest)


@pytest.mark.parametrize(
    ("html", "english"),
    [
        ('<a href="/kassel">', '<a href="/en/kassel">'),
        ('<a href="/">', '<a href="/en/">'),
        ('<form action="/anmelden">', '<form action="/en/anmelden">'),
        ('<button hx-post="/stimme" formaction="/stimme">', '<button hx-post="/en/stimme" formaction="/en/stimme">'),
        ('<meta http-equiv="refresh" content="60;url=/kiosk/ende">', '<meta http-equiv="refresh" content="60;url=/en/kiosk/ende">'),
        ('<link href="/static/app.css">', '<link href="/static/app.css">'),
        ('<a href="/api/regions">', '<a href="/api/regions">'),
        ('<a href="/en/kassel">', '<a href="/en/kassel">'),
        ('<a href="https://example.org/">', '<a href="https://example.org/">'),
        ('<a href="//example.org/">', '<a href="//example.org/">'),
        ('<a href="#inhalt">', '<a href="#inhalt">'),
        ('<a hreflang="de" href="/kassel">', '<a hreflang="de" href="/kassel">'),
        ("<p>href=/kassel</p>", "<p>href=/kassel</p>"),
    ],
)
def test_links_stay_in_the_language(html, english):
    assert links_in_language(html) == html
    with i18n.speaking("en"):
        assert links_in_language(html) == english


# Pages


@pytest.fixture
def client(database):
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis", name="Musterkreis", in_name="im Musterkreis")
        make_commitment(session, make_document(session, region), slug="bus", title="Mehr Busse fahren")
    with TestClient(application(), base_url="http://localhost:8000") as client:
        yield client


def test_a_page_is_there_in_both_languages_and_each_leads_to_the_other(client):
    german, english = client.get("/musterkreis").text, client.get("/en/musterkreis").text
    assert '<html lang="de"' in german
    assert '<a hreflang="en" href="/en/musterkreis" lang="en">English</a>' in german
    assert '<html lang="en"' in english
    assert '<a hreflang="de" href="/musterkreis" lang="de">Deutsch</a>' in english
    assert "in Musterkreis" in english
    assert "im Musterkreis" not in english
    assert client.get("/musterkreis").text == german  # the cache knows the language
    assert "set-cookie" not in client.get("/en/musterkreis").headers


def test_what_exists_in_german_only_says_so(client):
    assert '<h1 class="kern-heading-x-large" lang="de">Mehr Busse fahren</h1>' in client.get("/en/musterkreis/zusagen/bus").text
    assert '<h1 class="kern-heading-x-large">Mehr Busse fahren</h1>' in client.get("/musterkreis/zusagen/bus").text


def test_every_link_of_an_english_page_is_english(client):
    for path in ("/en/", "/en/musterkreis", "/en/musterkreis/zusagen", "/en/musterkreis/zusagen/bus", "/en/anmelden", "/en/gibt-es-nicht"):
        page = client.get(path).text
        links = re.findall(r'(?<!hreflang="de" )(?:href|action)="(/[^"]*)"', page)
        assert [link for link in links if not link.startswith(("/en/", "/static/", "/api/", "/schema"))] == []


def test_redirects_stay_in_the_language(client):
    assert client.get("/en/konto", follow_redirects=False).headers["location"].startswith("/en/anmelden")
    assert client.get("/konto", follow_redirects=False).headers["location"].startswith("/anmelden")


@pytest.mark.parametrize("path", ["/en//boese.example/x", "/en/%5Cboese.example", "//boese.example/x"])
def test_the_switch_leads_nowhere_else(client, path):
    assert not re.search(r'hreflang="\w\w" href="(//|/?\\\\|/en//)', client.get(path).text)


def test_the_switch_of_a_refused_form_leads_to_its_page(client):
    came_from = {"Referer": "http://localhost:8000/en/anmelden", "Sec-Fetch-Site": "same-origin"}
    refused = client.post("/en/anmelden", data={"email": "kein at"}, headers=came_from).text
    assert "Please check the mail address." in refused
    assert '<a hreflang="de" href="/anmelden" lang="de">Deutsch</a>' in refused


# What is kept


def test_what_is_kept_for_everybody_is_german_whoever_writes_it(database):
    scene = make_scene()
    with unit_of_work() as session, i18n.speaking("en"):
        service.hide_provisionally(session, scene.person(scene.clerks[0]), scene.comment_id, "insult", FACTS, NOW)
    with reading() as session:
        assert "Vorläufig ausgeblendet" in session.get_one(Comment, scene.comment_id).hidden_reason


def test_topics_have_english_names():
    with i18n.speaking("en"):
        assert by_slug("mobilitaet").name == "Mobility"
    assert by_name("Mobilität").name == "Mobilität"


# Mails


def test_who_signs_in_on_an_english_page_gets_english_mails(database):
    with unit_of_work() as session:
        anna, ben = make_account(session).id, make_account(session).id
        session.add(MailSettings(account_id=ben, language="de"))
    with unit_of_work() as session, i18n.speaking("en"):
        for number in (anna, ben):
            logins.start(session, session.get_one(Account, number), NOW, old_session=None, next_path="/")
    with unit_of_work() as session:
        told = [entry.args for entry in session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.KEEP_LANGUAGE.value))]
        for args in told:
            preferences.keep_language(session, args["account"], args["language"])
    with reading() as session:
        assert [preferences.language_of(session, number) for number in (anna, ben, None)] == ["en", "de", "de"]
        with i18n.speaking("en"):
            mail = notices.message(session, 1, {"account": anna, "kind": "factor_added"}, NOW)
    assert "A second step when signing in has been set up" in mail.get_body(("plain",)).get_content()
    assert "http://localhost:8000/en/konto" in mail.get_body(("plain",)).get_content()
    assert '<html lang="en">' in mail.get_body(("html",)).get_content()
