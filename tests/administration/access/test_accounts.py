"""Accounts: who may log in, what passwords are taken, how colleagues are invited; the last admin stays."""

from __future__ import annotations

from typing import Any

import pytest

from pbx.control.protocol import Refused
from pbx.sentence import english
from tests.administration.logins import ADMIN, OTHER, PASSWORD, Logins


def account(logins: Logins, name: str) -> dict[str, Any]:
    return next(each for each in logins.do("account list") if each["name"] == name)


def refusal(logins: Logins, verb: str, session: str | None = None, /, **arguments: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        logins.do(verb, session, **arguments)
    return caught.value


def test_no_password_is_ever_told_or_kept(logins: Logins) -> None:
    assert "password" not in account(logins, "anna")
    assert PASSWORD not in (logins.desk.data / "settings.json").read_text()
    assert "scrypt$" not in repr(logins.desk.office.accounts["anna"])


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kurz", "at least 10"),
        ("x" * 201, "up to 200"),
        ("1234567890", "sequence"),
        ("0987654321", "sequence"),
        ("aaaaaaaaaaaa", "repetition"),
        ("abababababab", "repetition"),
        ("abcdefghijkl", "sequence"),
        ("qwertzuiop", "sequence"),
        ("Passwort-2024", "common"),
        ("!!Willkommen1", "common"),
        ("2024Passw0rd", "common"),
        ("Zacharias-1", "name"),
        ("zacharias zacharias", "name"),
    ],
)
def test_a_password_that_anybody_would_try_is_refused_at_its_field(logins: Logins, password: str, why: str) -> None:
    wrong = refusal(logins, "account add", name="Zacharias", password=password, role="admin")
    assert why in str(wrong)
    assert wrong.field == "password"
    assert "Zacharias" not in logins.desk.office.accounts


@pytest.mark.parametrize("password", ["drei Wörter reichen", "k8#Lq2!vXz", "Anna-Bert-Clara-Dora"])
def test_a_good_password_is_taken_whatever_signs_are_in_it(logins: Logins, password: str) -> None:
    logins.do("account add", name="Dora", password=password, role="admin")
    assert logins.who(logins.log_in("Dora", password)) == "Dora"


def test_an_account_name_is_used_once_whatever_its_capitals(logins: Logins) -> None:
    assert refusal(logins, "account add", name="ANNA ", password=PASSWORD, role="admin").field == "name"
    assert refusal(logins, "account set", account="anna", name="Bert").field == "name"
    logins.do("account set", account="anna", name="Anna")
    assert account(logins, "Anna")["extension"] == "21"


def test_a_person_has_one_account(logins: Logins) -> None:
    assert refusal(logins, "account add", name="other", password=PASSWORD, extension="21").field == "extension"
    assert refusal(logins, "account set", account="bert", extension="21").field == "extension"


def test_only_an_admin_may_be_nobody(logins: Logins) -> None:
    assert refusal(logins, "account add", name="x", password=PASSWORD).field == "extension"
    assert refusal(logins, "account add", name="x", password=PASSWORD, extension="99").field == "extension"
    assert refusal(logins, "account set", account=ADMIN, role="user").field


def test_the_last_admin_who_can_log_in_is_neither_removed_nor_demoted(logins: Logins) -> None:
    logins.do("account add", name="invited", role="admin")
    logins.do("account set", account=ADMIN, extension="23")
    assert "the only admin" in str(refusal(logins, "account remove", account=ADMIN))
    assert "the only admin" in str(refusal(logins, "account set", account=ADMIN, role="user"))
    assert "the only admin" in str(refusal(logins, "user remove", person="23"))
    logins.do("account set", account="anna", role="admin")
    logins.do("account remove", account=ADMIN)
    assert "the only admin" in str(refusal(logins, "account remove", account="anna"))


def test_who_leaves_has_no_account_and_nobody_may_hear_what_is_gone(logins: Logins) -> None:
    logins.do("account set", account="anna", mailboxes=["22", "30"])
    session = logins.log_in("bert")
    logins.do("group set", group="30", members=["21"])
    logins.do("user remove", person="22")
    assert "bert" not in logins.desk.office.accounts
    assert logins.who(session) is None
    assert account(logins, "anna")["mailboxes"] == ["30"]
    logins.do("group remove", group="30")
    assert account(logins, "anna")["mailboxes"] == []


