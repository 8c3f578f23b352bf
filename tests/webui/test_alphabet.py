"""Lists that are sorted by name are sorted as in a telephone book, on the page and on the command line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbx.alphabet import place
from tests.webui.forms import form_to
from tests.webui.office import ADMIN, PASSWORD, Web
from webui.pages.welcome import countries


def test_umlauts_accents_and_capitals_do_not_move_a_name() -> None:
    names = [
        "Anna",
        "Änne",
        "anton",
        "Łukasz",
        "Lutz",
        "Müller",
        "Mueller",
        "Øystein",
        "Özil",
        "Straße",
        "Strasse 2",
        "Zahn",
    ]
    book = [
        "Anna",
        "Änne",
        "anton",
        "Łukasz",
        "Lutz",
        "Mueller",
        "Müller",
        "Øystein",
        "Özil",
        "Straße",
        "Strasse 2",
        "Zahn",
    ]
    assert sorted(names, key=place) == book
    names.reverse()
    assert sorted(names, key=place) == book


@given(st.lists(st.text(max_size=8)).flatmap(lambda names: st.tuples(st.just(names), st.permutations(names))))
def test_the_order_is_the_same_whatever_it_was_before(lists: tuple[list[str], list[str]]) -> None:
    names, shuffled = lists
    assert sorted(names, key=place) == sorted(shuffled, key=place)


def test_countries_stand_where_a_german_looks_for_them() -> None:
    names = [name for _, name in countries("de_DE")]
    assert names[:5] == ["Deutschland", "Österreich", "Schweiz", "Liechtenstein", "Luxemburg"]
    rest = names[5:]
    assert rest.index("Afghanistan") < rest.index("Ägypten") < rest.index("Albanien")
    assert rest.index("Norwegen") < rest.index("Oman") < rest.index("Pakistan")
    assert rest[0] == "Afghanistan"
    assert rest[-1] == "Zypern"


def test_countries_of_providers_are_sorted_by_name_and_not_by_code(web: Web) -> None:
    admin = web.admin
    web.do("account set", account=ADMIN, language="de")
    page = admin.get("/providers")
    heads = [head.get_text() for head in page.html.select("main h2")]
    assert heads == [
        "Deutschland",
        "In allen Ländern",
        "Frankreich",
        "Österreich",
        "Schweiz",
        "Vereinigte Staaten",
        "Vereinigtes Königreich",
    ]


def test_a_country_without_providers_has_only_what_is_everywhere_before_the_fold(web: Web) -> None:
    web.do("office set", country="PL")
    page = web.admin.get("/providers")
    folded = [head.get_text() for head in page.html.select("main details h2")]
    assert [head.get_text() for head in page.html.select("main h2")] == ["In every country", *folded]
    assert folded == sorted(folded, key=place)


def test_trunks_and_accounts_are_listed_in_that_order_too(web: Web) -> None:
    for name in ("Zoe", "Ärzte", "anton"):
        web.do("account add", name=name, password=PASSWORD, role="admin")
        web.do("trunk add", name=name.replace("Ä", "A"), peer=f"{len(name)}-{name[-2]}.example.net")
    assert [each["name"] for each in web.do("account list")] == ["anton", "Ärzte", "Zoe"]
    assert [each["name"] for each in web.do("trunk list")] == ["anton", "Arzte", "Zoe"]
    names = [each.get_text() for each in web.log_in("Zoe").get("/access").html.select("#accounts a.whole")]
    assert names == ["anton", "Ärzte", "Zoe"]


def test_extensions_are_counted_wherever_they_make_the_order(web: Web) -> None:
    web.do("user add", name="Doris", extension="100")
    web.do("account add", name="d", password=PASSWORD, extension="100")
    web.do("account add", name="a", password=PASSWORD, extension="21")
    page = web.admin.get("/access")
    assert [each.get_text() for each in page.html.select("#accounts .extension")] == ["21", "100", ""]
    choices = form_to(web.admin.get("/access/account?name=a"), "/access/account?name=a").fields["mailboxes"]
    assert [each._value for each in choices] == ["", "22", "23", "30", "100"]
