"""Accounts: who may log in, what passwords are taken, how colleagues are invited; the last admin stays."""

from __future__ import annotations

from typing import Any

import pytest

from pbx.control.protocol import Refused
from pbx.sentence import english
from tests.administration.logins import ADMIN, OTHER, PASSWORD, Desk


def account(desk: Desk, name: str) -> dict[str, Any]:
    return next(each for each in desk.do("account list") if each["name"] == name)


def refusal(desk: Desk, verb: str, session: str | None = None, /, **arguments: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        desk.do(verb, session, **arguments)
    return caught.value


def test_no_password_is_ever_told_or_kept(desk: Desk) -> None:
    assert "password" not in account(desk, "anna")
    assert PASSWORD not in (desk.stores.data / "settings.json").read_text()
    assert "scrypt$" not in repr(desk.stores.office.accounts["anna"])


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
def test_a_password_that_anybody_would_try_is_refused_at_its_field(desk: Desk, password: str, why: str) -> None:
    wrong = refusal(desk, "account add", name="Zacharias", password=password, role="admin")
    assert why in str(wrong)
    assert wrong.field == "password"
    assert "Zacharias" not in desk.stores.office.accounts


@pytest.mark.parametrize("password", ["drei Wörter reichen", "k8#Lq2!vXz", "Anna-Bert-Clara-Dora"])
def test_a_good_password_is_taken_whatever_signs_are_in_it(desk: Desk, password: str) -> None:
    desk.do("account add", name="Dora", password=password, role="admin")
    assert desk.who(desk.log_in("Dora", password)) == "Dora"


def test_an_account_name_is_used_once_whatever_its_capitals(desk: Desk) -> None:
    assert refusal(desk, "account add", name="ANNA ", password=PASSWORD, role="admin").field == "name"
    assert refusal(desk, "account set", account="anna", name="Bert").field == "name"
    desk.do("account set", account="anna", name="Anna")
    assert account(desk, "Anna")["extension"] == "21"


def test_a_person_has_one_account(desk: Desk) -> None:
    assert refusal(desk, "account add", name="other", password=PASSWORD, extension="21").field == "extension"
    assert refusal(desk, "account set", account="bert", extension="21").field == "extension"


def test_only_an_admin_may_be_nobody(desk: Desk) -> None:
    assert refusal(desk, "account add", name="x", password=PASSWORD).field == "extension"
    assert refusal(desk, "account add", name="x", password=PASSWORD, extension="99").field == "extension"
    assert refusal(desk, "account set", account=ADMIN, role="user").field


def test_the_last_admin_who_can_log_in_is_neither_removed_nor_demoted(desk: Desk) -> None:
    desk.do("account add", name="invited", role="admin")
    desk.do("account set", account=ADMIN, extension="23")
    assert "the only admin" in str(refusal(desk, "account remove", account=ADMIN))
    assert "the only admin" in str(refusal(desk, "account set", account=ADMIN, role="user"))
    assert "the only admin" in str(refusal(desk, "user remove", person="23"))
    desk.do("account set", account="anna", role="admin")
    desk.do("account remove", account=ADMIN)
    assert "the only admin" in str(refusal(desk, "account remove", account="anna"))


def test_who_leaves_has_no_account_and_nobody_may_hear_what_is_gone(desk: Desk) -> None:
    desk.do("account set", account="anna", mailboxes=["22", "30"])
    session = desk.log_in("bert")
    desk.do("group set", group="30", members=["21"])
    desk.do("user remove", person="22")
    assert "bert" not in desk.stores.office.accounts
    assert desk.who(session) is None
    assert account(desk, "anna")["mailboxes"] == ["30"]
    desk.do("group remove", group="30")
    assert account(desk, "anna")["mailboxes"] == []


def test_an_account_and_what_it_may_hear_move_along_with_extensions(desk: Desk) -> None:
    desk.do("account set", account="anna", mailboxes=["22"])
    session = desk.log_in("anna")
    desk.do("user set", person="21", extension="31")
    desk.do("user set", person="22", extension="32")
    assert (account(desk, "anna")["extension"], account(desk, "anna")["mailboxes"]) == ("31", ["32"])
    assert desk.do("session who", session)["extension"] == "31"


def test_two_admins_who_change_an_account_are_told(desk: Desk) -> None:
    seen = account(desk, "anna")["version"]
    desk.do("account set", account="anna", mailboxes=["22"], seen=seen)
    assert refusal(desk, "account set", account="anna", role="admin", seen=seen).code == 3
    assert refusal(desk, "account remove", account="anna", seen=seen).code == 3


def test_an_admin_cannot_set_another_s_password_only_invite_him_to(desk: Desk) -> None:
    admin = desk.log_in(ADMIN)
    assert refusal(desk, "account set", admin, account="anna", password=OTHER).code == 4
    desk.do("account set", account="anna", password=OTHER)
    assert desk.log_in("anna", OTHER)


def test_an_admin_who_renames_himself_stays_logged_in_here(desk: Desk) -> None:
    here, elsewhere = desk.log_in(ADMIN), desk.log_in(ADMIN)
    desk.do("account set", here, account=ADMIN, name="Chefin Meier")
    assert (desk.who(here), desk.who(elsewhere)) == ("Chefin Meier", None)


# Invitations


def test_an_invited_colleague_chooses_his_password_and_is_logged_in(desk: Desk) -> None:
    invited = desk.do("account invite", desk.log_in(ADMIN), extension="23")
    assert invited["path"] == "/invitation/" + invited["code"].replace("-", "")
    assert account(desk, "Clara")["active"] is False
    assert desk.do("invitation state", "", code=invited["code"].lower())["person"] == "Clara"
    entered = desk.do("invitation accept", "", code=invited["code"], password=OTHER)
    assert desk.who(entered["token"]) == "Clara"
    assert (account(desk, "Clara")["role"], account(desk, "Clara")["active"]) == ("user", True)


def test_an_invitation_works_once_and_for_two_days(desk: Desk) -> None:
    code = desk.do("account invite", extension="23")["code"]
    assert account(desk, "Clara")["invited_until"] == desk.now + 48 * 3600
    desk.now += 48 * 3600 + 1
    assert "has expired" in str(refusal(desk, "invitation accept", "", code=code, password=OTHER))
    code = desk.do("account invite", extension="23")["code"]
    desk.do("invitation accept", "", code=code, password=OTHER)
    assert "been used already" in str(refusal(desk, "invitation accept", "", code=code, password=PASSWORD))
    assert desk.log_in("clara", OTHER)


def test_a_new_invitation_ends_the_old_one_and_one_can_be_withdrawn(desk: Desk) -> None:
    first = desk.do("account invite", extension="23")["code"]
    second = desk.do("account invite", account="Clara")["code"]
    assert refusal(desk, "invitation state", "", code=first)
    assert desk.do("invitation state", "", code=second)
    desk.do("account withdraw", account="Clara")
    assert refusal(desk, "invitation state", "", code=second)


def test_an_invitation_ends_with_its_account_and_does_not_come_back_with_a_namesake(desk: Desk) -> None:
    code = desk.do("account invite", extension="23")["code"]
    desk.do("account remove", account="Clara")
    desk.do("account add", name="Clara", role="admin")
    assert refusal(desk, "invitation accept", "", code=code, password=OTHER)


def test_a_weak_password_does_not_use_up_the_invitation(desk: Desk) -> None:
    code = desk.do("account invite", extension="23")["code"]
    assert refusal(desk, "invitation accept", "", code=code, password="kurz").field == "password"
    assert desk.do("invitation accept", "", code=code, password=OTHER)


def test_a_forgotten_password_is_chosen_anew_by_invitation_and_ends_old_sessions(desk: Desk) -> None:
    old = desk.log_in("anna")
    code = desk.do("account invite", extension="21")["code"]
    assert desk.who(old) == "anna"
    desk.do("invitation accept", "", code=code, password=OTHER)
    assert desk.who(old) is None
    assert desk.log_in("anna", OTHER)


def test_a_namesake_gets_another_name_to_log_in_with(desk: Desk) -> None:
    desk.do("user add", name="anna", extension="24")
    assert desk.do("account invite", extension="24")["name"] == "anna 24"


def test_codes_are_not_guessed_in_peace(desk: Desk) -> None:
    for _ in range(5):
        refusal(desk, "invitation state", "", code="AAAAAAAAAA", source="192.0.2.9")
    assert "Too many failed" in str(refusal(desk, "invitation state", "", code="AAAAAAAAAA", source="192.0.2.9"))
    code = desk.do("account invite", extension="23")["code"]
    assert refusal(desk, "invitation state", "", code=code, source="192.0.2.9").code == 4
    assert desk.do("invitation state", "", code=code, source="192.0.2.10")


# One's own


def test_one_s_own_password_needs_the_old_one_and_ends_the_other_sessions(desk: Desk) -> None:
    here, elsewhere = desk.log_in("anna"), desk.log_in("anna")
    assert refusal(desk, "account own", here, old="wrong-wrong", new=OTHER).field == "old"
    assert refusal(desk, "account own", here, new=OTHER).field == "old"
    assert refusal(desk, "account own", here, old=PASSWORD, new="kurz").field == "new"
    desk.do("account own", here, old=PASSWORD, new=OTHER)
    assert (desk.who(here), desk.who(elsewhere)) == ("anna", None)
    assert desk.log_in("anna", OTHER)
    assert refusal(desk, "session open", "", name="anna", password=PASSWORD)


def test_one_s_own_language_is_changed_without_password(desk: Desk) -> None:
    session = desk.log_in("anna")
    assert desk.do("account own", session, language="en")["language"] == "en"
    assert desk.do("session who", session)["language"] == "en"


def test_whoever_sits_at_another_s_desk_cannot_guess_his_password_in_peace(desk: Desk) -> None:
    session = desk.log_in("anna")
    for number in range(10):
        refusal(desk, "account own", session, old=f"guess {number}", new=OTHER)
    assert "Too many failed attempts" in str(refusal(desk, "account own", session, old=PASSWORD, new=OTHER))


def test_what_an_invited_colleague_chooses_is_his_change_and_does_not_stand_in_the_way(desk: Desk) -> None:
    admin = desk.log_in(ADMIN)
    code = desk.do("account invite", admin, extension="23")["code"]
    token = desk.do("invitation accept", "", code=code, password=OTHER)["token"]
    desk.do("account own", token, language="en")
    chosen, added = desk.do("change list", admin, limit=3)[1:]
    assert (english(chosen["who"]), chosen["words"]) == ("Clara", ["Account Clara: password changed"])
    assert (english(added["who"]), added["undoable"]) == (ADMIN, True)
    desk.do("change undo", admin, id=added["id"])
    assert "Clara" not in desk.stores.office.accounts
    assert desk.who(token) is None
    desk.do("change undo", admin, id=desk.do("change list", admin, limit=1)[0]["id"])
    assert desk.stores.office.accounts["Clara"].language == "en"


def test_a_later_change_to_the_account_itself_is_still_in_the_way(desk: Desk) -> None:
    admin = desk.log_in(ADMIN)
    desk.do("account invite", admin, extension="23")
    added = desk.do("change list", admin, limit=1)[0]["id"]
    desk.do("account set", admin, account="Clara", role="admin")
    with pytest.raises(Refused, match="role"):
        desk.do("change undo", admin, id=added)


def test_a_pin_or_an_announcement_of_one_s_own_keeps_nobody_from_undoing_the_person(desk: Desk) -> None:
    admin = desk.log_in(ADMIN)
    desk.do("user add", admin, name="Dora", extension="25")
    added = desk.do("change list", admin, limit=1)[0]["id"]
    code = desk.do("account invite", admin, extension="25")["code"]
    invited = desk.do("change list", admin, limit=1)[0]["id"]
    dora = desk.do("invitation accept", "", code=code, password=OTHER)["token"]
    desk.do("pin set", dora, pin="2580")
    desk.do("change undo", admin, id=invited)
    desk.do("change undo", admin, id=added)
    assert "25" not in desk.stores.office.people


def test_a_language_that_was_chosen_since_stays_when_a_role_is_taken_back(desk: Desk) -> None:
    admin, anna = desk.log_in(ADMIN), desk.log_in("anna")
    desk.do("account set", admin, account="anna", mailboxes=["30"], language="en")
    given = desk.do("change list", admin, limit=1)[0]["id"]
    desk.do("account own", anna, language="de")
    desk.do("account own", anna, language="en")
    desk.do("account own", anna, language="de")
    desk.do("change undo", admin, id=given)
    account = desk.stores.office.accounts["anna"]
    assert (account.mailboxes, account.language) == ((), "de")
    switched = desk.do("change list", admin, limit=3)[2]
    assert not switched["undoable"], "that one is about the language alone, which was changed again"