def test_an_account_and_what_it_may_hear_move_along_with_extensions(logins: Logins) -> None:
    logins.do("account set", account="anna", mailboxes=["22"])
    session = logins.log_in("anna")
    logins.do("user set", person="21", extension="31")
    logins.do("user set", person="22", extension="32")
    assert (account(logins, "anna")["extension"], account(logins, "anna")["mailboxes"]) == ("31", ["32"])
    assert logins.do("session who", session)["extension"] == "31"


def test_two_admins_who_change_an_account_are_told(logins: Logins) -> None:
    seen = account(logins, "anna")["version"]
    logins.do("account set", account="anna", mailboxes=["22"], seen=seen)
    assert refusal(logins, "account set", account="anna", role="admin", seen=seen).code == 3
    assert refusal(logins, "account remove", account="anna", seen=seen).code == 3


def test_an_admin_cannot_set_others_passwords_but_invites_them_to_choose(logins: Logins) -> None:
    admin = logins.log_in(ADMIN)
    assert refusal(logins, "account set", admin, account="anna", password=OTHER).code == 4
    logins.do("account set", account="anna", password=OTHER)
    assert logins.log_in("anna", OTHER)


def test_an_admin_who_takes_another_name_stays_logged_in_here(logins: Logins) -> None:
    here, elsewhere = logins.log_in(ADMIN), logins.log_in(ADMIN)
    logins.do("account set", here, account=ADMIN, name="Chefin Meier")
    assert (logins.who(here), logins.who(elsewhere)) == ("Chefin Meier", None)


# Invitations


def test_an_invited_colleague_chooses_a_password_and_is_logged_in(logins: Logins) -> None:
    invited = logins.do("account invite", logins.log_in(ADMIN), extension="23")
    assert invited["path"] == "/invitation/" + invited["code"].replace("-", "")
    assert account(logins, "Clara")["active"] is False
    assert logins.do("invitation state", "", code=invited["code"].lower())["person"] == "Clara"
    entered = logins.do("invitation accept", "", code=invited["code"], password=OTHER)
    assert logins.who(entered["token"]) == "Clara"
    assert (account(logins, "Clara")["role"], account(logins, "Clara")["active"]) == ("user", True)


def test_an_invitation_works_once_and_for_two_days(logins: Logins) -> None:
    code = logins.do("account invite", extension="23")["code"]
    assert account(logins, "Clara")["invited_until"] == logins.now + 48 * 3600
    logins.now += 48 * 3600 + 1
    assert "has expired" in str(refusal(logins, "invitation accept", "", code=code, password=OTHER))
    code = logins.do("account invite", extension="23")["code"]
    logins.do("invitation accept", "", code=code, password=OTHER)
    assert "been used already" in str(refusal(logins, "invitation accept", "", code=code, password=PASSWORD))
    assert logins.log_in("clara", OTHER)


def test_a_new_invitation_ends_the_old_one_and_one_can_be_withdrawn(logins: Logins) -> None:
    first = logins.do("account invite", extension="23")["code"]
    second = logins.do("account invite", account="Clara")["code"]
    assert refusal(logins, "invitation state", "", code=first)
    assert logins.do("invitation state", "", code=second)
    logins.do("account withdraw", account="Clara")
    assert refusal(logins, "invitation state", "", code=second)


def test_an_invitation_ends_with_its_account_and_does_not_come_back_with_a_namesake(logins: Logins) -> None:
    code = logins.do("account invite", extension="23")["code"]
    logins.do("account remove", account="Clara")
    logins.do("account add", name="Clara", role="admin")
    assert refusal(logins, "invitation accept", "", code=code, password=OTHER)


def test_a_weak_password_does_not_use_up_the_invitation(logins: Logins) -> None:
    code = logins.do("account invite", extension="23")["code"]
    assert refusal(logins, "invitation accept", "", code=code, password="kurz").field == "password"
    assert logins.do("invitation accept", "", code=code, password=OTHER)


def test_a_forgotten_password_is_chosen_anew_by_invitation_and_ends_old_sessions(logins: Logins) -> None:
    old = logins.log_in("anna")
    code = logins.do("account invite", extension="21")["code"]
    assert logins.who(old) == "anna"
    logins.do("invitation accept", "", code=code, password=OTHER)
    assert logins.who(old) is None
    assert logins.log_in("anna", OTHER)


def test_a_namesake_gets_another_name_to_log_in_with(logins: Logins) -> None:
    logins.do("user add", name="anna", extension="24")
    assert logins.do("account invite", extension="24")["name"] == "anna 24"


