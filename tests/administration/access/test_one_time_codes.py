"""The code of the first visit, and the one for a forgotten password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pbx.administration.desk.desk import open_desk
from pbx.cli import label
from pbx.control.protocol import Refused
from pbx.sentence import english
from pbx.store.secrets import passwords
from tests.administration.logins import ADMIN, OTHER, PASSWORD, Logins
from tests.commands import Run

FIRST = {
    "name": "Dora",
    "password": OTHER,
    "language": "en",
    "country": "AT",
    "number": "01 2345678",
    "area_code": "1",
}


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logins]:
    """A box nobody has been at."""
    monkeypatch.setattr(passwords, "_COST", 16)
    desk = open_desk(tmp_path / "fresh")
    yield Logins(desk)
    desk.close()


def begin(logins: Logins, code: str, **more: Any) -> Any:
    return logins.do("welcome begin", "", code=code, **(FIRST | {"source": "192.0.2.1"} | more))


def refusal(logins: Logins, code: str, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        begin(logins, code, **more)
    return caught.value


def test_the_first_visit_makes_the_admin_and_tells_the_box_where_it_is(fresh: Logins) -> None:
    assert fresh.do("welcome state", "")["first"] is True
    entered = begin(fresh, fresh.do("code show")["code"])
    assert fresh.do("session who", entered["token"])["role"] == "admin"
    office = fresh.desk.office
    assert (office.country, office.language, office.number, office.area_code) == ("AT", "en", "+4312345678", "1")
    assert fresh.do("welcome state", "")["first"] is False
    assert fresh.log_in("dora", OTHER)
    assert {english(change["who"]) for change in fresh.do("change list")} == {"Dora"}, "no nameless visitor did it"


def test_the_office_s_number_tells_the_area_code(fresh: Logins) -> None:
    begin(fresh, fresh.do("code show")["code"], country="DE", number="(030) 12 34 56", area_code="")
    assert (fresh.desk.office.number, fresh.desk.office.area_code) == ("+4930123456", "30")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n", "lower", "without dashes"])
def test_a_code_may_be_typed_in_any_dress(fresh: Logins, typed: str) -> None:
    code = fresh.do("code show")["code"]
    shapes = {"lower": code.lower(), "without dashes": code.replace("-", "")}
    assert begin(fresh, shapes.get(typed, typed.format(code)))


def test_there_is_no_way_in_without_a_code(fresh: Logins) -> None:
    for code in ("", "AAAAA-AAAAA", "-"):
        assert refusal(fresh, code).field == "code"
    fresh.do("code show")
    assert refusal(fresh, "").field == "code"
    assert not fresh.desk.office.accounts


def test_a_code_works_once(fresh: Logins) -> None:
    code = fresh.do("code show")["code"]
    begin(fresh, code)
    assert refusal(fresh, code, name="Dora").field == "code"
    assert fresh.do("code show")["code"] != code


def test_the_code_of_the_first_visit_is_the_same_until_it_is_used_also_after_a_restart(fresh: Logins) -> None:
    shown = fresh.do("code show")
    fresh.now += 400 * 86400.0
    assert fresh.do("code show")["code"] == shown["code"]
    assert shown["expires"] is None
    fresh.desk.close()
    again = open_desk(fresh.desk.data)
    assert Logins(again).do("code show")["code"] == shown["code"]
    again.close()


def test_only_the_box_s_owner_can_read_the_code_and_no_log_has_it(
    fresh: Logins, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    code = fresh.do("code show")["code"].replace("-", "")
    (path,) = [each for each in fresh.desk.data.iterdir() if each.is_file() and code.encode() in each.read_bytes()]
    assert path.stat().st_mode & 0o077 == 0
    assert code not in caplog.text


def test_five_wrong_tries_make_another_code(fresh: Logins) -> None:
    code = fresh.do("code show")["code"]
    for number in range(5):
        assert fresh.do("code show")["code"] == code
        refusal(fresh, "AAAAAAAAAA", source=f"192.0.2.{number}")
    assert fresh.do("code show")["code"] != code
    assert refusal(fresh, code, source="192.0.2.9").field == "code"


def test_a_source_cannot_guess_codes_in_peace(fresh: Logins) -> None:
    fresh.do("code show")
    for _ in range(5):
        refusal(fresh, "AAAAAAAAAA")
    assert "Too many failed attempts" in str(refusal(fresh, fresh.do("code show")["code"]))


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 81), ("password", "kurz"), ("country", "XX"), ("number", "12"), ("area_code", "x")],
)
def test_what_is_wrong_is_told_at_its_field_and_the_code_stays(fresh: Logins, field: str, value: str) -> None:
    code = fresh.do("code show")["code"]
    assert refusal(fresh, code, **{field: value}).field == field
    assert not fresh.desk.office.accounts
    assert begin(fresh, code)


def test_the_code_is_shown_on_the_page_only_for_two_minutes_after_the_button(fresh: Logins) -> None:
    assert fresh.do("welcome state", "")["code"] is None
    fresh.do("code show")
    assert fresh.do("welcome state", "")["code"] is None
    pressed = fresh.do("code press")
    state = fresh.do("welcome state", "")
    assert (state["pressed"], state["code"]) == (True, pressed["code"])
    fresh.now += 121
    state = fresh.do("welcome state", "")
    assert (state["pressed"], state["code"]) == (False, None)


def test_nobody_at_the_page_can_ask_for_the_code_or_press_the_button(logins: Logins) -> None:
    for session in ("", logins.log_in("anna"), logins.log_in(ADMIN)):
        for verb in ("code show", "code press"):
            with pytest.raises(Refused) as caught:
                logins.do(verb, session)
            assert caught.value.code == 4


# A forgotten password


def test_a_code_gives_an_admin_who_forgot_the_password_a_new_one(logins: Logins) -> None:
    session = logins.log_in(ADMIN)
    shown = logins.do("code show")
    assert shown["expires"] == logins.now + 3600
    entered = begin(logins, shown["code"], name=ADMIN, country="AT")
    assert logins.who(entered["token"]) == ADMIN
    assert logins.who(session) is None
    assert logins.log_in(ADMIN, OTHER)
    assert logins.desk.office.country == "DE"


def test_a_later_code_gets_old_after_an_hour(logins: Logins) -> None:
    code = logins.do("code show")["code"]
    logins.now += 3600
    assert refusal(logins, code, name=ADMIN).field == "code"
    assert logins.do("code show")["code"] != code


def test_a_code_makes_nobody_else_an_admin(logins: Logins) -> None:
    code = logins.do("code show")["code"]
    wrong = refusal(logins, code, name="anna")
    assert (wrong.field, ADMIN in str(wrong)) == ("name", True)
    assert refusal(logins, code, name="nobody").field == "name"
    assert logins.log_in("anna", PASSWORD)


def test_the_first_visit_s_code_is_worth_nothing_once_there_is_an_admin(fresh: Logins) -> None:
    code = fresh.do("code show")["code"]
    fresh.do("account add", name="Chef", password=PASSWORD, role="admin")
    assert refusal(fresh, code, name="Chef").field == "code"
    assert fresh.do("code show")["code"] != code


# On the command line


def test_the_command_line_shows_the_code_and_writes_a_label(done: Run, tmp_path: Path) -> None:
    file = tmp_path / "label.svg"
    shown = done("code", "--label", str(file))
    assert done("code")["code"] == shown["code"]
    assert shown["code"] in file.read_text()
    assert ElementTree.parse(file).getroot().tag.endswith("svg")
    assert file.stat().st_mode & 0o077 == 0


def test_a_label_that_cannot_be_written_is_refused(refused: Run, tmp_path: Path) -> None:
    assert "cannot be written" in refused("code", "--label", str(tmp_path / "no" / "label.svg"))


def test_a_label_s_code_is_the_page_s_address_with_the_code_in_it() -> None:
    assert label.linked("http://192.0.2.10:8080/welcome", "ABCDE-FGHJK") == (
        "http://192.0.2.10:8080/welcome?code=ABCDEFGHJK"
    )
    drawn = label.label("ABCDE-FGHJK", "http://192.0.2.10:8080/welcome")
    assert "192.0.2.10:8080/welcome<" in drawn
    assert {len(line) for line in label.terminal("x").splitlines()} == {len("\x1b[30;107m\x1b[0m") + 29}


def test_accounts_are_looked_after_on_the_command_line(done: Run, refused: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    done("user", "add", "Anna", "--extension", "21")
    done("account", "add", "Chef", "--role", "admin", "--password-file", str(file))
    assert done("account", "invite", "21")["name"] == "Anna"
    assert done("account", "set", "Anna", "--mailboxes", "21", "--role", "admin")["mailboxes"] == ["21"]
    assert [each["name"] for each in done("account", "list")] == ["Anna", "Chef"]
    assert "the only admin" in refused("account", "remove", "Chef", code=1)
    assert "What there is: Anna, Chef." in refused("account", "remove", "nobody")
    done("account", "set", "Anna", "--password-file", str(file))
    done("account", "remove", "chef")