def test_codes_are_not_guessed_in_peace(logins: Logins) -> None:
    for _ in range(5):
        refusal(logins, "invitation state", "", code="AAAAAAAAAA", source="192.0.2.9")
    assert "Too many failed" in str(refusal(logins, "invitation state", "", code="AAAAAAAAAA", source="192.0.2.9"))
    code = logins.do("account invite", extension="23")["code"]
    assert refusal(logins, "invitation state", "", code=code, source="192.0.2.9").code == 4
    assert logins.do("invitation state", "", code=code, source="192.0.2.10")


# One's own


def test_one_s_own_password_needs_the_old_one_and_ends_the_other_sessions(logins: Logins) -> None:
    here, elsewhere = logins.log_in("anna"), logins.log_in("anna")
    assert refusal(logins, "account own", here, old="wrong-wrong", new=OTHER).field == "old"
    assert refusal(logins, "account own", here, new=OTHER).field == "old"
    assert refusal(logins, "account own", here, old=PASSWORD, new="kurz").field == "new"
    logins.do("account own", here, old=PASSWORD, new=OTHER)
    assert (logins.who(here), logins.who(elsewhere)) == ("anna", None)
    assert logins.log_in("anna", OTHER)
    assert refusal(logins, "session open", "", name="anna", password=PASSWORD)


def test_one_s_own_language_is_changed_without_password(logins: Logins) -> None:
    session = logins.log_in("anna")
    assert logins.do("account own", session, language="en")["language"] == "en"
    assert logins.do("session who", session)["language"] == "en"


def test_at_a_colleague_s_desk_nobody_can_guess_that_colleague_s_password_in_peace(logins: Logins) -> None:
    session = logins.log_in("anna")
    for number in range(10):
        refusal(logins, "account own", session, old=f"guess {number}", new=OTHER)
    assert "Too many failed attempts" in str(refusal(logins, "account own", session, old=PASSWORD, new=OTHER))


def test_what_an_invited_colleague_chooses_is_their_change_and_does_not_stand_in_the_way(logins: Logins) -> None:
    admin = logins.log_in(ADMIN)
    code = logins.do("account invite", admin, extension="23")["code"]
    token = logins.do("invitation accept", "", code=code, password=OTHER)["token"]
    logins.do("account own", token, language="en")
    chosen, added = logins.do("change list", admin, limit=3)[1:]
    assert (english(chosen["who"]), chosen["words"]) == ("Clara", ["Login Clara: Password changed"])
    assert (english(added["who"]), added["undoable"]) == (ADMIN, True)
    logins.do("change undo", admin, id=added["id"])
    assert "Clara" not in logins.desk.office.accounts
    assert logins.who(token) is None
    logins.do("change undo", admin, id=logins.do("change list", admin, limit=1)[0]["id"])
    assert logins.desk.office.accounts["Clara"].language == "en"


def test_a_later_change_to_the_account_itself_is_still_in_the_way(logins: Logins) -> None:
    admin = logins.log_in(ADMIN)
    logins.do("account invite", admin, extension="23")
    added = logins.do("change list", admin, limit=1)[0]["id"]
    logins.do("account set", admin, account="Clara", role="admin")
    with pytest.raises(Refused, match="Role"):
        logins.do("change undo", admin, id=added)


def test_a_pin_or_an_announcement_of_one_s_own_keeps_nobody_from_undoing_the_person(logins: Logins) -> None:
    admin = logins.log_in(ADMIN)
    logins.do("user add", admin, name="Dora", extension="25")
    added = logins.do("change list", admin, limit=1)[0]["id"]
    code = logins.do("account invite", admin, extension="25")["code"]
    invited = logins.do("change list", admin, limit=1)[0]["id"]
    dora = logins.do("invitation accept", "", code=code, password=OTHER)["token"]
    logins.do("pin set", dora, pin="2580")
    logins.do("change undo", admin, id=invited)
    logins.do("change undo", admin, id=added)
    assert "25" not in logins.desk.office.people


def test_a_language_that_was_chosen_since_stays_when_a_role_is_taken_back(logins: Logins) -> None:
    admin, anna = logins.log_in(ADMIN), logins.log_in("anna")
    logins.do("account set", admin, account="anna", mailboxes=["30"], language="en")
    given = logins.do("change list", admin, limit=1)[0]["id"]
    logins.do("account own", anna, language="de")
    logins.do("account own", anna, language="en")
    logins.do("account own", anna, language="de")
    logins.do("change undo", admin, id=given)
    account = logins.desk.office.accounts["anna"]
    assert (account.mailboxes, account.language) == ((), "de")
    switched = logins.do("change list", admin, limit=3)[2]
    assert not switched["undoable"], "that one is about the language alone, which was changed again"
